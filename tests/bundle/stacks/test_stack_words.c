// SPDX-License-Identifier: GPL-2.0-or-later
/* The words of JSON for registers and for where frames come from, there and back. */
#include "bundle/stacks/stack_words.h"

#include <string.h>

#include "base/attr.h"
#include "tests/harness.h"

static void each_source_of_registers_has_its_word(void)
{
	static const struct {
		enum fb_user_regs_source source;
		const char *word;
	} cases[] = {
		{FB_USER_REGS_KERNEL_STACK, "kernel-stack"},
		{FB_USER_REGS_CPU, "prstatus"},
		{FB_USER_REGS_CORE, "core"},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		CU_ASSERT_STRING_EQUAL(fb_user_regs_source_name(cases[i].source), cases[i].word);
		CU_ASSERT_EQUAL(fb_user_regs_source_parse(cases[i].word), cases[i].source);
	}
	CU_ASSERT_PTR_NULL(fb_user_regs_source_name(FB_USER_REGS_UNKNOWN));
	CU_ASSERT_PTR_NULL(fb_user_regs_source_name((enum fb_user_regs_source)4));
	CU_ASSERT_EQUAL(fb_user_regs_source_parse("cores"), FB_USER_REGS_UNKNOWN);
	CU_ASSERT_EQUAL(fb_user_regs_source_parse(""), FB_USER_REGS_UNKNOWN);
	CU_ASSERT_EQUAL(fb_user_regs_source_parse(NULL), FB_USER_REGS_UNKNOWN);
}

static void each_way_to_find_a_frame_has_its_word(void)
{
	static const char *const words[] = {
		[FB_FRAME_REGISTERS] = "registers",
		[FB_FRAME_UNWIND_TABLE] = "unwind-table",
		[FB_FRAME_FRAME_POINTER] = "frame-pointer",
		[FB_FRAME_STACK_TOP] = "stack-top",
		[FB_FRAME_CALL_SITE] = "call-site",
		[FB_FRAME_PROLOGUE] = "prologue",
	};
	enum fb_frame_found found = FB_FRAME_CALL_SITE;

	CU_ASSERT_FALSE(fb_frame_found_parse("luck", &found));
	CU_ASSERT_FALSE(fb_frame_found_parse(NULL, &found));
	CU_ASSERT_EQUAL(found, FB_FRAME_CALL_SITE);
	for (size_t i = 0; i < FB_ARRAY_SIZE(words); i++) {
		CU_ASSERT_STRING_EQUAL(fb_frame_found_name((enum fb_frame_found)i), words[i]);
		CU_ASSERT_TRUE(fb_frame_found_parse(words[i], &found));
		CU_ASSERT_EQUAL(found, i);
	}
}

static void each_language_has_its_word(void)
{
	enum fb_frame_language language = FB_LANGUAGE_PYTHON;

	CU_ASSERT_PTR_NULL(fb_frame_language_name(FB_LANGUAGE_NATIVE));
	CU_ASSERT_FALSE(fb_frame_language_parse("cobol", &language));
	CU_ASSERT_EQUAL(language, FB_LANGUAGE_PYTHON);
	CU_ASSERT_TRUE(fb_frame_language_parse(NULL, &language));
	CU_ASSERT_EQUAL(language, FB_LANGUAGE_NATIVE);
	CU_ASSERT_TRUE(
		fb_frame_language_parse(fb_frame_language_name(FB_LANGUAGE_PYTHON), &language));
	CU_ASSERT_EQUAL(language, FB_LANGUAGE_PYTHON);
	CU_ASSERT_TRUE(fb_frame_language_parse("go", &language));
	CU_ASSERT_EQUAL(language, FB_LANGUAGE_GO);
	CU_ASSERT_STRING_EQUAL(fb_frame_language_name(FB_LANGUAGE_GO), "go");
}

static void each_source_of_a_frame_has_its_word(void)
{
	for (int i = FB_SOURCE_VMCORE; i < FB_SOURCE_ABSENT; i++) {
		const char *word = fb_frame_from_name((enum fb_source)i);

		CU_ASSERT_STRING_EQUAL(word, fb_source_name((enum fb_source)i));
		CU_ASSERT_EQUAL(fb_frame_from_parse(word), (enum fb_source)i);
	}
	CU_ASSERT_PTR_NULL(fb_frame_from_name(FB_SOURCE_ABSENT));
	CU_ASSERT_EQUAL(fb_frame_from_parse(fb_source_name(FB_SOURCE_ABSENT)), FB_SOURCE_ABSENT);
	CU_ASSERT_EQUAL(fb_frame_from_parse("elsewhere"), FB_SOURCE_ABSENT);
	CU_ASSERT_EQUAL(fb_frame_from_parse(NULL), FB_SOURCE_ABSENT);
}

/* Each name is of one register, which no other name is of. */
static void each_register_has_its_name(void)
{
	struct user_regs_struct regs = {.rax = 1, .r15 = 2, .rip = 3, .gs_base = 4, .orig_rax = 5};

	CU_ASSERT_EQUAL(fb_user_reg_count(), 23);
	for (size_t i = 0; i < fb_user_reg_count(); i++) {
		const char *name = fb_user_reg_name(i);
		uint64_t value = !strcmp(name, "rax")        ? 1
				 : !strcmp(name, "r15")      ? 2
				 : !strcmp(name, "rip")      ? 3
				 : !strcmp(name, "gs_base")  ? 4
				 : !strcmp(name, "orig_rax") ? 5
							     : 0;

		CU_ASSERT_EQUAL(fb_user_reg_get(&regs, i), value);
	}
	for (size_t i = 0; i < fb_user_reg_count(); i++)
		fb_user_reg_set(&regs, i, 100 + i);
	for (size_t i = 0; i < fb_user_reg_count(); i++)
		CU_ASSERT_EQUAL(fb_user_reg_get(&regs, i), 100 + i);
	CU_ASSERT_EQUAL(regs.rax, 100);
	CU_ASSERT_EQUAL(regs.gs_base, 122);
}

FB_TEST_MAIN("bundle/stack_words", FB_TEST(each_source_of_registers_has_its_word),
	     FB_TEST(each_way_to_find_a_frame_has_its_word),
	     FB_TEST(each_source_of_a_frame_has_its_word), FB_TEST(each_language_has_its_word),
	     FB_TEST(each_register_has_its_name))
