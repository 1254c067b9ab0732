// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/limits.h"
#include "symbols/table/kallsyms.h"
#include "symbols/table/recent_space.h"
#include "tests/base/failing.h"
#include "tests/harness.h"
#include "tests/symbols/make_kallsyms.h"

#define COUNT 300u

static const struct recipe recipe_510 = {.form = FORM_ABSOLUTE_PERCPU, .count = COUNT};
static const struct recipe recipe_61 = {
	.form = FORM_ABSOLUTE_PERCPU, .count = COUNT, .long_lengths = true};

static bool check_all(const struct image *image, const struct fb_symtab *table)
{
	bool good = fb_symtab_count(table) == image->count;

	for (size_t i = 0; good && i < image->count; i++) {
		struct fb_symbol symbol;

		/* The tables are written in order of address. */
		fb_symtab_get(table, i, &symbol);
		good = symbol.address == image->symbols[i].address &&
		       symbol.type == image->symbols[i].type &&
		       !strcmp(symbol.name, image->symbols[i].name);
		if (!good)
			(void)fprintf(stderr, "symbol %zu is %s at 0x%" PRIx64 "\n", i, symbol.name,
				      symbol.address);
	}
	return good;
}

static void load_and_check(struct image *image, const struct fb_kallsyms_hints *hints)
{
	struct fb_symtab *table = NULL;

	FB_OK(fb_kallsyms_load(&image->space, hints, NULL, &table));
	if (table)
		CU_ASSERT_TRUE(check_all(image, table));
	fb_symtab_destroy(table);
}

/* Loads by what the kernel names, and by that without the addresses' place. */
static void check_recipe(const struct recipe *recipe)
{
	struct fb_kallsyms_hints hints;
	struct image image;

	image_make(&image, recipe);
	load_and_check(&image, &image.hints);
	hints = image.hints;
	hints.offsets = hints.relative_base = hints.addresses = 0;
	load_and_check(&image, &hints);
	image_free(&image);
}

static void reads_every_form(void)
{
	static const enum address_form forms[] = {FORM_ABSOLUTE, FORM_BASE_RELATIVE,
						  FORM_ABSOLUTE_PERCPU, FORM_PLACE_RELATIVE};

	for (size_t i = 0; i < FB_ARRAY_SIZE(forms); i++) {
		for (unsigned bits = 0; bits < 32; bits++) {
			struct recipe recipe = {
				.form = forms[i],
				.addresses_behind = bits & 1,
				.long_lengths = bits & 2,
				.has_sequences = bits & 4,
				.long_name = bits & 8,
				.long_token = bits & 16,
				.count = COUNT,
			};

			/* Place-relative offsets never stood before the names. */
			if (forms[i] == FORM_PLACE_RELATIVE && !recipe.addresses_behind)
				continue;
			check_recipe(&recipe);
		}
	}
}

static void reads_counts_around_a_group(void)
{
	static const size_t counts[] = {7, 8, 255, 256, 257, 511, 512, 513};

	for (size_t i = 0; i < FB_ARRAY_SIZE(counts); i++) {
		struct recipe recipe = recipe_61;

		recipe.count = counts[i];
		check_recipe(&recipe);
	}
}

static void reads_in_bulk(void)
{
	struct image image;

	image_make(&image, &recipe_61);
	load_and_check(&image, &image.hints);
	CU_ASSERT_TRUE(image.reads <= 10);
	image_free(&image);
}

static void keeps_text_and_stext_apart(void)
{
	struct fb_symtab *table = NULL;
	struct fb_symbol symbol;
	struct image image;

	image_make(&image, &recipe_61);
	FB_OK_FATAL(fb_kallsyms_load(&image.space, &image.hints, NULL, &table));
	CU_ASSERT_TRUE(fb_symtab_by_name(table, "_text", &symbol));
	CU_ASSERT_EQUAL(symbol.address, STEXT_ADDRESS);
	CU_ASSERT_TRUE(fb_symtab_by_address(table, STEXT_ADDRESS, &symbol));
	CU_ASSERT_STRING_EQUAL(symbol.name, "_stext");
	fb_symtab_destroy(table);
	image_free(&image);
}

/* The tables named by nobody, as before 6.0. */
static struct fb_kallsyms_hints scan_hints(const struct image *image)
{
	return (struct fb_kallsyms_hints){
		.stext = image->hints.stext,
		.scan_start = image->hints.scan_start,
		.scan_end = image->hints.scan_end,
	};
}

static void scan_finds_what_nobody_names(void)
{
	static const size_t counts[] = {9, 255, 256, 257, 512, 700, 1024};

	for (size_t i = 0; i < FB_ARRAY_SIZE(counts); i++) {
		for (unsigned bits = 0; bits < 8; bits++) {
			struct recipe recipe = {
				.form = bits & 1 ? FORM_ABSOLUTE : FORM_ABSOLUTE_PERCPU,
				.addresses_behind = bits & 2,
				.ascii_decoy = bits & 4,
				.count = counts[i],
			};
			struct fb_kallsyms_hints hints;
			struct image image;

			image_make(&image, &recipe);
			hints = scan_hints(&image);
			load_and_check(&image, &hints);
			image_free(&image);
		}
	}
}

static uint64_t find_digits(struct image *image)
{
	static const char digits[] = "0\0001\0002";
	const uint8_t *zero;

	zero = memmem(image_at(image, image->hints.token_table), 4096, digits, sizeof(digits));
	CU_ASSERT_PTR_NOT_NULL_FATAL(zero);
	return IMAGE_START + (uint64_t)(zero - image->data);
}

/* The range is read in chunks, and the digits may lie in two of them. */
static void scan_finds_digits_across_two_chunks(void)
{
	struct recipe recipe = recipe_510;
	struct fb_kallsyms_hints hints;
	struct image image;
	uint64_t unmoved;
	unsigned cuts = 0;

	image_make(&image, &recipe);
	unmoved = find_digits(&image);
	image_free(&image);
	for (; recipe.shift < FB_PAGE_SIZE; recipe.shift += 8) {
		uint64_t digits = unmoved + recipe.shift;

		if (digits % FB_PAGE_SIZE <= FB_PAGE_SIZE - 20)
			continue;
		image_make(&image, &recipe);
		CU_ASSERT_EQUAL(find_digits(&image), digits);
		hints = scan_hints(&image);
		hints.scan_start = (digits & FB_PAGE_MASK) + FB_PAGE_SIZE - FB_RECENT_CHUNK;
		load_and_check(&image, &hints);
		image_free(&image);
		cuts++;
	}
	CU_ASSERT_TRUE(cuts >= 2);
}

/* Every page of the tables is read once, but for those around the token table. */
static void scan_reads_a_page_once(void)
{
	struct fb_kallsyms_hints hints;
	struct image image;

	image_make(&image, &recipe_510);
	hints = scan_hints(&image);
	load_and_check(&image, &hints);
	CU_ASSERT_TRUE(image.reads <= 4);
	image_free(&image);
}

static void scan_steps_over_holes(void)
{
	struct fb_kallsyms_hints hints;
	struct image image;
	size_t first, last;

	image_make(&image, &recipe_510);
	first = (image.hints.offsets - IMAGE_START) / FB_PAGE_SIZE;
	last = (image.hints.token_index + 511 - IMAGE_START) / FB_PAGE_SIZE;
	for (size_t page = 0; page < IMAGE_PAGES; page++)
		image.absent[page] = page < first || page > last;
	hints = scan_hints(&image);
	/* Far beyond what is mapped. */
	hints.scan_start -= 1u << 22;
	hints.scan_end += 1u << 22;
	load_and_check(&image, &hints);
	image_free(&image);
}

static void scan_without_tables_finds_none(void)
{
	struct fb_symtab *table = NULL;
	struct fb_kallsyms_hints hints;
	struct image image;

	image_make(&image, &recipe_510);
	memset(image_at(&image, image.hints.token_table), 0, 512);
	hints = scan_hints(&image);
	FB_FAILS(fb_kallsyms_load(&image.space, &hints, NULL, &table), FB_NOT_FOUND);
	hints.scan_end = hints.scan_start;
	FB_FAILS(fb_kallsyms_load(&image.space, &hints, NULL, &table), FB_INVALID);
	CU_ASSERT_PTR_NULL(table);
	image_free(&image);
}

/* Of the places that look like the tokens, the first 256 are tried. */
static void scan_looks_at_so_many_places(void)
{
	static const char digits[] = "0\0001\0002\0003\0004\0005\0006\0007\0008\0009";

	for (unsigned others = 255; others <= 256; others++) {
		struct fb_symtab *table = NULL;
		struct fb_kallsyms_hints hints;
		struct image image;

		image_make(&image, &recipe_510);
		for (unsigned i = 0; i < others; i++)
			memcpy(image_at(&image, STEXT_ADDRESS + i * sizeof(digits)), digits,
			       sizeof(digits));
		hints = scan_hints(&image);
		if (others == 255)
			load_and_check(&image, &hints);
		else
			FB_FAILS_WITH(fb_kallsyms_load(&image.space, &hints, NULL, &table),
				      FB_LIMIT, "more than 256 places look like kallsyms");
		image_free(&image);
	}
}

/* The markers end on the page before the tokens, which is lost. */
static void scan_says_why_markers_are_not_to_be_had(void)
{
	struct recipe recipe = recipe_510;
	struct fb_symtab *table = NULL;
	struct fb_kallsyms_hints hints;
	struct image image;

	image_make(&image, &recipe);
	recipe.shift = -image.hints.token_table & ~FB_PAGE_MASK;
	image_free(&image);
	image_make(&image, &recipe);
	hints = scan_hints(&image);
	CU_ASSERT_EQUAL(image.hints.token_table % FB_PAGE_SIZE, 0);
	image.absent[(image.hints.token_table - IMAGE_START) / FB_PAGE_SIZE - 1] = true;
	FB_FAILS_WITH(fb_kallsyms_load(&image.space, &hints, NULL, &table), FB_ABSENT,
		      "kallsyms markers: ");
	image_free(&image);
}

static void scan_says_why_names_are_not_to_be_had(void)
{
	struct fb_symtab *table = NULL;
	struct fb_kallsyms_hints hints;
	struct image image;

	image_make(&image, &recipe_510);
	hints = scan_hints(&image);
	image.absent[(image.hints.names - IMAGE_START) / FB_PAGE_SIZE] = true;
	FB_FAILS_WITH(fb_kallsyms_load(&image.space, &hints, NULL, &table), FB_ABSENT, "names");
	image_free(&image);
}

static void absent_pages_are_named(void)
{
	static const struct {
		size_t hint; /* offset in struct fb_kallsyms_hints */
		const char *what;
	} tables[] = {
		{offsetof(struct fb_kallsyms_hints, num_syms), "num_syms"},
		{offsetof(struct fb_kallsyms_hints, token_index), "token table"},
		{offsetof(struct fb_kallsyms_hints, offsets), "addresses"},
	};
	struct recipe recipe = recipe_61;

	/* So that no two of these tables share a page. */
	recipe.count = 1500;
	for (size_t i = 0; i < FB_ARRAY_SIZE(tables); i++) {
		struct fb_symtab *table = NULL;
		struct image image;
		uint64_t address;

		image_make(&image, &recipe);
		memcpy(&address, (const char *)&image.hints + tables[i].hint, sizeof(address));
		image.absent[(address - IMAGE_START) / FB_PAGE_SIZE] = true;
		FB_FAILS_WITH(fb_kallsyms_load(&image.space, &image.hints, NULL, &table), FB_ABSENT,
			      tables[i].what);
		image_free(&image);
	}
}

static void corrupt_tables_are_refused(void)
{
	static const struct {
		size_t hint;
		int move; /* bytes from the table's start */
		const char *what;
	} damages[] = {
		{offsetof(struct fb_kallsyms_hints, num_syms), 0, "markers"},
		{offsetof(struct fb_kallsyms_hints, names), 0, "markers"},
		{offsetof(struct fb_kallsyms_hints, token_index), 20, "token"},
		{offsetof(struct fb_kallsyms_hints, token_table), 4, "token"},
		{offsetof(struct fb_kallsyms_hints, offsets), 3 * 4, "no form"},
		{offsetof(struct fb_kallsyms_hints, relative_base), 0, "no form"},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(damages); i++) {
		struct fb_symtab *table = NULL;
		struct image image;
		uint64_t address;

		image_make(&image, &recipe_61);
		memcpy(&address, (const char *)&image.hints + damages[i].hint, sizeof(address));
		image_at(&image, address)[damages[i].move] ^= 0x02;
		FB_FAILS_WITH(fb_kallsyms_load(&image.space, &image.hints, NULL, &table),
			      FB_CORRUPT, damages[i].what);
		CU_ASSERT_PTR_NULL(table);
		image_free(&image);
	}
}

static void counts_are_capped(void)
{
	const uint32_t count = FB_MAX_KALLSYMS + 1;
	struct fb_symtab *table = NULL;
	struct image image;

	image_make(&image, &recipe_61);
	memcpy(image_at(&image, image.hints.num_syms), &count, sizeof(count));
	FB_FAILS(fb_kallsyms_load(&image.space, &image.hints, NULL, &table), FB_LIMIT);
	memset(image_at(&image, image.hints.num_syms), 0, sizeof(count));
	FB_FAILS(fb_kallsyms_load(&image.space, &image.hints, NULL, &table), FB_CORRUPT);
	image_free(&image);
}

static void stext_decides(void)
{
	struct fb_symtab *table = NULL;
	struct fb_kallsyms_hints hints;
	struct image image;

	image_make(&image, &recipe_61);
	hints = image.hints;
	hints.stext += 0x10;
	FB_FAILS_WITH(fb_kallsyms_load(&image.space, &hints, NULL, &table), FB_CORRUPT, "_stext");
	hints.stext = 0;
	FB_FAILS(fb_kallsyms_load(&image.space, &hints, NULL, &table), FB_INVALID);
	image_free(&image);
}

struct question {
	struct failing_space failing;
	struct failure failure;
	const struct fb_kallsyms_hints *hints;
};

static struct fb_error *load(void *context)
{
	struct question *question = context;
	struct fb_symtab *table = NULL;
	struct fb_error *err =
		fb_kallsyms_load(&question->failing.space, question->hints, NULL, &table);

	fb_symtab_destroy(table);
	return err;
}

/* By what the kernel names; without the place of the addresses, which are then tried; and with a search for all. */
static void what_is_fatal_passes(void)
{
	struct fb_kallsyms_hints hints;
	struct question question;
	struct image image;

	image_make(&image, &recipe_510);
	failing_space_init(&question.failing, &image.space, &question.failure);
	question.hints = &image.hints;
	failing_must_pass(load, &question, &question.failure, 100, 0);
	hints = image.hints;
	question.hints = &hints;
	hints.offsets = hints.relative_base = hints.addresses = 0;
	failing_must_pass(load, &question, &question.failure, 100, 0);
	hints.names = hints.num_syms = hints.token_table = hints.token_index = 0;
	failing_must_pass(load, &question, &question.failure, 40, 40);
	image_free(&image);
}

FB_TEST_MAIN("symbols/kallsyms", FB_TEST(reads_every_form), FB_TEST(reads_counts_around_a_group),
	     FB_TEST(reads_in_bulk), FB_TEST(keeps_text_and_stext_apart),
	     FB_TEST(absent_pages_are_named), FB_TEST(corrupt_tables_are_refused),
	     FB_TEST(counts_are_capped), FB_TEST(stext_decides),
	     FB_TEST(scan_finds_what_nobody_names), FB_TEST(scan_finds_digits_across_two_chunks),
	     FB_TEST(scan_reads_a_page_once), FB_TEST(scan_steps_over_holes),
	     FB_TEST(scan_without_tables_finds_none),
	     FB_TEST(scan_says_why_names_are_not_to_be_had),
	     FB_TEST(scan_says_why_markers_are_not_to_be_had),
	     FB_TEST(scan_looks_at_so_many_places), FB_TEST(what_is_fatal_passes))
