// SPDX-License-Identifier: GPL-2.0-or-later
/* Functions of made units, and what was inlined into them. */
#include "symbols/dwarf/dwarf_functions.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/harness.h"
#include "tests/symbols/make_dwarf.h"

#define AT(offset) (MK_TEXT + (offset))

struct opened {
	int fd;
	Dwarf *dwarf;
	Dwarf_Die unit;
	struct fb_unit_functions functions;
};

/* Reads the functions of the only unit. */
static void open_made(struct mk_dwarf *made, struct opened *opened)
{
	uint64_t unit = made->unit + 11; /* behind its header */
	char *path = mk_dwarf_file(made, "functions");

	memset(opened, 0, sizeof(*opened));
	opened->fd = open(path, O_RDONLY | O_CLOEXEC);
	opened->dwarf = dwarf_begin(opened->fd, DWARF_C_READ);
	CU_ASSERT_PTR_NOT_NULL_FATAL(opened->dwarf);
	CU_ASSERT_PTR_NOT_NULL_FATAL(dwarf_offdie(opened->dwarf, unit, &opened->unit));
	FB_OK_FATAL(fb_unit_functions_load(&opened->unit, &opened->functions));
	CU_ASSERT_EQUAL(opened->functions.unit, unit);
	free(path);
}

static void close_made(struct opened *opened)
{
	fb_unit_functions_deinit(&opened->functions);
	CU_ASSERT_PTR_NULL(opened->functions.ranges);
	CU_ASSERT_EQUAL(opened->functions.count, 0);
	dwarf_end(opened->dwarf);
	(void)close(opened->fd);
}

static void expect_range(const struct opened *opened, size_t index, uint64_t start, uint64_t end,
			 uint64_t entry)
{
	const struct fb_function_range *range = &opened->functions.ranges[index];

	CU_ASSERT_FATAL(index < opened->functions.count);
	CU_ASSERT_EQUAL(range->start, start);
	CU_ASSERT_EQUAL(range->end, end);
	CU_ASSERT_EQUAL(range->entry, entry);
}

/* The name of the function that holds an address; "" where none does. */
static const char *name_at(const struct opened *opened, uint64_t address)
{
	Dwarf_Die function;

	if (!fb_unit_functions_find(&opened->functions, opened->dwarf, address, &function))
		return "";
	return dwarf_diename(&function);
}

static uint64_t function(struct mk_dwarf *made, const char *name, uint64_t start, uint64_t size)
{
	return mk_entry(made, DW_TAG_subprogram, MK_NAMED(name), MK_CODE(start, size));
}

/* In the order of their code; one without code has no range, and one that was split has several. */
static void functions_stand_in_the_order_of_their_code(void)
{
	static const uint64_t pairs[][2] = {{AT(0x400), AT(0x420)},
					    {AT(0x300), AT(0x300)}, /* nothing */
					    {AT(0x100), AT(0x110)}};
	struct mk_dwarf made = {0};
	struct opened opened;
	uint64_t last, first, split;

	mk_unit(&made, MK_NAMED("a.c"), MK_NUMBER(DW_AT_language, DW_LANG_C11));
	last = function(&made, "last", AT(0x800), 0x40);
	mk_entry(&made, DW_TAG_subprogram, MK_NAMED("declared"), MK_FLAG(DW_AT_declaration));
	mk_entry(&made, DW_TAG_variable, MK_NAMED("variable"), MK_CODE(AT(0x600), 16));
	first = function(&made, "first", AT(0), 0x40);
	split = mk_entry(&made, DW_TAG_subprogram, MK_NAMED("split"),
			 MK_OFFSET(DW_AT_ranges, mk_dwarf_ranges(&made, pairs, 3)));
	mk_dwarf_end(&made);
	open_made(&made, &opened);
	CU_ASSERT_EQUAL_FATAL(opened.functions.count, 4);
	expect_range(&opened, 0, AT(0), AT(0x40), first);
	expect_range(&opened, 1, AT(0x100), AT(0x110), split);
	expect_range(&opened, 2, AT(0x400), AT(0x420), split);
	expect_range(&opened, 3, AT(0x800), AT(0x840), last);
	CU_ASSERT_STRING_EQUAL(name_at(&opened, AT(0) - 1), "");
	CU_ASSERT_STRING_EQUAL(name_at(&opened, AT(0)), "first");
	CU_ASSERT_STRING_EQUAL(name_at(&opened, AT(0x3f)), "first");
	CU_ASSERT_STRING_EQUAL(name_at(&opened, AT(0x40)), "");
	CU_ASSERT_STRING_EQUAL(name_at(&opened, AT(0xff)), "");
	CU_ASSERT_STRING_EQUAL(name_at(&opened, AT(0x100)), "split");
	CU_ASSERT_STRING_EQUAL(name_at(&opened, AT(0x41f)), "split");
	CU_ASSERT_STRING_EQUAL(name_at(&opened, AT(0x83f)), "last");
	CU_ASSERT_STRING_EQUAL(name_at(&opened, AT(0x840)), "");
	close_made(&opened);
}

static void a_unit_may_have_no_functions(void)
{
	struct mk_dwarf made = {0};
	struct opened opened;

	mk_unit(&made, MK_NAMED("a.c"));
	mk_entry(&made, DW_TAG_variable, MK_NAMED("variable"));
	mk_dwarf_end(&made);
	open_made(&made, &opened);
	CU_ASSERT_EQUAL(opened.functions.count, 0);
	CU_ASSERT_STRING_EQUAL(name_at(&opened, AT(0)), "");
	close_made(&opened);
}

/* Functions of other languages are within types too. Those of C, and of assembler, are not, and their many
 * types are not searched. */
static void functions_are_within_what_the_language_has(void)
{
	static const struct {
		unsigned language;
		bool within;
	} languages[] = {{DW_LANG_C89, false},
			 {DW_LANG_C, false},
			 {DW_LANG_C99, false},
			 {DW_LANG_C11, false},
			 {DW_LANG_Mips_Assembler, false},
			 {DW_LANG_C_plus_plus_14, true},
			 {DW_LANG_Rust, true},
			 {0, true}};
	static const unsigned tags[] = {DW_TAG_namespace,      DW_TAG_module,
					DW_TAG_structure_type, DW_TAG_class_type,
					DW_TAG_union_type,     DW_TAG_enumeration_type,
					DW_TAG_lexical_block,  DW_TAG_subroutine_type};

	for (size_t i = 0; i < FB_ARRAY_SIZE(languages); i++) {
		struct mk_dwarf made = {0};
		struct opened opened;
		uint64_t start = AT(0);

		mk_unit(&made, MK_NAMED("a"),
			MK_NUMBER(languages[i].language ? DW_AT_language : DW_AT_stmt_list,
				  languages[i].language));
		for (size_t k = 0; k < FB_ARRAY_SIZE(tags); k++, start += 16) {
			mk_parent(&made, tags[k], MK_NAMED("parent"));
			function(&made, "within", start, 16);
			mk_dwarf_end(&made);
		}
		function(&made, "outside", AT(0x800), 16);
		mk_dwarf_end(&made);
		open_made(&made, &opened);
		CU_ASSERT_EQUAL(opened.functions.count, languages[i].within ? 7 : 3);
		for (size_t k = 0; k < FB_ARRAY_SIZE(tags); k++)
			CU_ASSERT_STRING_EQUAL(name_at(&opened, AT(16 * k)),
					       k < 2 || (languages[i].within && k < 6) ? "within"
										       : "");
		CU_ASSERT_STRING_EQUAL(name_at(&opened, AT(0x800)), "outside");
		close_made(&opened);
	}
}

/* 32 namespaces within each other, and one more. */
static void namespaces_nest_so_deep(void)
{
	struct mk_dwarf made = {0};
	struct opened opened;

	mk_unit(&made, MK_NAMED("a.rs"), MK_NUMBER(DW_AT_language, DW_LANG_Rust));
	for (unsigned depth = 1; depth <= 33; depth++) {
		mk_parent(&made, DW_TAG_namespace, MK_NAMED("deeper"));
		function(&made, "within", AT(16 * depth), 16);
	}
	for (unsigned depth = 1; depth <= 33; depth++)
		mk_dwarf_end(&made);
	mk_dwarf_end(&made);
	open_made(&made, &opened);
	CU_ASSERT_EQUAL(opened.functions.count, 32);
	CU_ASSERT_STRING_EQUAL(name_at(&opened, AT(16 * 32)), "within");
	CU_ASSERT_STRING_EQUAL(name_at(&opened, AT(16 * 33)), "");
	close_made(&opened);
}

#define NAMES_ROOM 64u

/* Opens a unit of one function, of which entries were inlined at one place, in blocks. */
static size_t inlined_at(struct mk_dwarf *made, uint64_t entry, uint64_t address, char *names,
			 size_t room)
{
	Dwarf_Die parent, inlined[64];
	struct opened opened;
	size_t count;

	open_made(made, &opened);
	CU_ASSERT_PTR_NOT_NULL_FATAL(dwarf_offdie(opened.dwarf, entry, &parent));
	count = fb_inlined_at(&parent, address, inlined, room);
	*names = '\0';
	for (size_t i = 0, used = 0; i < count; i++)
		used += (size_t)snprintf(names + used, NAMES_ROOM - used, "%s ",
					 dwarf_diename(&inlined[i]));
	close_made(&opened);
	return count;
}

static uint64_t make_inlined(struct mk_dwarf *made)
{
	uint64_t entry;

	mk_unit(made, MK_NAMED("a.c"));
	entry = mk_parent(made, DW_TAG_subprogram, MK_NAMED("whole"), MK_CODE(AT(0), 0x100));
	mk_entry(made, DW_TAG_inlined_subroutine, MK_NAMED("earlier"), MK_CODE(AT(0x10), 0x10));
	mk_entry(made, DW_TAG_call_site, MK_NAMED("call"), MK_CODE(AT(0x20), 0x20));
	mk_parent(made, DW_TAG_lexical_block, MK_NAMED("block"), MK_CODE(AT(0x20), 0x20));
	mk_parent(made, DW_TAG_inlined_subroutine, MK_NAMED("outer"), MK_CODE(AT(0x28), 0x10));
	mk_entry(made, DW_TAG_inlined_subroutine, MK_NAMED("other"), MK_CODE(AT(0x28), 4));
	mk_entry(made, DW_TAG_inlined_subroutine, MK_NAMED("inner"), MK_CODE(AT(0x30), 4));
	mk_dwarf_end(made);
	mk_dwarf_end(made);
	mk_entry(made, DW_TAG_inlined_subroutine, MK_NAMED("later"), MK_CODE(AT(0x40), 0x10));
	mk_dwarf_end(made);
	mk_dwarf_end(made);
	return entry;
}

static void inlined_functions_come_outermost_first(void)
{
	static const struct {
		uint64_t address;
		size_t room, count;
		const char *names;
	} places[] = {
		{AT(0), 64, 0, ""},
		{AT(0x10), 64, 1, "earlier "},
		{AT(0x1f), 64, 1, "earlier "},
		{AT(0x20), 64, 0, ""}, /* in the block alone */
		{AT(0x28), 64, 2, "outer other "},
		{AT(0x2c), 64, 1, "outer "},
		{AT(0x30), 64, 2, "outer inner "},
		{AT(0x30), 2, 2, "outer inner "},
		{AT(0x30), 1, 1, "outer "},
		{AT(0x30), 0, 0, ""},
		{AT(0x4f), 64, 1, "later "},
		{AT(0x50), 64, 0, ""},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(places); i++) {
		struct mk_dwarf made = {0};
		uint64_t entry = make_inlined(&made);
		char names[NAMES_ROOM];

		CU_ASSERT_EQUAL(inlined_at(&made, entry, places[i].address, names, places[i].room),
				places[i].count);
		CU_ASSERT_STRING_EQUAL(names, places[i].names);
	}
}

/* Blocks of blocks: 255 of them lead to the inlined function, 256 do not. */
static void blocks_nest_so_deep(void)
{
	for (unsigned blocks = 255; blocks <= 256; blocks++) {
		struct mk_dwarf made = {0};
		uint64_t entry;
		char names[NAMES_ROOM];

		mk_unit(&made, MK_NAMED("a.c"));
		entry = mk_parent(&made, DW_TAG_subprogram, MK_NAMED("whole"),
				  MK_CODE(AT(0), 0x100));
		for (unsigned i = 0; i < blocks; i++)
			mk_parent(&made, DW_TAG_lexical_block, MK_CODE(AT(0), 0x100));
		mk_entry(&made, DW_TAG_inlined_subroutine, MK_NAMED("deep"), MK_CODE(AT(0), 0x100));
		for (unsigned i = 0; i < blocks + 2; i++)
			mk_dwarf_end(&made);
		CU_ASSERT_EQUAL(inlined_at(&made, entry, AT(0), names, 64), blocks == 255);
	}
}

FB_TEST_MAIN("symbols/dwarf_functions", FB_TEST(functions_stand_in_the_order_of_their_code),
	     FB_TEST(a_unit_may_have_no_functions),
	     FB_TEST(functions_are_within_what_the_language_has), FB_TEST(namespaces_nest_so_deep),
	     FB_TEST(inlined_functions_come_outermost_first), FB_TEST(blocks_nest_so_deep))
