// SPDX-License-Identifier: GPL-2.0-or-later
/* Pointers to char: the text that they lead to, as text and as JSON. */
#include "kernel/values/value_print.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "symbols/btf/btf_builder.h"
#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"

struct made {
	struct made_kernel *kernel;
	struct fb_btf *types;
	uint32_t letters, constant, bytes; /* pointers to char, const char and u8 */
	uint64_t at, text;                 /* where the pointer is, and where a text is */
};

static uint32_t pointer_to(struct fb_btf_builder *builder, uint32_t target)
{
	uint32_t id;

	FB_OK_FATAL(fb_btf_builder_reference(builder, FB_TYPE_POINTER, "", target, &id));
	return id;
}

static void make(struct made *made)
{
	FB_CLEANUP(fb_btf_builder_deinit) struct fb_btf_builder builder;
	uint32_t letter, byte, fixed;

	FB_OK_FATAL(fb_btf_builder_init(&builder));
	FB_OK_FATAL(fb_btf_builder_int(&builder, "char", 1, FB_BTF_CHAR, &letter));
	FB_OK_FATAL(fb_btf_builder_int(&builder, "u8", 1, FB_BTF_UNSIGNED, &byte));
	FB_OK_FATAL(fb_btf_builder_reference(&builder, FB_TYPE_CONST, "", letter, &fixed));
	made->letters = pointer_to(&builder, letter);
	made->constant = pointer_to(&builder, fixed);
	made->bytes = pointer_to(&builder, byte);
	FB_OK_FATAL(fb_btf_builder_finish(&builder, &made->types));
	made->kernel = made_kernel_create();
	made->at = made_alloc_pages(made->kernel, 8);
	made->text = made_alloc_pages(made->kernel, FB_PAGE_SIZE);
}

static void destroy(struct made *made)
{
	fb_btf_destroy(made->types);
	made_kernel_destroy(made->kernel);
}

/* What is shown of a pointer of this type that leads there; nothing of it is missing. */
static void expect(struct made *made, uint32_t type, uint64_t address, const char *text,
		   const char *json)
{
	struct fb_value_printer printer = {.space = &made->kernel->space};
	const struct fb_value value = {.types = made->types, .type = type, .address = made->at};
	json_t *object = NULL;
	struct fb_buf buf;
	char *dumped;

	made_put(made->kernel, made->at, address, 8);
	fb_buf_init(&buf, 1u << 20);
	FB_OK_FATAL(fb_value_text(&printer, &value, &buf));
	FB_OK_FATAL(fb_buf_append(&buf, "", 1));
	CU_ASSERT_STRING_EQUAL((char *)buf.data, text);
	fb_buf_deinit(&buf);
	FB_OK_FATAL(fb_value_json(&printer, &value, &object));
	dumped = json_dumps(object, JSON_ENCODE_ANY | JSON_COMPACT);
	CU_ASSERT_STRING_EQUAL(dumped, json);
	free(dumped);
	json_decref(object);
	CU_ASSERT_EQUAL(printer.missing, 0);
}

static void the_text_stands_beside_the_address(void)
{
	char text[64], json[64];
	struct made made;

	make(&made);
	memcpy(made_at(made.kernel, made.text), "a\"\x1b", 4);
	(void)snprintf(text, sizeof(text), "0x%" PRIx64 " \"a\"\\x1b\"", made.text);
	(void)snprintf(json, sizeof(json), "\"0x%" PRIx64 "\"", made.text);
	expect(&made, made.letters, made.text, text, json);
	expect(&made, made.constant, made.text, text, json);
	/* Bytes are no text. */
	(void)snprintf(text, sizeof(text), "0x%" PRIx64, made.text);
	(void)snprintf(json, sizeof(json), "\"0x%" PRIx64 "\"", made.text);
	expect(&made, made.bytes, made.text, text, json);
	destroy(&made);
}

/* 200 bytes are shown of one without an end. */
static void a_long_text_is_cut(void)
{
	char text[512], json[512], *there;
	struct made made;

	make(&made);
	there = made_at(made.kernel, made.text);
	memset(there, 'x', FB_PAGE_SIZE);
	(void)snprintf(text, sizeof(text), "0x%" PRIx64 " \"%.200s\"...", made.text, there);
	(void)snprintf(json, sizeof(json), "\"0x%" PRIx64 "\"", made.text);
	expect(&made, made.letters, made.text, text, json);
	there[199] = '\0';
	(void)snprintf(text, sizeof(text), "0x%" PRIx64 " \"%s\"", made.text, there);
	expect(&made, made.letters, made.text, text, json);
	destroy(&made);
}

static void null_and_lost_pointers_have_none(void)
{
	struct made made;

	make(&made);
	expect(&made, made.letters, 0, "0x0", "\"0x0\"");
	expect(&made, made.letters, 0x1000, "0x1000 <text cannot be read>", "\"0x1000\"");
	destroy(&made);
}

FB_TEST_MAIN("kernel/text_pointer", FB_TEST(the_text_stands_beside_the_address),
	     FB_TEST(a_long_text_is_cut), FB_TEST(null_and_lost_pointers_have_none))
