// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "symbols/table/symtab.h"
#include "tests/harness.h"

static struct fb_symtab *create(void)
{
	struct fb_symtab *table = NULL;

	FB_OK_FATAL(fb_symtab_create(&table));
	return table;
}

static void add(struct fb_symtab *table, uint64_t address, uint64_t size, char type,
		const char *name)
{
	FB_OK_FATAL(fb_symtab_add(table, address, size, type, name, strlen(name)));
}

static void expect_at(const struct fb_symtab *table, uint64_t address, const char *name)
{
	struct fb_symbol symbol = {.name = NULL};

	if (name) {
		CU_ASSERT_TRUE_FATAL(fb_symtab_by_address(table, address, &symbol));
		CU_ASSERT_STRING_EQUAL(symbol.name, name);
	} else {
		CU_ASSERT_FALSE(fb_symtab_by_address(table, address, &symbol));
	}
}

static void sizes_come_from_the_next_symbol(void)
{
	struct fb_symtab *table = create();
	struct fb_symbol symbol;

	add(table, 0x1000, 0, 'T', "a");
	add(table, 0x1010, 0, 't', "b");
	add(table, 0x1010, 0, 'T', "b_alias");
	add(table, 0x1030, 0, 'd', "c");
	FB_OK_FATAL(fb_symtab_finish(table, 0x1040));
	CU_ASSERT_EQUAL(fb_symtab_count(table), 4);
	CU_ASSERT_TRUE(fb_symtab_by_name(table, "b", &symbol));
	CU_ASSERT_EQUAL(symbol.address, 0x1010);
	CU_ASSERT_EQUAL(symbol.size, 0x20);
	CU_ASSERT_EQUAL(symbol.type, 't');
	CU_ASSERT_PTR_NULL(symbol.module);
	CU_ASSERT_TRUE(fb_symtab_by_name(table, "c", &symbol));
	CU_ASSERT_EQUAL(symbol.size, 0x10);
	expect_at(table, 0xfff, NULL);
	expect_at(table, 0x1000, "a");
	expect_at(table, 0x100f, "a");
	expect_at(table, 0x1010, "b"); /* the first added of two */
	expect_at(table, 0x102f, "b");
	expect_at(table, 0x103f, "c");
	expect_at(table, 0x1040, NULL);
	fb_symtab_destroy(table);
}

static void without_a_limit_the_last_holds_its_address_only(void)
{
	struct fb_symtab *table = create();
	struct fb_symbol symbol;

	add(table, 0x1000, 0, 'T', "a");
	FB_OK_FATAL(fb_symtab_finish(table, 0));
	expect_at(table, 0x1000, "a");
	expect_at(table, 0x1001, NULL);
	CU_ASSERT_TRUE(fb_symtab_by_name(table, "a", &symbol));
	CU_ASSERT_EQUAL(symbol.size, 0);
	fb_symtab_destroy(table);
}

static void per_cpu_offsets_do_not_reach_the_kernel(void)
{
	struct fb_symtab *table = create();

	add(table, 0x0, 0, 'A', "first");
	add(table, 0x34000, 0, 'A', "last");
	add(table, 0xffffffff81000000, 0, 'T', "_stext");
	FB_OK_FATAL(fb_symtab_finish(table, 0));
	expect_at(table, 0x33fff, "first");
	expect_at(table, 0x34000, "last");
	expect_at(table, 0x34001, NULL);
	expect_at(table, 0x7fffffff0000, NULL);
	fb_symtab_destroy(table);
}

static void named_sizes_leave_holes_and_nest(void)
{
	struct fb_symtab *table = create();

	add(table, 0x2000, 0x10, 'T', "late");
	add(table, 0x1000, 0x100, 'T', "outer");
	add(table, 0x1010, 0x10, 't', "inner");
	add(table, 0x1010, 0x4, 't', "inner_short");
	add(table, UINT64_MAX - 1, 2, 'd', "highest");
	FB_OK_FATAL(fb_symtab_finish(table, 0));
	expect_at(table, 0x1008, "outer");
	expect_at(table, 0x1012, "inner");
	expect_at(table, 0x1018, "inner");
	expect_at(table, 0x1020, "outer");
	expect_at(table, 0x10ff, "outer");
	expect_at(table, 0x1100, NULL);
	expect_at(table, 0x200f, "late");
	expect_at(table, 0x2010, NULL);
	expect_at(table, UINT64_MAX, "highest");
	fb_symtab_destroy(table);
}

static void equal_names_come_as_they_were_added(void)
{
	struct fb_symtab *table = create();
	struct fb_symbol symbol;
	size_t cursor = 0;

	/* Not in order of address. */
	add(table, 0x3000, 0, 't', "dup");
	add(table, 0x1000, 0, 't', "dup");
	add(table, 0x1800, 0, 't', "other");
	add(table, 0x2000, 0, 't', "dup");
	add(table, 0x1000, 0, 't', "dup");
	FB_OK_FATAL(fb_symtab_finish(table, 0x4000));
	static const uint64_t addresses[] = {0x3000, 0x1000, 0x2000, 0x1000};
	static const uint64_t sizes[] = {0x1000, 0x800, 0x1000, 0x800};

	CU_ASSERT_TRUE(fb_symtab_by_name(table, "dup", &symbol));
	CU_ASSERT_EQUAL(symbol.address, 0x3000);
	for (size_t i = 0; i < FB_ARRAY_SIZE(addresses); i++) {
		CU_ASSERT_TRUE_FATAL(fb_symtab_next_by_name(table, "dup", &cursor, &symbol));
		CU_ASSERT_EQUAL(symbol.address, addresses[i]);
		CU_ASSERT_EQUAL(symbol.size, sizes[i]);
	}
	CU_ASSERT_FALSE(fb_symtab_next_by_name(table, "dup", &cursor, &symbol));
	CU_ASSERT_FALSE(fb_symtab_by_name(table, "du", &symbol));
	CU_ASSERT_FALSE(fb_symtab_by_name(table, "", &symbol));
	fb_symtab_destroy(table);
}

/* Addresses that need every pass of the sort, and some that are equal. */
static void many_are_sorted_and_found(void)
{
	enum { COUNT = 50000 };
	struct fb_symtab *table = create();
	uint64_t state = 42, before = 0;
	struct fb_symbol symbol;
	char name[32];

	FB_OK_FATAL(fb_symtab_reserve(table, COUNT / 2, 1000));
	for (int i = 0; i < COUNT; i++) {
		state = state * 6364136223846793005u + 1442695040888963407u;
		(void)snprintf(name, sizeof(name), "symbol_%d", i);
		add(table, i % 7 ? state : 0xffffffff81000000, 0, 'T', name);
	}
	FB_OK_FATAL(fb_symtab_finish(table, 0));
	for (size_t i = 0; i < COUNT; i++) {
		fb_symtab_get(table, i, &symbol);
		if (symbol.address < before)
			CU_FAIL_FATAL("not in order");
		before = symbol.address;
	}
	for (int i = 0; i < COUNT; i++) {
		(void)snprintf(name, sizeof(name), "symbol_%d", i);
		if (!fb_symtab_by_name(table, name, &symbol) || strcmp(symbol.name, name))
			CU_FAIL_FATAL("not found");
	}
	expect_at(table, 0xffffffff81000000, "symbol_0");
	fb_symtab_destroy(table);
}

static void empty_table_finds_nothing(void)
{
	struct fb_symtab *table = create();
	struct fb_symbol symbol;

	CU_ASSERT_FALSE(fb_symtab_by_name(table, "x", &symbol));
	FB_OK_FATAL(fb_symtab_finish(table, 0));
	CU_ASSERT_EQUAL(fb_symtab_count(table), 0);
	CU_ASSERT_FALSE(fb_symtab_by_name(table, "x", &symbol));
	expect_at(table, 0, NULL);
	expect_at(table, UINT64_MAX, NULL);
	FB_FAILS(fb_symtab_finish(table, 0), FB_INVALID);
	fb_symtab_destroy(table);
	fb_symtab_destroy(NULL);
}

static void names_are_capped(void)
{
	static char name[1u << 20];
	struct fb_symtab *table = create();
	struct fb_error *err = NULL;

	memset(name, 'n', sizeof(name));
	for (unsigned i = 0; !err && i <= FB_MAX_SYMBOL_BYTES / sizeof(name); i++)
		err = fb_symtab_add(table, i, 0, 'T', name, sizeof(name));
	FB_FAILS(err, FB_LIMIT);
	fb_symtab_destroy(table);
}

FB_TEST_MAIN("symbols/symtab", FB_TEST(sizes_come_from_the_next_symbol),
	     FB_TEST(without_a_limit_the_last_holds_its_address_only),
	     FB_TEST(per_cpu_offsets_do_not_reach_the_kernel),
	     FB_TEST(named_sizes_leave_holes_and_nest),
	     FB_TEST(equal_names_come_as_they_were_added), FB_TEST(many_are_sorted_and_found),
	     FB_TEST(empty_table_finds_nothing), FB_TEST(names_are_capped))
