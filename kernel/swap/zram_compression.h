/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The algorithms by which zram compresses a page, with the names that it has for them in
 * the file comp_algorithm (drivers/block/zram/zcomp.c). Called by zram.c.
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

/* Decompresses size bytes of data to the FB_PAGE_SIZE bytes of page. FB_CORRUPT where the result has another size;
 * FB_UNSUPPORTED for 842, and for data that were compressed with a dictionary. */
FB_MUST_CHECK struct fb_error *fb_zram_decompress(enum fb_zram_algorithm algorithm,
						  const void *data, size_t size, void *page);

#endif
