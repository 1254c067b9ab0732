// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads compressed numbers of HotSpot. Called by the readers of Java. */
#include "user/runtimes/java/java_stream.h"

#include <inttypes.h>

#include "base/limits.h"

/* A byte has six bits of a number; what is lower ends it. */
#define BITS 6u
#define HIGH (1u << BITS)
#define MOST_BYTES 5u

/* Reads up to the end of the page, or of the stream. */
static struct fb_error *fill(struct fb_java_stream *stream)
{
	uint64_t size = FB_PAGE_SIZE - stream->address % FB_PAGE_SIZE;
	struct fb_error *err;

	if (size > stream->end - stream->address)
		size = stream->end - stream->address;
	if (size > sizeof(stream->window))
		size = sizeof(stream->window);
	err = fb_space_read(stream->space, stream->address, stream->window, size);
	if (!err) {
		stream->window_at = stream->address;
		stream->window_size = (uint32_t)size;
	}
	return err;
}

struct fb_error *fb_java_stream_byte(struct fb_java_stream *stream, uint8_t *ret)
{
	struct fb_error *err = NULL;

	if (stream->address >= stream->end)
		return fb_error_create(FB_CORRUPT, "compressed numbers end at 0x%" PRIx64,
				       stream->address);
	if (stream->address < stream->window_at ||
	    stream->address - stream->window_at >= stream->window_size)
		err = fill(stream);
	if (!err)
		*ret = stream->window[stream->address++ - stream->window_at];
	return err;
}

struct fb_error *fb_java_stream_number(struct fb_java_stream *stream, uint32_t *ret)
{
	const uint32_t excluded = stream->without_zero ? 1 : 0;
	const uint32_t low = 256 - HIGH;
	uint32_t sum = 0;

	for (unsigned i = 0; i < MOST_BYTES; i++) {
		uint8_t byte;
		struct fb_error *err = fb_java_stream_byte(stream, &byte);

		if (err)
			return err;
		if (byte < excluded)
			return fb_error_create(FB_CORRUPT, "no compressed number is at 0x%" PRIx64,
					       stream->address - 1);
		sum += (byte - excluded) << BITS * i;
		if (byte < low)
			break;
	}
	*ret = sum;
	return NULL;
}

struct fb_error *fb_java_stream_signed(struct fb_java_stream *stream, int32_t *ret)
{
	uint32_t number = 0;
	struct fb_error *err = fb_java_stream_number(stream, &number);

	if (!err)
		*ret = (int32_t)(number >> 1 ^ -(number & 1));
	return err;
}
