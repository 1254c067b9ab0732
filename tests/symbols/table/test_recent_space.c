// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "symbols/table/recent_space.h"
#include "tests/base/failing.h"
#include "tests/harness.h"

#define START UINT64_C(0x100000)

/* Each byte is made of its address; every 1000th page is absent. */
struct pattern {
	struct fb_space space; /* first */
	size_t reads;
};

static uint8_t byte_at(uint64_t address)
{
	return (uint8_t)(address ^ address >> 12 ^ address >> 20);
}

static struct fb_error *read_pattern(struct fb_space *space, uint64_t address, void *to,
				     size_t length)
{
	struct pattern *pattern = (struct pattern *)space;

	pattern->reads++;
	for (size_t i = 0; i < length; i++) {
		if ((address + i) / FB_PAGE_SIZE % 1000 == 999)
			return fb_error_create(FB_ABSENT, "absent");
		((uint8_t *)to)[i] = byte_at(address + i);
	}
	return NULL;
}

static const struct fb_space_ops pattern_ops = {.read = read_pattern};

static bool reads_right(struct fb_recent_space *recent, uint64_t address, size_t length)
{
	uint8_t bytes[64];

	FB_OK(fb_space_read(&recent->space, address, bytes, length));
	for (size_t i = 0; i < length; i++)
		if (bytes[i] != byte_at(address + i))
			return false;
	return true;
}

static void keeps_what_was_read(void)
{
	struct pattern pattern = {.space = {.ops = &pattern_ops, .name = "pattern"}};
	struct fb_recent_space recent;

	FB_OK_FATAL(fb_recent_space_init(&recent, &pattern.space, START + 5,
					 START + FB_RECENT_CHUNK + 100));
	CU_ASSERT_EQUAL(recent.start, START);
	FB_OK_FATAL(fb_recent_space_advance(&recent, FB_RECENT_CHUNK));
	FB_OK_FATAL(fb_recent_space_advance(&recent, 100));
	CU_ASSERT_EQUAL(recent.end, START + FB_RECENT_CHUNK + 100);
	CU_ASSERT_EQUAL(pattern.reads, 2);
	CU_ASSERT_TRUE(reads_right(&recent, START, 64));
	CU_ASSERT_TRUE(reads_right(&recent, START + FB_RECENT_CHUNK - 32, 64));
	CU_ASSERT_TRUE(reads_right(&recent, recent.end - 64, 64));
	CU_ASSERT_EQUAL(pattern.reads, 2);
	/* Before, behind, and half behind. */
	CU_ASSERT_TRUE(reads_right(&recent, START - 1, 1));
	CU_ASSERT_TRUE(reads_right(&recent, recent.end, 1));
	CU_ASSERT_TRUE(reads_right(&recent, recent.end - 1, 2));
	CU_ASSERT_EQUAL(pattern.reads, 5);
	FB_FAILS(fb_recent_space_advance(&recent, FB_RECENT_CHUNK), FB_INVALID);
	fb_recent_space_deinit(&recent);
}

static void holes_are_zeros_and_stay_holes(void)
{
	struct pattern pattern = {.space = {.ops = &pattern_ops, .name = "pattern"}};
	const uint64_t hole = UINT64_C(999) * FB_PAGE_SIZE;
	struct fb_recent_space recent;
	uint8_t bytes[2];

	FB_OK_FATAL(
		fb_recent_space_init(&recent, &pattern.space, hole - 3 * FB_PAGE_SIZE, UINT64_MAX));
	FB_OK_FATAL(fb_recent_space_advance(&recent, FB_RECENT_CHUNK));
	CU_ASSERT_EQUAL(recent.data[3 * FB_PAGE_SIZE - 1], byte_at(hole - 1));
	for (size_t i = 0; i < FB_PAGE_SIZE; i++)
		if (recent.data[3 * FB_PAGE_SIZE + i])
			CU_FAIL_FATAL("a hole is not zero");
	CU_ASSERT_EQUAL(recent.data[4 * FB_PAGE_SIZE], byte_at(hole + FB_PAGE_SIZE));
	FB_FAILS(fb_space_read(&recent.space, hole - 1, bytes, 2), FB_ABSENT);
	CU_ASSERT_TRUE(reads_right(&recent, hole - 2, 2));
	CU_ASSERT_TRUE(reads_right(&recent, hole + FB_PAGE_SIZE, 2));
	fb_recent_space_deinit(&recent);
}

static void moves_on_without_growing(void)
{
	struct pattern pattern = {.space = {.ops = &pattern_ops, .name = "pattern"}};
	struct fb_recent_space recent;
	size_t reads;

	FB_OK_FATAL(
		fb_recent_space_init(&recent, &pattern.space, START, START + 5u * FB_RECENT_BYTES));
	while (recent.end < START + 5u * FB_RECENT_BYTES)
		FB_OK_FATAL(fb_recent_space_advance(&recent, FB_RECENT_CHUNK));
	CU_ASSERT_TRUE(recent.end - recent.start >= FB_RECENT_BYTES);
	CU_ASSERT_TRUE(recent.end - recent.start <= 2u * FB_RECENT_BYTES);
	reads = pattern.reads;
	for (uint64_t at = recent.start; at < recent.end; at += FB_PAGE_SIZE)
		if (at / FB_PAGE_SIZE % 1000 != 999 && !reads_right(&recent, at, 64))
			CU_FAIL_FATAL("wrong bytes");
	CU_ASSERT_EQUAL(pattern.reads, reads);
	fb_recent_space_deinit(&recent);
}

struct question {
	struct failing_space failing;
	struct failure failure;
};

static struct fb_error *advance(void *context)
{
	struct question *question = context;
	struct fb_recent_space recent;
	struct fb_error *err = fb_recent_space_init(&recent, &question->failing.space,
						    UINT64_C(998) * FB_PAGE_SIZE, UINT64_MAX);

	if (err)
		return err;
	err = fb_recent_space_advance(&recent, 4 * FB_PAGE_SIZE);
	fb_recent_space_deinit(&recent);
	return err;
}

/* One of its pages is missing, so that each is read by itself. */
static void what_is_fatal_passes(void)
{
	struct pattern pattern = {.space = {.ops = &pattern_ops, .name = "pattern"}};
	struct question question;

	failing_space_init(&question.failing, &pattern.space, &question.failure);
	CU_ASSERT_EQUAL(failing_must_pass(advance, &question, &question.failure, 100, 0), 5);
}

FB_TEST_MAIN("symbols/recent_space", FB_TEST(keeps_what_was_read),
	     FB_TEST(holes_are_zeros_and_stay_holes), FB_TEST(moves_on_without_growing),
	     FB_TEST(what_is_fatal_passes))
