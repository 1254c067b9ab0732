// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A static program, to which linkers give no header of its unwind tables: its stacks by the sections of its file, and
 * without the file by what is found in its memory.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "tests/harness.h"
#include "tests/user/live_process.h"
#include "tests/user/unwound.h"

#define THREADS 3u
#define READY 3
#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)

/* Three threads that stand in as many sorts of frames: main() in the library, one deep in calls, one in a signal's
 * handler. Each that is there writes a byte. */
static const char source[] =
	"#include <pthread.h>\n#include <signal.h>\n#include <stdlib.h>\n#include <unistd.h>\n"
	"static void ready(void)\n{\n\tif (write(" TEXT(
		READY) ", \"r\", 1) != 1)\n\t\t_exit(1);\n}\n"
		       "static void handler(int number)\n{\n\t(void)number;\n\tready();\n\tfor (;;)\n\t\tpause();\n}\n"
		       "__attribute__((noinline)) static int deeper(int depth)\n{\n\tvolatile char room[200];\n"
		       "\troom[depth] = 1;\n\tif (depth > 9) {\n\t\tready();\n\t\tfor (;;)\n\t\t\tpause();\n\t}\n"
		       "\treturn deeper(depth + 1) + room[depth];\n}\n"
		       "static void *deep(void *argument)\n{\n\tdeeper(0);\n\treturn argument;\n}\n"
		       "static void *signalled(void *argument)\n{\n\traise(SIGUSR1);\n\treturn argument;\n}\n"
		       "static int compare(const void *a, const void *b)\n{\n\t(void)a;\n\t(void)b;\n\tready();\n"
		       "\tfor (;;)\n\t\tpause();\n}\n"
		       "int main(void)\n{\n\tpthread_t threads[2];\n\tint numbers[2] = {2, 1};\n"
		       "\tsignal(SIGUSR1, handler);\n\tpthread_create(&threads[0], NULL, deep, NULL);\n"
		       "\tpthread_create(&threads[1], NULL, signalled, NULL);\n"
		       "\tqsort(numbers, 2, sizeof(int), compare);\n\treturn 0;\n}\n";

static char program[4200];

static void child_runs_it(int ready)
{
	if (dup2(ready, READY) >= 0)
		execl(program, program, (char *)NULL);
}

static bool make_program(void)
{
	char command[9000], *path = fb_test_file("static.c", source, strlen(source));

	snprintf(program, sizeof(program), "%s/static", fb_test_folder());
	snprintf(command, sizeof(command),
		 "cc -O2 -pthread -static -Wl,--no-eh-frame-hdr -o '%s' '%s' 2>/dev/null", program,
		 path);
	free(path);
	return system(command) == 0; /* NOLINT(cert-env33-c): a test's own words */
}

static void expect_same(const struct fb_user_stack *with, const struct fb_user_stack *without)
{
	CU_ASSERT_TRUE(with->complete && without->complete);
	CU_ASSERT_EQUAL_FATAL(with->count, without->count);
	CU_ASSERT(with->count > 3);
	for (size_t i = 0; i < with->count; i++) {
		const struct fb_user_frame *left = &with->frames[i], *right = &without->frames[i];

		CU_ASSERT_EQUAL(left->pc, right->pc);
		CU_ASSERT_EQUAL(left->sp, right->sp);
		CU_ASSERT_EQUAL(left->signal, right->signal);
		CU_ASSERT_EQUAL(left->found, right->found);
		CU_ASSERT_EQUAL(right->found, i ? FB_FRAME_UNWIND_TABLE : FB_FRAME_REGISTERS);
	}
}

/* The page of constants in which the mapping that address is in begins. */
static void expect_missing(struct fb_live_process *live)
{
	struct unwound stacks;
	const struct fb_user_mapping *code = fb_live_mapping(live, live->regs[0].rip);

	CU_ASSERT_PTR_NOT_NULL_FATAL(code);
	live->absent_start = code->end;
	live->absent_end = code[1].end;
	unwound_of(live, false, &stacks);
	for (size_t i = 0; i < THREADS; i++)
		CU_ASSERT_FALSE(stacks.stacks[i].complete);
	unwound_done(&stacks);
}

static void finds_the_same_without_its_file(void)
{
	struct fb_live_process live;
	struct unwound with, without;
	size_t signals = 0;

	if (!make_program()) {
		fb_test_skip("no static programs can be made here");
		return;
	}
	if (!fb_live_process_start(&live, child_runs_it, THREADS))
		return;
	CU_ASSERT_EQUAL_FATAL(live.thread_count, THREADS);
	unwound_of(&live, true, &with);
	unwound_of(&live, false, &without);
	for (size_t i = 0; i < THREADS; i++) {
		expect_same(&with.stacks[i], &without.stacks[i]);
		for (size_t j = 0; j < without.stacks[i].count; j++)
			signals += without.stacks[i].frames[j].signal;
	}
	CU_ASSERT_EQUAL(signals, 1);
	expect_missing(&live);
	unwound_done(&with);
	unwound_done(&without);
	fb_live_process_stop(&live);
}

FB_TEST_MAIN("user/unwind_static", FB_TEST(finds_the_same_without_its_file))
