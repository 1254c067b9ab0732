// SPDX-License-Identifier: GPL-2.0-or-later
/* What types may refer to, and how large they may be: the last that is good, and the first that is not. */
#include <string.h>

#include "base/limits.h"
#include "tests/harness.h"
#include "tests/symbols/make_btf.h"

/* Strings end behind offset 18, and with one more type the ids do behind 2. */
#define LAST_NAME 18u
#define LAST_TYPE 2u

static void expect_good(const uint32_t *words, size_t count)
{
	struct fb_btf *btf = NULL;

	FB_OK(load_words(words, count, BTF_STRINGS, sizeof(BTF_STRINGS), NULL, &btf));
	fb_btf_destroy(btf);
}

static void expect_bad(const uint32_t *words, size_t count, const char *message)
{
	struct fb_btf *btf = NULL;

	FB_FAILS_WITH(load_words(words, count, BTF_STRINGS, sizeof(BTF_STRINGS), NULL, &btf),
		      FB_CORRUPT, message);
	CU_ASSERT_PTR_NULL(btf);
}

#define WORDS(...) (const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / 4

static void names_lie_in_the_strings(void)
{
	expect_good(WORDS(LAST_NAME, INFO(FB_TYPE_FORWARD, 0, 0), 0));
	expect_bad(WORDS(LAST_NAME + 1, INFO(FB_TYPE_FORWARD, 0, 0), 0), "type 1: name at 19");
	expect_good(WORDS(INT_WORDS, 9, INFO(FB_TYPE_STRUCT, 0, 1), 4, LAST_NAME, 1, 0));
	expect_bad(WORDS(INT_WORDS, 9, INFO(FB_TYPE_STRUCT, 0, 1), 4, LAST_NAME + 1, 1, 0),
		   "type 2: element's name at 19");
	/* The second of two. */
	expect_bad(WORDS(9, INFO(FB_TYPE_ENUM, 0, 2), 4, 5, 1, LAST_NAME + 1, 2),
		   "type 1: element's name at 19");
	expect_bad(WORDS(9, INFO(FB_TYPE_ENUM64, 0, 2), 8, 5, 1, 0, LAST_NAME + 1, 2, 0),
		   "type 1: element's name at 19");
	/* The words between names are none. */
	expect_good(WORDS(9, INFO(FB_TYPE_ENUM, 0, 2), 4, 5, 999, 7, 999));
	expect_good(WORDS(9, INFO(FB_TYPE_ENUM64, 0, 2), 8, 5, 999, 999, 7, 999, 999));
	expect_bad(WORDS(INT_WORDS, 0, INFO(FB_TYPE_PROTOTYPE, 0, 1), 1, LAST_NAME + 1, 1),
		   "type 2: element's name at 19");
}

static void ids_name_types(void)
{
	static const enum fb_type_kind kinds[] = {
		FB_TYPE_POINTER,  FB_TYPE_TYPEDEF,  FB_TYPE_VOLATILE, FB_TYPE_CONST,
		FB_TYPE_RESTRICT, FB_TYPE_TYPE_TAG, FB_TYPE_FUNCTION};

	for (size_t i = 0; i < FB_ARRAY_SIZE(kinds); i++) {
		expect_good(WORDS(5, INFO(kinds[i], 0, 0), LAST_TYPE, INT_WORDS));
		expect_bad(WORDS(5, INFO(kinds[i], 0, 0), LAST_TYPE + 1, INT_WORDS),
			   "type 1: refers to 3");
	}
	expect_bad(WORDS(5, INFO(FB_TYPE_VARIABLE, 0, 0), LAST_TYPE + 1, 0, INT_WORDS),
		   "type 1: refers to 3");
	expect_bad(WORDS(5, INFO(FB_TYPE_DECL_TAG, 0, 0), LAST_TYPE + 1, 0, INT_WORDS),
		   "type 1: refers to 3");
	expect_good(WORDS(0, INFO(FB_TYPE_ARRAY, 0, 0), 0, LAST_TYPE, LAST_TYPE, 1, INT_WORDS));
	expect_bad(WORDS(0, INFO(FB_TYPE_ARRAY, 0, 0), 0, LAST_TYPE + 1, 2, 1, INT_WORDS),
		   "type 1: array of 3");
	expect_bad(WORDS(0, INFO(FB_TYPE_ARRAY, 0, 0), 0, 2, LAST_TYPE + 1, 1, INT_WORDS),
		   "type 1: array of 2");
	expect_good(WORDS(0, INFO(FB_TYPE_PROTOTYPE, 0, 1), LAST_TYPE, 5, LAST_TYPE, INT_WORDS));
	expect_bad(WORDS(0, INFO(FB_TYPE_PROTOTYPE, 0, 1), LAST_TYPE + 1, 5, 2, INT_WORDS),
		   "type 1: returns 3");
	expect_bad(WORDS(0, INFO(FB_TYPE_PROTOTYPE, 0, 1), 2, 5, LAST_TYPE + 1, INT_WORDS),
		   "type 1: element's type is 3");
	expect_bad(
		WORDS(9, INFO(FB_TYPE_STRUCT, 0, 2), 8, 5, 2, 0, 7, LAST_TYPE + 1, 32, INT_WORDS),
		"type 1: element's type is 3");
	expect_good(WORDS(9, INFO(FB_TYPE_DATASEC, 0, 1), 4, LAST_TYPE, 0, 4, INT_WORDS));
	expect_bad(
		WORDS(9, INFO(FB_TYPE_DATASEC, 0, 2), 4, 2, 0, 4, LAST_TYPE + 1, 0, 4, INT_WORDS),
		"type 1: variable's type is 3");
}

static void numbers_have_a_size(void)
{
	expect_good(WORDS(1, INFO(FB_TYPE_INT, 0, 0), 16, 128));
	expect_bad(WORDS(1, INFO(FB_TYPE_INT, 0, 0), 17, 8), "type 1: integer of size 17");
	expect_bad(WORDS(1, INFO(FB_TYPE_INT, 0, 0), 0, 0), "type 1: integer of size 0");
	expect_good(WORDS(1, INFO(FB_TYPE_INT, 0, 0), 4, 8 << 16 | 24));
	expect_bad(WORDS(1, INFO(FB_TYPE_INT, 0, 0), 4, 8 << 16 | 25),
		   "type 1: integer with bits 25");
	for (unsigned i = 0; i < 3; i++) {
		static const enum fb_type_kind kinds[] = {FB_TYPE_ENUM, FB_TYPE_ENUM64,
							  FB_TYPE_FLOAT};

		expect_good(WORDS(9, INFO(kinds[i], 0, 0), 16));
		expect_bad(WORDS(9, INFO(kinds[i], 0, 0), 17), "type 1: size 17");
	}
}

static void members_lie_in_their_struct(void)
{
	static const enum fb_type_kind kinds[] = {FB_TYPE_STRUCT, FB_TYPE_UNION};

	for (unsigned i = 0; i < 2; i++) {
		expect_good(WORDS(INT_WORDS, 9, INFO(kinds[i], 0, 2), 8, 5, 1, 0, 7, 1, 32));
		expect_bad(WORDS(INT_WORDS, 9, INFO(kinds[i], 0, 2), 8, 5, 1, 0, 7, 1, 40),
			   "type 2: behind the end is member 1");
		expect_bad(WORDS(INT_WORDS, 9, INFO(kinds[i], 0, 2), 8, 5, 1, 0, 7, 1, 28),
			   "type 2: half a byte before member 1");
		/* Bit-fields: the last bit, and one more; as many as their type has, and one more. */
		expect_good(WORDS(INT_WORDS, 9, INFO(kinds[i], 1, 1), 4, 5, 1, 5u << 24 | 27));
		expect_bad(WORDS(INT_WORDS, 9, INFO(kinds[i], 1, 1), 4, 5, 1, 5u << 24 | 28),
			   "type 2: behind the end is member 0");
		expect_good(WORDS(INT_WORDS, 9, INFO(kinds[i], 1, 1), 8, 5, 1, 32u << 24 | 32));
		expect_bad(WORDS(INT_WORDS, 9, INFO(kinds[i], 1, 1), 8, 5, 1, 33u << 24 | 1),
			   "type 2: too many bits in member 0");
		/* One of no size may stand at the very end. */
		expect_good(WORDS(9, INFO(kinds[i], 0, 1), 8, 5, 2, 64, 7,
				  INFO(FB_TYPE_FORWARD, 0, 0), 0));
		expect_bad(WORDS(9, INFO(kinds[i], 0, 1), 8, 5, 2, 72, 7,
				 INFO(FB_TYPE_FORWARD, 0, 0), 0),
			   "type 1: behind the end is member 0");
		expect_bad(WORDS(9, INFO(kinds[i], 1, 1), 8, 5, 2, 1u << 24, 7,
				 INFO(FB_TYPE_FORWARD, 0, 0), 0),
			   "type 1: too many bits in member 0");
		expect_bad(WORDS(9, INFO(kinds[i], 0, 0), UINT32_MAX), "type 1: size 4294967295");
		expect_good(WORDS(9, INFO(kinds[i], 0, 0), UINT32_MAX - 1));
	}
}

/* Before 5.0 bit-fields are integers of fewer bits than their bytes. */
static void partial_integers_are_bit_fields(void)
{
	static const enum fb_type_kind kinds[] = {FB_TYPE_STRUCT, FB_TYPE_UNION};

	for (unsigned i = 0; i < 2; i++) {
		expect_good(WORDS(1, INFO(FB_TYPE_INT, 0, 0), 4, 3, 9, INFO(kinds[i], 0, 1), 4, 5,
				  1, 29));
		expect_bad(WORDS(1, INFO(FB_TYPE_INT, 0, 0), 4, 3, 9, INFO(kinds[i], 0, 1), 4, 5, 1,
				 30),
			   "type 2: behind the end is member 0");
	}
}

/* Arrays of up to 4 GiB less two bytes. */
static void arrays_have_a_size(void)
{
	expect_good(WORDS(1, INFO(FB_TYPE_INT, 0, 0), 1, 8, 0, INFO(FB_TYPE_ARRAY, 0, 0), 0, 1, 1,
			  UINT32_MAX - 1));
	expect_bad(WORDS(1, INFO(FB_TYPE_INT, 0, 0), 1, 8, 0, INFO(FB_TYPE_ARRAY, 0, 0), 0, 1, 1,
			 UINT32_MAX),
		   "type 2: array too large, elements 4294967295");
	expect_bad(WORDS(INT_WORDS, 0, INFO(FB_TYPE_ARRAY, 0, 0), 0, 1, 1, 1u << 30),
		   "type 2: array too large, elements 1073741824");
	expect_good(WORDS(INT_WORDS, 0, INFO(FB_TYPE_ARRAY, 0, 0), 0, 1, 1, (1u << 30) - 1));
}

/* 62 typedefs of a struct, which is one level itself; the deepest member counts, whichever it is. */
static void levels_are_those_of_the_deepest_member(void)
{
	for (unsigned i = 0; i < 6; i++) {
		unsigned typedefs = i < 3 ? 62 : 63, words = 0;
		uint32_t deep = 2 + typedefs, types[8 + 16 + 3 * 64] = {INT_WORDS};

		words = 4;
		types[words++] = 9; /* 2: the struct */
		types[words++] = INFO(FB_TYPE_STRUCT, 0, 0);
		types[words++] = 0;
		for (unsigned k = 0; k < typedefs; k++) {
			types[words++] = 5;
			types[words++] = INFO(FB_TYPE_TYPEDEF, 0, 0);
			types[words++] = 2 + k;
		}
		types[words++] =
			7; /* the last: of a deep member before or behind a flat one, or both */
		types[words++] = INFO(FB_TYPE_STRUCT, 0, 2);
		types[words++] = 4;
		types[words++] = 5;
		types[words++] = i % 3 == 0 ? 1 : deep;
		types[words++] = 0;
		types[words++] = 7;
		types[words++] = i % 3 == 1 ? 1 : deep;
		types[words++] = 0;
		if (i < 3)
			expect_good(types, words);
		else
			expect_bad(types, words, "nested deeper than 64");
	}
}

/* One type of a chain that refers to another. */
static unsigned put_link(uint32_t *types, unsigned words, enum fb_type_kind kind, uint32_t target)
{
	types[words++] = kind == FB_TYPE_ARRAY ? 0 : 5;
	types[words++] = INFO(kind, 0, kind == FB_TYPE_STRUCT);
	types[words++] = kind == FB_TYPE_ARRAY ? 0 : kind == FB_TYPE_STRUCT ? 8 : target;
	if (kind == FB_TYPE_STRUCT)
		types[words++] = 7; /* its member's name */
	if (kind == FB_TYPE_ARRAY || kind == FB_TYPE_STRUCT)
		types[words++] = target;
	if (kind == FB_TYPE_ARRAY)
		types[words++] = target;
	if (kind == FB_TYPE_ARRAY || kind == FB_TYPE_STRUCT)
		types[words++] = kind == FB_TYPE_ARRAY; /* elements; the member's offset */
	if (kind == FB_TYPE_VARIABLE)
		types[words++] = 0;
	return words;
}

/* A chain of FB_MAX_TYPE_DEPTH types is accepted; a longer one is taken for a type that contains itself. The innermost
 * type may come first or last. */
static void each_kind_is_a_level(void)
{
	static const enum fb_type_kind kinds[] = {
		FB_TYPE_TYPEDEF,  FB_TYPE_VOLATILE, FB_TYPE_CONST, FB_TYPE_RESTRICT,
		FB_TYPE_TYPE_TAG, FB_TYPE_VARIABLE, FB_TYPE_ARRAY, FB_TYPE_STRUCT};

	for (size_t i = 0; i < FB_ARRAY_SIZE(kinds); i++) {
		for (unsigned count = FB_MAX_TYPE_DEPTH; count <= FB_MAX_TYPE_DEPTH + 1; count++) {
			for (unsigned inner_first = 0; inner_first < 2; inner_first++) {
				uint32_t types[6 * (FB_MAX_TYPE_DEPTH + 2)];
				unsigned words = 0;

				if (inner_first)
					words = put_link(types, words, FB_TYPE_POINTER, 0);
				for (unsigned k = 0; k < count; k++)
					words = put_link(types, words, kinds[i],
							 inner_first ? k + 1 : k + 2);
				if (!inner_first)
					words = put_link(types, words, FB_TYPE_POINTER, 0);
				if (count == FB_MAX_TYPE_DEPTH)
					expect_good(types, words);
				else
					expect_bad(types, words, "nested deeper than 64");
			}
		}
		for (uint32_t target = 1; target <= 2; target++) {
			uint32_t types[12];
			unsigned words = put_link(types, 0, kinds[i], target);

			words = put_link(types, words, kinds[i], 1);
			expect_bad(types, words,
				   target == 1 ? "type 1: contains itself, at depth 2"
					       : "type 1: contains itself, at depth 3");
		}
	}
}

FB_TEST_MAIN("symbols/btf_check", FB_TEST(names_lie_in_the_strings), FB_TEST(ids_name_types),
	     FB_TEST(numbers_have_a_size), FB_TEST(members_lie_in_their_struct),
	     FB_TEST(partial_integers_are_bit_fields), FB_TEST(arrays_have_a_size),
	     FB_TEST(levels_are_those_of_the_deepest_member), FB_TEST(each_kind_is_a_level))
