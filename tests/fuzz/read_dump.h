/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the fuzz targets of the dump formats do with a dump that opened. */
#ifndef FB_TESTS_FUZZ_READ_DUMP_H
#define FB_TESTS_FUZZ_READ_DUMP_H

#include <stdlib.h>
#include <string.h>

#include "kernel/dump/dump_private.h"

#define READ_PAGES 64u
#define READ_RUNS 64u

/* The first pages, runs and stored pages, and all notes. */
static inline void read_dump(struct fb_dump *dump)
{
	uint8_t page[FB_PAGE_SIZE], sum = 0;
	struct fb_dump_stored stored[16];
	uint64_t pfn = 0, address = 0;
	struct fb_dump_part part;
	const uint8_t *prstatus;
	struct fb_run run;
	size_t i, j, size;

	for (i = 0; i < READ_PAGES; i++, pfn++) {
		pfn = fb_dump_next_page(dump, pfn);
		if (pfn == UINT64_MAX)
			break;
		fb_error_destroy(fb_dump_read_page(dump, pfn, page));
		fb_error_destroy(fb_space_read(fb_dump_physical(dump), pfn * FB_PAGE_SIZE + 4000,
					       page, 200));
	}
	for (i = 0; i < READ_RUNS; i++, address += run.length) {
		run.length = 1;
		fb_error_destroy(fb_space_locate(fb_dump_physical(dump), address,
						 (1ull << 60) - address, &run));
	}
	for (i = 0; (prstatus = fb_dump_prstatus(dump, i, &size)); i++) {
		for (j = 0; j < size; j++)
			sum = (uint8_t)(sum + prstatus[j]);
	}
	if (fb_dump_vmcoreinfo(dump))
		page[0] = (uint8_t)(sum + strlen(fb_dump_vmcoreinfo(dump)));
	for (i = 0; i < fb_dump_parts(dump); i++)
		fb_error_destroy(fb_dump_part(dump, i, &part));
	if (fb_dump_parts(dump)) {
		fb_error_destroy(fb_dump_stored(dump, 0, stored, FB_ARRAY_SIZE(stored), &size));
		fb_error_destroy(fb_dump_existing_bitmap(dump, 0, page, sizeof(page)));
	}
}

/* A dump input over a copy of the bytes; false where memory is out. */
static inline bool make_input(const uint8_t *data, size_t size, struct fb_dump_input *input)
{
	void *copy = malloc(size ? size : 1);
	struct fb_error *err;

	*input = (struct fb_dump_input){.stored_size = size};
	if (!copy)
		return false;
	if (size)
		memcpy(copy, data, size);
	err = fb_file_from_memory("fuzz", copy, size, &input->file);
	if (!err)
		return true;
	fb_error_destroy(err);
	free(copy);
	return false;
}

#endif
