// SPDX-License-Identifier: GPL-2.0-or-later
/* What pg_stat_activity says of PostgreSQL's backends. Called by bundle/processes/backends.c and
 * bundle/waits/databases. */
#include <string.h>

#include "base/attr.h"
#include "base/part.h"
#include "user/runtimes/postgres_private.h"

/* BackendState, from STATE_IDLE on. */
static const char *state_name(const struct fb_postgres_layout *layout, uint32_t state)
{
	static const char *const names[] = {
		"idle",
		"active",
		"idle in transaction",
		"fastpath function call",
		"idle in transaction (aborted)",
		"disabled",
	};

	if (layout->first_state > 1 && state == 1)
		return "starting";
	if (state < layout->first_state || state - layout->first_state >= FB_ARRAY_SIZE(names))
		return NULL;
	return names[state - layout->first_state];
}

/* Reads the text at the address that is in the status's bytes at offset. *lost_ret: whether it cannot be read. */
static struct fb_error *read_text(struct fb_postgres *postgres, const uint8_t *bytes, size_t offset,
				  char *to, size_t size, bool *lost_ret)
{
	uint64_t address;
	struct fb_error *err;

	memcpy(&address, bytes + offset, sizeof(address));
	to[0] = '\0';
	*lost_ret = false;
	if (!address)
		return NULL;
	err = fb_space_string(postgres->space, address, to, size);
	if (err)
		to[0] = '\0';
	*lost_ret = err;
	return fb_part_skip(err);
}

struct fb_error *fb_postgres_status(struct fb_postgres *postgres,
				    const struct fb_postgres_backend *backend,
				    struct fb_postgres_status *status_ret)
{
	const struct fb_postgres_layout *layout = postgres->layout;
	struct fb_postgres_status status = {.state = NULL};
	uint8_t bytes[FB_POSTGRES_STATUS_READ];
	uint32_t pid, state;
	bool lost;
	struct fb_error *err;

	if (!postgres->statuses || backend->status_index < 0 || backend->pid <= 0)
		return fb_error_create(FB_NOT_FOUND, "the process has no status of a backend");
	err = fb_space_read(postgres->space,
			    postgres->statuses +
				    (uint64_t)backend->status_index * layout->status_size,
			    bytes, sizeof(bytes));
	if (err)
		return err;
	memcpy(&pid, bytes + FB_POSTGRES_STATUS_PID, sizeof(pid));
	if (pid != (uint32_t)backend->pid)
		return fb_error_create(FB_NOT_FOUND, "its status is not that of PID %d",
				       backend->pid);
	memcpy(&state, bytes + FB_POSTGRES_STATUS_STATE, sizeof(state));
	memcpy(&status.database, bytes + FB_POSTGRES_STATUS_DATABASE, 4);
	memcpy(&status.user, bytes + FB_POSTGRES_STATUS_USER, 4);
	memcpy(&status.transaction_start, bytes + FB_POSTGRES_STATUS_TRANSACTION, 8);
	memcpy(&status.query_start, bytes + FB_POSTGRES_STATUS_QUERY_START, 8);
	memcpy(&status.state_change, bytes + FB_POSTGRES_STATUS_CHANGE, 8);
	status.state = state_name(layout, state);
	err = read_text(postgres, bytes, FB_POSTGRES_STATUS_QUERY, status.query,
			sizeof(status.query), &status.query_lost);
	if (!err)
		err = read_text(postgres, bytes, FB_POSTGRES_STATUS_APPLICATION, status.application,
				sizeof(status.application), &lost);
	if (!err)
		*status_ret = status;
	return err;
}

const char *fb_postgres_mode_name(uint32_t mode)
{
	static const char *const names[] = {
		"?",
		"AccessShareLock",
		"RowShareLock",
		"RowExclusiveLock",
		"ShareUpdateExclusiveLock",
		"ShareLock",
		"ShareRowExclusiveLock",
		"ExclusiveLock",
		"AccessExclusiveLock",
	};

	return names[mode < FB_ARRAY_SIZE(names) ? mode : 0];
}

const char *fb_postgres_event_type(uint32_t wait_event)
{
	/* The upper byte (PG_WAIT_LWLOCK and so on). */
	static const char *const names[] = {
		NULL,     "LWLock",    NULL,  "Lock",    "BufferPin", "Activity",
		"Client", "Extension", "IPC", "Timeout", "IO",        "InjectionPoint",
	};
	const uint32_t type = wait_event >> 24;

	return type < FB_ARRAY_SIZE(names) ? names[type] : NULL;
}
