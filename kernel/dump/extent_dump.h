/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A dump whose pages lie uncompressed in a file; a list of extents tells which bytes of the file belong to
 * which physical address. Called by the readers of such formats: ELF (elf_vmcore.c) and memory images
 * (image_dump.c).
 */
#ifndef FB_KERNEL_EXTENT_DUMP_H
#define FB_KERNEL_EXTENT_DUMP_H

#include <pthread.h>

#include "kernel/dump/dump_private.h"
#include "kernel/images/extents.h"

struct fb_extent_dump {
	struct fb_dump dump;
	struct fb_file *file; /* owned; NULL until the format's reader has succeeded */
	/* Held during each read of the running kernel's memory. The kernel has one buffer for each open
	 * /proc/kcore, so that concurrent reads could return each other's bytes (since 4.8, df04abfd181a,
	 * "fs/proc/kcore.c: Add bounce buffer for ktext data"). */
	pthread_mutex_t live_lock;
	struct fb_extents memory; /* owned; what the file has, by physical address */
	/* Owned; memory, and besides what should follow the file's end. Empty where nothing is cut off. */
	struct fb_extents meant;
};

/* Makes a dump without pages; its info says how the input was compressed. format: static. The caller destroys
 * it by fb_dump_destroy(). FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_extent_dump_create(const char *format,
						     const struct fb_dump_input *input,
						     struct fb_extent_dump **dump_ret);
/* Sets the dump's extents, and takes over both. */
void fb_extent_dump_map(struct fb_extent_dump *dump, struct fb_extents memory,
			struct fb_extents meant);
/* Counts the pages for the dump's info. end: exclusive end of all memory, a physical address in bytes. Where the
 * file is cut off, adds a warning that names path. FB_TRUNCATED or FB_INVALID where there is not one page. */
FB_MUST_CHECK struct fb_error *fb_extent_dump_measure(struct fb_extent_dump *dump, uint64_t end,
						      const char *path,
						      struct fb_warnings *warnings);

#endif
