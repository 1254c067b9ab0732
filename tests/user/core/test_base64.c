// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/core/base64.h"

#include <string.h>

#include "tests/harness.h"

/* RFC 4648, section 10, and every value of the alphabet. */
static const struct {
	const char *text, *bytes;
} vectors[] = {
	{"", ""},
	{"Zg==", "f"},
	{"Zm8=", "fo"},
	{"Zm9v", "foo"},
	{"Zm9vYg==", "foob"},
	{"Zm9vYmE=", "fooba"},
	{"Zm9vYmFy", "foobar"},
	{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
	 "\x00\x10\x83\x10\x51\x87\x20\x92\x8b\x30\xd3\x8f\x41\x14\x93\x51\x55\x97\x61\x96\x9b\x71"
	 "\xd7\x9f\x82\x18\xa3\x92\x59\xa7\xa2\x9a\xab\xb2\xdb\xaf\xc3\x1c\xb3\xd3\x5d\xb7\xe3\x9e"
	 "\xbb\xf3\xdf\xbf"},
};

/* Decodes text step characters at a time. */
static size_t decode(const char *text, size_t step, uint8_t *to)
{
	struct fb_base64 state = {0};
	size_t length = strlen(text), written = 0, taken;

	for (size_t at = 0; at < length; at += step) {
		size_t part = length - at < step ? length - at : step;

		written += fb_base64_decode(&state, (const uint8_t *)text + at, part, to + written,
					    &taken);
		CU_ASSERT_EQUAL(taken, part);
	}
	return written + fb_base64_finish(&state, to + written);
}

static void decodes_in_pieces_of_any_size(void)
{
	uint8_t bytes[64];

	for (size_t i = 0; i < FB_ARRAY_SIZE(vectors); i++) {
		size_t expected = strlen(vectors[i].text) / 4 * 3;

		if (i < FB_ARRAY_SIZE(vectors) - 1)
			expected = strlen(vectors[i].bytes);
		for (size_t step = 1; step < 70; step++) {
			CU_ASSERT_EQUAL(decode(vectors[i].text, step, bytes), expected);
			CU_ASSERT_EQUAL(memcmp(bytes, vectors[i].bytes, expected), 0);
		}
	}
}

static void forgives_missing_padding(void)
{
	uint8_t bytes[8];

	CU_ASSERT_EQUAL(decode("Zm8", 1, bytes), 2);
	CU_ASSERT_EQUAL(decode("Zg", 1, bytes), 1);
	CU_ASSERT_EQUAL(decode("Z", 1, bytes), 0);
}

static void stops_at_what_is_no_base64(void)
{
	struct fb_base64 state = {0};
	uint8_t bytes[16];
	size_t taken;

	CU_ASSERT_EQUAL(fb_base64_decode(&state, (const uint8_t *)"Zm9v-", 5, bytes, &taken), 3);
	CU_ASSERT_EQUAL(taken, 4);
	/* Behind padding nothing may follow. */
	CU_ASSERT_EQUAL(fb_base64_decode(&state, (const uint8_t *)"Zg==Zg==", 8, bytes, &taken), 0);
	CU_ASSERT_EQUAL(taken, 4);
	CU_ASSERT_EQUAL(fb_base64_finish(&state, bytes), 1);
	/* ... until the stream was ended. */
	CU_ASSERT_EQUAL(fb_base64_decode(&state, (const uint8_t *)"Zm9v", 4, bytes, &taken), 3);
}

/* A character that is none at each place of a group: up to it all is taken, and the bytes before it. */
static void stops_wherever_it_stands(void)
{
	for (size_t place = 0; place < 8; place++) {
		uint8_t text[9] = "Zm9vYmFy", bytes[16] = {0};
		struct fb_base64 state = {0};
		size_t taken, written;

		text[place] = '-';
		written = fb_base64_decode(&state, text, 8, bytes, &taken);
		CU_ASSERT_EQUAL(taken, place);
		CU_ASSERT_EQUAL(written, place < 4 ? 0 : 3);
		written += fb_base64_finish(&state, bytes + written);
		CU_ASSERT_EQUAL(written, place / 4 * 3 + (place % 4 ? place % 4 - 1 : 0));
		CU_ASSERT_EQUAL(memcmp(bytes, "foobar", written), 0);
	}
}

FB_TEST_MAIN("user/base64", FB_TEST(decodes_in_pieces_of_any_size),
	     FB_TEST(forgives_missing_padding), FB_TEST(stops_at_what_is_no_base64),
	     FB_TEST(stops_wherever_it_stands))
