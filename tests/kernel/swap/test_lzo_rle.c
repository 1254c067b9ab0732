// SPDX-License-Identifier: GPL-2.0-or-later
/* LZO with and without runs of zeros: every instruction, liblzo as the oracle, damage. */
#include "kernel/swap/lzo_rle.h"

#include <lzo/lzo1x.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"

#define END 17, 0, 0

/* STREAM(&size, out, byte, byte...) */
#define DECOMPRESS(size_ret, out, ...)                                                    \
	fb_lzo_rle_decompress((const uint8_t[]){__VA_ARGS__},                             \
			      sizeof((const uint8_t[]){__VA_ARGS__}), (out), sizeof(out), \
			      (size_ret))

static void reads_each_instruction(void)
{
	uint8_t out[4096];
	size_t size = 0;

	FB_OK(DECOMPRESS(&size, out, END));
	CU_ASSERT_EQUAL(size, 0);
	/* Four literals before the first instruction. */
	FB_OK(DECOMPRESS(&size, out, 21, 'a', 'b', 'c', 'd', END));
	CU_ASSERT(size == 4 && !memcmp(out, "abcd", 4));
	/* A run of literals: 3 + 1. */
	FB_OK(DECOMPRESS(&size, out, 1, 'a', 'b', 'c', 'd', END));
	CU_ASSERT(size == 4 && !memcmp(out, "abcd", 4));
	/* 64 and above: 3 bytes from 4 back, 1 literal; then below 16 behind one literal: 2 bytes
	 * from 1 + 0 + 4 * 1 back. */
	FB_OK(DECOMPRESS(&size, out, 21, 'a', 'b', 'c', 'd', 64 | 3 << 2 | 1, 0, 'e', 0, 1, END));
	CU_ASSERT(size == 10 && !memcmp(out, "abcdabceda", 10));
	/* 32 to 63, reaching into what it writes: 2 + 31 + 5 bytes from 1 back, 2 literals. */
	FB_OK(DECOMPRESS(&size, out, 21, 'a', 'b', 'c', 'd', 32, 5, 2, 0, 'x', 'y', END));
	CU_ASSERT(size == 44 && !memcmp(out, "abcddddd", 8) && !memcmp(out + 40, "ddxy", 4));
	/* A length that goes on over a zero: 2 + 31 + 255 + 1. */
	FB_OK(DECOMPRESS(&size, out, 21, 'a', 'b', 'c', 'd', 32, 0, 1, 0, 0, END));
	CU_ASSERT_EQUAL(size, 4 + 289);
}

/* Below 16 behind a long run of literals: 3 bytes, from more than 2 KiB back. */
static void reads_far_bytes_behind_literals(void)
{
	uint8_t stream[2200], out[4096];
	size_t at = 0, size = 0;

	/* 0, then 255 for each zero, and the rest: 18 + 8 * 255 + 10. */
	stream[at++] = 0;
	memset(stream + at, 0, 8);
	at += 8;
	stream[at++] = 10;
	for (unsigned i = 0; i < 2068; i++)
		stream[at++] = (uint8_t)(i * 7);
	stream[at++] = 0 | 2 << 2; /* from 2049 + 2 + 4 * 4 back */
	stream[at++] = 4;
	memcpy(stream + at, (uint8_t[]){END}, 3);
	at += 3;
	FB_OK(fb_lzo_rle_decompress(stream, at, out, sizeof(out), &size));
	CU_ASSERT_EQUAL(size, 2071);
	CU_ASSERT_EQUAL(out[2068], (uint8_t)((2068 - 2067) * 7));
	CU_ASSERT_EQUAL(out[2070], (uint8_t)(3 * 7));
}

/* Of 16 to 31: 2 + 3 bytes from 16 KiB and 4 back, and up to three literals behind them. */
static void reads_literals_behind_far_matches(void)
{
	enum { FIRST = 0x4000 + 4 };
	static uint8_t stream[FIRST + 200], out[FIRST + 20];

	for (unsigned literals = 0; literals <= 3; literals++) {
		size_t at = 0, size = 0;

		/* A run of literals: 18, 255 for each zero, and the rest. */
		stream[at++] = 0;
		memset(stream + at, 0, (FIRST - 18) / 255);
		at += (FIRST - 18) / 255;
		stream[at++] = (FIRST - 18) % 255;
		for (unsigned i = 0; i < FIRST; i++)
			stream[at++] = (uint8_t)(i * 7);
		stream[at++] = 16 | 3;
		stream[at++] = (uint8_t)(4 << 2 | literals);
		stream[at++] = 0;
		memcpy(stream + at, "xyz", literals);
		at += literals;
		memcpy(stream + at, (uint8_t[]){END}, 3);
		at += 3;
		FB_OK(fb_lzo_rle_decompress(stream, at, out, sizeof(out), &size));
		CU_ASSERT_EQUAL(size, FIRST + 5 + literals);
		for (unsigned i = 0; i < 5; i++)
			CU_ASSERT_EQUAL(out[FIRST + i], (uint8_t)(i * 7));
		CU_ASSERT_EQUAL(memcmp(out + FIRST + 5, "xyz", literals), 0);
	}
}

static void reads_runs_of_zeros(void)
{
	uint8_t out[4096];
	size_t size = 0;

	/* 4 + 5 + 8 * 2 zeros, then one literal. */
	FB_OK(DECOMPRESS(&size, out, 17, 1, 18, 'a', 0x18 | 5, 0xfd, 0xff, 2, 'b', END));
	CU_ASSERT_EQUAL(size, 27);
	CU_ASSERT(out[0] == 'a' && out[1] == 0 && out[25] == 0 && out[26] == 'b');
	/* The largest: 4 + 7 + 8 * 255. */
	FB_OK(DECOMPRESS(&size, out, 17, 1, 18, 'a', 0x1f, 0xfc, 0xff, 255, END));
	CU_ASSERT_EQUAL(size, 2052);
	/* Without a version the same is a match from 48 KiB back. */
	FB_FAILS_WITH(DECOMPRESS(&size, out, 18, 'a', 0x1d, 0xfd, 0xff, 2, 'b', END), FB_CORRUPT,
		      "back");
	FB_FAILS(DECOMPRESS(&size, out, 17, 2, 18, 'a', END), FB_UNSUPPORTED);
}

static void refuses_damage(void)
{
	uint8_t out[16];
	size_t size = 99;

	FB_FAILS(fb_lzo_rle_decompress("", 0, out, sizeof(out), &size), FB_TRUNCATED);
	FB_FAILS(DECOMPRESS(&size, out, 21, 'a'), FB_TRUNCATED);
	FB_FAILS(DECOMPRESS(&size, out, 21, 'a', 'b', 'c', 'd'), FB_TRUNCATED);
	FB_FAILS(DECOMPRESS(&size, out, 32, 0, 0, 0), FB_TRUNCATED);
	FB_FAILS_WITH(DECOMPRESS(&size, out, 21, 'a', 'b', 'c', 'd', 64 | 4 << 2, 0, END),
		      FB_CORRUPT, "5 bytes back at 4");
	FB_FAILS_WITH(DECOMPRESS(&size, out, 21, 'a', 'b', 'c', 'd', 32, 5, 0, 0, END), FB_CORRUPT,
		      "behind 16");
	FB_FAILS_WITH(DECOMPRESS(&size, out, 17, 1, 18, 'a', 0x1f, 0xfc, 0xff, 255, END),
		      FB_CORRUPT, "behind 16");
	FB_FAILS_WITH(DECOMPRESS(&size, out, END, 0), FB_CORRUPT, "end");
	CU_ASSERT_EQUAL(size, 99);
}

/* Pages of words, of noise, of text, with gaps. */
static void make_page(unsigned kind, uint8_t *page)
{
	uint32_t state = kind * 2654435761u + 1;

	for (size_t i = 0; i < 4096; i++) {
		state = state * 1664525u + 1013904223u;
		if (kind % 4 == 0)
			page[i] = (uint8_t)(state >> 24);
		else if (kind % 4 == 1)
			page[i] = i % 8 < 5 ? (uint8_t)(i >> kind % 5) : 0;
		else if (kind % 4 == 2)
			page[i] = state >> 28 ? page[i ? i - 1 : 0] : (uint8_t)(state >> 20);
		else
			page[i] = "the kernel had just panicked "[(i * (1 + kind / 7)) % 29];
	}
}

static void agrees_with_liblzo(void)
{
	static uint8_t memory[LZO1X_1_MEM_COMPRESS];
	uint8_t page[4096] = {0}, stream[8192], out[4096];
	lzo_uint length;
	size_t size;

	CU_ASSERT_EQUAL_FATAL(lzo_init(), LZO_E_OK);
	for (unsigned kind = 0; kind < 200; kind++) {
		make_page(kind, page);
		length = sizeof(stream);
		lzo1x_1_compress(page, sizeof(page), stream, &length, memory);
		FB_OK(fb_lzo_rle_decompress(stream, length, out, sizeof(out), &size));
		CU_ASSERT(size == 4096 && !memcmp(page, out, 4096));
		/* Any cut is noticed, never read behind: the copy ends where the cut is. */
		for (size_t cut = 0; cut < length; cut += 1 + length / 40) {
			uint8_t *copy = malloc(cut ? cut : 1);

			CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
			memcpy(copy, stream, cut);
			FB_FAILS(fb_lzo_rle_decompress(copy, cut, out, sizeof(out), &size),
				 FB_TRUNCATED);
			free(copy);
		}
	}
}

FB_TEST_MAIN("kernel/lzo_rle", FB_TEST(reads_each_instruction),
	     FB_TEST(reads_far_bytes_behind_literals), FB_TEST(reads_literals_behind_far_matches),
	     FB_TEST(reads_runs_of_zeros), FB_TEST(refuses_damage), FB_TEST(agrees_with_liblzo))
