/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plain bytes of a compressed stream, block by block. libarchive decompresses, by the one filter that is asked for
 * and by none that would run another program; it is loaded when a stream is opened (base/shared_library.h).
 */
#ifndef FB_BASE_PACKED_STREAM_H
#define FB_BASE_PACKED_STREAM_H

#include <stddef.h>

#include "base/cleanup.h"
#include "base/error.h"

enum fb_packing {
	FB_PACKING_GZIP,
	FB_PACKING_BZIP2,
	FB_PACKING_XZ,
	FB_PACKING_LZ4,
	FB_PACKING_ZSTD,
};
/* "gzip", "bzip2" and so on; static. */
const char *fb_packing_name(enum fb_packing packing);

struct fb_packed_stream;

/* The stream that begins where fd stands, or at data (size bytes). Both are borrowed, and are read until the stream is
 * closed. FB_CORRUPT where there is no such stream; FB_UNSUPPORTED where libarchive is missing or was built without
 * this form; FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_packed_stream_open_fd(enum fb_packing packing, int fd,
							struct fb_packed_stream **stream_ret);
FB_MUST_CHECK struct fb_error *fb_packed_stream_open_memory(enum fb_packing packing,
							    const void *data, size_t size,
							    struct fb_packed_stream **stream_ret);
void fb_packed_stream_close(struct fb_packed_stream *stream);
FB_DESTROY_AT(struct fb_packed_stream, fb_packed_stream_close);

/* The next *size_ret bytes, which stay valid until the next call; 0 bytes at the end. FB_TRUNCATED where the stream
 * ends early or is damaged; the message is libarchive's reason. */
FB_MUST_CHECK struct fb_error *fb_packed_stream_next(struct fb_packed_stream *stream,
						     const void **block_ret, size_t *size_ret);

#endif
