// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "symbols/btf/btf_builder.h"
#include "tests/harness.h"
#include "tests/symbols/make_btf.h"

/* What the tests ask:
 *	struct list { struct list *next; };
 *	struct item { int number; unsigned low:3, high:13; };
 *	struct outer {
 *		int head;
 *		union { long whole; struct { int left; int right; }; };
 *		const struct item items[4];
 *		struct list links;
 *		int tail[];
 *	};
 */
struct example {
	struct fb_btf *btf;
	uint32_t integer, list, item, outer;
};

static void make(struct example *example)
{
	struct fb_btf_builder builder;
	uint32_t inner, any, pointer, whole, array, constant, tail;

	FB_OK_FATAL(fb_btf_builder_init(&builder));
	FB_OK(fb_btf_builder_int(&builder, "int", 4, FB_BTF_SIGNED, &example->integer));
	FB_OK(fb_btf_builder_int(&builder, "long", 8, FB_BTF_SIGNED, &whole));
	FB_OK(fb_btf_builder_reference(&builder, FB_TYPE_POINTER, "", 4, &pointer));
	FB_OK(fb_btf_builder_composite(&builder, FB_TYPE_STRUCT, "list", 8,
				       (const struct fb_btf_member[]){{.name = "next", .type = 3}},
				       1, &example->list));
	const struct fb_btf_member item[] = {
		{.name = "number", .type = example->integer},
		{.name = "low", .type = example->integer, .bit_offset = 32, .bit_size = 3},
		{.name = "high", .type = example->integer, .bit_offset = 35, .bit_size = 13},
	};
	FB_OK(fb_btf_builder_composite(&builder, FB_TYPE_STRUCT, "item", 8, item, 3,
				       &example->item));
	const struct fb_btf_member halves[] = {
		{.name = "left", .type = example->integer},
		{.name = "right", .type = example->integer, .bit_offset = 32},
	};
	FB_OK(fb_btf_builder_composite(&builder, FB_TYPE_STRUCT, "", 8, halves, 2, &inner));
	const struct fb_btf_member parts[] = {
		{.name = "whole", .type = whole},
		{.name = "", .type = inner},
	};
	FB_OK(fb_btf_builder_composite(&builder, FB_TYPE_UNION, "", 8, parts, 2, &any));
	FB_OK(fb_btf_builder_array(&builder, example->item, 4, &array));
	FB_OK(fb_btf_builder_reference(&builder, FB_TYPE_CONST, "", array, &constant));
	FB_OK(fb_btf_builder_array(&builder, example->integer, 0, &tail));
	const struct fb_btf_member outer[] = {
		{.name = "head", .type = example->integer},
		{.name = "", .type = any, .bit_offset = 64},
		{.name = "items", .type = constant, .bit_offset = 128},
		{.name = "links", .type = example->list, .bit_offset = 384},
		{.name = "tail", .type = tail, .bit_offset = 448},
	};
	FB_OK(fb_btf_builder_composite(&builder, FB_TYPE_STRUCT, "outer", 56, outer, 5,
				       &example->outer));
	FB_OK_FATAL(fb_btf_builder_finish(&builder, &example->btf));
	fb_btf_builder_deinit(&builder);
}

static void paths_lead_to_members(void)
{
	static const struct {
		const char *path;
		uint64_t bit_offset;
		uint32_t bit_size;
		const char *type;
	} paths[] = {
		{"head", 0, 0, "int"},
		{"whole", 64, 0, "long"},
		{"right", 96, 0, "int"},
		{"items", 128, 0, "const struct item [4]"},
		{"items[0]", 128, 0, "struct item"},
		{"items[3].number", 320, 0, "int"},
		{"items[1].high", 227, 13, "int"},
		{"links.next", 384, 0, "struct list *"},
		{"tail[5]", 608, 0, "int"},
	};
	struct fb_btf_member member, same;
	struct example example;
	char text[64];

	make(&example);
	for (size_t i = 0; i < FB_ARRAY_SIZE(paths); i++) {
		FB_OK(fb_btf_find_member(example.btf, example.outer, paths[i].path, &member));
		CU_ASSERT_TRUE(fb_btf_has_member(example.btf, example.outer, paths[i].path, &same));
		CU_ASSERT_EQUAL(same.type, member.type);
		CU_ASSERT_EQUAL(same.bit_offset, member.bit_offset);
		CU_ASSERT_EQUAL(member.bit_offset, paths[i].bit_offset);
		CU_ASSERT_EQUAL(member.bit_size, paths[i].bit_size);
		CU_ASSERT_STRING_EQUAL(fb_btf_spell(example.btf, member.type, text, sizeof(text)),
				       paths[i].type);
	}
	fb_btf_destroy(example.btf);
}

static void bad_paths_say_what_is_wrong(void)
{
	static const struct {
		const char *path;
		enum fb_code code;
		const char *text;
	} paths[] = {
		{"haed", FB_NOT_FOUND, "struct outer has no member 'haed'; the nearest is 'head'"},
		{"rigth", FB_NOT_FOUND, "nearest is 'right'"},
		{"links.nxt", FB_NOT_FOUND,
		 "struct list has no member 'nxt'; the nearest is 'next'"},
		{"head.x", FB_INVALID, "int has no members"},
		{"links.next.next", FB_INVALID, "struct list * has no members"},
		{"items[4]", FB_INVALID, "no element 4"},
		{"items[-1]", FB_INVALID, "no index"},
		{"items[x]", FB_INVALID, "no index"},
		{"items[1", FB_INVALID, "no index"},
		{"items[99999999999999999999]", FB_INVALID, "no index"},
		{"items[1]x", FB_INVALID, "behind an index"},
		{"head[0]", FB_INVALID, "int is no array"},
		{"", FB_INVALID, "name is missing"},
		{"links.", FB_INVALID, "name is missing"},
		{".head", FB_INVALID, "name is missing"},
	};
	struct fb_btf_member member = {.type = 77};
	struct example example;

	make(&example);
	for (size_t i = 0; i < FB_ARRAY_SIZE(paths); i++) {
		FB_FAILS_WITH(
			fb_btf_find_member(example.btf, example.outer, paths[i].path, &member),
			paths[i].code, paths[i].text);
		CU_ASSERT_FALSE(
			fb_btf_has_member(example.btf, example.outer, paths[i].path, &member));
	}
	FB_FAILS(fb_btf_find_member(example.btf, 0, "a", &member), FB_INVALID);
	CU_ASSERT_EQUAL(member.type, 77);
	fb_btf_destroy(example.btf);
}

static void members_come_by_index(void)
{
	struct fb_btf_member member;
	struct example example;

	make(&example);
	fb_btf_member(example.btf, example.item, 2, &member);
	CU_ASSERT_STRING_EQUAL(member.name, "high");
	CU_ASSERT_EQUAL(member.bit_offset, 35);
	CU_ASSERT_EQUAL(member.bit_size, 13);
	fb_btf_member(example.btf, example.item, 3, &member);
	CU_ASSERT_EQUAL(member.type, 0);
	fb_btf_member(example.btf, example.integer, 0, &member);
	CU_ASSERT_STRING_EQUAL(member.name, "");
	fb_btf_destroy(example.btf);
}

/* Before 5.0: an integer of fewer bits, at an offset within its bytes. */
static void old_bit_fields_are_read_from_their_integer(void)
{
	struct fb_btf_member member;
	struct fb_btf *btf = NULL;

	FB_OK_FATAL(LOAD(&btf, 1, INFO(FB_TYPE_INT, 0, 0), 4, 2 << 16 | 5, /* 1: 5 bits from 2 */
			 9, INFO(FB_TYPE_STRUCT, 0, 1), 4, 5, 1, 8));
	FB_OK(fb_btf_find_member(btf, 2, "a", &member));
	CU_ASSERT_EQUAL(member.bit_offset, 10);
	CU_ASSERT_EQUAL(member.bit_size, 5);
	fb_btf_destroy(btf);
}

/* 40 unions, each of two of the next, have 2^40 members, all found or not without end. */
static void members_looked_at_are_capped(void)
{
	struct fb_btf_builder builder;
	struct fb_btf_member found;
	struct fb_btf *btf = NULL;
	uint32_t id;

	FB_OK_FATAL(fb_btf_builder_init(&builder));
	FB_OK(fb_btf_builder_int(&builder, "int", 4, FB_BTF_SIGNED, &id));
	for (unsigned i = 0; i < 40; i++) {
		const char *name = i ? "" : "value";
		const struct fb_btf_member members[] = {{.name = name, .type = id},
							{.name = name, .type = id}};

		FB_OK(fb_btf_builder_composite(&builder, FB_TYPE_UNION, "", 4, members, 2, &id));
	}
	FB_OK_FATAL(fb_btf_builder_finish(&builder, &btf));
	fb_btf_builder_deinit(&builder);
	FB_OK(fb_btf_find_member(btf, id, "value", &found));
	FB_FAILS(fb_btf_find_member(btf, id, "other", &found), FB_LIMIT);
	fb_btf_destroy(btf);
}

/* Of names within reach the nearest is offered, and of equally near ones the first. */
static void the_nearest_name_is_offered(void)
{
	static const char *const names[] = {"abcdefxx", "abcdefgh", "abcdefgy", "abcdexxx"};
	struct fb_btf_member members[FB_ARRAY_SIZE(names)] = {{0}}, found;
	struct fb_btf_builder builder;
	struct fb_btf *btf = NULL;
	uint32_t integer, id;

	FB_OK_FATAL(fb_btf_builder_init(&builder));
	FB_OK(fb_btf_builder_int(&builder, "int", 4, FB_BTF_SIGNED, &integer));
	for (uint32_t i = 0; i < FB_ARRAY_SIZE(names); i++)
		members[i] = (struct fb_btf_member){
			.name = names[i], .type = integer, .bit_offset = 32ull * i};
	FB_OK(fb_btf_builder_composite(&builder, FB_TYPE_STRUCT, "s", 16, members,
				       FB_ARRAY_SIZE(names), &id));
	FB_OK_FATAL(fb_btf_builder_finish(&builder, &btf));
	fb_btf_builder_deinit(&builder);
	FB_FAILS_WITH(fb_btf_find_member(btf, id, "abcdefgi", &found), FB_NOT_FOUND,
		      "nearest is 'abcdefgh'");
	FB_FAILS_WITH(fb_btf_find_member(btf, id, "abcdefx", &found), FB_NOT_FOUND,
		      "nearest is 'abcdefxx'");
	fb_btf_destroy(btf);
}

FB_TEST_MAIN("symbols/btf_member", FB_TEST(paths_lead_to_members),
	     FB_TEST(bad_paths_say_what_is_wrong), FB_TEST(members_come_by_index),
	     FB_TEST(old_bit_fields_are_read_from_their_integer),
	     FB_TEST(members_looked_at_are_capped), FB_TEST(the_nearest_name_is_offered))
