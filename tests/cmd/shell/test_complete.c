// SPDX-License-Identifier: GPL-2.0-or-later
/* What the Tab key completes: by the tables of the program's own commands. */
#include "cmd/shell/complete.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "tests/harness.h"

static void expect(const char *text, enum fb_complete_kind kind, const char *word)
{
	struct fb_complete complete;

	FB_OK_FATAL(fb_complete_find(fb_commands, text, strlen(text), &complete));
	if (complete.kind != kind)
		(void)printf("%s: %d\n", text, complete.kind);
	CU_ASSERT_EQUAL(complete.kind, kind);
	CU_ASSERT_STRING_EQUAL(complete.word ? complete.word : "none", word);
	fb_complete_deinit(&complete);
	CU_ASSERT_PTR_NULL(complete.word);
}

static void each_place_has_its_kind(void)
{
	expect("", FB_COMPLETE_COMMANDS, "");
	expect("w", FB_COMPLETE_COMMANDS, "w");
	expect("help w", FB_COMPLETE_COMMANDS, "w");
	expect("nonsense ", FB_COMPLETE_NOTHING, "");
	expect("bt --a", FB_COMPLETE_OPTIONS, "--a");
	expect("bt 1", FB_COMPLETE_PIDS, "1");
	expect("bt 1 -a 2 ", FB_COMPLETE_PIDS, "");
	expect("vm ", FB_COMPLETE_PIDS, "");
	expect("vm 1 ", FB_COMPLETE_NOTHING, "");
	expect("set 1", FB_COMPLETE_PIDS, "1");
	expect("ps x", FB_COMPLETE_NOTHING, "x");
	expect("sym sched", FB_COMPLETE_SYMBOLS, "sched");
	expect("rd lin", FB_COMPLETE_SYMBOLS, "lin");
	expect("rd 130:ff", FB_COMPLETE_NOTHING, "130:ff");
	expect("struct task", FB_COMPLETE_TYPES, "task");
	expect("struct task_struct in", FB_COMPLETE_SYMBOLS, "in");
	expect("struct task_struct .m", FB_COMPLETE_MEMBERS, ".m");
	expect("struct task_struct init_task .m .c", FB_COMPLETE_MEMBERS, ".c");
	expect("waits --why 1", FB_COMPLETE_PIDS, "1");
	expect("waits --why=1", FB_COMPLETE_PIDS, "1");
	expect("waits -w 1", FB_COMPLETE_PIDS, "1");
	expect("log --level e", FB_COMPLETE_VALUES, "e");
	expect("log --level=e", FB_COMPLETE_VALUES, "e");
	expect("ps --color a", FB_COMPLETE_VALUES, "a");
	expect("bt --sysroot /", FB_COMPLETE_FILES, "/");
	expect("extract 1 -o f", FB_COMPLETE_FILES, "f");
	expect("ps > fi", FB_COMPLETE_FILES, "fi");
	expect("< fi", FB_COMPLETE_FILES, "fi");
	expect("ps | grep x fi", FB_COMPLETE_FILES, "fi");
	expect("!ls fi", FB_COMPLETE_FILES, "fi");
	expect("!ls", FB_COMPLETE_FILES, "ls");
	expect("ps > 'a b", FB_COMPLETE_FILES, "a b");
	expect("bt --nonsense=x", FB_COMPLETE_NOTHING, "--nonsense=x");
}

static void members_are_of_the_type_that_was_typed(void)
{
	struct fb_complete complete;

	FB_OK_FATAL(fb_complete_find(fb_commands, "struct -d 3 task_struct .m", 26, &complete));
	CU_ASSERT_EQUAL(complete.kind, FB_COMPLETE_MEMBERS);
	fb_complete_deinit(&complete);
	FB_OK_FATAL(fb_complete_find(fb_commands, "struct task_struct.mm->p", 24, &complete));
	CU_ASSERT_EQUAL(complete.kind, FB_COMPLETE_MEMBERS);
	CU_ASSERT_STRING_EQUAL(complete.type, "");
	CU_ASSERT_STRING_EQUAL(complete.word, "task_struct.mm->p");
	fb_complete_deinit(&complete);
	FB_OK_FATAL(fb_complete_find(fb_commands, "struct task_struct .mm->p", 25, &complete));
	CU_ASSERT_EQUAL(complete.kind, FB_COMPLETE_MEMBERS);
	CU_ASSERT_STRING_EQUAL(complete.type, "task_struct");
	CU_ASSERT_STRING_EQUAL(complete.word, ".mm->p");
	fb_complete_deinit(&complete);
	FB_OK_FATAL(fb_complete_find(fb_commands, "struct mm_struct .pgd more", 21, &complete));
	CU_ASSERT_STRING_EQUAL(complete.type, "mm_struct");
	CU_ASSERT_STRING_EQUAL(complete.word, ".pgd");
	fb_complete_deinit(&complete);
}

/* The candidates as one text. */
static void expect_list(const char *text, const char *wanted, bool all)
{
	FB_CLEANUP(fb_buf_deinit) struct fb_buf names = {0};
	struct fb_complete complete;
	FB_CLEANUP(fb_free_at) char **list = NULL;
	char seen[4096] = "";
	size_t count = 0;

	fb_buf_init(&names, 65536);
	FB_OK_FATAL(fb_complete_find(fb_commands, text, strlen(text), &complete));
	FB_OK_FATAL(fb_complete_list(&complete, fb_commands, &names));
	FB_OK_FATAL(fb_buf_append(&names, "", 1));
	FB_OK_FATAL(fb_complete_sort((char *)names.data, complete.word, false, &list, &count));
	for (size_t i = 0; i < count; i++) {
		strncat(seen, list[i], sizeof(seen) - strlen(seen) - 1);
		strncat(seen, " ", sizeof(seen) - strlen(seen) - 1);
	}
	if (all)
		CU_ASSERT_STRING_EQUAL(seen, wanted);
	CU_ASSERT_PTR_NOT_NULL(strstr(seen, wanted));
	fb_complete_deinit(&complete);
}

static void what_needs_no_input_is_listed(void)
{
	expect_list("mo", "mods mounts ", true);
	expect_list("h", "help history ", true);
	expect_list("log --le", "--level= ", true);
	expect_list("bt --", "--all --color= --core= ", false);
	expect_list("log --level e", "emerg err ", true);
	expect_list("log --level ", "alert crit debug emerg err info notice warn ", true);
	expect_list("ps > /etc/pass", "/etc/passwd ", false);
	expect_list("ps > /et", "/etc/ ", true);
	expect_list("ps > /no/such", "", true);
	expect_list("ps > /*", "", true);
	expect_list("vm ", "", true);
}

static void names_are_sorted_and_checked(void)
{
	char names[] = "ab\nabc\naa\nab\nb\na;rm\na b\n-a\na\x1b[2J\n.a.b\na:0\nlast";
	char *copy = strdup(names);
	char **list = NULL;
	size_t count = 0;

	FB_OK_FATAL(fb_complete_sort(copy, "a", true, &list, &count));
	CU_ASSERT_EQUAL_FATAL(count, 4);
	CU_ASSERT_STRING_EQUAL(list[0], "a:0");
	CU_ASSERT_STRING_EQUAL(list[1], "aa");
	CU_ASSERT_STRING_EQUAL(list[2], "ab");
	CU_ASSERT_STRING_EQUAL(list[3], "abc");
	CU_ASSERT_EQUAL(fb_complete_common(list, 4), 1);
	CU_ASSERT_EQUAL(fb_complete_common(list + 2, 2), 2);
	CU_ASSERT_EQUAL(fb_complete_common(list + 3, 1), 3);
	CU_ASSERT_EQUAL(fb_complete_common(list, 0), 0);
	free(list);
	free(copy);
	copy = strdup(names);
	FB_OK_FATAL(fb_complete_sort(copy, "", false, &list, &count));
	CU_ASSERT_EQUAL(count, 10);
	free(list);
	free(copy);
}

FB_TEST_MAIN("cmd/shell/complete", FB_TEST(each_place_has_its_kind),
	     FB_TEST(members_are_of_the_type_that_was_typed),
	     FB_TEST(what_needs_no_input_is_listed), FB_TEST(names_are_sorted_and_checked))
