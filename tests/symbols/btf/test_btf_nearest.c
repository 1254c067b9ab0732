// SPDX-License-Identifier: GPL-2.0-or-later
/* The type whose name is most like another: of which kinds, and which of several. */
#include <string.h>

#include "tests/harness.h"
#include "tests/symbols/make_btf.h"

static const char strings[] = "\0int\0outer\0inner\0kind\0wide\0alias\0ghost\0float_t\0"
			      "xtask_strut\0task_struct\0abcd\0abce";

static uint32_t at(const char *name)
{
	for (size_t i = 1; i < sizeof(strings); i += strlen(strings + i) + 1)
		if (strcmp(strings + i, name) == 0)
			return (uint32_t)i;
	CU_FAIL_FATAL("no such string");
	return 0;
}

/* A type of no more than three words. */
#define TYPE(name, kind, size) at(name), INFO(kind, 0, 0), size

static struct fb_btf *make_types(void)
{
	const uint32_t words[] = {
		TYPE("int", FB_TYPE_INT, 4),
		32,
		TYPE("outer", FB_TYPE_STRUCT, 4),
		TYPE("inner", FB_TYPE_UNION, 4),
		TYPE("kind", FB_TYPE_ENUM, 4),
		TYPE("wide", FB_TYPE_ENUM64, 8),
		TYPE("alias", FB_TYPE_TYPEDEF, 1),
		TYPE("ghost", FB_TYPE_FORWARD, 0),
		TYPE("float_t", FB_TYPE_FLOAT, 4),
		TYPE("xtask_strut", FB_TYPE_STRUCT, 4),
		TYPE("task_struct", FB_TYPE_STRUCT, 4),
		TYPE("abcd", FB_TYPE_STRUCT, 4),
		TYPE("abce", FB_TYPE_STRUCT, 4),
	};
	struct fb_btf *types = NULL;

	FB_OK_FATAL(
		load_words(words, FB_ARRAY_SIZE(words), strings, sizeof(strings), NULL, &types));
	return types;
}

static void offers_the_nearest_type(void)
{
	static const struct {
		const char *name, *nearest;
	} cases[] = {
		{"outr", "outer"},
		{"outer", "outer"},
		{"iner", "inner"},
		{"knd", "kind"},
		{"wid", "wide"},
		{"alia", "alias"},
		{"itn", "int"},
		{"ghos", NULL},   /* only declared */
		{"float_", NULL}, /* no kind that has members, values or another name */
		{"", NULL},
		{"anything_else", NULL},
		/* The nearest, wherever it stands; of equal ones the first. */
		{"task_struc", "task_struct"},
		{"xtask_stru", "xtask_strut"},
		{"abcf", "abcd"},
		{"abce", "abce"},
	};
	struct fb_btf *types = make_types();

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		const char *nearest = fb_btf_nearest(types, cases[i].name);

		if (cases[i].nearest)
			CU_ASSERT_PTR_NOT_NULL_FATAL(nearest);
		CU_ASSERT(cases[i].nearest ? !strcmp(nearest, cases[i].nearest) : !nearest);
	}
	fb_btf_destroy(types);
}

FB_TEST_MAIN("symbols/btf_nearest", FB_TEST(offers_the_nearest_type))
