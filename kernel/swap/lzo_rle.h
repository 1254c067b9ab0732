/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decompresses LZO1X as the kernel writes it: the streams of liblzo, and those of
 * version 1, which also encode runs of zeros (Documentation/staging/lzo.rst;
 * 5ee4014af99f, "lib/lzo: implement run-length encoding", 5.1) and which liblzo cannot
 * read. Called by zram_compression.c.
 */
#ifndef FB_KERNEL_LZO_RLE_H
#define FB_KERNEL_LZO_RLE_H

#include <stddef.h>

#include "base/error.h"

/* Decompresses stream into `to`, which has room bytes; *size_ret is how many were written. FB_TRUNCATED where the
 * stream ends too early, FB_CORRUPT where it is malformed or gives more than room bytes, FB_UNSUPPORTED for a version
 * above 1. After an error the contents of `to` are undefined. */
FB_MUST_CHECK struct fb_error *fb_lzo_rle_decompress(const void *stream, size_t stream_size,
						     void *to, size_t room, size_t *size_ret);

#endif
