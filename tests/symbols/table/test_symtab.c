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

/* A larger symbol below reaches as far as the smaller one at its end, and no further. */
static void what_reaches_furthest_is_kept(void)
{
	struct fb_symtab *table = create();

	add(table, 0x1000, 0x20, 'T', "outer");
	add(table, 0x1010, 0x10, 't', "tail");  /* ends where outer does */
	add(table, 0x1040, 0, 't', "sizeless"); /* up to the next */
	add(table, 0x1050, 1, 't', "byte");
	add(table, 0x1060, 0, 't', "last"); /* nothing says where it ends */
	FB_OK_FATAL(fb_symtab_finish(table, 0));
	expect_at(table, 0x100f, "outer");
	expect_at(table, 0x1010, "tail");
	expect_at(table, 0x101f, "tail");
	expect_at(table, 0x1020, NULL);
	expect_at(table, 0x103f, NULL);
	expect_at(table, 0x1040, "sizeless");
	expect_at(table, 0x104f, "sizeless");
	expect_at(table, 0x1050, "byte");
	expect_at(table, 0x1051, NULL);
	expect_at(table, 0x1060, "last");
	expect_at(table, 0x1061, NULL);
	fb_symtab_destroy(table);
}

/* A size that runs over the end of the addresses ends there. */
static void sizes_end_with_the_addresses(void)
{
	struct fb_symtab *table = create();
	struct fb_symbol symbol;

	add(table, UINT64_MAX - 0xff, 0x1000, 'T', "over");
	FB_OK_FATAL(fb_symtab_finish(table, 0));
	expect_at(table, UINT64_MAX - 0x100, NULL);
	expect_at(table, UINT64_MAX - 0xff, "over");
	expect_at(table, UINT64_MAX, "over");
	fb_symtab_get(table, 0, &symbol);
	CU_ASSERT_EQUAL(symbol.size, 0x1000);
	fb_symtab_destroy(table);
}

/* The first size is named by a symbol far behind the first, and when the arrays have grown by then. */
static void sizes_grow_with_the_table(void)
{
	struct fb_symtab *table = create();
	struct fb_symbol symbol;
	char name[16];

	for (unsigned i = 0; i < 2050; i++) {
		(void)snprintf(name, sizeof(name), "s%u", i);
		add(table, 0x1000 + i * 0x10, i < 1020 ? 0 : i % 15 + 1, 'T', name);
	}
	FB_OK_FATAL(fb_symtab_finish(table, 0));
	for (unsigned i = 0; i < 2050; i++) {
		fb_symtab_get(table, i, &symbol);
		CU_ASSERT_EQUAL(symbol.size, i < 1020 ? 0x10 : i % 15 + 1);
	}
	fb_symtab_destroy(table);
}

/* The limit ends the last symbol, where it lies behind it. */
static void a_limit_below_the_last_ends_nothing(void)
{
	static const struct {
		uint64_t limit, size;
	} limits[] = {{0x1001, 1}, {0x1000, 0}, {0xfff, 0}, {0x2000, 0x1000}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(limits); i++) {
		struct fb_symtab *table = create();
		struct fb_symbol symbol;

		add(table, 0x1000, 0, 'T', "a");
		FB_OK_FATAL(fb_symtab_finish(table, limits[i].limit));
		fb_symtab_get(table, 0, &symbol);
		CU_ASSERT_EQUAL(symbol.size, limits[i].size);
		fb_symtab_destroy(table);
	}
}

/* Room for a symbol more than a table may have is refused; more symbols are not asked for than there are. */
static void room_is_capped(void)
{
	struct fb_symtab *table = create();

	FB_OK(fb_symtab_reserve(table, 0, 0));
	FB_FAILS_WITH(fb_symtab_reserve(table, FB_MAX_KALLSYMS + 1, 0), FB_LIMIT,
		      "more than 4194304 symbols");
	FB_OK(fb_symtab_reserve(table, FB_MAX_KALLSYMS, 0));
	FB_FAILS(fb_symtab_reserve(table, 1, FB_MAX_SYMBOL_BYTES + (size_t)1), FB_LIMIT);
	FB_OK(fb_symtab_reserve(table, 1, 1));
	add(table, 1, 0, 'T', "a");
	add(table, 2, 0, 'T', "b");
	FB_OK_FATAL(fb_symtab_finish(table, 0));
	expect_at(table, 2, "b");
	fb_symtab_destroy(table);
}

/* A cursor behind the end, and one of the last. */
static void cursors_are_bounded(void)
{
	struct fb_symtab *table = create();
	struct fb_symbol symbol;
	size_t cursor = 3;

	add(table, 1, 0, 'T', "a");
	add(table, 2, 0, 'T', "a");
	FB_OK_FATAL(fb_symtab_finish(table, 0));
	CU_ASSERT_FALSE(fb_symtab_next_by_name(table, "a", &cursor, &symbol));
	cursor = 2;
	CU_ASSERT_FALSE(fb_symtab_next_by_name(table, "a", &cursor, &symbol));
	cursor = 1;
	CU_ASSERT_TRUE(fb_symtab_next_by_name(table, "a", &cursor, &symbol));
	CU_ASSERT_EQUAL(cursor, 2);
	CU_ASSERT_EQUAL(symbol.address, 2);
	fb_symtab_destroy(table);
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
	     FB_TEST(empty_table_finds_nothing), FB_TEST(names_are_capped),
	     FB_TEST(what_reaches_furthest_is_kept), FB_TEST(sizes_end_with_the_addresses),
	     FB_TEST(sizes_grow_with_the_table), FB_TEST(a_limit_below_the_last_ends_nothing),
	     FB_TEST(room_is_capped), FB_TEST(cursors_are_bounded))
