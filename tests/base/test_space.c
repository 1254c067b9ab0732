// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/space.h"

#include <inttypes.h>
#include <string.h>

#include "tests/base/failing.h"
#include "tests/harness.h"

/* Two pages at 0x1000 and 0x2000, and the last page of the address space; 0x3000 is missing. */
struct toy_space {
	struct fb_space space;
	uint8_t low[2 * FB_PAGE_SIZE];
	uint8_t high[FB_PAGE_SIZE];
	enum fb_code missing; /* the error of what is not there */
};

#define HIGH (UINT64_MAX - (FB_PAGE_SIZE - 1))

static struct fb_error *toy_read(struct fb_space *space, uint64_t address, void *to, size_t length)
{
	struct toy_space *toy = (struct toy_space *)space;

	if (address >= 0x1000 && address < 0x3000 && length <= 0x3000 - address)
		memcpy(to, toy->low + (address - 0x1000), length);
	else if (address >= HIGH)
		memcpy(to, toy->high + (address - HIGH), length);
	else
		return fb_error_create(toy->missing, "0x%" PRIx64, address);
	return NULL;
}

static struct fb_error *toy_locate(struct fb_space *space FB_UNUSED, uint64_t address,
				   uint64_t length, struct fb_run *run_ret)
{
	*run_ret = (struct fb_run){address, length, {.source = FB_SOURCE_ZERO}};
	return NULL;
}

static const struct fb_space_ops toy_ops = {toy_read, toy_locate};
static const struct fb_space_ops blind_ops = {toy_read, NULL};

static struct toy_space *fresh(void)
{
	static struct toy_space toy;

	toy = (struct toy_space){.space = {&toy_ops, "toy"}, .missing = FB_ABSENT};
	return &toy;
}

static void typed_reads_are_little_endian(void)
{
	struct toy_space *toy = fresh();
	uint64_t u64 = 0;
	uint32_t u32 = 0;
	uint8_t u8 = 0;

	memcpy(toy->low + 0xffc, "\x01\x02\x03\x04\x05\x06\x07\x08", 8);
	FB_OK(fb_space_u64(&toy->space, 0x1ffc, &u64));
	FB_OK(fb_space_u32(&toy->space, 0x1ffc, &u32));
	FB_OK(fb_space_u8(&toy->space, 0x1ffd, &u8));
	CU_ASSERT_EQUAL(u64, 0x0807060504030201);
	CU_ASSERT_EQUAL(u32, 0x04030201);
	CU_ASSERT_EQUAL(u8, 0x02);
	FB_FAILS(fb_space_u64(&toy->space, 0x2ffc, &u64), FB_ABSENT);
	CU_ASSERT_EQUAL(u64, 0x0807060504030201);
}

static void ranges_may_end_at_the_top_but_not_wrap(void)
{
	struct toy_space *toy = fresh();
	uint64_t u64 = 1;
	uint8_t u8 = 1;

	toy->high[FB_PAGE_SIZE - 1] = 0xab;
	FB_OK(fb_space_u8(&toy->space, UINT64_MAX, &u8));
	CU_ASSERT_EQUAL(u8, 0xab);
	FB_OK(fb_space_u64(&toy->space, UINT64_MAX - 7, &u64));
	CU_ASSERT_EQUAL(u64, 0xab00000000000000);
	FB_FAILS_WITH(fb_space_u64(&toy->space, UINT64_MAX - 6, &u64), FB_FAULT, "toy");
	FB_FAILS(fb_space_read(&toy->space, 1, &u64, SIZE_MAX), FB_ABSENT); /* ends at the top */
	FB_FAILS(fb_space_read(&toy->space, 2, &u64, SIZE_MAX), FB_FAULT);
	FB_OK(fb_space_read(&toy->space, 0x9000, NULL, 0)); /* nothing is always there */
}

static void strings_end_at_nul_room_or_hole(void)
{
	struct toy_space *toy = fresh();
	char text[64];

	memcpy(toy->low + 0xffe, "hello", 6);
	FB_OK(fb_space_string(&toy->space, 0x1ffe, text, sizeof(text)));
	CU_ASSERT_STRING_EQUAL(text, "hello");
	FB_OK(fb_space_string(&toy->space, 0x1ffe, text, 4));
	CU_ASSERT_STRING_EQUAL(text, "hel");
	FB_OK(fb_space_string(&toy->space, 0x1ffe, text, 1));
	CU_ASSERT_STRING_EQUAL(text, "");
	memset(toy->low + 0x1ffd, 'x', 3);
	FB_OK(fb_space_string(&toy->space, 0x2ffd, text, sizeof(text)));
	CU_ASSERT_STRING_EQUAL(text, "xxx"); /* 0x3000 is missing */
	FB_FAILS(fb_space_string(&toy->space, 0x3000, text, sizeof(text)), FB_ABSENT);
	FB_FAILS(fb_space_string_whole(&toy->space, 0x2ffd, text, sizeof(text)), FB_ABSENT);
	FB_OK(fb_space_string_whole(&toy->space, 0x1ffe, text, 4));
	CU_ASSERT_STRING_EQUAL(text, "hel");
	/* Want of memory says nothing of the string. */
	toy->missing = FB_NOMEM;
	FB_FAILS(fb_space_string(&toy->space, 0x2ffd, text, sizeof(text)), FB_NOMEM);
	toy->missing = FB_ABSENT;
	memset(toy->high + FB_PAGE_SIZE - 2, 'y', 2);
	FB_OK(fb_space_string(&toy->space, UINT64_MAX - 1, text, sizeof(text)));
	CU_ASSERT_STRING_EQUAL(text, "yy");
	FB_FAILS(fb_space_string(&toy->space, 0x1000, text, 0), FB_INVALID);
}

static void locating_checks_its_range(void)
{
	struct toy_space *toy = fresh();
	struct fb_run run = {0};

	FB_OK(fb_space_locate(&toy->space, 0x1000, 5, &run));
	CU_ASSERT_EQUAL(run.length, 5);
	FB_FAILS(fb_space_locate(&toy->space, 0x1000, 0, &run), FB_INVALID);
	FB_FAILS(fb_space_locate(&toy->space, 0x1000, UINT64_MAX, &run), FB_INVALID);
	toy->space.ops = &blind_ops;
	FB_FAILS(fb_space_locate(&toy->space, 0x1000, 5, &run), FB_UNSUPPORTED);
}

static void names_are_those_of_the_command_line(void)
{
	CU_ASSERT_STRING_EQUAL(fb_source_name(FB_SOURCE_VMCORE), "vmcore");
	CU_ASSERT_STRING_EQUAL(fb_source_name(FB_SOURCE_CORE), "core");
	CU_ASSERT_STRING_EQUAL(fb_source_name(FB_SOURCE_FILE), "file");
	CU_ASSERT_STRING_EQUAL(fb_source_name(FB_SOURCE_ZERO), "zero");
	CU_ASSERT_STRING_EQUAL(fb_source_name(FB_SOURCE_ABSENT), "absent");
	CU_ASSERT_STRING_EQUAL(fb_absence_name(FB_ABSENCE_FILTERED), "filtered");
	CU_ASSERT_STRING_EQUAL(fb_absence_name(FB_ABSENCE_SWAPPED), "swapped");
	CU_ASSERT_STRING_EQUAL(fb_absence_name(FB_ABSENCE_UNTOUCHED), "untouched");
	CU_ASSERT_STRING_EQUAL(fb_absence_name(FB_ABSENCE_UNMAPPED), "unmapped");
	CU_ASSERT_STRING_EQUAL(fb_absence_name(FB_ABSENCE_TRUNCATED), "truncated");
	CU_ASSERT_STRING_EQUAL(fb_absence_name(FB_ABSENCE_DAMAGED), "damaged");
}

struct question {
	struct failing_space failing;
	struct failure failure;
};

static struct fb_error *read_string(void *context)
{
	struct question *question = context;
	char text[16];

	return fb_space_string(&question->failing.space, 0x1ffc, text, sizeof(text));
}

/* A string of which the second page cannot be read ends there only where that says something of the dump. */
static void strings_pass_on_what_is_fatal(void)
{
	struct toy_space *toy = fresh();
	struct question question;

	memcpy(toy->low + 0xffc, "abcdefg", 8);
	failing_space_init(&question.failing, &toy->space, &question.failure);
	CU_ASSERT_EQUAL(failing_must_pass(read_string, &question, &question.failure, 2, 0), 2);
}

FB_TEST_MAIN("base/space", FB_TEST(typed_reads_are_little_endian),
	     FB_TEST(ranges_may_end_at_the_top_but_not_wrap),
	     FB_TEST(strings_end_at_nul_room_or_hole), FB_TEST(locating_checks_its_range),
	     FB_TEST(names_are_those_of_the_command_line), FB_TEST(strings_pass_on_what_is_fatal))
