/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ways in which zram compresses a page, by the names that its comp_algorithm
 * file knows (drivers/block/zram/zcomp.c).
 */
#ifndef FB_KERNEL_ZRAM_COMPRESSION_H
#define FB_KERNEL_ZRAM_COMPRESSION_H

#include <stddef.h>

#include "base/error.h"

enum fb_zram_algorithm {
	FB_ZRAM_LZO, /* and lzo-rle */
	FB_ZRAM_LZ4, /* and lz4hc */
	FB_ZRAM_ZSTD,
	FB_ZRAM_DEFLATE,
	FB_ZRAM_842, /* hardware of another architecture: not decompressed */
};

/* FB_UNSUPPORTED for a name that zram does not have. */
FB_MUST_CHECK struct fb_error *fb_zram_algorithm_parse(const char *name,
						       enum fb_zram_algorithm *algorithm_ret);

/* Decompresses to FB_PAGE_SIZE bytes. FB_CORRUPT where that is not what comes out; FB_UNSUPPORTED
 * for 842, and for data that take a dictionary. */
FB_MUST_CHECK struct fb_error *fb_zram_decompress(enum fb_zram_algorithm algorithm,
						  const void *data, size_t size, void *page);

#endif
