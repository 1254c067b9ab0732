// SPDX-License-Identifier: GPL-2.0-or-later
/* The arguments of system calls that threads of the sample are given, and what their descriptors are of. */
#include "bundle/stacks/thread_syscall.h"

#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "base/limits.h"
#include "kernel/stacks/stack_entry.h"
#include "tests/bundle/failing_inputs.h"
#include "tests/harness.h"

#define USER_CS 0x33
#define USER32_CS 0x23
#define READER 173 /* has a UNIX socket open */
#define NO_FD 1000

/* A thread in a system call with these first two arguments. */
static struct fb_thread_stack in_call(struct sample_input *sample, int32_t tid, int64_t number,
				      uint64_t first, uint64_t second)
{
	return (struct fb_thread_stack){
		.task = sample_task(sample, tid),
		.kernel = {.has_user_regs = true,
			   .syscall = number,
			   .user_regs = {.cs = USER_CS, .rdi = first, .rsi = second}},
	};
}

static void free_stack(struct fb_thread_stack *stack)
{
	for (size_t i = 0; i < FB_SYSCALL_ARGUMENTS; i++) {
		free(stack->syscall_paths[i]);
		free(stack->syscall_sockets[i]);
	}
}

/* The descriptor with which the thread is in read(), in the sample. */
static uint64_t descriptor_of_reader(struct sample_input *sample)
{
	struct fb_task *task = (struct fb_task *)sample_task(sample, READER);
	struct user_regs_struct regs;

	FB_OK_FATAL(fb_user_regs_at_top(fb_input_kernel(sample->input), task->stack, &regs));
	CU_ASSERT_EQUAL_FATAL(regs.orig_rax, SYS_read);
	return regs.rdi;
}

/* Of which call arguments are known: of 64-bit ones that a thread with registers is in, by its number. */
static void only_calls_that_the_kernel_describes_have_arguments(void)
{
	static const struct {
		int64_t number;
		bool no_regs, compat;
		int count; /* of its arguments; -1: they are unknown */
	} cases[] = {
		{SYS_read, false, false, 3},         {SYS_read, true, false, -1},
		{SYS_read, false, true, -1},         {SYS_pause, false, false, 0},
		{SYS_openat, false, false, 4},       {-1, false, false, -1},
		{INT64_MIN, false, false, -1},       {FB_MAX_SYSCALLS - 1, false, false, -1},
		{FB_MAX_SYSCALLS, false, false, -1}, {INT64_MAX, false, false, -1},
	};
	struct fb_thread_stack stacks[FB_ARRAY_SIZE(cases)];
	struct fb_thread_syscalls *syscalls = NULL;
	struct sample_input sample;

	sample_open(&sample, (const char *const[]){NULL});
	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		stacks[i] = in_call(&sample, READER, cases[i].number, NO_FD, NO_FD);
		stacks[i].kernel.has_user_regs = !cases[i].no_regs;
		if (cases[i].compat)
			stacks[i].kernel.user_regs.cs = USER32_CS;
	}
	FB_OK_FATAL(
		fb_thread_syscalls_apply(sample.input, stacks, FB_ARRAY_SIZE(cases), &syscalls));
	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		int count = stacks[i].syscall ? (int)stacks[i].syscall->count : -1;

		CU_ASSERT_EQUAL(count, cases[i].count);
		free_stack(&stacks[i]);
	}
	fb_thread_syscalls_destroy(syscalls);
	fb_thread_syscalls_destroy(NULL);
	FB_OK_FATAL(fb_thread_syscalls_apply(sample.input, NULL, 0, &syscalls));
	fb_thread_syscalls_destroy(syscalls);
	CU_ASSERT_EQUAL(fb_warnings_count(sample.warnings), 0);
	sample_close(&sample);
}

/* Of two descriptors each is named by itself; one that is none costs only itself. */
static void each_descriptor_is_named_by_itself(void)
{
	static const char *const path = "socket:[1575]", *const addresses =
								 "unix stream -> socket:[1576]";
	struct fb_thread_syscalls *syscalls = NULL;
	struct fb_thread_stack stacks[4];
	struct sample_input sample;
	uint64_t fd;

	sample_open(&sample, (const char *const[]){NULL});
	fd = descriptor_of_reader(&sample);
	/* dup2() has two descriptors, sendfile() has two of four arguments. */
	stacks[0] = in_call(&sample, READER, SYS_dup2, NO_FD, fd);
	stacks[1] = in_call(&sample, READER, SYS_dup2, fd, NO_FD);
	/* A descriptor has 32 bits. */
	stacks[2] = in_call(&sample, READER, SYS_sendfile, fd | 1ull << 32, fd);
	/* The first argument of mmap() is none, the fifth is one. */
	stacks[3] = in_call(&sample, READER, SYS_mmap, fd, fd);
	stacks[3].kernel.user_regs.r8 = fd;
	FB_OK_FATAL(fb_thread_syscalls_apply(sample.input, stacks, 4, &syscalls));
	for (unsigned i = 0; i < 4; i++)
		for (unsigned j = 0; j < FB_SYSCALL_ARGUMENTS; j++) {
			bool named = i == 2 ? j < 2 : j == (i == 3 ? 4 : 1 - i);

			CU_ASSERT_EQUAL(stacks[i].syscall_paths[j] != NULL, named);
			CU_ASSERT_EQUAL(stacks[i].syscall_sockets[j] != NULL, named);
			if (!named)
				continue;
			CU_ASSERT_STRING_EQUAL(stacks[i].syscall_paths[j], path);
			CU_ASSERT_STRING_EQUAL(stacks[i].syscall_sockets[j], addresses);
		}
	for (size_t i = 0; i < 4; i++)
		free_stack(&stacks[i]);
	fb_thread_syscalls_destroy(syscalls);
	sample_close(&sample);
}

static struct fb_error *describe(struct sample_input *sample)
{
	struct fb_thread_stack stacks[] = {in_call(sample, READER, SYS_read, 0, 0),
					   in_call(sample, READER, SYS_dup2, 0, 0)};
	struct fb_thread_syscalls *syscalls = NULL;
	struct fb_error *err;

	err = fb_thread_syscalls_apply(sample->input, stacks, FB_ARRAY_SIZE(stacks), &syscalls);
	if (!err)
		fb_thread_syscalls_destroy(syscalls);
	for (size_t i = 0; i < FB_ARRAY_SIZE(stacks); i++)
		free_stack(&stacks[i]);
	return err;
}

static struct fb_error *describe_a_socket(struct sample_input *sample)
{
	static uint64_t fd;
	struct fb_thread_syscalls *syscalls = NULL;
	struct fb_thread_stack stack;
	struct fb_error *err;

	if (!fd)
		fd = descriptor_of_reader(sample);
	stack = in_call(sample, READER, SYS_read, fd, 0);
	err = fb_thread_syscalls_apply(sample->input, &stack, 1, &syscalls);
	if (!err)
		fb_thread_syscalls_destroy(syscalls);
	free_stack(&stack);
	return err;
}

static void what_is_no_damage_is_passed_on(void)
{
	static const char *const none[] = {NULL};

	CU_ASSERT(failing_inputs_must_pass(describe, none, 300, 0) > 20);
	CU_ASSERT(failing_inputs_must_pass(describe_a_socket, none, 300, 0) > 20);
}

FB_TEST_MAIN("bundle/thread_syscall", FB_TEST(only_calls_that_the_kernel_describes_have_arguments),
	     FB_TEST(each_descriptor_is_named_by_itself), FB_TEST(what_is_no_damage_is_passed_on))
