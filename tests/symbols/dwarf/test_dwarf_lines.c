// SPDX-License-Identifier: GPL-2.0-or-later
/* The lines of this very program, read from its DWARF, against what the compiler says of them. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "symbols/dwarf/dwarf_lines.h"
#include "tests/harness.h"

static uint64_t seen_at, inner_line, outer_line;

/* The address behind the call to here. */
static __attribute__((noinline)) void note_caller(void)
{
	seen_at = (uint64_t)(uintptr_t)__builtin_return_address(0);
	__asm__ volatile("" ::: "memory");
}

static inline __attribute__((always_inline)) void inner(void)
{
	inner_line = __LINE__ + 1;
	note_caller();
	__asm__ volatile("" ::: "memory");
}

void test_outer(void);

__attribute__((noinline)) void test_outer(void)
{
	outer_line = __LINE__ + 1;
	inner();
	__asm__ volatile("" ::: "memory");
}

/* Tells where note_caller() is called in the file, by where test_outer() begins there. */
static struct fb_dwarf_lines *open_self(uint64_t *call_ret)
{
	struct fb_dwarf_lines *lines = NULL;
	uint64_t start = 0;

	FB_OK_FATAL(fb_dwarf_lines_open("/proc/self/exe", &lines));
	test_outer();
	/* The size is not known here, but functions are small. */
	for (uint64_t size = 1; size < 512 && !start; size++)
		fb_dwarf_lines_symbol(lines, "test_outer", size, &start);
	CU_ASSERT_NOT_EQUAL_FATAL(start, 0);
	*call_ret = start + (seen_at - 1 - (uint64_t)(uintptr_t)test_outer);
	return lines;
}

static void inlined_functions_come_before_their_callers(void)
{
	struct fb_source_location location = {0};
	uint64_t call;
	struct fb_dwarf_lines *lines = open_self(&call);

	FB_OK_FATAL(fb_dwarf_lines_find(lines, call, &location));
	CU_ASSERT_EQUAL_FATAL(location.count, 2);
	CU_ASSERT_STRING_EQUAL(location.frames[0].function, "inner");
	CU_ASSERT_EQUAL(location.frames[0].line, inner_line);
	CU_ASSERT_STRING_EQUAL(location.frames[1].function, "test_outer");
	CU_ASSERT_EQUAL(location.frames[1].line, outer_line);
	for (size_t i = 0; i < location.count; i++)
		CU_ASSERT_PTR_NOT_NULL(strstr(location.frames[i].file, "test_dwarf_lines.c"));
	fb_dwarf_lines_destroy(lines);
}

static void answers_are_kept(void)
{
	struct fb_source_location first = {0}, second = {0};
	uint64_t call;
	struct fb_dwarf_lines *lines = open_self(&call);

	FB_OK(fb_dwarf_lines_find(lines, call, &first));
	FB_OK(fb_dwarf_lines_find(lines, call, &second));
	CU_ASSERT_PTR_EQUAL(first.frames, second.frames);
	fb_dwarf_lines_destroy(lines);
}

static void addresses_without_code_have_no_lines(void)
{
	struct fb_source_location location = {.count = 7};
	uint64_t call;
	struct fb_dwarf_lines *lines = open_self(&call);

	FB_OK(fb_dwarf_lines_find(lines, 0xffffffff81000000ull, &location));
	CU_ASSERT_EQUAL(location.count, 0);
	CU_ASSERT_FALSE(fb_dwarf_lines_symbol(lines, "no_such_function", 16, &call));
	fb_dwarf_lines_destroy(lines);
}

static void files_without_lines_are_told(void)
{
	char *path = fb_test_file("text", "hello", 5);
	struct fb_dwarf_lines *lines = NULL;
	int before = dup(STDERR_FILENO), after;

	(void)close(before);
	FB_FAILS_WITH(fb_dwarf_lines_open(path, &lines), FB_INVALID, path);
	after = dup(STDERR_FILENO);
	CU_ASSERT_EQUAL(after, before); /* the file is closed */
	(void)close(after);
	FB_FAILS_WITH(fb_dwarf_lines_open("/nonexistent/vmlinux", &lines), FB_OS,
		      "/nonexistent/vmlinux");
	CU_ASSERT_PTR_NULL(lines);
	free(path);
}

/* A file that ends early must not end the program. */
static void cut_off_files_are_survived(void)
{
	struct fb_dwarf_lines *lines = NULL;
	FILE *self = fopen("/proc/self/exe", "rb");
	size_t size;
	char *bytes;

	CU_ASSERT_PTR_NOT_NULL_FATAL(self);
	bytes = malloc(4u << 20);
	CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
	size = fread(bytes, 1, 4u << 20, self);
	(void)fclose(self);
	for (size_t part = 1; part < 16; part++) {
		char *path = fb_test_file("cut", bytes, size / 16 * part);
		struct fb_source_location location = {0};
		struct fb_error *err = fb_dwarf_lines_open(path, &lines);

		if (!err) {
			FB_OK(fb_dwarf_lines_find(lines, 0x1000, &location));
			fb_dwarf_lines_destroy(lines);
		}
		fb_error_destroy(err);
		free(path);
	}
	free(bytes);
}

FB_TEST_MAIN("symbols/dwarf_lines", FB_TEST(inlined_functions_come_before_their_callers),
	     FB_TEST(answers_are_kept), FB_TEST(addresses_without_code_have_no_lines),
	     FB_TEST(files_without_lines_are_told), FB_TEST(cut_off_files_are_survived))
