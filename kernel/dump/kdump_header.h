/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads and checks the headers of a kdump-compressed file, and computes where its bitmaps
 * and page descriptors are. Format: kdump_format.h. Called by kdump_open.c.
 */
#ifndef FB_KERNEL_KDUMP_HEADER_H
#define FB_KERNEL_KDUMP_HEADER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/files/file.h"
#include "base/warnings.h"
#include "kernel/dump/kdump_format.h"

struct fb_kdump_layout {
	struct fb_kdump_header header;  /* its texts are NUL-terminated */
	struct fb_kdump_sub_header sub; /* fields that its version does not have are zero */
	bool split;                     /* a part of a dump: pages of [start_pfn, end_pfn) */
	uint64_t max_pfn;               /* exclusive end of the frames that the bitmaps cover */
	uint64_t known_pfn; /* exclusive; less than max_pfn where the file ends inside bitmap 2 */
	uint64_t start_pfn;
	uint64_t end_pfn;     /* exclusive; max_pfn where not split */
	uint64_t header_size; /* bytes of header and sub-header blocks, from offset 0 */
	uint64_t bitmap1;     /* offsets in the file; equal where there is only one bitmap */
	uint64_t bitmap2;
	uint64_t bitmap_size; /* bytes of each bitmap */
	uint64_t descs;       /* offset of the first page descriptor */
};

/* Reads the headers of file (borrowed). stored_size: how many bytes it really has, which may be fewer than its
 * size (struct fb_dump_input). FB_INVALID, FB_CORRUPT, FB_TRUNCATED, FB_UNSUPPORTED; oddities that do not
 * prevent reading are warnings. */
FB_MUST_CHECK struct fb_error *fb_kdump_layout_read(struct fb_file *file, uint64_t stored_size,
						    struct fb_warnings *warnings,
						    struct fb_kdump_layout *layout_ret);

/* Reads length bytes at offset into a new buffer, which the caller frees, and adds a NUL. *data_ret is NULL, with
 * a warning, where the file does not have them or length is more than maximum. `what` names them in warnings. */
FB_MUST_CHECK struct fb_error *fb_kdump_read_area(struct fb_file *file, uint64_t offset,
						  uint64_t length, uint64_t maximum,
						  const char *what, struct fb_warnings *warnings,
						  void **data_ret);

#endif
