// SPDX-License-Identifier: GPL-2.0-or-later
/* Puts the tag of a lock of PostgreSQL into words. Called by postgres_locks.c. */
#include "user/runtimes/postgres_lock_tag.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"

/* What the fields of a tag mean, by its type: LockTagType. */
enum {
	RELATION,
	EXTEND,
	FROZEN_IDS,
	PAGE,
	TUPLE,
	TRANSACTION,
	VIRTUAL,
	SPECULATIVE,
	OBJECT,
	USER,
	ADVISORY,
	APPLY,
};

static const char *const types[] = {
	"relation",   "extend",    "frozenid", "page",     "tuple",    "transactionid",
	"virtualxid", "spectoken", "object",   "userlock", "advisory", "applytransaction",
};

struct tag {
	uint32_t field[3];
	uint16_t fourth;
	uint8_t type, method;
};

/* Locks of tables that all databases share have database 0. */
static void put_relation(const struct tag *tag, const char *what, char *to, size_t size)
{
	if (tag->field[0])
		snprintf(to, size, "%srelation %" PRIu32 " of database %" PRIu32, what,
			 tag->field[1], tag->field[0]);
	else
		snprintf(to, size, "%sshared relation %" PRIu32, what, tag->field[1]);
}

static void put_within(const struct tag *tag, char *to, size_t size)
{
	char what[48];

	if (tag->type == PAGE)
		snprintf(what, sizeof(what), "page %" PRIu32 " of ", tag->field[2]);
	else
		snprintf(what, sizeof(what), "tuple (%" PRIu32 ",%u) of ", tag->field[2],
			 (unsigned)tag->fourth);
	put_relation(tag, what, to, size);
}

/* By pg_advisory_lock(): the last field says whether the key is one number of 64 bits or two of 32. */
static void put_advisory(const struct tag *tag, char *to, size_t size)
{
	if (tag->fourth == 1)
		snprintf(to, size, "advisory lock %" PRId64 " of database %" PRIu32,
			 (int64_t)((uint64_t)tag->field[1] << 32 | tag->field[2]), tag->field[0]);
	else
		snprintf(to, size, "advisory lock (%" PRId32 ", %" PRId32 ") of database %" PRIu32,
			 (int32_t)tag->field[1], (int32_t)tag->field[2], tag->field[0]);
}

const char *fb_postgres_lock_tag(const uint8_t bytes[16], char *to, size_t size)
{
	struct tag tag;

	memcpy(&tag, bytes, sizeof(tag));
	switch (tag.type) {
	case RELATION:
		put_relation(&tag, "", to, size);
		break;
	case EXTEND:
		put_relation(&tag, "extension of ", to, size);
		break;
	case FROZEN_IDS:
		snprintf(to, size, "frozen ids of database %" PRIu32, tag.field[0]);
		break;
	case PAGE:
	case TUPLE:
		put_within(&tag, to, size);
		break;
	case TRANSACTION:
		snprintf(to, size, "transaction %" PRIu32, tag.field[0]);
		break;
	case VIRTUAL:
		snprintf(to, size, "virtual transaction %" PRId32 "/%" PRIu32,
			 (int32_t)tag.field[0], tag.field[1]);
		break;
	case SPECULATIVE:
		snprintf(to, size, "speculative token %" PRIu32 " of transaction %" PRIu32,
			 tag.field[1], tag.field[0]);
		break;
	case OBJECT:
		snprintf(to, size, "object %" PRIu32 " of class %" PRIu32 " of database %" PRIu32,
			 tag.field[2], tag.field[1], tag.field[0]);
		break;
	case ADVISORY:
		put_advisory(&tag, to, size);
		break;
	case APPLY:
		snprintf(to, size,
			 "remote transaction %" PRIu32 " of subscription %" PRIu32
			 " of database %" PRIu32,
			 tag.field[2], tag.field[1], tag.field[0]);
		break;
	default:
		snprintf(to, size, "%s %u (%" PRIu32 ", %" PRIu32 ", %" PRIu32 ", %u)",
			 tag.type == USER ? "user lock" : "lock of type", (unsigned)tag.type,
			 tag.field[0], tag.field[1], tag.field[2], (unsigned)tag.fourth);
	}
	return tag.type < FB_ARRAY_SIZE(types) ? types[tag.type] : "unknown";
}
