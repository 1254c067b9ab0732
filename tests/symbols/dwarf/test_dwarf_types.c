// SPDX-License-Identifier: GPL-2.0-or-later
/* The types of this very program, read from its DWARF, against offsetof and sizeof. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "symbols/dwarf/dwarf_types.h"
#include "tests/harness.h"

enum colour { RED = -5, GREEN = 7 };

typedef unsigned int number_t;

struct only_pointed_to {
	int hidden;
};

struct embedded {
	struct embedded *next;
	char text[3][5];
};

struct specimen {
	char letter;
	bool flag;
	number_t number;
	unsigned low : 3, middle : 7;
	long long : 0;
	unsigned long long far : 40;
	union {
		double real;
		struct {
			int16_t left, right;
		};
		uint64_t whole;
	};
	const struct only_pointed_to *pointed;
	struct embedded inner[2];
	int (*call)(struct specimen *, const char *, ...);
	enum colour colour;
	volatile float *restrict values;
	struct {
		int x, y;
	} named;
	struct anonymous_behind_pointer {
		int z;
	} * behind;
	uint8_t tail[];
};

typedef struct {
	struct specimen *specimen;
	int count;
} bundle_t;

/* What makes the compiler describe them. */
struct specimen *test_specimen;
bundle_t *test_bundle;
struct only_pointed_to *test_pointed;

static struct fb_btf *load(const char *const *names, size_t count)
{
	struct fb_btf *btf = NULL;

	FB_OK_FATAL(fb_dwarf_types_load("/proc/self/exe", names, count, &btf));
	return btf;
}

static const char *const wanted[] = {"specimen", "bundle_t", "specimen", "no_such_type"};

#define MEMBER(path)                                                                         \
	{                                                                                    \
#path, offsetof(struct specimen, path), sizeof(((struct specimen *)0)->path) \
	}

static void members_are_where_the_compiler_has_them(void)
{
	static const struct {
		const char *path;
		size_t offset, size;
	} members[] = {
		MEMBER(letter),
		MEMBER(flag),
		MEMBER(number),
		MEMBER(real),
		MEMBER(left),
		MEMBER(right),
		MEMBER(whole),
		MEMBER(pointed),
		MEMBER(inner),
		MEMBER(inner[1]),
		MEMBER(inner[1].next),
		MEMBER(inner[1].text[2]),
		MEMBER(inner[1].text[2][4]),
		MEMBER(call),
		MEMBER(colour),
		MEMBER(values),
		MEMBER(named.y),
		MEMBER(behind),
	};
	struct fb_btf *btf = load(wanted, FB_ARRAY_SIZE(wanted));
	struct fb_btf_member member = {0};
	uint64_t size = 0;
	uint32_t id = 0;

	FB_OK(fb_btf_find(btf, FB_TYPE_STRUCT, "specimen", &id));
	FB_OK(fb_btf_sizeof(btf, id, &size));
	CU_ASSERT_EQUAL(size, sizeof(struct specimen));
	for (size_t i = 0; i < FB_ARRAY_SIZE(members); i++) {
		FB_OK(fb_btf_find_member(btf, id, members[i].path, &member));
		FB_OK(fb_btf_sizeof(btf, member.type, &size));
		CU_ASSERT_EQUAL(member.bit_offset, members[i].offset * 8);
		CU_ASSERT_EQUAL(member.bit_size, 0);
		CU_ASSERT_EQUAL(size, members[i].size);
	}
	FB_OK(fb_btf_find_member(btf, id, "tail[0]", &member));
	CU_ASSERT_EQUAL(member.bit_offset, offsetof(struct specimen, tail) * 8);
	fb_btf_destroy(btf);
}

/* Sets all bits of the field in a cleared struct, and looks which ones they are. */
#define EXPECT_BITS(btf, id, field)                                       \
	do {                                                              \
		struct specimen *value = calloc(1, sizeof(*value));       \
		const uint8_t *bytes = (const uint8_t *)value;            \
		struct fb_btf_member found = {0};                         \
		uint64_t first = UINT64_MAX, bits = 0;                    \
		CU_ASSERT_PTR_NOT_NULL_FATAL(value);                      \
		value->field = ~value->field;                             \
		for (uint64_t bit = 0; bit < sizeof(*value) * 8; bit++) { \
			if (!(bytes[bit / 8] >> bit % 8 & 1))             \
				continue;                                 \
			first = first == UINT64_MAX ? bit : first;        \
			bits++;                                           \
		}                                                         \
		FB_OK(fb_btf_find_member(btf, id, #field, &found));       \
		CU_ASSERT_EQUAL(found.bit_offset, first);                 \
		CU_ASSERT_EQUAL(found.bit_size, bits);                    \
		free(value);                                              \
	} while (0)

static void bit_fields_are_where_the_compiler_has_them(void)
{
	struct fb_btf *btf = load(wanted, FB_ARRAY_SIZE(wanted));
	uint32_t id = 0;

	FB_OK(fb_btf_find(btf, FB_TYPE_STRUCT, "specimen", &id));
	EXPECT_BITS(btf, id, low);
	EXPECT_BITS(btf, id, middle);
	EXPECT_BITS(btf, id, far);
	fb_btf_destroy(btf);
}

static void types_keep_their_names(void)
{
	static const struct {
		const char *path, *type;
	} members[] = {
		{"number", "number_t"},
		{"pointed", "const struct only_pointed_to *"},
		{"inner", "struct embedded [2]"},
		{"inner[0].text", "char [3][5]"},
		{"call", "int (*)(struct specimen *, const char *, ...)"},
		{"colour", "enum colour"},
		{"values", "volatile float *restrict"},
		{"named", "struct {...}"},
	};
	struct fb_btf *btf = load(wanted, FB_ARRAY_SIZE(wanted));
	struct fb_btf_member member = {0};
	uint32_t id = 0;
	int64_t value = 0;
	const char *name = NULL;
	char text[64];

	FB_OK(fb_btf_find(btf, FB_TYPE_STRUCT, "specimen", &id));
	for (size_t i = 0; i < FB_ARRAY_SIZE(members); i++) {
		FB_OK(fb_btf_find_member(btf, id, members[i].path, &member));
		CU_ASSERT_STRING_EQUAL(fb_btf_spell(btf, member.type, text, sizeof(text)),
				       members[i].type);
	}
	FB_OK(fb_btf_find(btf, FB_TYPE_ENUM, "colour", &id));
	CU_ASSERT_EQUAL_FATAL(fb_btf_length(btf, id), 2);
	fb_btf_enumerator(btf, id, 0, &name, &value);
	CU_ASSERT_STRING_EQUAL(name, "RED");
	CU_ASSERT_EQUAL(value, RED);
	fb_btf_enumerator(btf, id, 1, &name, &value);
	CU_ASSERT_STRING_EQUAL(name, "GREEN");
	CU_ASSERT_EQUAL(value, GREEN);
	fb_btf_destroy(btf);
}

static void only_what_is_needed_comes_along(void)
{
	struct fb_btf *btf = load(wanted, FB_ARRAY_SIZE(wanted));
	uint32_t id = 0;

	FB_OK(fb_btf_find(btf, FB_TYPE_TYPEDEF, "bundle_t", &id));
	CU_ASSERT_EQUAL(fb_btf_kind(btf, fb_btf_strip(btf, id)), FB_TYPE_STRUCT);
	FB_OK(fb_btf_find(btf, FB_TYPE_STRUCT, "embedded", &id));
	FB_OK(fb_btf_find(btf, FB_TYPE_FORWARD, "only_pointed_to", &id));
	FB_FAILS(fb_btf_find(btf, FB_TYPE_STRUCT, "only_pointed_to", &id), FB_NOT_FOUND);
	FB_FAILS(fb_btf_find(btf, FB_TYPE_STRUCT, "no_such_type", &id), FB_NOT_FOUND);
	fb_btf_destroy(btf);
}

static void files_without_types_are_told(void)
{
	char *path = fb_test_file("text", "hello", 5);
	struct fb_btf *btf = NULL;

	FB_FAILS(fb_dwarf_types_load(path, wanted, 1, &btf), FB_NOT_FOUND);
	FB_FAILS_WITH(fb_dwarf_types_load("/nonexistent/vmlinux", wanted, 1, &btf), FB_OS,
		      "/nonexistent/vmlinux");
	CU_ASSERT_PTR_NULL(btf);
	free(path);
}

FB_TEST_MAIN("symbols/dwarf_types", FB_TEST(members_are_where_the_compiler_has_them),
	     FB_TEST(bit_fields_are_where_the_compiler_has_them), FB_TEST(types_keep_their_names),
	     FB_TEST(only_what_is_needed_comes_along), FB_TEST(files_without_types_are_told))
