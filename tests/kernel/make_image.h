/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes small memory images from a list of ranges, for tests: frame n holds what mk_page() says. A wrong
 * image is a right one with bytes changed afterwards, or cut short.
 */
#ifndef FB_TESTS_KERNEL_MAKE_IMAGE_H
#define FB_TESTS_KERNEL_MAKE_IMAGE_H

#include "kernel/images/image.h"
#include "tests/kernel/make_kdump.h"

struct mk_range {
	uint64_t pfn;
	uint64_t pages;
};

void mk_lime(const struct mk_range *ranges, size_t count, struct mk_bytes *bytes);
/* AVML's version 2: each range in snappy's framing format, plain where it would not shrink, with a chunk to
 * be skipped at its begin. */
void mk_avml(const struct mk_range *ranges, size_t count, struct mk_bytes *bytes);
/* A checkpoint of VMware, and the memory: a file of its own, or, where memory is NULL, a block within. */
void mk_vmware(const struct mk_range *ranges, size_t count, struct mk_bytes *checkpoint,
	       struct mk_bytes *memory);

/* Checks that the dump has these frames, with their bytes, and no other below limit. */
void mk_check_ranges(struct fb_dump *dump, const struct mk_range *ranges, size_t count,
		     uint64_t limit);

#endif
