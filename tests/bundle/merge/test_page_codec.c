// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bundle/merge/page_codec.h"
#include "kernel/dump/kdump_format.h"
#include "kernel/dump/kdump_unpack.h"
#include "tests/bundle/made_host.h"
#include "tests/harness.h"

static const uint32_t codecs[] = {FB_KDUMP_PAGE_ZLIB, FB_KDUMP_PAGE_LZO, FB_KDUMP_PAGE_SNAPPY,
				  FB_KDUMP_PAGE_ZSTD};

/* Words that repeat, as in most pages. */
static void fill_page(uint8_t *page)
{
	for (size_t i = 0; i < FB_PAGE_SIZE; i++)
		page[i] = (uint8_t)(i % 8 < 3 ? i / 64 : 0);
}

/* Bytes that no method makes shorter. */
static void fill_noise(uint8_t *page)
{
	uint64_t state = 1;

	for (size_t i = 0; i < FB_PAGE_SIZE; i++) {
		state = state * 6364136223846793005u + 1442695040888963407u;
		page[i] = (uint8_t)(state >> 56);
	}
}

static void check_codec(struct fb_scratches *scratches, struct fb_kdump_unpackers *unpackers,
			uint32_t codec)
{
	uint8_t page[FB_PAGE_SIZE], packed[FB_PAGE_SIZE], unpacked[FB_PAGE_SIZE];
	struct fb_scratch *scratch = NULL;
	uint32_t size;

	FB_OK_FATAL(fb_scratch_take(scratches, &scratch));
	fill_page(page);
	memcpy(scratch->bytes, page, FB_PAGE_SIZE);
	size = fb_page_codec_pack(codec, scratch, packed);
	CU_ASSERT_TRUE(size > 0 && size < FB_PAGE_SIZE / 2);
	FB_OK(fb_kdump_unpack(unpackers, codec, packed, size, unpacked));
	CU_ASSERT_EQUAL(memcmp(unpacked, page, FB_PAGE_SIZE), 0);

	fill_noise(page);
	memcpy(scratch->bytes, page, FB_PAGE_SIZE);
	CU_ASSERT_EQUAL(fb_page_codec_pack(codec, scratch, packed), FB_PAGE_SIZE);
	CU_ASSERT_EQUAL(memcmp(packed, page, FB_PAGE_SIZE), 0);

	/* None: as it is, whatever it could become. */
	fill_page(page);
	memcpy(scratch->bytes, page, FB_PAGE_SIZE);
	CU_ASSERT_EQUAL(fb_page_codec_pack(0, scratch, packed), FB_PAGE_SIZE);
	CU_ASSERT_EQUAL(memcmp(packed, page, FB_PAGE_SIZE), 0);
	fb_scratch_give(scratches, scratch);
}

static void pages_come_back(void)
{
	struct fb_kdump_unpackers *unpackers = NULL;
	struct fb_scratches scratches;

	FB_OK_FATAL(fb_kdump_unpackers_create(&unpackers));
	fb_scratches_init(&scratches);
	for (size_t i = 0; i < FB_ARRAY_SIZE(codecs); i++)
		check_codec(&scratches, unpackers, codecs[i]);
	fb_scratches_deinit(&scratches);
	fb_kdump_unpackers_destroy(unpackers);
}

static void expect_codec(enum made_format format, uint32_t method, uint32_t codec)
{
	struct made_host host;

	made_host_open(&host, format, method);
	CU_ASSERT_EQUAL(fb_page_codec_of(host.dump), codec);
	made_host_close(&host);
}

static void the_codec_is_that_of_the_dump(void)
{
	for (size_t i = 0; i < FB_ARRAY_SIZE(codecs); i++)
		expect_codec(MADE_KDUMP, codecs[i], codecs[i]);
	expect_codec(MADE_SPLIT, FB_KDUMP_PAGE_LZO, FB_KDUMP_PAGE_LZO);
	expect_codec(MADE_KDUMP, 0, FB_KDUMP_PAGE_ZLIB);
	expect_codec(MADE_ELF, 0, FB_KDUMP_PAGE_ZLIB);
}

static void codecs_have_names(void)
{
	static const struct {
		const char *name;
		uint32_t codec;
	} named[] = {
		{"zlib", FB_KDUMP_PAGE_ZLIB},
		{"lzo", FB_KDUMP_PAGE_LZO},
		{"snappy", FB_KDUMP_PAGE_SNAPPY},
		{"zstd", FB_KDUMP_PAGE_ZSTD},
		{"none", 0},
	};
	uint32_t codec = 77;

	CU_ASSERT_FALSE(fb_page_codec_named("gzip", &codec));
	CU_ASSERT_FALSE(fb_page_codec_named("", &codec));
	CU_ASSERT_EQUAL(codec, 77);
	for (size_t i = 0; i < FB_ARRAY_SIZE(named); i++) {
		CU_ASSERT_TRUE(fb_page_codec_named(named[i].name, &codec));
		CU_ASSERT_EQUAL(codec, named[i].codec);
	}
}

FB_TEST_MAIN("bundle/page_codec", FB_TEST(pages_come_back), FB_TEST(the_codec_is_that_of_the_dump),
	     FB_TEST(codecs_have_names))
