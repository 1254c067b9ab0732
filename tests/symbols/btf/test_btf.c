// SPDX-License-Identifier: GPL-2.0-or-later
/* Loading: the header, the sections, the check of btf_check.c. */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "symbols/btf/btf_format.h"
#include "tests/harness.h"
#include "tests/symbols/make_btf.h"

static void loads_and_counts(void)
{
	struct fb_btf *btf = NULL;

	FB_OK_FATAL(LOAD(&btf, INT_WORDS));
	CU_ASSERT_EQUAL(fb_btf_count(btf), 1);
	CU_ASSERT_EQUAL(fb_btf_kind(btf, 1), FB_TYPE_INT);
	CU_ASSERT_EQUAL(fb_btf_kind(btf, 0), FB_TYPE_VOID);
	CU_ASSERT_EQUAL(fb_btf_kind(btf, 2), FB_TYPE_VOID); /* out of range is void, not a crash */
	CU_ASSERT_STRING_EQUAL(fb_btf_name(btf, 1), "int");
	CU_ASSERT_STRING_EQUAL(fb_btf_name(btf, 77), "");
	fb_btf_destroy(btf);
	fb_btf_destroy(NULL);
}

struct image {
	struct btf_header header;
	uint32_t types[4];
	char strings[8];
};

static const struct image good_image = {
	.header = {.magic = BTF_MAGIC,
		   .version = BTF_VERSION,
		   .hdr_len = sizeof(struct btf_header),
		   .type_len = 16,
		   .str_off = 16,
		   .str_len = 5},
	.types = {INT_WORDS},
	.strings = "\0int",
};

static struct fb_error *load_image(const struct image *image, size_t size)
{
	struct fb_btf *btf = NULL;
	struct fb_error *err = load_copy(image, size, &btf);

	fb_btf_destroy(btf);
	return err;
}

static void bad_headers_are_refused(void)
{
	struct image image;

	FB_OK(load_image(&good_image, sizeof(good_image)));
	FB_FAILS(load_image(&good_image, 0), FB_TRUNCATED);
	FB_FAILS(load_image(&good_image, 23), FB_TRUNCATED);
	FB_FAILS(load_image(&good_image, 24), FB_CORRUPT); /* hdr_len */
	for (size_t size = 32; size < sizeof(image.header) + 16 + 5; size++)
		FB_FAILS(load_image(&good_image, size), FB_TRUNCATED);
#define TRY(code, change)                                          \
	do {                                                       \
		image = good_image;                                \
		image.change;                                      \
		FB_FAILS(load_image(&image, sizeof(image)), code); \
	} while (0)
	TRY(FB_CORRUPT, header.magic = 0x9feb);
	TRY(FB_UNSUPPORTED, header.version = 2);
	TRY(FB_CORRUPT, header.hdr_len = 20);
	TRY(FB_CORRUPT, header.hdr_len = 0xffffffff);
	TRY(FB_TRUNCATED, header.type_off = 0xfffffff0);
	TRY(FB_TRUNCATED, header.type_len = 0xfffffff0);
	TRY(FB_CORRUPT, header.type_off = 2);
	TRY(FB_CORRUPT, header.type_len = 14);
	TRY(FB_TRUNCATED, header.type_len = 12);
	TRY(FB_TRUNCATED, header.str_off = 0x80000000);
	TRY(FB_CORRUPT, header.str_len = 4); /* ends without NUL */
	TRY(FB_CORRUPT, header.str_len = 0);
	TRY(FB_CORRUPT, strings[0] = 'x');
	TRY(FB_TRUNCATED, header.layout_len = 0x1000);
#undef TRY
}

static void unknown_kinds_are_stepped_over_where_described(void)
{
	/* Kind 20 has 8 bytes behind it, and 4 more for each of its 2 elements. */
	static const uint32_t types[] = {5, INFO(20, 0, 2), 0, 1, 2, 3, 4, INT_WORDS};
	struct {
		struct btf_header header;
		uint32_t types[FB_ARRAY_SIZE(types)];
		struct btf_layout layouts[21];
		char strings[sizeof(BTF_STRINGS)];
	} image = {
		.header = {.magic = BTF_MAGIC,
			   .version = BTF_VERSION,
			   .hdr_len = sizeof(struct btf_header),
			   .type_len = sizeof(image.types),
			   .str_off = sizeof(image.types) + sizeof(image.layouts),
			   .str_len = sizeof(BTF_STRINGS),
			   .layout_off = sizeof(image.types),
			   .layout_len = sizeof(image.layouts)},
		.layouts = {[20] = {.info_size = 8, .element_size = 4}},
		.strings = BTF_STRINGS,
	};
	struct fb_btf *btf = NULL;
	uint32_t id = 0;

	memcpy(image.types, types, sizeof(types));
	FB_OK_FATAL(load_copy(&image, sizeof(image), &btf));
	CU_ASSERT_EQUAL(fb_btf_count(btf), 2);
	FB_OK(fb_btf_find(btf, FB_TYPE_INT, "int", &id));
	CU_ASSERT_EQUAL(id, 2);
	fb_btf_destroy(btf);
	image.header.layout_len -= sizeof(struct btf_layout);
	FB_FAILS(load_copy(&image, sizeof(image), &btf), FB_UNSUPPORTED);
}

static void bad_ids_and_names_are_refused(void)
{
	struct fb_btf *btf = NULL;

	FB_FAILS(LOAD(&btf, 20, INFO(FB_TYPE_INT, 0, 0), 4, 32), FB_CORRUPT);
	FB_FAILS(LOAD(&btf, 0, INFO(FB_TYPE_POINTER, 0, 0), 2), FB_CORRUPT);
	FB_FAILS(LOAD(&btf, 5, INFO(FB_TYPE_TYPEDEF, 0, 0), 0xffffffff), FB_CORRUPT);
	FB_FAILS(LOAD(&btf, 0, INFO(FB_TYPE_ARRAY, 0, 0), 0, 2, 0, 1), FB_CORRUPT);
	FB_FAILS(LOAD(&btf, 0, INFO(FB_TYPE_ARRAY, 0, 0), 0, 0, 2, 1), FB_CORRUPT);
	FB_FAILS(LOAD(&btf, 9, INFO(FB_TYPE_STRUCT, 0, 1), 4, 5, 2, 0), FB_CORRUPT);
	FB_FAILS(LOAD(&btf, INT_WORDS, 9, INFO(FB_TYPE_STRUCT, 0, 1), 4, 500, 1, 0), FB_CORRUPT);
	FB_FAILS(LOAD(&btf, 9, INFO(FB_TYPE_ENUM, 0, 1), 4, 500, 1), FB_CORRUPT);
	FB_FAILS(LOAD(&btf, 9, INFO(FB_TYPE_ENUM64, 0, 1), 8, 500, 1, 0), FB_CORRUPT);
	FB_FAILS(LOAD(&btf, 0, INFO(FB_TYPE_PROTOTYPE, 0, 0), 2), FB_CORRUPT);
	FB_FAILS(LOAD(&btf, 0, INFO(FB_TYPE_PROTOTYPE, 0, 1), 0, 5, 2), FB_CORRUPT);
	FB_FAILS(LOAD(&btf, 9, INFO(FB_TYPE_DATASEC, 0, 1), 4, 2, 0, 4), FB_CORRUPT);
	FB_FAILS(LOAD(&btf, 0, INFO(0, 0, 0), 0), FB_UNSUPPORTED);
	FB_FAILS(LOAD(&btf, 0, INFO(20, 0, 0), 0), FB_UNSUPPORTED);
	/* One member more than there is room for. */
	FB_FAILS(LOAD(&btf, INT_WORDS, 9, INFO(FB_TYPE_STRUCT, 0, 2), 4, 5, 1, 0), FB_TRUNCATED);
	CU_ASSERT_PTR_NULL(btf);
}

static void loops_are_refused(void)
{
	struct fb_btf *btf = NULL;

	FB_FAILS_WITH(LOAD(&btf, 5, INFO(FB_TYPE_TYPEDEF, 0, 0), 1), FB_CORRUPT, "itself");
	FB_FAILS(LOAD(&btf, 0, INFO(FB_TYPE_CONST, 0, 0), 2, 0, INFO(FB_TYPE_VOLATILE, 0, 0), 1),
		 FB_CORRUPT);
	FB_FAILS(LOAD(&btf, 0, INFO(FB_TYPE_ARRAY, 0, 0), 0, 1, 0, 3), FB_CORRUPT);
	FB_FAILS(LOAD(&btf, 9, INFO(FB_TYPE_STRUCT, 0, 1), 4, 5, 1, 0), FB_CORRUPT);
	/* A struct in an array in a typedef in that struct. */
	FB_FAILS(LOAD(&btf, 9, INFO(FB_TYPE_STRUCT, 0, 1), 4, 5, 2, 0, 5,
		      INFO(FB_TYPE_TYPEDEF, 0, 0), 3, 0, INFO(FB_TYPE_ARRAY, 0, 0), 0, 1, 0, 1),
		 FB_CORRUPT);
	/* Through a pointer all is well, even to itself. */
	FB_OK(LOAD(&btf, 0, INFO(FB_TYPE_POINTER, 0, 0), 1));
	fb_btf_destroy(btf);
	FB_OK(LOAD(&btf, 9, INFO(FB_TYPE_STRUCT, 0, 1), 8, 5, 2, 0, 0, INFO(FB_TYPE_POINTER, 0, 0),
		   1));
	fb_btf_destroy(btf);
}

/* count typedefs, each of the next, the last of int. */
static struct fb_error *load_chain(unsigned count, bool backwards)
{
	uint32_t words[3 * (FB_MAX_TYPE_DEPTH + 2) + 4] = {INT_WORDS};
	struct fb_btf *btf = NULL;
	struct fb_error *err;

	for (unsigned i = 0; i < count; i++) {
		words[4 + i * 3] = 5;
		words[5 + i * 3] = INFO(FB_TYPE_TYPEDEF, 0, 0);
		words[6 + i * 3] = backwards ? i + 1 : i + 3;
	}
	if (!backwards)
		words[6 + (count - 1) * 3] = 1;
	err = load_words(words, 4 + count * 3, BTF_STRINGS, sizeof(BTF_STRINGS), NULL, &btf);
	fb_btf_destroy(btf);
	return err;
}

static void long_chains_are_refused(void)
{
	FB_OK(load_chain(FB_MAX_TYPE_DEPTH - 1, false));
	FB_OK(load_chain(FB_MAX_TYPE_DEPTH - 1, true));
	FB_FAILS_WITH(load_chain(FB_MAX_TYPE_DEPTH + 1, false), FB_CORRUPT, "deeper");
	FB_FAILS_WITH(load_chain(FB_MAX_TYPE_DEPTH + 1, true), FB_CORRUPT, "deeper");
}

static void sizes_must_fit(void)
{
	struct fb_btf *btf = NULL;

	FB_FAILS(LOAD(&btf, 1, INFO(FB_TYPE_INT, 0, 0), 0, 0), FB_CORRUPT);
	FB_FAILS(LOAD(&btf, 1, INFO(FB_TYPE_INT, 0, 0), 17, 8), FB_CORRUPT);
	FB_FAILS(LOAD(&btf, 1, INFO(FB_TYPE_INT, 0, 0), 4, 33), FB_CORRUPT);
	FB_FAILS(LOAD(&btf, 1, INFO(FB_TYPE_INT, 0, 0), 4, 8 << 16 | 32), FB_CORRUPT);
	FB_FAILS(LOAD(&btf, 5, INFO(FB_TYPE_ENUM, 0, 0), 32), FB_CORRUPT);
	/* 2^30 integers of 4 bytes. */
	FB_FAILS(LOAD(&btf, INT_WORDS, 0, INFO(FB_TYPE_ARRAY, 0, 0), 0, 1, 0, 1 << 30), FB_CORRUPT);
	/* A member behind the end; one that begins inside and ends outside; half a byte. */
	FB_FAILS(LOAD(&btf, INT_WORDS, 9, INFO(FB_TYPE_STRUCT, 0, 1), 4, 5, 1, 32), FB_CORRUPT);
	FB_FAILS(LOAD(&btf, INT_WORDS, 9, INFO(FB_TYPE_STRUCT, 0, 1), 4, 5, 1, 8), FB_CORRUPT);
	FB_FAILS(LOAD(&btf, INT_WORDS, 9, INFO(FB_TYPE_STRUCT, 0, 1), 8, 5, 1, 4), FB_CORRUPT);
	/* A bit-field of 33 bits of an int, and one that ends outside. */
	FB_FAILS(LOAD(&btf, INT_WORDS, 9, INFO(FB_TYPE_STRUCT, 1, 1), 8, 5, 1, 33 << 24),
		 FB_CORRUPT);
	FB_FAILS(LOAD(&btf, INT_WORDS, 9, INFO(FB_TYPE_STRUCT, 1, 1), 4, 5, 1, 5 << 24 | 28),
		 FB_CORRUPT);
	FB_OK(LOAD(&btf, INT_WORDS, 9, INFO(FB_TYPE_STRUCT, 1, 1), 4, 5, 1, 4 << 24 | 28));
	fb_btf_destroy(btf);
}

static void split_stands_on_its_base(void)
{
	static const char strings[] = "dev"; /* string 0 of its own: offset 19 + 1 of the whole */
	static const uint32_t types[] = {
		sizeof(BTF_STRINGS),
		INFO(FB_TYPE_STRUCT, 0, 2),
		8, /* 3: struct dev */
		5,
		1,
		0,
		7,
		2,
		32,
	};
	struct fb_btf *base = NULL, *btf = NULL;
	uint64_t size = 0;
	uint32_t id = 0;

	FB_OK_FATAL(LOAD(&base, INT_WORDS, 11, INFO(FB_TYPE_TYPEDEF, 0, 0), 1));
	FB_OK_FATAL(load_words(types, FB_ARRAY_SIZE(types), strings, sizeof(strings), base, &btf));
	CU_ASSERT_EQUAL(fb_btf_count(btf), 3);
	CU_ASSERT_STRING_EQUAL(fb_btf_name(btf, 3), "dev");
	CU_ASSERT_STRING_EQUAL(fb_btf_name(btf, 2), "u");
	FB_OK(fb_btf_find(btf, FB_TYPE_STRUCT, "dev", &id));
	CU_ASSERT_EQUAL(id, 3);
	FB_OK(fb_btf_find(btf, FB_TYPE_TYPEDEF, "u", &id)); /* of the base */
	CU_ASSERT_EQUAL(id, 2);
	FB_FAILS(fb_btf_find(base, FB_TYPE_STRUCT, "dev", &id), FB_NOT_FOUND);
	FB_OK(fb_btf_sizeof(btf, 3, &size));
	CU_ASSERT_EQUAL(size, 8);
	fb_btf_destroy(btf);
	/* Without its base the names and ids lead nowhere. */
	FB_FAILS(load_words(types, FB_ARRAY_SIZE(types), "\0dev", 5, NULL, &btf), FB_CORRUPT);
	fb_btf_destroy(base);
}

/* A good example: a struct, a union in it, an array, an enum and a function. */
static const uint32_t good_words[] = {
	INT_WORDS, /* 1 */
	9,
	INFO(FB_TYPE_STRUCT, 1, 2),
	8,
	5,
	1,
	0, /* 2 */
	0,
	3,
	3 << 24 | 32, /*   */
	0,
	INFO(FB_TYPE_UNION, 0, 1),
	4,
	7,
	4,
	0, /* 3 */
	0,
	INFO(FB_TYPE_ARRAY, 0, 0),
	0,
	1,
	1,
	1, /* 4 */
	0,
	INFO(FB_TYPE_POINTER, 0, 0),
	2, /* 5 */
	11,
	INFO(FB_TYPE_ENUM, 0, 1),
	4,
	13,
	1, /* 6 */
	0,
	INFO(FB_TYPE_PROTOTYPE, 0, 1),
	1,
	5,
	5, /* 7 */
	5,
	INFO(FB_TYPE_FUNCTION, 0, 0),
	7, /* 8 */
};

/* Loads them, and asks all that can be asked. Whether they were accepted. */
static bool ask_all(const uint32_t *words, size_t count)
{
	struct fb_btf *btf = NULL;
	struct fb_btf_member member;
	char text[64];

	fb_error_destroy(load_words(words, count, BTF_STRINGS, sizeof(BTF_STRINGS), NULL, &btf));
	if (!btf)
		return false;
	for (uint32_t id = 0; id <= fb_btf_count(btf); id++) {
		fb_error_destroy(fb_btf_find_member(btf, id, "b[0].a", &member));
		(void)fb_btf_spell(btf, id, text, sizeof(text));
	}
	fb_btf_destroy(btf);
	return true;
}

/* Every word of it, set to values that hurt: accepted or refused, never followed. */
static void any_changed_word_is_survived(void)
{
	static const uint32_t values[] = {0, 1, 2, 8, 9, 0xff, 0xffff, 0x80000000, 0xffffffff};
	uint32_t words[FB_ARRAY_SIZE(good_words)];
	unsigned loaded = 0;

	for (size_t i = 0; i < FB_ARRAY_SIZE(good_words); i++) {
		for (size_t k = 0; k < FB_ARRAY_SIZE(values) + 32; k++) {
			memcpy(words, good_words, sizeof(good_words));
			words[i] = k < 32 ? good_words[i] ^ 1u << k : values[k - 32];
			loaded += ask_all(words, FB_ARRAY_SIZE(words));
		}
	}
	CU_ASSERT_TRUE(loaded > 100);
}

FB_TEST_MAIN("symbols/btf", FB_TEST(loads_and_counts), FB_TEST(bad_headers_are_refused),
	     FB_TEST(unknown_kinds_are_stepped_over_where_described),
	     FB_TEST(bad_ids_and_names_are_refused), FB_TEST(loops_are_refused),
	     FB_TEST(long_chains_are_refused), FB_TEST(sizes_must_fit),
	     FB_TEST(split_stands_on_its_base), FB_TEST(any_changed_word_is_survived))
