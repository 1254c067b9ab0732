/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A dump whose pages stand in a file as they are: a list says which bytes of it are at which physical
 * address. For the formats that are that: ELF (elf_vmcore.c) and memory images (image_dump.c).
 */
#ifndef FB_KERNEL_EXTENT_DUMP_H
#define FB_KERNEL_EXTENT_DUMP_H

#include <pthread.h>

#include "kernel/dump/dump_private.h"
#include "kernel/images/extents.h"

struct fb_extent_dump {
	struct fb_dump dump;
	struct fb_file *file; /* owned; NULL until the format has succeeded */
	/* Held for each read of the running kernel's memory: reads of one open /proc/kcore go through one
	 * buffer of the kernel's, whichever threads they are of, and would give each other's bytes (since
	 * 4.8, df04abfd181a, "fs/proc/kcore.c: Add bounce buffer for ktext data"). */
	pthread_mutex_t live_lock;
	struct fb_extents memory; /* owned; by physical address, what the file holds */
	struct fb_extents
		meant; /* owned; with what lies behind the file's end; empty if nothing does */
};

/* A dump without pages, of what wraps the input; destroyed by fb_dump_destroy(). format: static. */
FB_MUST_CHECK struct fb_error *fb_extent_dump_create(const char *format,
						     const struct fb_dump_input *input,
						     struct fb_extent_dump **dump_ret);
/* Takes both. */
void fb_extent_dump_map(struct fb_extent_dump *dump, struct fb_extents memory,
			struct fb_extents meant);
/* Counts the pages in the dump's info. end: exclusive end of all memory, bytes. What is cut off goes to
 * warnings, for path. FB_TRUNCATED, FB_INVALID: without one page. */
FB_MUST_CHECK struct fb_error *fb_extent_dump_measure(struct fb_extent_dump *dump, uint64_t end,
						      const char *path,
						      struct fb_warnings *warnings);

#endif
