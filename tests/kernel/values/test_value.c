// SPDX-License-Identifier: GPL-2.0-or-later
/* Values of made types in made memory: followed, read, shown as text and as JSON. */
#include "kernel/values/value.h"

#include <string.h>

#include "kernel/values/value_print.h"
#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/symbols/make_btf.h"

/*
 *	enum kind { RED, BLUE = 5 };
 *	struct inner { unsigned int low : 3, : 0; int big : 5; void *hole; };
 *	struct outer {
 *		int number;              at 0
 *		char name[8];            at 4
 *		enum kind kind;          at 12
 *		struct inner inner;      at 16
 *		struct outer *next;      at 32
 *		union { int p; u32 q; }; at 40
 *		int list[4];             at 44
 *		bool yes;                at 60
 *		struct ghost *ghost;     at 64
 *		int tail[];              at 72
 *	};
 */
static const char strings[] = "\0int\0char\0u32\0kind\0RED\0BLUE\0inner\0low\0big\0hole\0outer\0"
			      "number\0name\0next\0p\0q\0list\0yes\0ghost\0tail\0bool";
enum {
	INT = 1,
	CHAR,
	U32,
	KIND,
	INNER,
	POINTER,
	NAME,
	LIST,
	UNION,
	BOOL,
	GHOST,
	GHOSTS,
	TAIL,
	OUTER
};
#define OUTER_SIZE 72u

static uint32_t at(const char *name)
{
	for (size_t i = 1; i < sizeof(strings); i += strlen(strings + i) + 1)
		if (strcmp(strings + i, name) == 0)
			return (uint32_t)i;
	CU_FAIL_FATAL("no such string");
	return 0;
}

#define INT_TYPE(name, size, encoding) at(name), INFO(FB_TYPE_INT, 0, 0), size, encoding
#define ARRAY(element, count) 0, INFO(FB_TYPE_ARRAY, 0, 0), 0, element, INT, count
#define BITS(offset, size) ((uint32_t)(size) << 24 | (offset))

/* One type a paragraph. */
/* clang-format off */
static struct fb_btf *make_types(void)
{
	const uint32_t words[] = {
		INT_TYPE("int", 4, 1u << 24 | 32),
		INT_TYPE("char", 1, 8),
		INT_TYPE("u32", 4, 32),
		at("kind"), INFO(FB_TYPE_ENUM, 0, 2), 4, at("RED"), 0, at("BLUE"), 5,
		at("inner"), INFO(FB_TYPE_STRUCT, 1, 3), 16, at("low"), U32, BITS(0, 3), at("big"),
		INT, BITS(5, 5), at("hole"), POINTER, BITS(64, 0),
		0, INFO(FB_TYPE_POINTER, 0, 0), OUTER,
		ARRAY(CHAR, 8),
		ARRAY(INT, 4),
		0, INFO(FB_TYPE_UNION, 0, 2), 4, at("p"), INT, 0, at("q"), U32, 0,
		INT_TYPE("bool", 1, 4u << 24 | 8),
		at("ghost"), INFO(FB_TYPE_FORWARD, 0, 0), 0,
		0, INFO(FB_TYPE_POINTER, 0, 0), GHOST,
		ARRAY(INT, 0),
		at("outer"), INFO(FB_TYPE_STRUCT, 0, 10), OUTER_SIZE,
		at("number"), INT, 0, at("name"), NAME, 32, at("kind"), KIND, 96,
		at("inner"), INNER, 128, at("next"), POINTER, 256, 0, UNION, 320,
		at("list"), LIST, 352, at("yes"), BOOL, 480, at("ghost"), GHOSTS, 512,
		at("tail"), TAIL, 576,
	};
	struct fb_btf *types;

	FB_OK_FATAL(load_words(words, FB_ARRAY_SIZE(words), strings, sizeof(strings), NULL,
			       &types));
	return types;
}
/* clang-format on */

struct made {
	struct made_kernel *kernel;
	struct fb_space *space;
	struct fb_btf *types;
	struct fb_value outer, type; /* at an address, and the type alone */
};

static struct made make(void)
{
	struct made made = {.kernel = made_kernel_create(), .types = make_types()};
	uint64_t first = made_alloc_pages(made.kernel, OUTER_SIZE + 8);
	uint64_t second = made_alloc_pages(made.kernel, OUTER_SIZE);

	made.space = &made.kernel->space;
	made.type = (struct fb_value){.types = made.types, .type = OUTER};
	made.outer = made.type;
	made.outer.address = first;
	made_put(made.kernel, first, (uint32_t)-7, 4);
	memcpy(made_at(made.kernel, first + 4), "a\"\n\x1b", 5);
	made_put(made.kernel, first + 12, 5, 4);
	made_put(made.kernel, first + 16, 6 | 0x1fu << 5, 4);
	made_put(made.kernel, first + 32, second, 8);
	made_put(made.kernel, first + 40, 0xffffffff, 4);
	made_put(made.kernel, first + 44 + 12, 9, 4);
	made_put(made.kernel, first + 60, 1, 1);
	made_put(made.kernel, first + OUTER_SIZE + 4, 42, 4);
	made_put(made.kernel, second, 11, 4);
	made_put(made.kernel, second + 12, 3, 4);
	return made;
}

static void destroy(struct made *made)
{
	fb_btf_destroy(made->types);
	made_kernel_destroy(made->kernel);
}

static uint64_t number(const struct made *made, const char *path)
{
	struct fb_scalar scalar = {0};
	struct fb_value value;

	FB_OK_FATAL(fb_value_follow(made->space, NULL, &made->outer, path, &value));
	FB_OK_FATAL(fb_value_scalar(made->space, &value, &scalar));
	return scalar.bits;
}

static void follows_paths(void)
{
	struct made made = make();

	CU_ASSERT_EQUAL((int64_t)number(&made, "number"), -7);
	CU_ASSERT_EQUAL((int64_t)number(&made, ".p"), -1);
	CU_ASSERT_EQUAL(number(&made, ".q"), 0xffffffff);
	CU_ASSERT_EQUAL(number(&made, ".list[3]"), 9);
	CU_ASSERT_EQUAL(number(&made, ".tail[1]"), 42);
	CU_ASSERT_EQUAL(number(&made, ".inner.low"), 6);
	CU_ASSERT_EQUAL((int64_t)number(&made, ".inner.big"), -1);
	CU_ASSERT_EQUAL(number(&made, ".next.number"), 11);
	CU_ASSERT_EQUAL(number(&made, ".next[0].number"), 11);
	CU_ASSERT_EQUAL(number(&made, ".next->number"), 11);
	CU_ASSERT_EQUAL(number(&made, "next->number"), 11);
	CU_ASSERT_EQUAL(number(&made, ".next[0]->number"), 11);
	/* As in gdb, where there is no pointer an arrow is a dot. */
	CU_ASSERT_EQUAL(number(&made, ".inner->low"), 6);
	CU_ASSERT_EQUAL(number(&made, ".name[0]"), 'a');
	destroy(&made);
}

#define FOLLOW(path) fb_value_follow(made.space, NULL, &made.outer, (path), &value)

static void refuses_wrong_paths(void)
{
	struct made made = make();
	struct fb_value value;

	FB_FAILS_WITH(FOLLOW(".numbr"), FB_NOT_FOUND, "nearest is 'number'");
	FB_FAILS_WITH(FOLLOW(".next.numbr"), FB_NOT_FOUND, ".next.numbr");
	FB_FAILS_WITH(FOLLOW(".next->next->number"), FB_FAULT, "the pointer .next->next is null");
	FB_FAILS_WITH(FOLLOW(".list[4]"), FB_INVALID, "behind the last of 4");
	FB_FAILS(FOLLOW(".list[-1]"), FB_INVALID);
	FB_FAILS(FOLLOW(".list[99999999999]"), FB_INVALID);
	FB_FAILS(FOLLOW(".list[1"), FB_INVALID);
	FB_FAILS(FOLLOW(".number[0]"), FB_INVALID);
	FB_FAILS(FOLLOW(".number.x"), FB_INVALID);
	FB_FAILS(FOLLOW("."), FB_INVALID);
	FB_FAILS(FOLLOW("..number"), FB_INVALID);
	FB_FAILS(FOLLOW(".->number"), FB_INVALID);
	FB_FAILS(FOLLOW(".next->"), FB_INVALID);
	FB_FAILS(FOLLOW(".next->->number"), FB_INVALID);
	FB_FAILS(FOLLOW(".next->.number"), FB_INVALID);
	FB_FAILS(FOLLOW(".next->[0]"), FB_INVALID);
	FB_FAILS_WITH(FOLLOW(".next-number"), FB_NOT_FOUND, "next-number");
	FB_FAILS_WITH(FOLLOW(".next>number"), FB_NOT_FOUND, "next>number");
	FB_FAILS(FOLLOW(".ghost.x"), FB_FAULT);
	made_lose(made.kernel, made.outer.address);
	FB_FAILS(FOLLOW(".next.number"), FB_ABSENT);
	/* Without memory: where things are in the type that a pointer leads to. */
	FB_OK(fb_value_follow(NULL, NULL, &made.type, ".next.inner.hole", &value));
	CU_ASSERT_EQUAL(value.address, 24);
	destroy(&made);
}

/* Numbers of elements are decimal, octal or hexadecimal, of 32 bits, and nothing else. */
static void indexes_are_numbers(void)
{
	static const struct {
		const char *path;
		uint64_t offset; /* UINT64_MAX: it is none */
	} paths[] = {
		{".list[0x3]", 44 + 12},
		{".list[03]", 44 + 12},
		{".tail[4294967295]", 72 + 4ull * UINT32_MAX},
		{".tail[4294967296]", UINT64_MAX},
		{".list[ 1]", UINT64_MAX},
		{".list[+1]", UINT64_MAX},
		{".list[]", UINT64_MAX},
		{".list[/]", UINT64_MAX},
		{".list[:]", UINT64_MAX},
		{".list[9]", UINT64_MAX},
		{".list[1)", UINT64_MAX},
	};
	struct made made = make();
	struct fb_value value;

	for (size_t i = 0; i < FB_ARRAY_SIZE(paths); i++) {
		struct fb_error *err =
			fb_value_follow(made.space, NULL, &made.outer, paths[i].path, &value);

		if (paths[i].offset == UINT64_MAX) {
			FB_FAILS(err, FB_INVALID);
			continue;
		}
		FB_OK(err);
		CU_ASSERT_EQUAL(value.address - made.outer.address, paths[i].offset);
		CU_ASSERT_EQUAL(value.type, INT);
	}
	/* Behind a pointer each element is as large as what it points to. */
	FB_OK(fb_value_follow(NULL, NULL, &made.type, ".next[2].kind", &value));
	CU_ASSERT_EQUAL(value.address, 2 * OUTER_SIZE + 12);
	destroy(&made);
}

/* A member's name may have 255 bytes; an error begins with the path as far as it was followed. */
static void names_end_and_errors_tell_where(void)
{
	struct made made = make();
	struct fb_value value;
	char path[258] = ".";

	memset(path + 1, 'n', 256);
	FB_FAILS_WITH(FOLLOW(path), FB_INVALID, "is no member");
	path[256] = '\0';
	FB_FAILS(FOLLOW(path), FB_NOT_FOUND);
	FB_FAILS_WITH(FOLLOW(".next.next.number"), FB_FAULT,
		      ".next.next.number: the pointer .next.next is null");
	FB_FAILS_WITH(FOLLOW(".next.list[4].x"), FB_INVALID, ".next.list[4]: [4] lies behind");
	FB_FAILS_WITH(FOLLOW(".number[0].x"), FB_INVALID, "int is neither array nor pointer");
	destroy(&made);
}

/* A pointer that leads nowhere is named, with what it holds, whether something was to be read there or a link was. */
static void lost_pointers_are_named(void)
{
	struct made made = make();
	struct fb_value value;

	made_put(made.kernel, made.outer.address + 32, 0x1234567000, 8);
	FB_FAILS_WITH(FOLLOW(".next->number"), FB_FAULT,
		      ".next->number: the pointer .next = 0x1234567000 leads to nothing");
	FB_FAILS_WITH(FOLLOW(".next->name"), FB_FAULT, "the pointer .next = 0x1234567000");
	FB_FAILS_WITH(FOLLOW(".next->next->number"), FB_FAULT,
		      ".next->next->number: the pointer .next->next cannot be read");
	/* Of a struct another part may be there. */
	FB_OK(FOLLOW(".next->inner"));
	destroy(&made);
}

static struct fb_error *ask(void *context)
{
	struct made *made = context;
	struct fb_value value;
	struct fb_scalar scalar;
	struct fb_error *err;

	err = fb_value_follow(made->kernel->kernel.space, NULL, &made->outer, ".next[0].inner.big",
			      &value);
	if (!err)
		err = fb_value_scalar(made->kernel->kernel.space, &value, &scalar);
	if (!err)
		err = fb_value_follow(made->kernel->kernel.space, NULL, &made->outer, "next.number",
				      &value);
	return err ? err : fb_value_scalar(made->kernel->kernel.space, &value, &scalar);
}

static void what_is_fatal_passes(void)
{
	struct made made = make();

	CU_ASSERT_EQUAL(failing_made_must_pass(made.kernel, ask, &made), 6);
	destroy(&made);
}

static char *text_of(struct made *made, const char *path, unsigned depth, struct fb_buf *buf)
{
	struct fb_value_printer printer = {.space = made->space, .depth = depth};
	struct fb_value value;

	FB_OK_FATAL(fb_value_follow(made->space, NULL, &made->outer, path, &value));
	fb_buf_init(buf, 65536);
	FB_OK_FATAL(fb_value_text(&printer, &value, buf));
	FB_OK_FATAL(fb_buf_append(buf, "", 1));
	CU_ASSERT_EQUAL(printer.missing, 0);
	return (char *)buf->data;
}

static void prints_text(void)
{
	struct made made = make();
	struct fb_buf buf;
	char *text = text_of(&made, "", 2, &buf);

	CU_ASSERT_PTR_NOT_NULL(strstr(text, "{\n\tnumber = -7\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\tname = \"a\"\\x0a\\x1b\"\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\tkind = BLUE\n"));
	CU_ASSERT_PTR_NOT_NULL(
		strstr(text, "\tinner = {\n\t\tlow = 6\n\t\tbig = -1\n\t\thole = 0x0\n\t}\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\tp = -1\n\tq = 4294967295\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\tlist = [0 (3 times), 9]\n\tyes = true\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\ttail = []\n}"));
	fb_buf_deinit(&buf);
	CU_ASSERT_PTR_NOT_NULL(strstr(text_of(&made, "", 0, &buf), "\tinner = {...}\n"));
	fb_buf_deinit(&buf);
	/* A number that no enumerator has. */
	CU_ASSERT_STRING_EQUAL(text_of(&made, ".next.kind", 0, &buf), "3");
	fb_buf_deinit(&buf);
	destroy(&made);
}

static void prints_json(void)
{
	struct made made = make();
	struct fb_value_printer printer = {.space = made.space, .depth = 8};
	json_t *json = NULL;

	FB_OK_FATAL(fb_value_json(&printer, &made.outer, &json));
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(json, "number")), -7);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(json, "kind")), "BLUE");
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(json, "q")), 0xffffffff);
	CU_ASSERT_TRUE(json_is_true(json_object_get(json, "yes")));
	CU_ASSERT_EQUAL(json_array_size(json_object_get(json, "list")), 4);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(json_object_get(json, "inner"), "big")),
			-1);
	CU_ASSERT_EQUAL(strncmp(json_string_value(json_object_get(json, "next")), "0xffff888", 9),
			0);
	json_decref(json);
	destroy(&made);
}

static void counts_what_is_missing(void)
{
	struct made made = make();
	struct fb_value_printer printer = {.space = made.space, .depth = 8};
	struct fb_value value = made.outer;
	json_t *json = NULL;

	/* The last eight bytes of the struct lie on a page that is lost. */
	value.address = MADE_BASE + 40 * FB_PAGE_SIZE - 64;
	made_lose(made.kernel, MADE_BASE + 40 * FB_PAGE_SIZE);
	FB_OK_FATAL(fb_value_json(&printer, &value, &json));
	CU_ASSERT_EQUAL(printer.missing, 1);
	CU_ASSERT(printer.read > 8);
	CU_ASSERT_TRUE(json_is_null(json_object_get(json, "ghost")));
	CU_ASSERT_TRUE(fb_error_is(printer.reason, FB_ABSENT));
	fb_error_destroy(printer.reason);
	json_decref(json);
	destroy(&made);
}

/* The outer struct as text of so many bytes at most. */
static struct fb_error *print_outer(struct made *made, unsigned depth, size_t most,
				    size_t *size_ret)
{
	struct fb_value_printer printer = {.space = made->kernel->kernel.space, .depth = depth};
	struct fb_buf buf;
	struct fb_error *err;

	fb_buf_init(&buf, most);
	err = fb_value_text(&printer, &made->outer, &buf);
	*size_ret = buf.size;
	fb_buf_deinit(&buf);
	fb_error_destroy(printer.reason);
	return err;
}

/* Wherever the room for a text ends, that is an error: with nested structs, without them, and with what is lost. */
static void texts_need_their_room(void)
{
	for (unsigned i = 0; i < 3; i++) {
		struct made made = make();
		size_t size, unused;

		if (i == 2) {
			made.outer.address = MADE_BASE + 40 * FB_PAGE_SIZE - 64;
			made_lose(made.kernel, MADE_BASE + 40 * FB_PAGE_SIZE);
		}
		FB_OK_FATAL(print_outer(&made, i ? 2 : 0, 65536, &size));
		CU_ASSERT(size > 50);
		for (size_t most = 0; most < size; most++)
			FB_FAILS(print_outer(&made, i ? 2 : 0, most, &unused), FB_LIMIT);
		FB_OK(print_outer(&made, i ? 2 : 0, size, &unused));
		destroy(&made);
	}
}

static struct fb_error *ask_for_all(void *context)
{
	struct made *made = context;
	struct fb_value_printer printer = {.space = made->kernel->kernel.space, .depth = 8};
	json_t *json = NULL;
	size_t unused;
	struct fb_error *err = print_outer(made, 2, 65536, &unused);

	if (!err)
		err = fb_value_json(&printer, &made->outer, &json);
	json_decref(json);
	fb_error_destroy(printer.reason);
	return err;
}

static void what_is_fatal_of_printing_passes(void)
{
	struct made made = make();

	CU_ASSERT(failing_made_must_pass(made.kernel, ask_for_all, &made) > 20);
	destroy(&made);
}

FB_TEST_MAIN("kernel/value", FB_TEST(follows_paths), FB_TEST(refuses_wrong_paths),
	     FB_TEST(indexes_are_numbers), FB_TEST(names_end_and_errors_tell_where),
	     FB_TEST(lost_pointers_are_named), FB_TEST(what_is_fatal_passes),
	     FB_TEST(texts_need_their_room), FB_TEST(what_is_fatal_of_printing_passes),
	     FB_TEST(prints_text), FB_TEST(prints_json), FB_TEST(counts_what_is_missing))
