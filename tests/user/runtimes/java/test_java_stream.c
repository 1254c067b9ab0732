// SPDX-License-Identifier: GPL-2.0-or-later
/* Compressed numbers of HotSpot, in both forms. */
#include "user/runtimes/java/java_stream.h"

#include <string.h>

#include "base/attr.h"
#include "tests/harness.h"

#define BASE 0x1000u

struct memory {
	struct fb_space space; /* first */
	const uint8_t *bytes;
	size_t size;
};

static struct fb_error *read_memory(struct fb_space *space, uint64_t address, void *to,
				    size_t length)
{
	const struct memory *memory = (const struct memory *)space;

	if (address < BASE || address - BASE > memory->size ||
	    length > memory->size - (address - BASE))
		return fb_error_create(FB_ABSENT, "left out");
	memcpy(to, memory->bytes + (address - BASE), length);
	return NULL;
}

static const struct fb_space_ops ops = {.read = read_memory};

static void numbers_are(bool without_zero, const uint8_t *bytes, size_t size, uint32_t number)
{
	struct memory memory = {{.ops = &ops, .name = "test"}, bytes, size};
	struct fb_java_stream stream = {.space = &memory.space,
					.address = BASE,
					.end = BASE + size,
					.without_zero = without_zero};
	uint32_t value = 0;

	FB_OK(fb_java_stream_number(&stream, &value));
	CU_ASSERT_EQUAL(value, number);
	CU_ASSERT_EQUAL(stream.address, BASE + size);
	FB_FAILS_WITH(fb_java_stream_number(&stream, &value), FB_CORRUPT, "end at");
}

static void both_forms_are_read(void)
{
	const uint8_t zero[] = {0}, one[] = {1}, least[] = {191},
		      most[] = {0xff, 0xff, 0xff, 0xff, 0xff};
	const uint8_t two[] = {192, 2}, last[] = {0xc0, 0xc0, 0xc0, 0xc0, 0x01};

	numbers_are(false, zero, 1, 0);
	numbers_are(false, one, 1, 1);
	numbers_are(false, least, 1, 191);
	numbers_are(false, two, 2, 192 + (2 << 6));
	numbers_are(true, one, 1, 0);
	numbers_are(true, least, 1, 190);
	numbers_are(true, two, 2, 191 + (1 << 6));
	/* The fifth byte ends a number whatever it is. */
	numbers_are(false, most, 5, 255u * (1 + 64 + 4096 + 262144) + (255u << 24));
	numbers_are(false, last, 5, 192u * (1 + 64 + 4096 + 262144) + (1u << 24));
}

static void signs_are_in_the_lowest_bit(void)
{
	const uint8_t bytes[] = {0, 1, 2, 3, 190};
	struct memory memory = {{.ops = &ops, .name = "test"}, bytes, sizeof(bytes)};
	struct fb_java_stream stream = {
		.space = &memory.space, .address = BASE, .end = BASE + sizeof(bytes)};
	const int32_t expected[] = {0, -1, 1, -2, 95};

	for (size_t i = 0; i < FB_ARRAY_SIZE(expected); i++) {
		int32_t value = 7;

		FB_OK(fb_java_stream_signed(&stream, &value));
		CU_ASSERT_EQUAL(value, expected[i]);
	}
}

static void what_is_no_number_is_refused(void)
{
	const uint8_t bytes[] = {200, 0};
	struct memory memory = {{.ops = &ops, .name = "test"}, bytes, sizeof(bytes)};
	struct fb_java_stream stream = {
		.space = &memory.space, .address = BASE, .end = BASE + 10, .without_zero = true};
	uint32_t value;

	FB_FAILS_WITH(fb_java_stream_number(&stream, &value), FB_ABSENT, "left out");
	stream.end = BASE + 2;
	FB_FAILS_WITH(fb_java_stream_number(&stream, &value), FB_CORRUPT,
		      "no compressed number is at 0x1001");
}

FB_TEST_MAIN("user/java_stream", FB_TEST(both_forms_are_read), FB_TEST(signs_are_in_the_lowest_bit),
	     FB_TEST(what_is_no_number_is_refused))
