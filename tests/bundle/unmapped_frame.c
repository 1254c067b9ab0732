// SPDX-License-Identifier: GPL-2.0-or-later
/* See unmapped_frame.h. Page tables are read through a space of their own, in which entries can be taken away. */
#include "tests/bundle/unmapped_frame.h"

#include <string.h>

#include "kernel/image/kernel_private.h"
#include "tests/harness.h"

#define PRESENT 1u
#define FRAME_BITS 0x000ffffffffff000ull

static struct fb_error *read_unmapped(struct fb_space *space, uint64_t address, void *to,
				      size_t length)
{
	const struct unmapped_frame *unmapped = (const struct unmapped_frame *)space;
	struct fb_error *err = fb_space_read(unmapped->whole, address, to, length);

	for (size_t at = -address & 7; !err && at + 8 <= length; at += 8) {
		uint64_t entry;

		memcpy(&entry, (char *)to + at, sizeof(entry));
		if ((entry & PRESENT) && (entry & FRAME_BITS) == unmapped->pfn << FB_PAGE_SHIFT)
			memset((char *)to + at, 0, sizeof(entry));
	}
	return err;
}

static struct fb_error *locate_unmapped(struct fb_space *space, uint64_t address, uint64_t length,
					struct fb_run *run_ret)
{
	return fb_space_locate(((struct unmapped_frame *)space)->whole, address, length, run_ret);
}

static const struct fb_space_ops unmapped_ops = {.read = read_unmapped, .locate = locate_unmapped};

void unmapped_frame_begin(struct unmapped_frame *unmapped, struct fb_input *input, uint64_t pfn)
{
	struct fb_kernel *kernel = fb_input_kernel(input);

	unmapped->kernel = kernel;
	unmapped->whole = kernel->tables.physical;
	unmapped->space = (struct fb_space){.ops = &unmapped_ops, .name = unmapped->whole->name};
	unmapped->pfn = pfn;
	kernel->tables.physical = &unmapped->space;
}

void unmapped_frame_end(struct unmapped_frame *unmapped)
{
	unmapped->kernel->tables.physical = unmapped->whole;
}
