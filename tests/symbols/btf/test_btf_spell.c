// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "symbols/btf/btf_builder.h"
#include "tests/harness.h"

struct types {
	struct fb_btf_builder builder;
	uint32_t integer, character;
};

static uint32_t refer(struct types *types, enum fb_type_kind kind, uint32_t target)
{
	uint32_t id = 0;

	FB_OK(fb_btf_builder_reference(&types->builder, kind, "", target, &id));
	return id;
}

static uint32_t array_of(struct types *types, uint32_t element, uint32_t count)
{
	uint32_t id = 0;

	FB_OK(fb_btf_builder_array(&types->builder, element, count, &id));
	return id;
}

static uint32_t function_of(struct types *types, uint32_t returned, const uint32_t *parameters,
			    size_t count)
{
	uint32_t id = 0;

	FB_OK(fb_btf_builder_prototype(&types->builder, returned, parameters, count, &id));
	return id;
}

static void start(struct types *types)
{
	FB_OK_FATAL(fb_btf_builder_init(&types->builder));
	FB_OK(fb_btf_builder_int(&types->builder, "int", 4, FB_BTF_SIGNED, &types->integer));
	FB_OK(fb_btf_builder_int(&types->builder, "char", 1, FB_BTF_SIGNED, &types->character));
}

static struct fb_btf *finish(struct types *types)
{
	struct fb_btf *btf = NULL;

	FB_OK_FATAL(fb_btf_builder_finish(&types->builder, &btf));
	fb_btf_builder_deinit(&types->builder);
	return btf;
}

static void expect(const struct fb_btf *btf, uint32_t id, const char *abstract, const char *named)
{
	char text[128];

	CU_ASSERT_STRING_EQUAL(fb_btf_spell(btf, id, text, sizeof(text)), abstract);
	CU_ASSERT_STRING_EQUAL(fb_btf_declare(btf, id, "x", text, sizeof(text)), named);
	/* A text is cut wherever its room ends. */
	for (size_t size = 0; size <= strlen(named) + 1; size++) {
		memset(text, 'z', sizeof(text));
		CU_ASSERT_PTR_EQUAL(fb_btf_declare(btf, id, "x", text, size), text);
		CU_ASSERT_EQUAL(text[size], 'z');
		if (!size)
			continue;
		CU_ASSERT_EQUAL(strlen(text), size - 1);
		CU_ASSERT_EQUAL(strncmp(text, named, size - 1), 0);
	}
}

static void spells_as_c_does(void)
{
	struct types types;
	uint32_t s, u, e, names;
	struct fb_btf *btf;

	start(&types);
	FB_OK(fb_btf_builder_forward(&types.builder, "s", false, &s));
	FB_OK(fb_btf_builder_forward(&types.builder, "u", true, &u));
	FB_OK(fb_btf_builder_enum(&types.builder, "", 4, false, NULL, 0, &e));
	uint32_t s_pointer = refer(&types, FB_TYPE_POINTER, s);
	uint32_t s_pointers = array_of(&types, s_pointer, 4);
	uint32_t constant = refer(&types, FB_TYPE_CONST, types.character);
	uint32_t string = refer(&types, FB_TYPE_POINTER, constant);
	uint32_t fixed = refer(&types, FB_TYPE_CONST, string);
	uint32_t matrix = array_of(&types, array_of(&types, types.integer, 3), 2);
	uint32_t to_matrix = refer(&types, FB_TYPE_POINTER, matrix);
	uint32_t call = function_of(&types, 0, (const uint32_t[]){s_pointer, types.integer}, 2);
	uint32_t to_call = refer(&types, FB_TYPE_POINTER, call);
	uint32_t calls = array_of(&types, to_call, 2);
	uint32_t none = function_of(&types, s_pointer, NULL, 0);
	uint32_t open = function_of(&types, types.integer, (const uint32_t[]){string, 0}, 2);
	/* void (*(*)(int))(struct s *, int): what signal() looks like */
	uint32_t back = function_of(&types, to_call, (const uint32_t[]){types.integer}, 1);
	uint32_t to_back = refer(&types, FB_TYPE_POINTER, back);
	uint32_t tagged = refer(&types, FB_TYPE_TYPE_TAG, types.character);
	uint32_t user = refer(&types, FB_TYPE_POINTER, tagged);
	FB_OK(fb_btf_builder_reference(&types.builder, FB_TYPE_TYPEDEF, "names_t", string, &names));
	uint32_t volatile_names = refer(&types, FB_TYPE_VOLATILE, names);
	btf = finish(&types);

	expect(btf, 0, "void", "void x");
	expect(btf, types.integer, "int", "int x");
	expect(btf, u, "union u", "union u x");
	expect(btf, e, "enum {...}", "enum {...} x");
	expect(btf, s_pointer, "struct s *", "struct s *x");
	expect(btf, s_pointers, "struct s *[4]", "struct s *x[4]");
	expect(btf, string, "const char *", "const char *x");
	expect(btf, fixed, "const char *const", "const char *const x");
	expect(btf, matrix, "int [2][3]", "int x[2][3]");
	expect(btf, to_matrix, "int (*)[2][3]", "int (*x)[2][3]");
	expect(btf, call, "void (struct s *, int)", "void x(struct s *, int)");
	expect(btf, to_call, "void (*)(struct s *, int)", "void (*x)(struct s *, int)");
	expect(btf, calls, "void (*[2])(struct s *, int)", "void (*x[2])(struct s *, int)");
	expect(btf, none, "struct s *(void)", "struct s *x(void)");
	expect(btf, open, "int (const char *, ...)", "int x(const char *, ...)");
	expect(btf, to_back, "void (*(*)(int))(struct s *, int)",
	       "void (*(*x)(int))(struct s *, int)");
	expect(btf, user, "char *", "char *x");
	expect(btf, volatile_names, "volatile names_t", "volatile names_t x");
	fb_btf_destroy(btf);
}

static void ends_where_room_or_depth_end(void)
{
	struct types types;
	uint32_t loop, pointer;
	struct fb_btf *btf;
	char text[32];

	start(&types);
	loop = refer(&types, FB_TYPE_POINTER, 3); /* to itself */
	pointer = refer(&types, FB_TYPE_POINTER, types.integer);
	/* A function of five of itself. */
	(void)function_of(&types, 6, (const uint32_t[]){6, 6, 6, 6, 6}, 5);
	(void)refer(&types, FB_TYPE_POINTER, 5);
	btf = finish(&types);

	for (size_t size = 1; size < sizeof(text); size++) {
		memset(text, '!', sizeof(text));
		(void)fb_btf_spell(btf, pointer, text, size);
		CU_ASSERT_EQUAL(strlen(text), size - 1 < 5 ? size - 1 : 5);
		CU_ASSERT_EQUAL(text[size], '!');
		(void)fb_btf_spell(btf, loop, text, size);
		CU_ASSERT_TRUE(strlen(text) < size);
		(void)fb_btf_spell(btf, 5, text, size);
		CU_ASSERT_TRUE(strlen(text) < size);
	}
	text[0] = '!';
	(void)fb_btf_spell(btf, pointer, text, 0);
	CU_ASSERT_EQUAL(text[0], '!');
	fb_btf_destroy(btf);
}

FB_TEST_MAIN("symbols/btf_spell", FB_TEST(spells_as_c_does), FB_TEST(ends_where_room_or_depth_end))
