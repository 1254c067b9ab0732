/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers as HotSpot compresses them, in one to five bytes (UNSIGNED5): each byte that is not among the lowest values
 * has six bits, and is followed by another. From OpenJDK 20 on no byte is 0. Called by the readers of Java.
 *
 * Source of the format: OpenJDK's src/hotspot/share/code/compressedStream.cpp, and since 8292758, "put support for
 * UNSIGNED5 format into its own header file", src/hotspot/share/utilities/unsigned5.hpp.
 */
#ifndef FB_USER_JAVA_STREAM_H
#define FB_USER_JAVA_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/space.h"

#define FB_JAVA_STREAM_WINDOW 64u
struct fb_java_stream {
	struct fb_space *space; /* borrowed */
	uint64_t address;       /* of the next byte */
	uint64_t end;           /* exclusive */
	bool without_zero;      /* the form of 20 and later */
	/* Bytes that were read ahead. */
	uint8_t window[FB_JAVA_STREAM_WINDOW];
	uint64_t window_at;
	uint32_t window_size;
};

/* Read the next byte, number, or number with a sign. FB_CORRUPT at the end; errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_java_stream_byte(struct fb_java_stream *stream, uint8_t *ret);
FB_MUST_CHECK struct fb_error *fb_java_stream_number(struct fb_java_stream *stream, uint32_t *ret);
FB_MUST_CHECK struct fb_error *fb_java_stream_signed(struct fb_java_stream *stream, int32_t *ret);

#endif
