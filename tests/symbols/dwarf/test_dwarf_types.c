// SPDX-License-Identifier: GPL-2.0-or-later
/* The types of this very program, read from its DWARF, against offsetof and sizeof; and those of made files. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "symbols/dwarf/dwarf_types.h"
#include "tests/harness.h"
#include "tests/symbols/list_btf.h"
#include "tests/symbols/make_dwarf.h"

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

/* What a made file has under these names, as list_btf() writes it. */
static void expect_made(struct mk_dwarf *made, const char *const *names, size_t count,
			const char *listed)
{
	char *path = mk_dwarf_file(made, "types"), *text;
	struct fb_btf *btf = NULL;

	FB_OK_FATAL(fb_dwarf_types_load(path, names, count, &btf));
	text = list_btf(btf);
	CU_ASSERT_STRING_EQUAL(text, listed);
	free(text);
	fb_btf_destroy(btf);
	free(path);
}

/* In all units, the first definition counts: neither a declaration nor what is no type's name. */
static void the_first_definition_is_taken(void)
{
	static const char *const names[] = {"s", "u", "e", "t", "f", "late", "nowhere", "s"};
	struct mk_dwarf made = {0};

	mk_unit(&made, MK_NAMED("empty.c"));
	mk_dwarf_end(&made);
	mk_unit(&made, MK_NAMED("a.c"));
	mk_entry(&made, DW_TAG_structure_type, MK_NAMED("s"), MK_FLAG(DW_AT_declaration));
	mk_entry(&made, DW_TAG_structure_type, MK_BYTES(1)); /* of no name */
	mk_entry(&made, DW_TAG_variable, MK_NAMED("t"), MK_BYTES(2));
	mk_parent(&made, DW_TAG_subprogram, MK_NAMED("f"));
	mk_entry(&made, DW_TAG_structure_type, MK_NAMED("f"), MK_BYTES(3)); /* a local one */
	mk_dwarf_end(&made);
	mk_entry(&made, DW_TAG_structure_type, MK_NAMED("unwanted"), MK_BYTES(4));
	mk_entry(&made, DW_TAG_structure_type, MK_NAMED("s"), MK_BYTES(5));
	mk_entry(&made, DW_TAG_union_type, MK_NAMED("u"), MK_BYTES(6));
	mk_dwarf_end(&made);
	mk_unit(&made, MK_NAMED("b.c"));
	mk_entry(&made, DW_TAG_structure_type, MK_NAMED("s"), MK_BYTES(7));
	mk_entry(&made, DW_TAG_enumeration_type, MK_NAMED("e"), MK_BYTES(4));
	mk_entry(&made, DW_TAG_typedef, MK_NAMED("t"));
	mk_entry(&made, DW_TAG_structure_type, MK_NAMED("late"), MK_BYTES(8));
	mk_dwarf_end(&made);
	expect_made(&made, names, FB_ARRAY_SIZE(names),
		    "1 struct s 5 {}\n2 union u 6 {}\n3 enum e 4 {}\n4 t -> 0\n"
		    "5 struct late 8 {}\n");
}

/* The last unit is read for the last of the names. */
static void each_name_is_looked_for(void)
{
	static const char *const names[] = {"b", "a"};
	struct mk_dwarf made = {0};

	for (unsigned i = 0; i < 2; i++) {
		mk_unit(&made, MK_NAMED("a.c"));
		mk_entry(&made, DW_TAG_structure_type, MK_NAMED(i ? "b" : "a"), MK_BYTES(i + 1));
		mk_entry(&made, DW_TAG_structure_type, MK_NAMED("c"), MK_BYTES(9));
		mk_dwarf_end(&made);
	}
	expect_made(&made, names, 2, "1 struct a 1 {}\n2 struct b 2 {}\n");
	mk_unit(&made, MK_NAMED("a.c"));
	mk_entry(&made, DW_TAG_structure_type, MK_NAMED("a"), MK_BYTES(1));
	mk_dwarf_end(&made);
	expect_made(&made, NULL, 0, "");
}

static void types_that_cannot_be_are_told(void)
{
	struct mk_dwarf made = {0};
	struct fb_btf *btf = NULL;
	char *path;

	mk_unit(&made, MK_NAMED("a.c"));
	mk_entry(&made, DW_TAG_structure_type, MK_NAMED("specimen"), MK_BYTES(1ull << 32));
	mk_dwarf_end(&made);
	path = mk_dwarf_file(&made, "damaged");
	FB_FAILS_WITH(fb_dwarf_types_load(path, wanted, 1, &btf), FB_CORRUPT,
		      "damaged: specimen: type of 4294967296 bytes");
	CU_ASSERT_PTR_NULL(btf);
	free(path);
}

FB_TEST_MAIN("symbols/dwarf_types", FB_TEST(members_are_where_the_compiler_has_them),
	     FB_TEST(bit_fields_are_where_the_compiler_has_them), FB_TEST(types_keep_their_names),
	     FB_TEST(only_what_is_needed_comes_along), FB_TEST(files_without_types_are_told),
	     FB_TEST(the_first_definition_is_taken), FB_TEST(each_name_is_looked_for),
	     FB_TEST(types_that_cannot_be_are_told))
