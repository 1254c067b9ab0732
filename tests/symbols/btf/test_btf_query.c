// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "symbols/btf/btf_builder.h"
#include "tests/harness.h"
#include "tests/symbols/make_btf.h"

static void finds_the_complete_type(void)
{
	struct fb_btf *btf = NULL;
	uint32_t id = 0;

	FB_OK_FATAL(LOAD(&btf, INT_WORDS,                             /* 1 */
			 9, INFO(FB_TYPE_FORWARD, 0, 0), 0,           /* 2: struct s; */
			 9, INFO(FB_TYPE_STRUCT, 0, 0), 0,            /* 3: struct s {} */
			 9, INFO(FB_TYPE_STRUCT, 0, 1), 4, 5, 1, 0,   /* 4: struct s {int a;} */
			 9, INFO(FB_TYPE_STRUCT, 0, 1), 4, 7, 1, 0,   /* 5: another */
			 9, INFO(FB_TYPE_TYPEDEF, 0, 0), 4,           /* 6: typedef ... s */
			 11, INFO(FB_TYPE_ENUM, 0, 0), 4,             /* 7: enum u; */
			 11, INFO(FB_TYPE_ENUM64, 0, 1), 8, 13, 1, 2, /* 8: enum u {E_ONE} */
			 5, INFO(FB_TYPE_PROTOTYPE, 0, 0), 0,         /* 9 */
			 5, INFO(FB_TYPE_FUNCTION, 0, 0), 9));        /* 10: a() */
	FB_OK(fb_btf_find(btf, FB_TYPE_STRUCT, "s", &id));
	CU_ASSERT_EQUAL(id, 4);
	FB_OK(fb_btf_find(btf, FB_TYPE_TYPEDEF, "s", &id));
	CU_ASSERT_EQUAL(id, 6);
	FB_OK(fb_btf_find(btf, FB_TYPE_FORWARD, "s", &id));
	CU_ASSERT_EQUAL(id, 2);
	FB_OK(fb_btf_find(btf, FB_TYPE_ENUM, "u", &id));
	CU_ASSERT_EQUAL(id, 8);
	FB_OK(fb_btf_find(btf, FB_TYPE_FUNCTION, "a", &id));
	CU_ASSERT_EQUAL(id, 10);
	FB_FAILS_WITH(fb_btf_find(btf, FB_TYPE_UNION, "s", &id), FB_NOT_FOUND, "union s");
	FB_FAILS(fb_btf_find(btf, FB_TYPE_FUNCTION, "s", &id), FB_NOT_FOUND);
	FB_FAILS(fb_btf_find(btf, FB_TYPE_STRUCT, "", &id), FB_INVALID);
	fb_btf_destroy(btf);
}

static void sizes_go_through_names_and_arrays(void)
{
	static const struct {
		uint32_t id;
		uint64_t size;
	} sizes[] = {{1, 4}, {2, 4}, {3, 40}, {4, 40}, {5, 8}, {6, 120}, {9, 0}};
	struct fb_btf *btf = NULL;
	uint64_t size = 77;

	FB_OK_FATAL(LOAD(&btf, INT_WORDS,                           /* 1 */
			 5, INFO(FB_TYPE_TYPEDEF, 0, 0), 1,         /* 2 */
			 0, INFO(FB_TYPE_ARRAY, 0, 0), 0, 2, 1, 10, /* 3 */
			 0, INFO(FB_TYPE_CONST, 0, 0), 3,           /* 4 */
			 0, INFO(FB_TYPE_POINTER, 0, 0), 0,         /* 5 */
			 0, INFO(FB_TYPE_ARRAY, 0, 0), 0, 4, 1, 3,  /* 6 */
			 0, INFO(FB_TYPE_PROTOTYPE, 0, 0), 0,       /* 7 */
			 9, INFO(FB_TYPE_FORWARD, 0, 0), 0,         /* 8 */
			 0, INFO(FB_TYPE_ARRAY, 0, 0), 0, 1, 1, 0,  /* 9 */
			 5, INFO(FB_TYPE_TYPEDEF, 0, 0), 0));       /* 10: of void */
	for (size_t i = 0; i < FB_ARRAY_SIZE(sizes); i++) {
		FB_OK(fb_btf_sizeof(btf, sizes[i].id, &size));
		CU_ASSERT_EQUAL(size, sizes[i].size);
	}
	size = 77;
	FB_FAILS(fb_btf_sizeof(btf, 0, &size), FB_INVALID);
	FB_FAILS(fb_btf_sizeof(btf, 7, &size), FB_INVALID);
	FB_FAILS_WITH(fb_btf_sizeof(btf, 8, &size), FB_INVALID, "struct s");
	FB_FAILS(fb_btf_sizeof(btf, 10, &size), FB_INVALID);
	FB_FAILS(fb_btf_sizeof(btf, 11, &size), FB_INVALID);
	CU_ASSERT_EQUAL(size, 77);
	CU_ASSERT_EQUAL(fb_btf_strip(btf, 4), 3);
	CU_ASSERT_EQUAL(fb_btf_strip(btf, 2), 1);
	CU_ASSERT_EQUAL(fb_btf_strip(btf, 10), 0);
	CU_ASSERT_EQUAL(fb_btf_target(btf, 6), 4);
	CU_ASSERT_EQUAL(fb_btf_target(btf, 1), 0);
	CU_ASSERT_EQUAL(fb_btf_length(btf, 3), 10);
	CU_ASSERT_EQUAL(fb_btf_length(btf, 5), 0);
	fb_btf_destroy(btf);
}

static void integers_tell_what_they_are(void)
{
	struct fb_btf_builder builder;
	struct fb_btf *btf = NULL;
	uint32_t integer, boolean, character, byte, real, marked, wide, pointer;

	FB_OK_FATAL(fb_btf_builder_init(&builder));
	FB_OK(fb_btf_builder_int(&builder, "int", 4, FB_BTF_SIGNED, &integer));
	FB_OK(fb_btf_builder_int(&builder, "_Bool", 1, FB_BTF_BOOL, &boolean));
	FB_OK(fb_btf_builder_int(&builder, "char", 1, FB_BTF_SIGNED, &character));
	FB_OK(fb_btf_builder_int(&builder, "byte", 1, FB_BTF_UNSIGNED, &byte));
	FB_OK(fb_btf_builder_float(&builder, "double", 8, &real));
	FB_OK(fb_btf_builder_int(&builder, "letter", 1, FB_BTF_CHAR, &marked));
	FB_OK(fb_btf_builder_int(&builder, "char32_t", 4, FB_BTF_CHAR, &wide));
	FB_OK(fb_btf_builder_reference(&builder, FB_TYPE_POINTER, "", character, &pointer));
	FB_OK_FATAL(fb_btf_builder_finish(&builder, &btf));
	fb_btf_builder_deinit(&builder);
	CU_ASSERT_TRUE(fb_btf_is_signed(btf, integer) && !fb_btf_is_bool(btf, integer));
	CU_ASSERT_TRUE(fb_btf_is_bool(btf, boolean) && !fb_btf_is_signed(btf, boolean));
	CU_ASSERT_TRUE(fb_btf_is_char(btf, character) && fb_btf_is_signed(btf, character));
	CU_ASSERT_FALSE(fb_btf_is_char(btf, byte) || fb_btf_is_char(btf, integer));
	CU_ASSERT_EQUAL(fb_btf_kind(btf, real), FB_TYPE_FLOAT);
	CU_ASSERT_FALSE(fb_btf_is_signed(btf, real));
	/* By the bit, or by the name, which pahole gives alone; of one byte. */
	CU_ASSERT_TRUE(fb_btf_is_char(btf, marked));
	CU_ASSERT_FALSE(fb_btf_is_char(btf, wide));
	CU_ASSERT_FALSE(fb_btf_is_char(btf, real) || fb_btf_is_char(btf, pointer));
	CU_ASSERT_FALSE(fb_btf_is_bool(btf, real) || fb_btf_is_bool(btf, pointer));
	CU_ASSERT_FALSE(fb_btf_is_signed(btf, pointer) || fb_btf_is_signed(btf, 0));
	fb_btf_destroy(btf);
}

static void expect_enumerator(const struct fb_btf *btf, uint32_t id, uint32_t index,
			      const char *expected_name, int64_t expected)
{
	const char *name = NULL;
	int64_t value = 0;

	fb_btf_enumerator(btf, id, index, &name, &value);
	CU_ASSERT_STRING_EQUAL(name, expected_name);
	CU_ASSERT_EQUAL(value, expected);
}

static void expect_word(const struct fb_btf *btf, uint32_t id, const char *prefix, uint64_t value,
			const char *wanted)
{
	char word[4] = "";

	fb_btf_enumerator_word(btf, id, prefix, value, word, sizeof(word));
	CU_ASSERT_STRING_EQUAL(word, wanted);
}

static void enumerators_have_words(void)
{
	static const struct fb_btf_value values[] = {{"OP_READ", 0}, {"OP_WR", 2}, {"OP_A\x1b", 3}};
	struct fb_btf_builder builder;
	struct fb_btf *btf = NULL;
	uint32_t id;

	FB_OK_FATAL(fb_btf_builder_init(&builder));
	FB_OK(fb_btf_builder_enum(&builder, "op", 4, false, values, 3, &id));
	FB_OK_FATAL(fb_btf_builder_finish(&builder, &btf));
	fb_btf_builder_deinit(&builder);
	expect_word(btf, id, "OP_", 2, "wr");
	expect_word(btf, id, "OP_", 0, "rea"); /* cut */
	expect_word(btf, id, "OP_", 3, "a");   /* an escape is never cut in two */
	expect_word(btf, id, "FLAG_", 2, "2");
	expect_word(btf, id, "OP_", 7, "7");
	expect_word(NULL, 0, "OP_", 2, "2");
	fb_btf_destroy(btf);
}

/* From 6.0 on a flag tells the sign of an enum. */
static void enumerators_have_their_sign(void)
{
	static const struct fb_btf_value low[] = {{"MINUS", -1}, {"TWO", 2}};
	static const struct fb_btf_value high[] = {{"TOP", 0xffffffff}, {"ZERO", 0}};
	static const struct fb_btf_value wide[] = {{"WIDE", 0x123456789abcdef0}, {"NEG", -2}};
	struct fb_btf_builder builder;
	struct fb_btf *btf = NULL;
	int64_t value = 0;
	uint32_t ids[3];

	FB_OK_FATAL(fb_btf_builder_init(&builder));
	FB_OK(fb_btf_builder_enum(&builder, "low", 4, true, low, 2, &ids[0]));
	FB_OK(fb_btf_builder_enum(&builder, "high", 4, false, high, 2, &ids[1]));
	FB_OK(fb_btf_builder_enum(&builder, "wide", 8, true, wide, 2, &ids[2]));
	FB_OK_FATAL(fb_btf_builder_finish(&builder, &btf));
	fb_btf_builder_deinit(&builder);
	expect_enumerator(btf, ids[0], 0, "MINUS", -1);
	expect_enumerator(btf, ids[0], 1, "TWO", 2);
	expect_enumerator(btf, ids[1], 0, "TOP", 0xffffffff);
	expect_enumerator(btf, ids[2], 0, "WIDE", 0x123456789abcdef0);
	expect_enumerator(btf, ids[2], 1, "NEG", -2);
	CU_ASSERT_TRUE(fb_btf_is_signed(btf, ids[0]));
	CU_ASSERT_FALSE(fb_btf_is_signed(btf, ids[1]));
	CU_ASSERT_EQUAL(fb_btf_length(btf, ids[2]), 2);
	CU_ASSERT_TRUE(fb_btf_enumerator_value(btf, "low", "TWO", &value));
	CU_ASSERT_EQUAL(value, 2);
	CU_ASSERT_TRUE(fb_btf_enumerator_value(btf, "low", "MINUS", &value));
	CU_ASSERT_EQUAL(value, -1);
	CU_ASSERT_FALSE(fb_btf_enumerator_value(btf, "low", "TOP", &value));
	CU_ASSERT_FALSE(fb_btf_enumerator_value(btf, "none", "TWO", &value));
	CU_ASSERT_FALSE(fb_btf_enumerator_value(NULL, "low", "TWO", &value));
	CU_ASSERT_EQUAL(value, -1);
	fb_btf_destroy(btf);
}

/* Before, one negative value makes an enum signed, and the others stay as they are. */
static void old_enumerators_are_signed_where_one_is_negative(void)
{
	struct fb_btf *btf = NULL;
	const char *name = NULL;
	int64_t value = 0;

	FB_OK_FATAL(LOAD(&btf, 5, INFO(FB_TYPE_ENUM, 0, 2), 4, 13, 0xffffffff, 7, 3, /* 1 */
			 9, INFO(FB_TYPE_ENUM, 0, 1), 4, 11, 5));                    /* 2 */
	fb_btf_enumerator(btf, 1, 0, &name, &value);
	CU_ASSERT_STRING_EQUAL(name, "E_ONE");
	CU_ASSERT_EQUAL(value, -1);
	CU_ASSERT_TRUE(fb_btf_is_signed(btf, 1));
	CU_ASSERT_FALSE(fb_btf_is_signed(btf, 2));
	fb_btf_enumerator(btf, 1, 2, &name, &value); /* out of range */
	CU_ASSERT_STRING_EQUAL(name, "");
	fb_btf_destroy(btf);
}

/* One enum with the flag, or one of 64 bits, says of all others that they would have it: a negative value is then a
 * large one. */
static void one_flag_tells_of_all_enums(void)
{
	struct fb_btf *btf = NULL;

	FB_OK_FATAL(LOAD(&btf, 5, INFO(FB_TYPE_ENUM, 0, 1), 4, 13, 0xffffffff, /* 1 */
			 7, INFO(FB_TYPE_ENUM, 1, 1), 4, 11, 0xffffffff));     /* 2 */
	CU_ASSERT_FALSE(fb_btf_is_signed(btf, 1));
	CU_ASSERT_TRUE(fb_btf_is_signed(btf, 2));
	expect_enumerator(btf, 1, 0, "E_ONE", 0xffffffff);
	expect_enumerator(btf, 2, 0, "u", -1);
	fb_btf_destroy(btf);
	FB_OK_FATAL(LOAD(&btf, 5, INFO(FB_TYPE_ENUM, 0, 1), 4, 13, 0xffffffff, /* 1 */
			 7, INFO(FB_TYPE_ENUM64, 0, 0), 8));                   /* 2 */
	CU_ASSERT_FALSE(fb_btf_is_signed(btf, 1));
	fb_btf_destroy(btf);
	/* The flag of another kind says nothing: here of a struct with bit fields. */
	FB_OK_FATAL(LOAD(&btf, 5, INFO(FB_TYPE_ENUM, 0, 1), 4, 13, 0xffffffff, /* 1 */
			 7, INFO(FB_TYPE_STRUCT, 1, 0), 8));                   /* 2 */
	CU_ASSERT_TRUE(fb_btf_is_signed(btf, 1));
	fb_btf_destroy(btf);
}

/* Whether they are in the index of names, or looked for one by one; what has no name is not looked for. */
static void types_are_found_by_name_and_kind(void)
{
	static const struct {
		enum fb_type_kind kind;
		const char *name;
		uint32_t id; /* 0: none */
	} names[] = {
		{FB_TYPE_INT, "int", 1},    {FB_TYPE_FUNCTION, "a", 3}, {FB_TYPE_STRUCT, "b", 5},
		{FB_TYPE_TYPEDEF, "s", 7},  {FB_TYPE_DECL_TAG, "u", 8}, {FB_TYPE_STRUCT, "a", 0},
		{FB_TYPE_FUNCTION, "b", 0}, {FB_TYPE_UNION, "b", 0},    {FB_TYPE_CONST, "s", 0},
		{FB_TYPE_DECL_TAG, "s", 0},
	};
	struct fb_btf *btf = NULL;
	uint32_t id = 0;

	FB_OK_FATAL(LOAD(&btf, INT_WORDS, 0, INFO(FB_TYPE_PROTOTYPE, 0, 0), 1, /* 2 */
			 5, INFO(FB_TYPE_FUNCTION, 0, 1), 2,                   /* 3: a */
			 0, INFO(FB_TYPE_STRUCT, 0, 0), 4,                     /* 4 */
			 7, INFO(FB_TYPE_STRUCT, 0, 0), 4,                     /* 5: b */
			 0, INFO(FB_TYPE_CONST, 0, 0), 1,                      /* 6 */
			 9, INFO(FB_TYPE_TYPEDEF, 0, 0), 1,                    /* 7: s */
			 11, INFO(FB_TYPE_DECL_TAG, 0, 0), 5, 0xffffffff));    /* 8: u */
	for (size_t i = 0; i < FB_ARRAY_SIZE(names); i++) {
		struct fb_error *err;

		id = 0;
		err = fb_btf_find(btf, names[i].kind, names[i].name, &id);
		CU_ASSERT_EQUAL(err == NULL, names[i].id != 0);
		CU_ASSERT_EQUAL(id, names[i].id);
		CU_ASSERT(!err || fb_error_is(err, FB_NOT_FOUND));
		fb_error_destroy(err);
	}
	FB_FAILS(fb_btf_find(btf, FB_TYPE_STRUCT, "", &id), FB_INVALID);
	FB_FAILS(fb_btf_find(btf, FB_TYPE_CONST, "", &id), FB_INVALID);
	fb_btf_destroy(btf);
}

/* Those of 64 bits came when enums began to tell: without the flag they are unsigned. */
static void enumerators_of_64_bits_always_tell(void)
{
	struct fb_btf *btf = NULL;

	FB_OK_FATAL(
		LOAD(&btf, 5, INFO(FB_TYPE_ENUM64, 0, 2), 8, 13, 0xffffffff, 0, 11, 0, 0x80000000));
	CU_ASSERT_FALSE(fb_btf_is_signed(btf, 1));
	expect_enumerator(btf, 1, 0, "E_ONE", 0xffffffff);
	expect_enumerator(btf, 1, 1, "u", INT64_MIN);
	expect_enumerator(btf, 1, 2, "", 0);
	fb_btf_destroy(btf);
}

/* What each kind leads to, and how many it has. */
static void each_kind_has_its_target_and_length(void)
{
	static const struct {
		enum fb_type_kind kind;
		uint32_t target, length;
		const char *name;
	} types[] = {
		{FB_TYPE_VOID, 0, 0, ""},      {FB_TYPE_INT, 0, 0, "int"},
		{FB_TYPE_POINTER, 1, 0, ""},   {FB_TYPE_TYPEDEF, 1, 0, "a"},
		{FB_TYPE_VOLATILE, 1, 0, ""},  {FB_TYPE_CONST, 1, 0, ""},
		{FB_TYPE_RESTRICT, 2, 0, ""},  {FB_TYPE_TYPE_TAG, 1, 0, "b"},
		{FB_TYPE_PROTOTYPE, 1, 1, ""}, {FB_TYPE_FUNCTION, 8, 0, "s"},
		{FB_TYPE_VARIABLE, 1, 0, "u"}, {FB_TYPE_DATASEC, 0, 1, "a"},
		{FB_TYPE_ARRAY, 1, 7, ""},     {FB_TYPE_STRUCT, 0, 1, "s"},
		{FB_TYPE_UNION, 0, 1, "u"},    {FB_TYPE_ENUM, 0, 1, "a"},
		{FB_TYPE_FORWARD, 0, 0, "b"},  {FB_TYPE_FLOAT, 0, 0, "b"},
		{FB_TYPE_DECL_TAG, 3, 0, "a"},
	};
	struct fb_btf *btf = NULL;

	FB_OK_FATAL(LOAD(&btf, INT_WORDS, 0, INFO(FB_TYPE_POINTER, 0, 0), 1, 5,
			 INFO(FB_TYPE_TYPEDEF, 0, 0), 1, 0, INFO(FB_TYPE_VOLATILE, 0, 0), 1, 0,
			 INFO(FB_TYPE_CONST, 0, 0), 1, 0, INFO(FB_TYPE_RESTRICT, 0, 0), 2, 7,
			 INFO(FB_TYPE_TYPE_TAG, 0, 0), 1, 0, INFO(FB_TYPE_PROTOTYPE, 0, 1), 1, 5, 1,
			 9, INFO(FB_TYPE_FUNCTION, 0, 0), 8, 11, INFO(FB_TYPE_VARIABLE, 0, 0), 1, 0,
			 5, INFO(FB_TYPE_DATASEC, 0, 1), 4, 10, 0, 4, 0, INFO(FB_TYPE_ARRAY, 0, 0),
			 0, 1, 1, 7, 9, INFO(FB_TYPE_STRUCT, 0, 1), 4, 5, 1, 0, 11,
			 INFO(FB_TYPE_UNION, 0, 1), 4, 5, 1, 0, 5, INFO(FB_TYPE_ENUM, 0, 1), 4, 13,
			 1, 7, INFO(FB_TYPE_FORWARD, 0, 0), 0, 7, INFO(FB_TYPE_FLOAT, 0, 0), 8, 5,
			 INFO(FB_TYPE_DECL_TAG, 0, 0), 3, 0xffffffff));
	CU_ASSERT_EQUAL(fb_btf_count(btf), FB_ARRAY_SIZE(types) - 1);
	for (uint32_t id = 0; id < FB_ARRAY_SIZE(types); id++) {
		CU_ASSERT_EQUAL(fb_btf_kind(btf, id), types[id].kind);
		CU_ASSERT_EQUAL(fb_btf_target(btf, id), types[id].target);
		CU_ASSERT_EQUAL(fb_btf_length(btf, id), types[id].length);
		CU_ASSERT_STRING_EQUAL(fb_btf_name(btf, id), types[id].name);
	}
	fb_btf_destroy(btf);
}

FB_TEST_MAIN("symbols/btf_query", FB_TEST(finds_the_complete_type),
	     FB_TEST(sizes_go_through_names_and_arrays), FB_TEST(integers_tell_what_they_are),
	     FB_TEST(enumerators_have_words), FB_TEST(enumerators_have_their_sign),
	     FB_TEST(old_enumerators_are_signed_where_one_is_negative),
	     FB_TEST(enumerators_of_64_bits_always_tell), FB_TEST(one_flag_tells_of_all_enums),
	     FB_TEST(types_are_found_by_name_and_kind),
	     FB_TEST(each_kind_has_its_target_and_length))
