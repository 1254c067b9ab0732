// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/parallel_read.h"
#include "tests/harness.h"

#define START UINT64_C(0x5000)
#define SIZE ((3u << 20) + 77)

/* Each byte is made of its address; nothing is mapped from hole on. */
struct pattern {
	struct fb_space space; /* first */
	uint64_t hole;
};

static uint8_t byte_at(uint64_t address)
{
	return (uint8_t)(address ^ address >> 8 ^ address >> 16);
}

static struct fb_error *read_pattern(struct fb_space *space, uint64_t address, void *to,
				     size_t length)
{
	const struct pattern *pattern = (const struct pattern *)space;

	if (address + length > pattern->hole)
		return fb_error_create(FB_ABSENT, "absent at %" PRIu64,
				       address < pattern->hole ? pattern->hole : address);
	for (size_t i = 0; i < length; i++)
		((uint8_t *)to)[i] = byte_at(address + i);
	return NULL;
}

static const struct fb_space_ops ops = {.read = read_pattern};

static bool is_pattern(const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (bytes[i] != byte_at(START + i))
			return false;
	return true;
}

static void check_reads(struct fb_pool *pool)
{
	static const size_t sizes[] = {0, 1, 256u << 10, (256u << 10) + 1, SIZE};
	struct pattern pattern = {.space = {&ops, "pattern"}, .hole = UINT64_MAX};
	uint8_t *bytes = malloc(SIZE + 1);

	CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
	for (size_t i = 0; i < FB_ARRAY_SIZE(sizes); i++) {
		memset(bytes, 0, SIZE + 1);
		bytes[sizes[i]] = 0xa5;
		FB_OK(fb_parallel_read(&pattern.space, pool, START, bytes, sizes[i]));
		CU_ASSERT_TRUE(is_pattern(bytes, sizes[i]));
		CU_ASSERT_EQUAL(bytes[sizes[i]], 0xa5);
	}
	/* Two pieces fail, and all behind them. */
	pattern.hole = START + (1u << 20) + 5;
	FB_FAILS_WITH(fb_parallel_read(&pattern.space, pool, START, bytes, SIZE), FB_ABSENT,
		      "absent at 1069061");
	free(bytes);
}

static void reads_all_in_the_caller(void)
{
	check_reads(NULL);
}

static void reads_all_by_many_threads(void)
{
	struct fb_pool *pool = NULL;

	FB_OK_FATAL(fb_pool_create(4, &pool));
	for (unsigned i = 0; i < 20; i++)
		check_reads(pool);
	fb_pool_destroy(pool);
}

FB_TEST_MAIN("base/parallel_read", FB_TEST(reads_all_in_the_caller),
	     FB_TEST(reads_all_by_many_threads))
