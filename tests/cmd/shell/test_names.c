// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of the sample's kernel and processes, and its tasks as current ones. */
#include "cmd/shell/names.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/shared/output.h"
#include "cmd/shell/current.h"
#include "tests/bundle/sample_input.h"
#include "tests/harness.h"

static char seen[1 << 20];

/* Leads standard output into a file, and back again into seen. */
static int begin_capture(FILE **file_ret)
{
	const int kept = dup(STDOUT_FILENO);

	(void)fflush(stdout);
	*file_ret = tmpfile();
	CU_ASSERT_PTR_NOT_NULL_FATAL(*file_ret);
	CU_ASSERT_TRUE_FATAL(dup2(fileno(*file_ret), STDOUT_FILENO) >= 0);
	return kept;
}

static void end_capture(FILE *file, int kept)
{
	size_t got;

	(void)fb_flush();
	(void)dup2(kept, STDOUT_FILENO);
	(void)close(kept);
	rewind(file);
	got = fread(seen, 1, sizeof(seen) - 1, file);
	seen[got] = '\0';
	(void)fclose(file);
}

static const char *list(struct fb_input *input, enum fb_names names, const char *prefix,
			const char *type)
{
	FILE *file;
	const int kept = begin_capture(&file);
	struct fb_error *err = fb_names_print(input, names, prefix, type);

	end_capture(file, kept);
	FB_OK(err);
	return seen;
}

static void names_of_a_kernel_are_listed(void)
{
	struct sample_input sample;
	size_t lines = 0;

	sample_open(&sample, (const char *const[]){NULL});
	CU_ASSERT_STRING_EQUAL(list(sample.input, FB_NAMES_SYMBOLS, "schedule_hrtimeout_r", ""),
			       "schedule_hrtimeout_range_clock\nschedule_hrtimeout_range\n");
	CU_ASSERT_STRING_EQUAL(list(sample.input, FB_NAMES_SYMBOLS, "no_such_", ""), "");
	list(sample.input, FB_NAMES_SYMBOLS, "", "");
	for (const char *at = seen; *at; at++)
		lines += *at == '\n';
	CU_ASSERT_EQUAL(lines, FB_MAX_NAMES);
	CU_ASSERT_STRING_EQUAL(list(sample.input, FB_NAMES_TYPES, "task_stru", ""),
			       "task_struct\n");
	CU_ASSERT_PTR_NOT_NULL(strstr(list(sample.input, FB_NAMES_TYPES, "pid_", ""), "pid_t\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(seen, "pid_type\n"));
	sample_close(&sample);
}

static void members_are_followed(void)
{
	struct sample_input sample;

	sample_open(&sample, (const char *const[]){NULL});
	CU_ASSERT_STRING_EQUAL(list(sample.input, FB_NAMES_MEMBERS, ".nsp", "task_struct"),
			       ".nsproxy\n");
	/* Through a pointer, a typedef, and anonymous structs. */
	CU_ASSERT_STRING_EQUAL(list(sample.input, FB_NAMES_MEMBERS, ".mm.pgd", "task_struct"),
			       ".mm.pgd\n");
	CU_ASSERT_STRING_EQUAL(list(sample.input, FB_NAMES_MEMBERS, ".mm.pgd.", "task_struct"),
			       ".mm.pgd.pgd\n");
	CU_ASSERT_STRING_EQUAL(list(sample.input, FB_NAMES_MEMBERS, ".mm->pgd", "task_struct"),
			       ".mm->pgd\n");
	CU_ASSERT_STRING_EQUAL(list(sample.input, FB_NAMES_MEMBERS, ".mm->pgd->", "task_struct"),
			       ".mm->pgd->pgd\n");
	CU_ASSERT_STRING_EQUAL(list(sample.input, FB_NAMES_MEMBERS, "->nsp", "task_struct"), "");
	CU_ASSERT_STRING_EQUAL(list(sample.input, FB_NAMES_MEMBERS, ".mm-", "task_struct"), "");
	/* The type before them. */
	CU_ASSERT_STRING_EQUAL(list(sample.input, FB_NAMES_MEMBERS, "task_struct.nsp", ""),
			       "task_struct.nsproxy\n");
	CU_ASSERT_STRING_EQUAL(list(sample.input, FB_NAMES_MEMBERS, "task_struct.mm->pgd.", ""),
			       "task_struct.mm->pgd.pgd\n");
	CU_ASSERT_STRING_EQUAL(list(sample.input, FB_NAMES_MEMBERS, "no_such_type.", ""), "");
	CU_ASSERT_STRING_EQUAL(list(sample.input, FB_NAMES_MEMBERS, "x.nsp", "task_struct"), "");
	CU_ASSERT_STRING_EQUAL(list(sample.input, FB_NAMES_MEMBERS, ".val", "kuid_t"), ".val\n");
	CU_ASSERT_STRING_EQUAL(list(sample.input, FB_NAMES_MEMBERS, ".pid.x", "task_struct"), "");
	CU_ASSERT_STRING_EQUAL(list(sample.input, FB_NAMES_MEMBERS, ".none.", "task_struct"), "");
	CU_ASSERT_STRING_EQUAL(list(sample.input, FB_NAMES_MEMBERS, "nsp", "task_struct"), "");
	CU_ASSERT_STRING_EQUAL(list(sample.input, FB_NAMES_MEMBERS, ".", "no_such_type"), "");
	sample_close(&sample);
}

static void processes_are_listed_by_number_and_name(void)
{
	struct sample_input sample;

	sample_open(&sample, (const char *const[]){NULL});
	CU_ASSERT_STRING_EQUAL(list(sample.input, FB_NAMES_PIDS, "13", ""),
			       "13\n132\n136\n138\n139\n");
	CU_ASSERT_STRING_EQUAL(list(sample.input, FB_NAMES_PIDS, "dir-h", ""), "dir-holder\n");
	CU_ASSERT_STRING_EQUAL(list(sample.input, FB_NAMES_PIDS, "kthr", ""), "");
	CU_ASSERT_PTR_NULL(strstr(list(sample.input, FB_NAMES_PIDS, "", ""), "dir-holder"));
	sample_close(&sample);
}

static void good_names_are_words(void)
{
	CU_ASSERT_TRUE(fb_names_good("a_1.b:0-c", 9));
	CU_ASSERT_FALSE(fb_names_good("", 0));
	CU_ASSERT_FALSE(fb_names_good("-a", 2));
	CU_ASSERT_FALSE(fb_names_good("a b", 3));
	CU_ASSERT_TRUE(fb_names_good("a->b", 4));
	CU_ASSERT_FALSE(fb_names_good("a>b", 3));
	CU_ASSERT_FALSE(fb_names_good(">b", 2));
	CU_ASSERT_FALSE(fb_names_good("a\0b", 3));
	CU_ASSERT_FALSE(fb_names_good("a;b", 3));
	memset(seen, 'a', 256);
	CU_ASSERT_TRUE(fb_names_good(seen, 255));
	CU_ASSERT_FALSE(fb_names_good(seen, 256));
}

static struct fb_error *print_task(struct fb_input *input, const char *text)
{
	FILE *file;
	const int kept = begin_capture(&file);
	struct fb_error *err = fb_current_print(input, text);

	end_capture(file, kept);
	return err;
}

static void a_task_is_shown_as_by_crash(void)
{
	struct sample_input sample;

	sample_open(&sample, (const char *const[]){NULL});
	FB_OK(print_task(sample.input, "132"));
	CU_ASSERT_EQUAL(fb_current_tid(seen), 132);
	CU_ASSERT_PTR_NOT_NULL(strstr(seen, "COMMAND: \"actors\"\n   TASK: ff29a9a210f420c0\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(seen, "  STATE: S\n"));
	/* A thread is itself, not its process. */
	FB_OK(print_task(sample.input, "130"));
	CU_ASSERT_EQUAL(fb_current_tid(seen), 130);
	CU_ASSERT_PTR_NOT_NULL(strstr(seen, "lock-ab"));
	FB_OK(print_task(sample.input, "dir-holder"));
	CU_ASSERT_EQUAL(fb_current_tid(seen), 336);
	FB_OK(print_task(sample.input, NULL));
	CU_ASSERT_EQUAL(fb_current_tid(seen), 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(seen, "STATE: R (a CPU ran it)\n"));
	FB_FAILS(print_task(sample.input, "999999"), FB_NOT_FOUND);
	CU_ASSERT_EQUAL(fb_current_tid("    PID: x\n"), -1);
	CU_ASSERT_EQUAL(fb_current_tid("    PID: 12"), -1);
	CU_ASSERT_EQUAL(fb_current_tid("    PID: -3\n"), -1);
	CU_ASSERT_EQUAL(fb_current_tid("    PID: 99999999999\n"), -1);
	CU_ASSERT_EQUAL(fb_current_tid("TASK"), -1);
	sample_close(&sample);
}

FB_TEST_MAIN("cmd/shell/names", FB_TEST(names_of_a_kernel_are_listed),
	     FB_TEST(members_are_followed), FB_TEST(processes_are_listed_by_number_and_name),
	     FB_TEST(good_names_are_words), FB_TEST(a_task_is_shown_as_by_crash))
