// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/mappings/saved_auxv.h"

#include <elf.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"

#define AT 64u

/* As the kernel gives them: AT_SYSINFO, AT_SYSINFO_EHDR, AT_HWCAP, AT_NULL. */
static const uint32_t compat[] = {32, 0xf7f00a10, 33, 0xf7f00000, 16, 0xbfebfbff, 0, 0};
static const uint64_t wide[] = {33, 0x7ffff7fc1000, 16, 0xbfebfbff, 0, 0};

static void tells_programs_of_32_bits(void)
{
	CU_ASSERT_TRUE(fb_auxv_is_32bit(compat, sizeof(compat)));
	CU_ASSERT_FALSE(fb_auxv_is_32bit(wide, sizeof(wide)));
	/* Only whole entries, and none behind the end of the vector. */
	CU_ASSERT_FALSE(fb_auxv_is_32bit(compat, 15));
	CU_ASSERT_FALSE(fb_auxv_is_32bit(NULL, 0));
}

/* The vector of a process whose mm_struct has these bytes, in a member of `room` bytes. */
static struct fb_auxv read_made(const void *bytes, size_t size, size_t room)
{
	struct made_kernel *made = made_kernel_create();
	uint64_t mm = made_alloc(made, 2048);
	struct fb_auxv auxv = {.pairs = 99};

	MADE_FIELD(made, mm_saved_auxv, AT, (uint32_t)room);
	memcpy(made_at(made, mm + AT), bytes, size);
	FB_OK(fb_saved_auxv_read(&made->kernel, mm, &auxv));
	made_kernel_destroy(made);
	return auxv;
}

static void both_forms_are_widened(void)
{
	struct fb_auxv narrow = read_made(compat, sizeof(compat), 96);
	struct fb_auxv auxv = read_made(wide, sizeof(wide), 96);
	uint8_t bytes[sizeof(auxv.word)] = {0};

	CU_ASSERT(narrow.is_32bit && narrow.pairs == 3);
	for (size_t i = 0; i < 6; i++)
		CU_ASSERT_EQUAL(narrow.word[i], compat[i]);
	CU_ASSERT_EQUAL(fb_auxv_bytes(&narrow, bytes), 24);
	CU_ASSERT_EQUAL(memcmp(bytes, compat, 24), 0);
	CU_ASSERT(!auxv.is_32bit && auxv.pairs == 2);
	CU_ASSERT_EQUAL(fb_auxv_bytes(&auxv, bytes), 32);
	CU_ASSERT_EQUAL(memcmp(bytes, wide, 32), 0);
	CU_ASSERT_EQUAL(fb_auxv_value(auxv.word, auxv.pairs, 16), 0xbfebfbff);
	CU_ASSERT_EQUAL(fb_auxv_value(auxv.word, auxv.pairs, 17), 0);
	/* A second pair of the member's bytes counts only where it has them. */
	CU_ASSERT_EQUAL(read_made(wide, sizeof(wide), 16).pairs, 1);
	CU_ASSERT_EQUAL(read_made(compat, sizeof(compat), 16).pairs, 2);
}

/* No more than there is room for, of either form. */
static void endless_vectors_are_cut(void)
{
	uint32_t narrow[4 * FB_AUXV_PAIRS];
	uint64_t endless[2 * FB_AUXV_PAIRS + 8];

	for (size_t i = 0; i < FB_ARRAY_SIZE(endless); i++)
		endless[i] = 7;
	for (size_t i = 0; i < FB_ARRAY_SIZE(narrow); i++)
		narrow[i] = 7;
	CU_ASSERT_EQUAL(read_made(endless, sizeof(endless), sizeof(endless)).pairs, FB_AUXV_PAIRS);
	CU_ASSERT_EQUAL(read_made(narrow, sizeof(narrow), sizeof(narrow)).pairs, FB_AUXV_PAIRS);
}

static void equal_vectors_have_equal_pairs(void)
{
	struct fb_auxv auxv = read_made(wide, sizeof(wide), 96);
	uint64_t words[8] = {33, 0x7ffff7fc1000, 16, 0xbfebfbff, 0, 0, 0, 0};

	CU_ASSERT_TRUE(fb_auxv_equal(&auxv, words, 2));
	/* What follows AT_NULL does not count. */
	CU_ASSERT_TRUE(fb_auxv_equal(&auxv, words, 4));
	CU_ASSERT_FALSE(fb_auxv_equal(&auxv, words, 1));
	words[3]++;
	CU_ASSERT_FALSE(fb_auxv_equal(&auxv, words, 2));
	auxv.pairs = 0;
	CU_ASSERT_FALSE(fb_auxv_equal(&auxv, words + 4, 1));
	CU_ASSERT_FALSE(fb_auxv_equal(&auxv, NULL, 0));
}

static void says_what_is_missing(void)
{
	struct made_kernel *made = made_kernel_create();
	uint64_t mm = made_alloc_pages(made, 4096);
	struct fb_auxv auxv;

	memset(&made->kernel.layout.mm_saved_auxv, 0, sizeof(made->kernel.layout.mm_saved_auxv));
	FB_FAILS(fb_saved_auxv_read(&made->kernel, mm, &auxv), FB_NOT_FOUND);
	MADE_FIELD(made, mm_saved_auxv, AT, 96);
	made_lose(made, mm);
	FB_FAILS(fb_saved_auxv_read(&made->kernel, mm, &auxv), FB_ABSENT);
	made_kernel_destroy(made);
}

FB_TEST_MAIN("kernel/saved_auxv", FB_TEST(tells_programs_of_32_bits),
	     FB_TEST(both_forms_are_widened), FB_TEST(endless_vectors_are_cut),
	     FB_TEST(equal_vectors_have_equal_pairs), FB_TEST(says_what_is_missing))
