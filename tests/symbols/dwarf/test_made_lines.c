// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines of made units: every place whose line, function or file a compiler could leave out. */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "symbols/dwarf/dwarf_lines.h"
#include "tests/harness.h"
#include "tests/symbols/make_dwarf.h"

#define AT(offset) (MK_TEXT + (offset))

static struct fb_dwarf_lines *open_made(struct mk_dwarf *made)
{
	char *path = mk_dwarf_file(made, "lines");
	struct fb_dwarf_lines *lines = NULL;

	FB_OK_FATAL(fb_dwarf_lines_open(path, &lines));
	free(path);
	return lines;
}

static void expect_text(const char *text, const char *wanted)
{
	if (text && wanted)
		CU_ASSERT_STRING_EQUAL(text, wanted);
	CU_ASSERT_EQUAL(!text, !wanted);
}

/* The frames at an address, innermost first. */
static void expect(struct fb_dwarf_lines *lines, uint64_t address,
		   const struct fb_source_frame *frames, size_t count)
{
	struct fb_source_location location = {NULL, 77};

	FB_OK_FATAL(fb_dwarf_lines_find(lines, address, &location));
	CU_ASSERT_EQUAL(location.count, count);
	for (size_t i = 0; i < count && i < location.count; i++) {
		expect_text(location.frames[i].function, frames[i].function);
		expect_text(location.frames[i].file, frames[i].file);
		CU_ASSERT_EQUAL(location.frames[i].line, frames[i].line);
	}
}

static void expect_one(struct fb_dwarf_lines *lines, uint64_t address, const char *function,
		       const char *file, uint32_t line)
{
	expect(lines, address, &(struct fb_source_frame){function, file, line}, 1);
}

static const char *const files[] = {"kernel/a.c", "include/linux/b.h", "/other/c.c"};

/* Two functions, and code of no function between them. */
static void make_unit(struct mk_dwarf *made, const char *folder, uint64_t start)
{
	const struct mk_line rows[] = {{start, 1, 10}, {start + 0x10, 1, 11}, {start + 0x20, 3, 5}};
	uint64_t table = mk_dwarf_lines(made, files, 3, rows, 3, start + 0x40);

	mk_unit(made, MK_NAMED("kernel/a.c"), MK_TEXT_OF(DW_AT_comp_dir, folder),
		MK_OFFSET(DW_AT_stmt_list, table), MK_CODE(start, 0x40));
	mk_entry(made, DW_TAG_subprogram, MK_NAMED("first"), MK_CODE(start, 0x18));
	mk_entry(made, DW_TAG_subprogram, MK_NAMED("second"), MK_CODE(start + 0x20, 0x20));
	mk_dwarf_end(made);
}

static void code_has_lines_and_functions(void)
{
	struct mk_dwarf made = {0};
	struct fb_dwarf_lines *lines;

	mk_unit(&made, MK_NAMED("arch/x86/kernel/head_64.S"), MK_TEXT_OF(DW_AT_comp_dir, "/b/l"));
	mk_dwarf_end(&made);
	make_unit(&made, "/b/l", AT(0x200));
	make_unit(&made, "/b/m", AT(0x100));
	lines = open_made(&made);
	expect(lines, AT(0x1ff), NULL, 0);
	expect_one(lines, AT(0x200), "first", "kernel/a.c", 10);
	expect_one(lines, AT(0x20f), "first", "kernel/a.c", 10);
	expect_one(lines, AT(0x210), "first", "kernel/a.c", 11);
	expect_one(lines, AT(0x218), NULL, "kernel/a.c", 11); /* of assembly */
	expect_one(lines, AT(0x220), "second", "/other/c.c", 5);
	expect_one(lines, AT(0x23f), "second", "/other/c.c", 5);
	expect(lines, AT(0x240), NULL, 0);
	/* Not below the root. */
	expect_one(lines, AT(0x100), "first", "/b/m/kernel/a.c", 10);
	expect_one(lines, AT(0x13f), "second", "/other/c.c", 5);
	expect(lines, AT(0x140), NULL, 0);
	expect(lines, AT(0xff), NULL, 0);
	/* Once more, of what is kept. */
	expect_one(lines, AT(0x210), "first", "kernel/a.c", 11);
	expect(lines, AT(0x140), NULL, 0);
	fb_dwarf_lines_destroy(lines);
}

/* Parts of a unit's code, one of them empty, around another unit's. */
static void units_may_be_in_parts(void)
{
	static const uint64_t pairs[][2] = {{AT(0x400), AT(0x410)},
					    {AT(0x280), AT(0x280)},
					    {AT(0x212), AT(0x212)}, /* within the other's */
					    {AT(0x100), AT(0x110)}};
	struct mk_dwarf made = {0};
	struct fb_dwarf_lines *lines;
	uint64_t ranges = mk_dwarf_ranges(&made, pairs, 4);

	mk_unit(&made, MK_NAMED("kernel/d.c"), MK_OFFSET(DW_AT_ranges, ranges));
	mk_entry(&made, DW_TAG_subprogram, MK_NAMED("split"), MK_OFFSET(DW_AT_ranges, ranges));
	mk_dwarf_end(&made);
	make_unit(&made, "/b/l", AT(0x200));
	lines = open_made(&made);
	expect_one(lines, AT(0x100), "split", NULL, 0);
	expect_one(lines, AT(0x40f), "split", NULL, 0);
	expect(lines, AT(0x110), NULL, 0);
	expect(lines, AT(0x280), NULL, 0);
	expect(lines, AT(0x410), NULL, 0);
	expect_one(lines, AT(0x200), "first", "/b/l/kernel/a.c", 10);
	expect_one(lines, AT(0x214), "first", "/b/l/kernel/a.c", 11);
	fb_dwarf_lines_destroy(lines);
}

static uint64_t inlined(struct mk_dwarf *made, const char *name, uint64_t start, uint64_t size,
			uint64_t file, uint64_t line)
{
	return mk_parent(made, DW_TAG_inlined_subroutine, MK_NAMED(name), MK_CODE(start, size),
			 MK_NUMBER(DW_AT_call_file, file), MK_NUMBER(DW_AT_call_line, line));
}

/* Each frame has the line where the one within it is called. */
static void inlined_functions_have_the_lines_of_their_calls(void)
{
	static const struct mk_line rows[] = {{AT(0), 1, 10}, {AT(0x20), 2, 77}, {AT(0x30), 1, 12}};
	struct mk_dwarf made = {0};
	struct fb_dwarf_lines *lines;

	mk_unit(&made, MK_NAMED("kernel/a.c"), MK_TEXT_OF(DW_AT_comp_dir, "/b/l"),
		MK_OFFSET(DW_AT_stmt_list, mk_dwarf_lines(&made, files, 3, rows, 3, AT(0x100))),
		MK_CODE(AT(0), 0x100));
	mk_parent(&made, DW_TAG_subprogram, MK_NAMED("whole"), MK_CODE(AT(0), 0x100));
	inlined(&made, "outer", AT(0x20), 0x10, 1, 20);
	inlined(&made, "inner", AT(0x20), 8, 3, INT32_MAX);
	mk_dwarf_end(&made);
	mk_dwarf_end(&made);
	inlined(&made, "no_file", AT(0x30), 4, 4, 30); /* the files are 0 to 3 */
	mk_dwarf_end(&made);
	inlined(&made, "no_line", AT(0x34), 4, 1, (uint64_t)INT32_MAX + 1);
	mk_dwarf_end(&made);
	mk_entry(&made, DW_TAG_inlined_subroutine, MK_NAMED("no_call"), MK_CODE(AT(0x38), 4),
		 MK_NUMBER(DW_AT_call_file, 1));
	mk_entry(&made, DW_TAG_inlined_subroutine, MK_NAMED("lost"), MK_CODE(AT(0x3c), 4),
		 MK_NUMBER(DW_AT_call_line, 1));
	mk_dwarf_end(&made);
	mk_dwarf_end(&made);
	lines = open_made(&made);
	expect(lines, AT(0x20),
	       (const struct fb_source_frame[]){{"inner", "/b/l/include/linux/b.h", 77},
						{"outer", "/other/c.c", INT32_MAX},
						{"whole", "/b/l/kernel/a.c", 20}},
	       3);
	expect(lines, AT(0x28),
	       (const struct fb_source_frame[]){{"outer", "/b/l/include/linux/b.h", 77},
						{"whole", "/b/l/kernel/a.c", 20}},
	       2);
	for (unsigned i = 0; i < 4; i++)
		expect(lines, AT(0x30 + 4 * i),
		       (const struct fb_source_frame[]){
			       {(const char *[]){"no_file", "no_line", "no_call", "lost"}[i],
				"/b/l/kernel/a.c", 12},
			       {"whole", NULL, 0}},
		       2);
	expect_one(lines, AT(0), "whole", "/b/l/kernel/a.c", 10);
	fb_dwarf_lines_destroy(lines);
}

/* As many frames as there may be, and one that is left out: the innermost. */
static void so_many_functions_are_inlined(void)
{
	for (unsigned count = FB_MAX_INLINED; count <= FB_MAX_INLINED + 1; count++) {
		struct fb_source_location location;
		struct mk_dwarf made = {0};
		struct fb_dwarf_lines *lines;

		mk_unit(&made, MK_NAMED("kernel/a.c"), MK_CODE(AT(0), 0x100));
		mk_parent(&made, DW_TAG_subprogram, MK_NAMED("whole"), MK_CODE(AT(0), 0x100));
		for (unsigned i = 1; i <= count; i++)
			inlined(&made, i == FB_MAX_INLINED ? "last" : "other", AT(0), 0x100, 0, i);
		for (unsigned i = 0; i < count + 2; i++)
			mk_dwarf_end(&made);
		lines = open_made(&made);
		FB_OK_FATAL(fb_dwarf_lines_find(lines, AT(0), &location));
		CU_ASSERT_EQUAL_FATAL(location.count, FB_MAX_INLINED + 1);
		CU_ASSERT_STRING_EQUAL(location.frames[0].function, "last");
		CU_ASSERT_STRING_EQUAL(location.frames[FB_MAX_INLINED].function, "whole");
		fb_dwarf_lines_destroy(lines);
	}
}

/* A function is one by its name, its size, and that no other has both. */
static void symbols_are_found_by_name_and_size(void)
{
	struct mk_dwarf made = {0};
	struct fb_dwarf_lines *lines;
	uint64_t address = 77;

	make_unit(&made, "/b/l", AT(0x200));
	mk_dwarf_symbol(&made, "alone", ELF64_ST_INFO(STB_LOCAL, STT_FUNC), AT(0x10), 8);
	mk_dwarf_symbol(&made, "sized", ELF64_ST_INFO(STB_LOCAL, STT_FUNC), AT(0x20), 8);
	mk_dwarf_symbol(&made, "sized", ELF64_ST_INFO(STB_LOCAL, STT_FUNC), AT(0x30), 16);
	mk_dwarf_symbol(&made, "twice", ELF64_ST_INFO(STB_LOCAL, STT_FUNC), AT(0x40), 8);
	mk_dwarf_symbol(&made, "twice", ELF64_ST_INFO(STB_LOCAL, STT_FUNC), AT(0x50), 8);
	mk_dwarf_symbol(&made, "again", ELF64_ST_INFO(STB_LOCAL, STT_FUNC), AT(0x60), 8);
	mk_dwarf_symbol(&made, "again", ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), AT(0x60), 8);
	mk_dwarf_symbol(&made, "data", ELF64_ST_INFO(STB_LOCAL, STT_OBJECT), AT(0x70), 8);
	lines = open_made(&made);
	CU_ASSERT_FALSE(fb_dwarf_lines_symbol(lines, "alone", 9, &address));
	CU_ASSERT_FALSE(fb_dwarf_lines_symbol(lines, "alon", 8, &address));
	CU_ASSERT_FALSE(fb_dwarf_lines_symbol(lines, "twice", 8, &address));
	CU_ASSERT_FALSE(fb_dwarf_lines_symbol(lines, "data", 8, &address));
	CU_ASSERT_EQUAL(address, 77);
	CU_ASSERT_TRUE(fb_dwarf_lines_symbol(lines, "alone", 8, &address));
	CU_ASSERT_EQUAL(address, AT(0x10));
	CU_ASSERT_TRUE(fb_dwarf_lines_symbol(lines, "sized", 8, &address));
	CU_ASSERT_EQUAL(address, AT(0x20));
	CU_ASSERT_TRUE(fb_dwarf_lines_symbol(lines, "sized", 16, &address));
	CU_ASSERT_EQUAL(address, AT(0x30));
	CU_ASSERT_TRUE(fb_dwarf_lines_symbol(lines, "again", 8, &address));
	CU_ASSERT_EQUAL(address, AT(0x60));
	fb_dwarf_lines_destroy(lines);
}

static void files_without_debug_information_are_told(void)
{
	struct mk_dwarf made = {0};
	struct fb_dwarf_lines *lines = NULL;
	char *path;

	mk_dwarf_symbol(&made, "alone", ELF64_ST_INFO(STB_LOCAL, STT_FUNC), AT(0x10), 8);
	path = mk_dwarf_file(&made, "stripped");
	FB_FAILS_WITH(fb_dwarf_lines_open(path, &lines), FB_NOT_FOUND,
		      "stripped: no debug information (");
	CU_ASSERT_PTR_NULL(lines);
	free(path);
}

FB_TEST_MAIN("symbols/made_lines", FB_TEST(code_has_lines_and_functions),
	     FB_TEST(units_may_be_in_parts),

	     FB_TEST(inlined_functions_have_the_lines_of_their_calls),
	     FB_TEST(so_many_functions_are_inlined), FB_TEST(symbols_are_found_by_name_and_size),
	     FB_TEST(files_without_debug_information_are_told))
