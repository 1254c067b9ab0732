/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The headers of a kdump-compressed file, checked, and where its parts stand.
 * Format: kdump_format.h.
 */
#ifndef FB_KERNEL_KDUMP_HEADER_H
#define FB_KERNEL_KDUMP_HEADER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/file.h"
#include "base/warnings.h"
#include "kernel/dump/kdump_format.h"

struct fb_kdump_layout {
	struct fb_kdump_header header;  /* its texts are NUL-terminated */
	struct fb_kdump_sub_header sub; /* what the header version lacks is zero */
	bool split;                     /* a part: holds the pages of [start_pfn, end_pfn) */
	uint64_t max_pfn;               /* exclusive */
	uint64_t known_pfn; /* exclusive; less than max_pfn where the file ends inside bitmap 2 */
	uint64_t start_pfn;
	uint64_t end_pfn;     /* exclusive; max_pfn where not split */
	uint64_t header_size; /* bytes of header and sub-header blocks, from offset 0 */
	uint64_t bitmap1;     /* offsets in the file; both the same where there is only one */
	uint64_t bitmap2;
	uint64_t bitmap_size; /* bytes of each */
	uint64_t descs;       /* offset of the first page descriptor */
};

/* stored_size: bytes really there, where file is a layer whose size may count holes. */
FB_MUST_CHECK struct fb_error *fb_kdump_layout_read(struct fb_file *file, uint64_t stored_size,
						    struct fb_warnings *warnings,
						    struct fb_kdump_layout *layout_ret);

/* length bytes at offset as a new buffer (one NUL added), or NULL with a warning where they are
 * not in the file. what names them; more than maximum is a warning too. */
FB_MUST_CHECK struct fb_error *fb_kdump_read_area(struct fb_file *file, uint64_t offset,
						  uint64_t length, uint64_t maximum,
						  const char *what, struct fb_warnings *warnings,
						  void **data_ret);

#endif
