// SPDX-License-Identifier: GPL-2.0-or-later
/* Every kind of value, and the whole of what is shown of it as text and as JSON. */
#include "kernel/values/value_print.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "symbols/btf/btf_builder.h"
#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"
#include "tests/kernel/made_modules.h"

struct made {
	struct made_kernel *kernel;
	struct fb_btf_builder builder;
	struct fb_btf *types; /* once they are finished */
	struct fb_modules *modules;
	uint64_t at, head; /* where every value stands; the list of modules */
	unsigned depth;
};

static void make(struct made *made)
{
	memset(made, 0, sizeof(*made));
	made->kernel = made_modules(&made->head);
	made->at = made_alloc_pages(made->kernel, 2 * FB_PAGE_SIZE);
	made->depth = 1;
	FB_OK_FATAL(fb_btf_builder_init(&made->builder));
}

static void finish(struct made *made)
{
	if (!made->types)
		FB_OK_FATAL(fb_btf_builder_finish(&made->builder, &made->types));
}

static void destroy(struct made *made)
{
	fb_modules_destroy(made->modules);
	fb_btf_builder_deinit(&made->builder);
	fb_btf_destroy(made->types);
	made_kernel_destroy(made->kernel);
}

static uint32_t integer(struct made *made, const char *name, uint32_t size,
			enum fb_btf_encoding encoding)
{
	uint32_t id;

	FB_OK_FATAL(fb_btf_builder_int(&made->builder, name, size, encoding, &id));
	return id;
}

static uint32_t reference(struct made *made, enum fb_type_kind kind, uint32_t target)
{
	uint32_t id;

	FB_OK_FATAL(fb_btf_builder_reference(&made->builder, kind, "", target, &id));
	return id;
}

static uint32_t array(struct made *made, uint32_t element, uint32_t count)
{
	uint32_t id;

	FB_OK_FATAL(fb_btf_builder_array(&made->builder, element, count, &id));
	return id;
}

static uint32_t composite(struct made *made, const char *name, uint32_t size,
			  const struct fb_btf_member *members, size_t count)
{
	uint32_t id;

	FB_OK_FATAL(fb_btf_builder_composite(&made->builder, FB_TYPE_STRUCT, name, size, members,
					     count, &id));
	return id;
}

static void expect_shown(struct made *made, const struct fb_value *value, const char *text,
			 const char *json)
{
	struct fb_value_printer printer = {
		.space = &made->kernel->space, .modules = made->modules, .depth = made->depth};
	json_t *object = NULL;
	struct fb_buf buf;
	char *dumped;

	fb_buf_init(&buf, 1u << 20);
	FB_OK_FATAL(fb_value_text(&printer, value, &buf));
	FB_OK_FATAL(fb_buf_append(&buf, "", 1));
	CU_ASSERT_STRING_EQUAL((char *)buf.data, text);
	fb_buf_deinit(&buf);
	FB_OK_FATAL(fb_value_json(&printer, value, &object));
	dumped = json_dumps(object, JSON_ENCODE_ANY | JSON_COMPACT);
	CU_ASSERT_STRING_EQUAL(dumped, json);
	free(dumped);
	json_decref(object);
	CU_ASSERT_EQUAL(printer.missing, 0);
}

/* A value of a type, of these bytes. */
static void expect(struct made *made, uint32_t type, const void *bytes, size_t size,
		   const char *text, const char *json)
{
	struct fb_value value = {.type = type, .address = made->at};

	finish(made);
	value.types = made->types;
	memset(made_at(made->kernel, made->at), 0, FB_PAGE_SIZE);
	memcpy(made_at(made->kernel, made->at), bytes, size);
	expect_shown(made, &value, text, json);
}

static void expect_number(struct made *made, uint32_t type, uint64_t number, const char *text,
			  const char *json)
{
	expect(made, type, &number, sizeof(number), text, json);
}

static void numbers_have_their_sign_and_size(void)
{
	struct made made;
	uint32_t byte, word, wide, huge, yes, letter, fixed;

	make(&made);
	byte = integer(&made, "s8", 1, FB_BTF_SIGNED);
	word = integer(&made, "int", 4, FB_BTF_SIGNED);
	wide = integer(&made, "u64", 8, FB_BTF_UNSIGNED);
	huge = integer(&made, "__int128", 16, FB_BTF_SIGNED);
	yes = integer(&made, "_Bool", 1, FB_BTF_BOOL);
	letter = integer(&made, "char", 1, FB_BTF_CHAR);
	fixed = reference(&made, FB_TYPE_CONST, word);
	expect_number(&made, byte, 0xff80, "-128", "-128");
	expect_number(&made, byte, 0x7f, "127", "127");
	expect_number(&made, word, 0xffffffff, "-1", "-1");
	expect_number(&made, fixed, 0x80000000, "-2147483648", "-2147483648");
	/* From 32 bits on a number without a sign is no count; past 63 JSON has none. */
	expect_number(&made, wide, 0xffffffff, "4294967295", "4294967295");
	expect_number(&made, wide, 1ull << 32, "0x100000000", "4294967296");
	expect_number(&made, wide, INT64_MAX, "0x7fffffffffffffff", "9223372036854775807");
	expect_number(&made, wide, 1ull << 63, "0x8000000000000000", "\"0x8000000000000000\"");
	expect(&made, huge, (const uint64_t[]){0x12, 0x34}, 16,
	       "0x00000000000000340000000000000012", "\"0x00000000000000340000000000000012\"");
	expect_number(&made, yes, 0, "false", "false");
	expect_number(&made, yes, 1, "true", "true");
	expect_number(&made, yes, 2, "2", "2");
	expect_number(&made, letter, 'a', "97", "97");
	destroy(&made);
}

static void floats_are_shown_raw(void)
{
	struct made made;
	uint32_t real, longer;

	make(&made);
	FB_OK_FATAL(fb_btf_builder_float(&made.builder, "double", 8, &real));
	FB_OK_FATAL(fb_btf_builder_float(&made.builder, "long double", 16, &longer));
	expect_number(&made, real, 0x3ff8000000000000, "0x3ff8000000000000",
		      "\"0x3ff8000000000000\"");
	expect(&made, longer, (const uint64_t[]){5, 6}, 16, "0x00000000000000060000000000000005",
	       "\"0x00000000000000060000000000000005\"");
	destroy(&made);
}

static void enumerators_have_names(void)
{
	static const struct fb_btf_value values[] = {{"LOW", -5}, {"GREEN\x1b", 7}, {"AGAIN", 7}};
	static const struct fb_btf_value wide_values[] = {{"WIDE", 0x123456789}};
	struct made made;
	uint32_t narrow, wide;

	make(&made);
	FB_OK_FATAL(fb_btf_builder_enum(&made.builder, "narrow", 4, true, values, 3, &narrow));
	FB_OK_FATAL(fb_btf_builder_enum(&made.builder, "wide", 8, false, wide_values, 1, &wide));
	expect_number(&made, narrow, 7, "GREEN\\x1b", "\"GREEN\\\\x1b\"");
	expect_number(&made, narrow, 0xfffffffb, "LOW", "\"LOW\"");
	expect_number(&made, narrow, 0xfffffffa, "-6", "-6");
	expect_number(&made, wide, 0x123456789, "WIDE", "\"WIDE\"");
	expect_number(&made, wide, 0x23456789, "591751049", "591751049");
	destroy(&made);
}

/* A pointer has the symbol that holds it, where the modules are known. */
static void pointers_have_symbols(void)
{
	static const char *const names[] = {"modules", "first", "second", NULL};
	uint64_t addresses[3];
	char texts[2][64];
	struct made made;
	uint32_t pointer;

	make(&made);
	addresses[0] = made.head;
	addresses[1] = made.at + FB_PAGE_SIZE;
	addresses[2] = made.at + FB_PAGE_SIZE + 0x100;
	pointer = reference(&made, FB_TYPE_POINTER, 0);
	expect_number(&made, pointer, 0, "0x0", "\"0x0\"");
	made_symbols(made.kernel, names, addresses);
	FB_OK_FATAL(fb_modules_load(&made.kernel->kernel, &made.modules));
	expect_number(&made, pointer, 0x1000, "0x1000", "\"0x1000\"");
	for (unsigned i = 0; i < 2; i++) {
		uint64_t address = i ? addresses[2] + 7 : addresses[1];

		(void)snprintf(texts[0], sizeof(texts[0]), "0x%" PRIx64 " <%s>", address,
			       i ? "second+0x7" : "first");
		(void)snprintf(texts[1], sizeof(texts[1]), "\"0x%" PRIx64 "\"", address);
		expect_number(&made, pointer, address, texts[0], texts[1]);
	}
	destroy(&made);
}

static void texts_end_at_their_nul(void)
{
	char long_text[FB_MAX_STRING + 3], json[FB_MAX_STRING + 3];
	struct made made;
	uint32_t letter, fixed, hardly, byte, types[6];

	make(&made);
	letter = integer(&made, "char", 1, FB_BTF_CHAR);
	byte = integer(&made, "u8", 1, FB_BTF_UNSIGNED);
	fixed = reference(&made, FB_TYPE_CONST, letter);
	hardly = reference(&made, FB_TYPE_VOLATILE, fixed);
	types[0] = array(&made, letter, 8);
	types[1] = array(&made, hardly, 3);
	types[2] = array(&made, letter, 0);
	types[3] = array(&made, byte, 3);
	types[4] = array(&made, letter, FB_MAX_STRING + 1);
	types[5] = array(&made, reference(&made, FB_TYPE_RESTRICT, letter), 2);
	expect(&made, types[0], "ab\n", 4, "\"ab\\x0a\"", "\"ab\\\\x0a\"");
	expect(&made, types[1], "abcd", 5, "\"abc\"", "\"abc\"");
	expect(&made, types[2], "abcd", 5, "\"\"", "\"\"");
	expect(&made, types[3], "abc", 3, "[97, 98, 99]", "[97,98,99]");
	expect(&made, types[5], "abc", 3, "[97, 98]", "[97,98]");
	/* One longer than any is cut. */
	memset(long_text, 'x', sizeof(long_text));
	long_text[0] = long_text[FB_MAX_STRING + 1] = '"';
	long_text[FB_MAX_STRING + 2] = '\0';
	memcpy(json, long_text, sizeof(json));
	memset(made_at(made.kernel, made.at), 'x', FB_MAX_STRING + 1);
	expect_shown(&made, &(struct fb_value){made.types, types[4], made.at, 0, 0}, long_text,
		     json);
	destroy(&made);
}

static void equal_elements_are_counted(void)
{
	char text[2048], json[2048];
	size_t used = 1, used_json = 1;
	uint8_t bytes[300];
	struct made made;
	uint32_t byte, three, one, none, many, exact;

	make(&made);
	byte = integer(&made, "u8", 1, FB_BTF_UNSIGNED);
	three = array(&made, byte, 7);
	one = array(&made, byte, 1);
	none = array(&made, byte, 0);
	many = array(&made, byte, 300);
	exact = array(&made, byte, 256);
	expect(&made, three, "\1\1\2\3\3\3\1", 7, "[1 (2 times), 2, 3 (3 times), 1]",
	       "[1,1,2,3,3,3,1]");
	expect(&made, one, "\4", 1, "[4]", "[4]");
	expect(&made, none, "\4", 1, "[]", "[]");
	/* 256 groups, and how many elements are left: these have others beside them all. */
	for (unsigned i = 0; i < sizeof(bytes); i++) {
		bytes[i] = (uint8_t)(i % 251);
		if (i < 256)
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%u",
						 i ? ", " : "", i % 251);
		used_json += (size_t)snprintf(json + used_json, sizeof(json) - used_json, "%s%u",
					      i ? "," : "", i % 251);
	}
	text[0] = json[0] = '[';
	(void)snprintf(text + used, sizeof(text) - used, ", ... (44 more)]");
	(void)snprintf(json + used_json, sizeof(json) - used_json, "]");
	expect(&made, many, bytes, sizeof(bytes), text, json);
	(void)snprintf(text + used, sizeof(text) - used, "]");
	(void)snprintf(strstr(json, "250,0,1,2,3,4,") + 13, 2, "]");
	expect(&made, exact, bytes, sizeof(bytes), text, json);
	destroy(&made);
}

/* Members of an anonymous struct stand among the others; deeper structs are left out. */
static void structs_nest(void)
{
	struct made made;
	uint32_t word, inner, anonymous, middle, outer;

	make(&made);
	word = integer(&made, "u16", 2, FB_BTF_UNSIGNED);
	inner = composite(&made, "inner", 2, &(struct fb_btf_member){.name = "a", .type = word}, 1);
	anonymous = composite(&made, "", 4,
			      (const struct fb_btf_member[]){
				      {.name = "b", .type = word},
				      {.name = "c\x1b", .type = word, .bit_offset = 16},
			      },
			      2);
	middle = composite(&made, "middle", 4,
			   (const struct fb_btf_member[]){
				   {.name = "d", .type = inner},
				   {.name = "e", .type = word, .bit_offset = 16},
			   },
			   2);
	outer = composite(&made, "outer", 12,
			  (const struct fb_btf_member[]){
				  {.name = "", .type = anonymous},
				  {.name = "", .type = word, .bit_offset = 32}, /* a filler */
				  {.name = "f", .type = middle, .bit_offset = 48},
				  {.name = "g", .type = word, .bit_offset = 80},
			  },
			  4);
	expect(&made, outer, (const uint16_t[]){1, 2, 3, 4, 5, 6}, 12,
	       "{\n\tb = 1\n\tc\\x1b = 2\n\tf = {\n\t\td = {...}\n\t\te = 5\n\t}\n\tg = 6\n}",
	       "{\"b\":1,\"c\\\\x1b\":2,\"f\":{\"d\":null,\"e\":5},\"g\":6}");
	made.depth = 0;
	expect(&made, outer, (const uint16_t[]){1, 2, 3, 4, 5, 6}, 12,
	       "{\n\tb = 1\n\tc\\x1b = 2\n\tf = {...}\n\tg = 6\n}",
	       "{\"b\":1,\"c\\\\x1b\":2,\"f\":null,\"g\":6}");
	made.depth = 2;
	expect(&made, middle, (const uint16_t[]){4, 5}, 4, "{\n\td = {\n\t\ta = 4\n\t}\n\te = 5\n}",
	       "{\"d\":{\"a\":4},\"e\":5}");
	destroy(&made);
}

/* Bits of any number, at any bit, over up to nine bytes. */
static void bit_fields_are_read_to_the_bit(void)
{
	static const uint8_t bytes[] = {0x80, 1, 2, 3, 4, 5, 6, 7, 0x48};
	struct fb_scalar scalar = {0};
	struct fb_value value;
	struct made made;
	uint32_t wide, plain;

	make(&made);
	wide = integer(&made, "s64", 8, FB_BTF_SIGNED);
	plain = integer(&made, "u64", 8, FB_BTF_UNSIGNED);
	expect_number(&made, plain, 0, "0", "0");
	memcpy(made_at(made.kernel, made.at), bytes, sizeof(bytes));
	value = (struct fb_value){made.types, plain, made.at, 7, 64};
	FB_OK(fb_value_scalar(&made.kernel->space, &value, &scalar));
	CU_ASSERT_EQUAL(scalar.bits, 0x900e0c0a08060403);
	CU_ASSERT_EQUAL(fb_value_size(&value), 8);
	value.bit_size = 63;
	FB_OK(fb_value_scalar(&made.kernel->space, &value, &scalar));
	CU_ASSERT_EQUAL(scalar.bits, 0x100e0c0a08060403);
	value.bit_size = 9;
	CU_ASSERT_EQUAL(fb_value_size(&value), 2);
	value.bit_size = 65;
	FB_FAILS_WITH(fb_value_scalar(&made.kernel->space, &value, &scalar), FB_CORRUPT,
		      "a bit-field of 65 bits");
	/* The top bit of a field is its sign. */
	value = (struct fb_value){made.types, wide, made.at + 8, 3, 4};
	FB_OK(fb_value_scalar(&made.kernel->space, &value, &scalar));
	CU_ASSERT_EQUAL((int64_t)scalar.bits, -7);
	value.bit_size = 3;
	FB_OK(fb_value_scalar(&made.kernel->space, &value, &scalar));
	CU_ASSERT_EQUAL((int64_t)scalar.bits, 1);
	/* No more is read than holds the bits: the page behind is lost. */
	made_lose(made.kernel, made.at + FB_PAGE_SIZE);
	value = (struct fb_value){made.types, plain, made.at + FB_PAGE_SIZE - 1, 7, 1};
	FB_OK(fb_value_scalar(&made.kernel->space, &value, &scalar));
	value.bit_size = 2;
	FB_FAILS(fb_value_scalar(&made.kernel->space, &value, &scalar), FB_ABSENT);
	destroy(&made);
}

static struct fb_error *text_of(struct made *made, struct fb_value_printer *printer, uint32_t type)
{
	struct fb_value value = {.types = made->types, .type = type, .address = made->at};
	struct fb_error *err;
	struct fb_buf buf;

	fb_buf_init(&buf, 1u << 20);
	err = fb_value_text(printer, &value, &buf);
	fb_buf_deinit(&buf);
	return err;
}

static struct fb_error *json_of(struct made *made, struct fb_value_printer *printer, uint32_t type)
{
	struct fb_value value = {.types = made->types, .type = type, .address = made->at};
	json_t *json = NULL;
	struct fb_error *err = fb_value_json(printer, &value, &json);

	json_decref(json);
	return err;
}

static void ends_at_the_most_values(void)
{
	struct made made;
	uint32_t byte, list;

	make(&made);
	byte = integer(&made, "u8", 1, FB_BTF_UNSIGNED);
	list = array(&made, byte, 3);
	finish(&made);
	for (unsigned left = 3; left <= 4; left++) {
		struct fb_value_printer text = {.space = &made.kernel->space,
						.shown = FB_MAX_SHOWN_VALUES - left};
		struct fb_value_printer json = text;

		if (left == 4) {
			FB_OK(text_of(&made, &text, list));
			FB_OK(json_of(&made, &json, list));
			CU_ASSERT_EQUAL(text.read, 3);
			CU_ASSERT_EQUAL(json.read, 3);
			continue;
		}
		FB_FAILS_WITH(text_of(&made, &text, list), FB_LIMIT,
			      "more than 262144 values to show: name a member, or lower --depth");
		FB_FAILS(json_of(&made, &json, list), FB_LIMIT);
	}
	destroy(&made);
}

/* What cannot be read is shown as such and counted, with the reason of the first. */
static void what_is_missing_is_counted(void)
{
	struct made made;
	uint32_t word, letters, list, text, whole;
	struct fb_value value;
	struct fb_buf buf;

	make(&made);
	word = integer(&made, "u16", 2, FB_BTF_UNSIGNED);
	letters = integer(&made, "char", 1, FB_BTF_CHAR);
	list = array(&made, word, 2);
	text = array(&made, letters, 4);
	whole = composite(&made, "whole", 12,
			  (const struct fb_btf_member[]){
				  {.name = "a", .type = word},
				  {.name = "b", .type = list, .bit_offset = 16},
				  {.name = "c", .type = text, .bit_offset = 48},
				  {.name = "d", .type = word, .bit_offset = 80},
			  },
			  4);
	finish(&made);
	made_lose(made.kernel, made.at + FB_PAGE_SIZE);
	value = (struct fb_value){made.types, whole, made.at + FB_PAGE_SIZE - 4, 0, 0};
	for (unsigned i = 0; i < 2; i++) {
		struct fb_value_printer printer = {.space = &made.kernel->space, .depth = 8};
		json_t *json = NULL;

		fb_buf_init(&buf, 65536);
		if (i) {
			FB_OK(fb_value_json(&printer, &value, &json));
			CU_ASSERT_TRUE(json_is_null(json_object_get(json, "c")));
			json_decref(json);
		} else {
			FB_OK(fb_value_text(&printer, &value, &buf));
			FB_OK_FATAL(fb_buf_append(&buf, "", 1));
			CU_ASSERT_STRING_EQUAL(
				(char *)buf.data,
				"{\n\ta = 0\n\tb = [0, <cannot be read>]\n\tc = <cannot be "
				"read>\n\td = <cannot be read>\n}");
		}
		fb_buf_deinit(&buf);
		CU_ASSERT_EQUAL(printer.read, 2);
		CU_ASSERT_EQUAL(printer.missing, 3);
		FB_FAILS(printer.reason, FB_ABSENT);
	}
	destroy(&made);
}

static void some_types_have_no_values(void)
{
	struct made made;
	uint32_t forward, pointer;
	struct fb_value_printer printer;

	make(&made);
	FB_OK_FATAL(fb_btf_builder_forward(&made.builder, "ghost", true, &forward));
	pointer = reference(&made, FB_TYPE_POINTER, forward);
	finish(&made);
	printer = (struct fb_value_printer){.space = &made.kernel->space};
	FB_FAILS_WITH(text_of(&made, &printer, forward), FB_INVALID,
		      "union ghost has no value that could be shown");
	FB_FAILS_WITH(json_of(&made, &printer, 0), FB_INVALID,
		      "void has no value that could be shown");
	CU_ASSERT_EQUAL(printer.read, 0);
	CU_ASSERT_EQUAL(fb_value_kind(&(struct fb_value){made.types, pointer, 0, 0, 0}),
			FB_VALUE_SCALAR);
	CU_ASSERT_EQUAL(fb_value_size(&(struct fb_value){made.types, forward, 0, 0, 0}), 0);
	destroy(&made);
}

FB_TEST_MAIN("kernel/value_print", FB_TEST(numbers_have_their_sign_and_size),
	     FB_TEST(floats_are_shown_raw), FB_TEST(enumerators_have_names),
	     FB_TEST(pointers_have_symbols), FB_TEST(texts_end_at_their_nul),
	     FB_TEST(equal_elements_are_counted), FB_TEST(structs_nest),
	     FB_TEST(bit_fields_are_read_to_the_bit), FB_TEST(ends_at_the_most_values),
	     FB_TEST(what_is_missing_is_counted), FB_TEST(some_types_have_no_values))
