// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/elf/build_id.h"

#include <stdio.h>
#include <string.h>

#include "tests/base/failing.h"
#include "tests/harness.h"
#include "tests/user/make_core.h"
#include "tests/user/make_object.h"
#include "user/core/core.h"

#define BASE 0x7ffff7d00000ull

/* What a core says of an object whose first page is mapped at BASE. */
static struct fb_error *id_of(const struct make_object *object, uint64_t file_size, char *to,
			      size_t size)
{
	struct make_core make = {.layout = MAKE_KERNEL};
	struct fb_core *core = NULL;
	struct fb_error *err;

	make_segment(&make, BASE, 0x3000, object->bytes, file_size, PF_R);
	FB_OK_FATAL(fb_core_open_file(make_file(&make, "core"), NULL, &core));
	err = fb_build_id_read(fb_core_space(core), BASE, to, size);
	fb_core_destroy(core);
	return err;
}

static void reads_a_build_id(void)
{
	struct make_object object;
	char text[FB_BUILD_ID_TEXT] = "";

	make_object(&object, 0, 0xa5, 20, 0, 0);
	FB_OK(id_of(&object, FB_PAGE_SIZE, text, sizeof(text)));
	CU_ASSERT_STRING_EQUAL(text, "a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5");
	/* A program with fixed addresses, mapped elsewhere than the test's bias of 0. */
	make_object(&object, 0x400000, 0x0f, 64, 0, 0);
	FB_OK(id_of(&object, FB_PAGE_SIZE, text, sizeof(text)));
	CU_ASSERT_EQUAL(strlen(text), 128);
	CU_ASSERT_EQUAL(strspn(text, "0f"), 128);
	make_object(&object, 0x8048000, 0xb6, 20, 0, 0);
	make_object_narrow(&object);
	FB_OK(id_of(&object, FB_PAGE_SIZE, text, sizeof(text)));
	CU_ASSERT_STRING_EQUAL(text, "b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6");
}

static void says_why_there_is_none(void)
{
	struct make_object object;
	char text[FB_BUILD_ID_TEXT] = "untouched";

	make_object(&object, 0, 1, 20, 0, 0);
	FB_FAILS_WITH(id_of(&object, FB_PAGE_SIZE, text, 40), FB_INVALID, "40 digits");
	FB_FAILS(id_of(&object, 0, text, sizeof(text)), FB_ABSENT);
	FB_FAILS(id_of(&object, 0x200, text, sizeof(text)), FB_ABSENT);
	FB_FAILS(id_of(&object, 0x450, text, sizeof(text)), FB_ABSENT);
	make_object_phdrs(&object)[OBJECT_NOTE].p_type = PT_NULL;
	FB_FAILS_WITH(id_of(&object, FB_PAGE_SIZE, text, sizeof(text)), FB_NOT_FOUND,
		      "no NT_GNU_BUILD_ID");
	object.ehdr.e_ident[0] = 0;
	FB_FAILS_WITH(id_of(&object, FB_PAGE_SIZE, text, sizeof(text)), FB_NOT_FOUND,
		      "no ELF header");
	CU_ASSERT_STRING_EQUAL(text, "untouched");
}

static void refuses_what_cannot_be(void)
{
	struct make_object object;
	char text[FB_BUILD_ID_TEXT];

	make_object(&object, 0, 1, 65, 0, 0);
	FB_FAILS(id_of(&object, FB_PAGE_SIZE, text, sizeof(text)), FB_NOT_FOUND);
	make_object(&object, 0, 1, 20, 0, 0);
	make_object_phdrs(&object)[OBJECT_NOTE].p_memsz = 1ull << 40;
	FB_FAILS(id_of(&object, FB_PAGE_SIZE, text, sizeof(text)), FB_LIMIT);
	make_object(&object, 0, 1, 20, 0, 0);
	make_object_phdrs(&object)[OBJECT_NOTE].p_memsz = 30;
	FB_FAILS(id_of(&object, FB_PAGE_SIZE, text, sizeof(text)), FB_NOT_FOUND);
	make_object_phdrs(&object)[OBJECT_NOTE].p_vaddr = UINT64_MAX - BASE - 10;
	FB_FAILS(id_of(&object, FB_PAGE_SIZE, text, sizeof(text)), FB_FAULT);
	make_object_phdrs(&object)[OBJECT_LOAD].p_type = PT_NULL;
	FB_FAILS(id_of(&object, FB_PAGE_SIZE, text, sizeof(text)), FB_CORRUPT);
	object.ehdr.e_phoff = UINT32_MAX;
	FB_FAILS(id_of(&object, FB_PAGE_SIZE, text, sizeof(text)), FB_FAULT);
	object.ehdr.e_phoff = UINT64_MAX - 8;
	FB_FAILS(id_of(&object, FB_PAGE_SIZE, text, sizeof(text)), FB_CORRUPT);
	object.ehdr.e_phnum = 0xffff;
	FB_FAILS(id_of(&object, FB_PAGE_SIZE, text, sizeof(text)), FB_CORRUPT);
	object.ehdr.e_ident[EI_CLASS] = ELFCLASS32;
	FB_FAILS(id_of(&object, FB_PAGE_SIZE, text, sizeof(text)), FB_NOT_FOUND);
}

static void searches_on_where_one_segment_is_absent(void)
{
	struct make_object object;
	char text[FB_BUILD_ID_TEXT];

	make_object(&object, 0, 0x77, 20, 0, 0);
	make_object_phdrs(&object)[OBJECT_PROPERTY].p_vaddr = 0x2000;
	FB_OK(id_of(&object, FB_PAGE_SIZE, text, sizeof(text)));
	CU_ASSERT_EQUAL(strspn(text, "7"), 40);
}

struct question {
	struct failing_space failing;
	struct failure failure;
};

static struct fb_error *read_id(void *context)
{
	struct question *question = context;
	char text[FB_BUILD_ID_TEXT];

	return fb_build_id_read(&question->failing.space, BASE, text, sizeof(text));
}

/* Also where another segment of notes has the build-id. */
static void what_is_fatal_passes(void)
{
	struct make_core make = {.layout = MAKE_KERNEL};
	struct question question;
	struct make_object object;
	struct fb_core *core = NULL;

	make_object(&object, 0, 0xa5, 20, 0, 0);
	make_segment(&make, BASE, 0x3000, object.bytes, FB_PAGE_SIZE, PF_R);
	FB_OK_FATAL(fb_core_open_file(make_file(&make, "core"), NULL, &core));
	failing_space_init(&question.failing, fb_core_space(core), &question.failure);
	CU_ASSERT(failing_must_pass(read_id, &question, &question.failure, 100, 0) >= 3);
	fb_core_destroy(core);
}

FB_TEST_MAIN("user/build_id", FB_TEST(reads_a_build_id), FB_TEST(says_why_there_is_none),
	     FB_TEST(refuses_what_cannot_be), FB_TEST(searches_on_where_one_segment_is_absent),
	     FB_TEST(what_is_fatal_passes))
