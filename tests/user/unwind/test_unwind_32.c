// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A program of 32 bits, which needs no C library: its stack by its unwind tables, with its file and by what its memory
 * has, with .eh_frame_hdr and without; and without any tables, by guesses. It stands in a signal's handler, deep in
 * calls, so that its stack leads through the kernel's vDSO.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/attr.h"
#include "tests/harness.h"
#include "tests/user/live_process.h"
#include "tests/user/unwound.h"

#define READY 3
#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)
#define DEPTH 8

/* System calls of i386: exit 1, write 4, getpid 20, pause 29, kill 37, sigaction 67. */
static const char source[] =
	"static int call(int number, int a, int b, int c)\n{\n\tint result;\n\n"
	"\t__asm__ volatile(\"int $0x80\" : \"=a\"(result)\n"
	"\t\t: \"a\"(number), \"b\"(a), \"c\"(b), \"d\"(c) : \"memory\");\n"
	"\treturn result;\n}\n"
	"__attribute__((noinline)) void stand(void)\n{\n\tif (call(4, " TEXT(
		READY) ", (int)\"r\", 1) != 1)\n\t\tcall(1, 1, 0, 0);\n"
		       "\tfor (;;)\n\t\tcall(29, 0, 0, 0);\n}\n"
		       "__attribute__((noinline)) int deeper(int depth)\n{\n\tvolatile char room[200];\n\n"
		       "\troom[depth] = 1;\n\tif (depth == " TEXT(
			       DEPTH) ")\n\t\tstand();\n\treturn deeper(depth + 1) + room[depth];\n}\n"
				      "void handler(int number)\n{\n\tdeeper(number - number);\n}\n"
				      "__attribute__((noinline)) void begin(void)\n{\n"
				      "\tint action[4] = {(int)handler};\n\n"
				      "\tcall(67, 10, (int)action, 0);\n\tcall(37, call(20, 0, 0, 0), 10, 0);\n}\n"
				      "__asm__(\".globl _start\\n_start:\\n.cfi_startproc\\n.cfi_undefined eip\\n\"\n"
				      "\t\"xor %ebp, %ebp\\ncall begin\\nhlt\\n.cfi_endproc\\n\");\n";

static char program[4200];
static unsigned made;

static void child_runs_it(int ready)
{
	if (dup2(ready, READY) >= 0)
		execl(program, program, (char *)NULL);
}

/* False: no programs of 32 bits can be made or run here. */
static bool make_program(const char *options)
{
	char command[9000], *path = fb_test_file("narrow.c", source, strlen(source));
	int status;

	/* A file that was found once is kept by its name. */
	snprintf(program, sizeof(program), "%s/narrow%u", fb_test_folder(), made++);
	snprintf(command, sizeof(command),
		 "cc -m32 -O1 -fno-pie -no-pie -nostdlib -static -fno-stack-protector "
		 "-fno-optimize-sibling-calls %s -o '%s' '%s' 2>/dev/null",
		 options, program, path);
	free(path);
	if (system(command) != 0) /* NOLINT(cert-env33-c): a test's own words */
		return false;
	/* Where nobody waits for its word it ends with status 1. A kernel without CONFIG_IA32_EMULATION does not
	 * run it. */
	snprintf(command, sizeof(command), "'%s' " TEXT(READY) ">&- 2>/dev/null", program);
	status = system(command); /* NOLINT(cert-env33-c) */
	return WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

/* The stack of the program that is made with these options; cs: of its code, 0: as it is. The program is ended, so that
 * a failed assertion of the caller leaves none behind. False: it cannot be made or run. */
static bool unwind_program(const char *options, bool files, uint64_t cs, struct unwound *result)
{
	struct fb_live_process live;

	if (!make_program(options)) {
		fb_test_skip("no programs of 32 bits can be made or run here");
		return false;
	}
	if (!fb_live_process_start(&live, child_runs_it, 1))
		return false;
	if (cs)
		live.regs[0].cs = cs;
	unwound_of(&live, files, result);
	fb_live_process_stop(&live);
	return true;
}

/* stand(), deeper() DEPTH + 1 times, handler(), the vDSO's return of a signal, begin(), _start. */
static void expect_frames(const struct fb_user_stack *stack, bool names)
{
	static const char *const ends[] = {"handler", NULL, "begin", "_start"};

	CU_ASSERT_TRUE(stack->complete);
	CU_ASSERT_EQUAL_FATAL(stack->count, 2 + DEPTH + 4);
	for (size_t i = 0; i < stack->count; i++) {
		const struct fb_user_frame *frame = &stack->frames[i];
		const char *name = i == 0          ? "stand"
				   : i < DEPTH + 2 ? "deeper"
						   : ends[i - DEPTH - 2];

		CU_ASSERT_EQUAL(frame->found, i ? FB_FRAME_UNWIND_TABLE : FB_FRAME_REGISTERS);
		CU_ASSERT_EQUAL(frame->signal, i == DEPTH + 3);
		CU_ASSERT(frame->pc <= UINT32_MAX && frame->sp <= UINT32_MAX);
		CU_ASSERT(i == 0 || frame->sp > stack->frames[i - 1].sp);
		if (names && name) {
			CU_ASSERT_PTR_NOT_NULL_FATAL(frame->symbol);
			CU_ASSERT_STRING_EQUAL(frame->symbol, name);
		}
	}
	CU_ASSERT_STRING_EQUAL(stack->frames[DEPTH + 3].object, "[vdso]");
	CU_ASSERT_PTR_NOT_NULL_FATAL(stack->frames[DEPTH + 3].symbol);
	CU_ASSERT_STRING_EQUAL(stack->frames[DEPTH + 3].symbol, "__kernel_sigreturn");
}

static void follows_unwind_tables(void)
{
	static const char *const options[] = {"-Wl,--eh-frame-hdr", "-Wl,--no-eh-frame-hdr",
					      "-Wl,--eh-frame-hdr -fomit-frame-pointer"};

	for (size_t i = 0; i < 2 * FB_ARRAY_SIZE(options); i++) {
		struct unwound result;

		if (!unwind_program(options[i / 2], i % 2, 0, &result))
			return;
		expect_frames(&result.stacks[0], i % 2);
		unwound_done(&result);
	}
}

/* Without tables each caller is a guess: as many as lie below the signal's frame, at the same addresses. */
static void guesses_without_tables(void)
{
	static const char *const options[] = {
		"-fno-asynchronous-unwind-tables -fno-omit-frame-pointer",
		"-fno-asynchronous-unwind-tables -fomit-frame-pointer"};

	for (size_t i = 0; i < FB_ARRAY_SIZE(options); i++) {
		const struct fb_user_stack *stack;
		struct unwound result;

		if (!unwind_program(options[i], true, 0, &result))
			return;
		stack = &result.stacks[0];
		CU_ASSERT_FATAL(stack->count >= DEPTH + 3);
		for (size_t j = 1; j < DEPTH + 3; j++) {
			CU_ASSERT_TRUE(fb_frame_is_guess(stack->frames[j].found));
			CU_ASSERT_PTR_NOT_NULL_FATAL(stack->frames[j].symbol);
			CU_ASSERT_STRING_EQUAL(stack->frames[j].symbol,
					       j < DEPTH + 2 ? "deeper" : "handler");
		}
		unwound_done(&result);
	}
}

/* A thread of 64 bits in code of 32 does not follow its tables, which number registers in another way. */
static void tables_of_the_other_size_are_not_followed(void)
{
	const struct fb_user_stack *stack;
	struct unwound result;

	if (!unwind_program("-Wl,--eh-frame-hdr", true, 0x33, &result))
		return;
	stack = &result.stacks[0];
	CU_ASSERT_FATAL(stack->count >= 1);
	CU_ASSERT_FALSE(stack->complete);
	for (size_t i = 1; i < stack->count; i++)
		CU_ASSERT_TRUE(fb_frame_is_guess(stack->frames[i].found));
	unwound_done(&result);
}

FB_TEST_MAIN("user/unwind_32", FB_TEST(follows_unwind_tables), FB_TEST(guesses_without_tables),
	     FB_TEST(tables_of_the_other_size_are_not_followed))
