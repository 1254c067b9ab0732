// SPDX-License-Identifier: GPL-2.0-or-later
/* A type of each kind, built with all the room there is and with too little; what members and counts may be. */
#include "symbols/btf/btf_builder.h"

#include <stdlib.h>

#include "tests/harness.h"
#include "tests/symbols/list_btf.h"

#define TOO_MANY (1u << 24)
#define TYPES 13u

/* Types 1 to count, of each kind in turn. */
static struct fb_error *build(struct fb_btf_builder *builder)
{
	static const struct fb_btf_member pair[] = {{.name = "a", .type = 1},
						    {.name = "b", .type = 1, .bit_offset = 32}};
	static const struct fb_btf_member bits[] = {
		{.name = "low", .type = 1, .bit_size = 3},
		{.name = "high", .type = 1, .bit_offset = 3, .bit_size = 5}};
	static const struct fb_btf_value colours[] = {{"RED", -5}, {"GREEN", 7}};
	static const struct fb_btf_value wide[] = {{"FAR", 0x500000004}};
	static const uint32_t parameters[] = {1, 2};
	uint32_t id = 0;
	struct fb_error *err = fb_btf_builder_int(builder, "int", 4, FB_BTF_SIGNED, &id);

	if (!err)
		err = fb_btf_builder_reference(builder, FB_TYPE_TYPEDEF, "number", id, &id);
	if (!err)
		err = fb_btf_builder_float(builder, "double", 8, &id);
	if (!err)
		err = fb_btf_builder_array(builder, 1, 5, &id);
	if (!err)
		err = fb_btf_builder_composite(builder, FB_TYPE_STRUCT, "pair", 8, pair, 2, &id);
	if (!err)
		err = fb_btf_builder_composite(builder, FB_TYPE_UNION, "bits", 4, bits, 2, &id);
	if (!err)
		err = fb_btf_builder_enum(builder, "colour", 4, true, colours, 2, &id);
	if (!err)
		err = fb_btf_builder_enum(builder, "wide", 8, false, wide, 1, &id);
	if (!err)
		err = fb_btf_builder_forward(builder, "other", true, &id);
	if (!err)
		err = fb_btf_builder_forward(builder, "thing", false, &id);
	if (!err)
		err = fb_btf_builder_prototype(builder, 1, parameters, 2, &id);
	if (!err)
		err = fb_btf_builder_reference(builder, FB_TYPE_FUNCTION, "call", id, &id);
	if (!err)
		err = fb_btf_builder_reference(builder, FB_TYPE_VARIABLE, "global", 1, &id);
	if (!err)
		CU_ASSERT_EQUAL(id, TYPES);
	return err;
}

static void types_are_what_they_were_given(void)
{
	struct fb_btf_builder builder;
	struct fb_btf *btf = NULL;
	char *text;

	FB_OK_FATAL(fb_btf_builder_init(&builder));
	FB_OK_FATAL(build(&builder));
	FB_OK_FATAL(fb_btf_builder_finish(&builder, &btf));
	fb_btf_builder_deinit(&builder);
	text = list_btf(btf);
	CU_ASSERT_STRING_EQUAL(text, "1 int 4 signed\n"
				     "2 number -> 1\n"
				     "3 float double 8\n"
				     "4 [5] -> 1\n"
				     "5 struct pair 8 {a:1@0 b:1@32}\n"
				     "6 union bits 4 {low:1@0/3 high:1@3/5}\n"
				     "7 enum colour 4 signed {RED=-5 GREEN=7}\n"
				     "8 enum wide 8 {FAR=21474836484}\n"
				     "9 forward union other\n"
				     "10 forward struct thing\n"
				     "11 int (int, number) -> 1\n"
				     "12 int(int, number) -> 11\n"
				     "13 int -> 1\n");
	CU_ASSERT_STRING_EQUAL(fb_btf_name(btf, 12), "call");
	CU_ASSERT_STRING_EQUAL(fb_btf_name(btf, 13), "global");
	free(text);
	fb_btf_destroy(btf);
}

/* Wherever the room for types or names ends, that is an error, and what was there before is still good. */
static void each_type_needs_its_room(void)
{
	struct fb_btf_builder whole;

	FB_OK_FATAL(fb_btf_builder_init(&whole));
	FB_OK_FATAL(build(&whole));
	for (unsigned names = 0; names < 2; names++) {
		size_t needed = names ? whole.strings.size : whole.types.size;

		for (size_t room = 1; room <= needed; room++) {
			struct fb_btf_builder builder;
			struct fb_btf *btf = NULL;

			FB_OK_FATAL(fb_btf_builder_init(&builder));
			*(names ? &builder.strings.maximum : &builder.types.maximum) = room;
			if (room < needed) {
				FB_FAILS(build(&builder), FB_LIMIT);
				CU_ASSERT(builder.count < TYPES);
			} else {
				FB_OK(build(&builder));
			}
			FB_OK(fb_btf_builder_finish(&builder, &btf));
			fb_btf_builder_deinit(&builder);
			fb_btf_destroy(btf);
		}
	}
	fb_btf_builder_deinit(&whole);
}

/* Offsets have 32 bits; where the struct has a bit-field, 24, and the size of a bit-field has 8. */
static void members_have_places(void)
{
	static const struct {
		uint64_t offset;
		uint32_t bits;
		bool good;
	} members[] = {
		{UINT32_MAX, 0, true}, {1ull << 32, 0, false}, {0xffffff, 1, true},
		{0x1000000, 1, false}, {0, 255, true},         {0, 256, false},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(members); i++) {
		const struct fb_btf_member member = {.name = "far",
						     .type = 1,
						     .bit_offset = members[i].offset,
						     .bit_size = members[i].bits};
		struct fb_btf_builder builder;
		uint32_t id = 0;
		struct fb_error *err;

		FB_OK_FATAL(fb_btf_builder_init(&builder));
		err = fb_btf_builder_composite(&builder, FB_TYPE_STRUCT, "s", 8, &member, 1, &id);
		CU_ASSERT_EQUAL(id, members[i].good);
		if (members[i].good)
			FB_OK(err);
		else
			FB_FAILS_WITH(err, FB_UNSUPPORTED, "member far at bit ");
		fb_btf_builder_deinit(&builder);
	}
}

/* More members, enumerators and parameters than a count has bits for are not looked at. */
static void counts_have_24_bits(void)
{
	struct fb_btf_builder builder;
	uint32_t id;

	FB_OK_FATAL(fb_btf_builder_init(&builder));
	FB_FAILS_WITH(
		fb_btf_builder_composite(&builder, FB_TYPE_STRUCT, "s", 8, NULL, TOO_MANY, &id),
		FB_LIMIT, "members");
	FB_FAILS_WITH(fb_btf_builder_enum(&builder, "e", 4, false, NULL, TOO_MANY, &id), FB_LIMIT,
		      "enumerators");
	FB_FAILS_WITH(fb_btf_builder_prototype(&builder, 0, NULL, TOO_MANY, &id), FB_LIMIT,
		      "parameters");
	CU_ASSERT_EQUAL(builder.count, 0);
	fb_btf_builder_deinit(&builder);
}

FB_TEST_MAIN("symbols/btf_builder", FB_TEST(types_are_what_they_were_given),
	     FB_TEST(each_type_needs_its_room), FB_TEST(members_have_places),
	     FB_TEST(counts_have_24_bits))
