// SPDX-License-Identifier: GPL-2.0-or-later
/* See list_btf.h. */
#include "tests/symbols/list_btf.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/attr.h"

static void list_members(FILE *out, const struct fb_btf *btf, uint32_t id)
{
	for (uint32_t i = 0; i < fb_btf_length(btf, id); i++) {
		struct fb_btf_member member;

		fb_btf_member(btf, id, i, &member);
		(void)fprintf(out, "%s%s:%u@%" PRIu64, i ? " " : "", member.name, member.type,
			      member.bit_offset);
		if (member.bit_size)
			(void)fprintf(out, "/%u", member.bit_size);
	}
}

static void list_enumerators(FILE *out, const struct fb_btf *btf, uint32_t id)
{
	for (uint32_t i = 0; i < fb_btf_length(btf, id); i++) {
		const char *name;
		int64_t value;

		fb_btf_enumerator(btf, id, i, &name, &value);
		(void)fprintf(out, "%s%s=%" PRId64, i ? " " : "", name, value);
	}
}

static uint64_t size_of(const struct fb_btf *btf, uint32_t id)
{
	uint64_t size = 0;

	fb_error_destroy(fb_btf_sizeof(btf, id, &size));
	return size;
}

static void list_type(FILE *out, const struct fb_btf *btf, uint32_t id)
{
	const char *sign = fb_btf_is_signed(btf, id) ? " signed" : "";
	char text[256];

	(void)fb_btf_spell(btf, id, text, sizeof(text));
	switch (fb_btf_kind(btf, id)) {
	case FB_TYPE_INT:
		(void)fprintf(out, "%s %" PRIu64 "%s%s%s", text, size_of(btf, id), sign,
			      fb_btf_is_bool(btf, id) ? " bool" : "",
			      fb_btf_is_char(btf, id) ? " char" : "");
		break;
	case FB_TYPE_FLOAT:
		(void)fprintf(out, "float %s %" PRIu64, text, size_of(btf, id));
		break;
	case FB_TYPE_STRUCT:
	case FB_TYPE_UNION:
		(void)fprintf(out, "%s %" PRIu64 " {", text, size_of(btf, id));
		list_members(out, btf, id);
		(void)fprintf(out, "}");
		break;
	case FB_TYPE_ENUM:
	case FB_TYPE_ENUM64:
		(void)fprintf(out, "%s %" PRIu64 "%s {", text, size_of(btf, id), sign);
		list_enumerators(out, btf, id);
		(void)fprintf(out, "}");
		break;
	case FB_TYPE_FORWARD:
		(void)fprintf(out, "forward %s", text);
		break;
	case FB_TYPE_ARRAY:
		(void)fprintf(out, "[%u] -> %u", fb_btf_length(btf, id), fb_btf_target(btf, id));
		break;
	case FB_TYPE_PROTOTYPE:
		(void)fprintf(out, "%s -> %u", text, fb_btf_target(btf, id));
		break;
	default:
		(void)fprintf(out, "%s -> %u", text, fb_btf_target(btf, id));
		break;
	}
}

char *list_btf(const struct fb_btf *btf)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	for (uint32_t id = 1; id <= fb_btf_count(btf); id++) {
		(void)fprintf(out, "%u ", id);
		list_type(out, btf, id);
		(void)fprintf(out, "\n");
	}
	if (fclose(out))
		abort();
	return text;
}
