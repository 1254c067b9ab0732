// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Describes the source of bytes in words. Called by rd and vtop.
 */
#include "cmd/shared/source_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const char *absence_text(const struct fb_origin *origin, char *to, size_t size)
{
	switch (origin->absence) {
	case FB_ABSENCE_FILTERED:
		return "left out by the dump filter, and no core has it";
	case FB_ABSENCE_SWAPPED:
		snprintf(to, size, "swapped out to area %u, page %" PRIu64 ", and no core has it",
			 origin->swap_type, origin->swap_offset);
		return to;
	case FB_ABSENCE_UNTOUCHED:
		return "never touched: the file it maps is not at hand";
	case FB_ABSENCE_UNMAPPED:
		return "not mapped";
	case FB_ABSENCE_TRUNCATED:
		return "cut off, damaged, or in a part of the dump that is missing";
	case FB_ABSENCE_DAMAGED:
		return "damaged: its page table or page cannot be used";
	case FB_ABSENCE_NONE:
		break;
	}
	return "unknown";
}

const char *fb_source_detail(const struct fb_origin *origin, char *to, size_t size)
{
	const char *slash;
	char raw[256];

	if (origin->source == FB_SOURCE_ABSENT) {
		const char *text = absence_text(origin, raw, sizeof(raw));

		snprintf(to, size, "%s", text);
		return to;
	}
	if (!origin->detail)
		return NULL;
	slash = origin->source == FB_SOURCE_CORE ? strrchr(origin->detail, '/') : NULL;
	slash = slash ? slash + 1 : origin->detail;
	return fb_text_escape(slash, strlen(slash), to, size);
}

char *fb_source_text(const struct fb_origin *origin, char *to, size_t size)
{
	char detail[512];
	const char *text = fb_source_detail(origin, detail, sizeof(detail));

	snprintf(to, size, "%s%s%s", fb_source_name(origin->source),
		 !text                                ? ""
		 : origin->source == FB_SOURCE_ABSENT ? ": "
						      : " ",
		 text ? text : "");
	return to;
}
