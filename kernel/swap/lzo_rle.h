/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * LZO1X as the kernel writes it: streams of liblzo, and those of version 1, which
 * hold runs of zeros too (Documentation/staging/lzo.rst; 5ee4014af99f, "lib/lzo:
 * implement run-length encoding", 5.1). liblzo itself does not know the latter.
 */
#ifndef FB_KERNEL_LZO_RLE_H
#define FB_KERNEL_LZO_RLE_H

#include <stddef.h>

#include "base/error.h"

/* Up to room bytes into to; *size_ret is how many there were. FB_TRUNCATED where the stream ends
 * too early, FB_CORRUPT where it is not one, or gives more than room; FB_UNSUPPORTED for a version
 * above 1. On failure the bytes of to are undefined. */
FB_MUST_CHECK struct fb_error *fb_lzo_rle_decompress(const void *stream, size_t stream_size,
						     void *to, size_t room, size_t *size_ret);

#endif
