// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Decompresses LZO-RLE (lib/lzo of the kernel), zram's usual algorithm, which liblzo2 cannot read. Called by
 * zram_compression.c.
 *
 * A stream is a sequence of instructions. The first byte of an instruction has its kind (the top bits), a length and a
 * distance back; further bytes extend these. Every copy from earlier output is followed by 0 to 3 literal bytes. Their
 * number is in the instruction too, and determines how a next instruction below 16 is read.
 */
#include "kernel/swap/lzo_rle.h"

#include <stdbool.h>
#include <string.h>

#include "base/cursor.h"

#define VERSION_MARK 17u   /* first byte of a stream that says its version */
#define FIRST_LITERALS 17u /* a larger first byte: that many literals more than this */
#define AFTER_LONG_RUN 4u  /* the state behind a run of four literals or more */
#define M2_MAX_DISTANCE 2048u
#define M4_MIN_DISTANCE 16384u
#define MIN_ZERO_RUN 4u
#define END_LENGTH 3u

struct decoder {
	struct fb_cursor in;
	uint8_t *out;
	size_t room, used;
	unsigned version;
	unsigned state; /* literals behind the last copy, or AFTER_LONG_RUN */
	bool ended;
};

struct match {
	size_t length, distance;
	unsigned literals; /* behind it */
};

static struct fb_error *need_room(const struct decoder *decoder, size_t length)
{
	if (length <= decoder->room - decoder->used)
		return NULL;
	return fb_error_create(FB_CORRUPT, "LZO: %zu bytes at %zu reach behind %zu", length,
			       decoder->used, decoder->room);
}

static struct fb_error *copy_literals(struct decoder *decoder, size_t length)
{
	struct fb_error *err = need_room(decoder, length);

	if (!err && length)
		err = fb_cursor_copy(&decoder->in, decoder->out + decoder->used, length);
	if (!err)
		decoder->used += length;
	return err;
}

static struct fb_error *copy_zeros(struct decoder *decoder, size_t length)
{
	struct fb_error *err = need_room(decoder, length);

	if (err)
		return err;
	memset(decoder->out + decoder->used, 0, length);
	decoder->used += length;
	return NULL;
}

/* A match may reach into what it writes: bytes are copied one by one, upwards. */
static struct fb_error *copy_match(struct decoder *decoder, const struct match *match)
{
	struct fb_error *err = need_room(decoder, match->length);

	if (!err && match->distance > decoder->used)
		err = fb_error_create(FB_CORRUPT, "LZO: a match %zu bytes back at %zu",
				      match->distance, decoder->used);
	for (size_t i = 0; i < match->length && !err; i++, decoder->used++)
		decoder->out[decoder->used] = decoder->out[decoder->used - match->distance];
	if (!err)
		err = copy_literals(decoder, match->literals);
	decoder->state = match->literals;
	return err;
}

/* Bits of the instruction; where they are 0 the length goes on in bytes: 255 for each zero, then
 * the value of the first that is none. */
static struct fb_error *read_length(struct decoder *decoder, uint8_t bits, uint8_t all_bits,
				    size_t *length_ret)
{
	size_t length = all_bits;
	uint8_t byte = 0;
	struct fb_error *err = NULL;

	if (bits) {
		*length_ret = bits;
		return NULL;
	}
	while (!err && !byte) {
		err = fb_cursor_u8(&decoder->in, &byte);
		length += byte ? byte : 255;
	}
	if (!err)
		*length_ret = length;
	return err;
}

/* Below 16: literals, or a short match close by, as the state says. */
static struct fb_error *run_lowest(struct decoder *decoder, uint8_t code)
{
	struct match match = {.literals = code & 3};
	size_t length;
	uint8_t high;
	struct fb_error *err;

	if (decoder->state == 0) {
		err = read_length(decoder, code, 15, &length);
		if (!err)
			err = copy_literals(decoder, length + 3);
		decoder->state = AFTER_LONG_RUN;
		return err;
	}
	err = fb_cursor_u8(&decoder->in, &high);
	if (err)
		return err;
	match.length = decoder->state == AFTER_LONG_RUN ? 3 : 2;
	match.distance = 1 + (code >> 2) + ((size_t)high << 2);
	if (decoder->state == AFTER_LONG_RUN)
		match.distance += M2_MAX_DISTANCE;
	return copy_match(decoder, &match);
}

/* 64 and above: 3 to 8 bytes within 2 KiB. */
static struct fb_error *run_short_match(struct decoder *decoder, uint8_t code)
{
	struct match match = {.literals = code & 3, .length = (code >> 5) + 1u};
	uint8_t high;
	struct fb_error *err = fb_cursor_u8(&decoder->in, &high);

	if (err)
		return err;
	match.distance = 1 + (code >> 2 & 7) + ((size_t)high << 3);
	return copy_match(decoder, &match);
}

/* 32 to 63: any length within 16 KiB. */
static struct fb_error *run_match(struct decoder *decoder, uint8_t code)
{
	struct match match;
	uint16_t word = 0;
	struct fb_error *err = read_length(decoder, code & 31, 31, &match.length);

	if (!err)
		err = fb_cursor_u16(&decoder->in, &word);
	if (err)
		return err;
	match.length += 2;
	match.distance = 1 + (word >> 2);
	match.literals = word & 3;
	return copy_match(decoder, &match);
}

/* In a stream of version 1 the largest distance stands for a run of zeros. */
static struct fb_error *run_zeros(struct decoder *decoder, uint8_t code, bool *done_ret)
{
	struct fb_cursor ahead = decoder->in;
	uint16_t word;
	uint8_t high;
	struct fb_error *err;

	*done_ret = false;
	if (!decoder->version || (code & 0xf8) != 0x18)
		return NULL;
	err = fb_cursor_u16(&ahead, &word);
	if (err || (word & 0xfffc) != 0xfffc)
		return err;
	err = fb_cursor_u8(&ahead, &high);
	if (err)
		return err;
	*done_ret = true;
	decoder->in = ahead;
	decoder->state = word & 3;
	err = copy_zeros(decoder, ((code & 7u) | (size_t)high << 3) + MIN_ZERO_RUN);
	return err ? err : copy_literals(decoder, decoder->state);
}

/* 16 to 31: within 16 to 48 KiB, a run of zeros, or the end. */
static struct fb_error *run_far_match(struct decoder *decoder, uint8_t code)
{
	struct match match;
	uint16_t word = 0;
	bool done;
	struct fb_error *err = run_zeros(decoder, code, &done);

	if (err || done)
		return err;
	err = read_length(decoder, code & 7, 7, &match.length);
	if (!err)
		err = fb_cursor_u16(&decoder->in, &word);
	if (err)
		return err;
	match.length += 2;
	match.distance = M4_MIN_DISTANCE + ((size_t)(code & 8) << 11) + (word >> 2);
	match.literals = word & 3;
	if (match.distance != M4_MIN_DISTANCE)
		return copy_match(decoder, &match);
	decoder->ended = true;
	if (match.length != END_LENGTH || fb_cursor_left(&decoder->in))
		return fb_error_create(FB_CORRUPT, "LZO: the end stands in the midst");
	return NULL;
}

static struct fb_error *run_instruction(struct decoder *decoder)
{
	uint8_t code;
	struct fb_error *err = fb_cursor_u8(&decoder->in, &code);

	if (err)
		return err;
	if (code >= 64)
		return run_short_match(decoder, code);
	if (code >= 32)
		return run_match(decoder, code);
	if (code >= 16)
		return run_far_match(decoder, code);
	return run_lowest(decoder, code);
}

/* The version, and literals that stand before the first instruction. */
static struct fb_error *run_start(struct decoder *decoder)
{
	struct fb_cursor ahead = decoder->in;
	uint8_t first, version = 0;
	struct fb_error *err = fb_cursor_u8(&ahead, &first);

	/* A stream of nothing is the mark of its end, three bytes that begin like this as well. */
	if (!err && first == VERSION_MARK && fb_cursor_left(&ahead) >= 4) {
		err = fb_cursor_u8(&ahead, &version);
		if (!err && version > 1)
			err = fb_error_create(FB_UNSUPPORTED, "LZO stream of version %u", version);
		decoder->version = version;
		decoder->in = ahead;
		if (!err)
			err = fb_cursor_u8(&ahead, &first);
	}
	if (err || first <= FIRST_LITERALS)
		return err;
	decoder->in = ahead;
	first -= FIRST_LITERALS;
	decoder->state = first < AFTER_LONG_RUN ? first : AFTER_LONG_RUN;
	return copy_literals(decoder, first);
}

struct fb_error *fb_lzo_rle_decompress(const void *stream, size_t stream_size, void *to,
				       size_t room, size_t *size_ret)
{
	struct decoder decoder = {.out = to, .room = room};
	struct fb_error *err;

	fb_cursor_init(&decoder.in, stream, stream_size, "LZO stream");
	err = run_start(&decoder);
	while (!err && !decoder.ended)
		err = run_instruction(&decoder);
	if (!err)
		*size_ret = decoder.used;
	return err;
}
