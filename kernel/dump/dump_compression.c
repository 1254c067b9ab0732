// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds out how the pages of a kdump-compressed dump are compressed. Called by the commands info and report.
 */
#include <stdlib.h>

#include "kernel/dump/dump.h"
#include "kernel/dump/kdump_format.h"

/* makedumpfile compresses all pages one way, and stores raw those that would not shrink. */
#define SAMPLE 4096u

static const char *method_name(uint32_t flags)
{
	switch (flags) {
	case FB_KDUMP_PAGE_ZLIB:
		return "zlib";
	case FB_KDUMP_PAGE_LZO:
		return "lzo";
	case FB_KDUMP_PAGE_SNAPPY:
		return "snappy";
	case FB_KDUMP_PAGE_ZSTD:
		return "zstd";
	default:
		return "none";
	}
}

const char *fb_dump_compression(struct fb_dump *dump)
{
	struct fb_dump_stored *stored;
	uint32_t methods = 0;
	size_t count = 0;
	struct fb_error *err;

	if (fb_dump_parts(dump) == 0)
		return NULL;
	stored = calloc(SAMPLE, sizeof(*stored));
	if (!stored)
		return NULL;
	err = fb_dump_stored(dump, 0, stored, SAMPLE, &count);
	fb_error_destroy(err);
	for (size_t i = 0; i < count; i++)
		methods |= stored[i].flags;
	free(stored);
	return methods & (methods - 1) ? "mixed" : method_name(methods);
}
