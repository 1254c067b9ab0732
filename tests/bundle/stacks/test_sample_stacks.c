// SPDX-License-Identifier: GPL-2.0-or-later
/* Whole stacks of the sample's threads, with the arguments of their system calls, and stacks that were stored. */
#include <stdlib.h>
#include <string.h>

#include "bundle/process/user_mappings.h"
#include "bundle/stacks/thread_stack.h"
#include "tests/bundle/sample_input.h"
#include "tests/harness.h"

#define SAMPLE(sample, ...) \
	sample_open(sample, (const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})

struct stacks {
	struct sample_input sample;
	struct fb_host_files *files;
	struct fb_thread_stacks *stacks;
};

/* Of these TIDs, in their order. */
static void load(struct stacks *stacks, const int32_t *tids, size_t count, bool kernel_only)
{
	struct fb_thread_stacks_options options = {.kernel_only = kernel_only};
	const struct fb_task *tasks[8];
	char *root = sample_path("sysroot");

	CU_ASSERT_FATAL(count <= FB_ARRAY_SIZE(tasks));
	for (size_t i = 0; i < count; i++)
		tasks[i] = sample_task(&stacks->sample, tids[i]);
	FB_OK_FATAL(fb_host_files_create(root, &stacks->files));
	options.files = stacks->files;
	FB_OK_FATAL(fb_thread_stacks_load(stacks->sample.input, &options, tasks, count,
					  &stacks->stacks));
	CU_ASSERT_EQUAL_FATAL(fb_thread_stacks_count(stacks->stacks), count);
	free(root);
}

static void close_stacks(struct stacks *stacks)
{
	fb_thread_stacks_destroy(stacks->stacks);
	fb_host_files_destroy(stacks->files);
	sample_close(&stacks->sample);
}

static void expect_kernel(const struct fb_thread_stack *stack, const char *const *symbols,
			  size_t count)
{
	CU_ASSERT_EQUAL_FATAL(stack->kernel.count, count);
	for (size_t i = 0; i < count; i++) {
		CU_ASSERT_PTR_NOT_NULL_FATAL(stack->kernel.frames[i].symbol);
		CU_ASSERT_STRING_EQUAL(stack->kernel.frames[i].symbol, symbols[i]);
	}
}

static void expect_user(const struct fb_thread_stack *stack, size_t index, const char *symbol,
			const char *object, enum fb_frame_found found)
{
	const struct fb_user_frame *frame = &stack->user.frames[index];

	CU_ASSERT_FATAL(index < stack->user.count);
	if (symbol) {
		CU_ASSERT_PTR_NOT_NULL_FATAL(frame->symbol);
		CU_ASSERT_STRING_EQUAL(frame->symbol, symbol);
	} else {
		CU_ASSERT_PTR_NULL(frame->symbol);
	}
	CU_ASSERT_PTR_NOT_NULL_FATAL(frame->object);
	CU_ASSERT_STRING_EQUAL(frame->object, object);
	CU_ASSERT_EQUAL(frame->found, found);
}

static void both_halves_of_a_waiting_thread(void)
{
	static const char *const kernel[] = {
		"__schedule",     "schedule",      "locks_lock_inode_wait",
		"__do_sys_flock", "do_syscall_64", "entry_SYSCALL_64_after_hwframe"};
	static const int32_t tids[] = {151};
	const struct fb_thread_stack *stack;
	struct stacks stacks;

	SAMPLE(&stacks.sample, "core.151.lz4");
	load(&stacks, tids, 1, false);
	stack = fb_thread_stacks_get(stacks.stacks, 0);
	CU_ASSERT_EQUAL(stack->task->tid, 151);
	expect_kernel(stack, kernel, FB_ARRAY_SIZE(kernel));
	CU_ASSERT_EQUAL(stack->kernel.syscall, 73);
	CU_ASSERT_EQUAL(stack->user_regs_from, FB_USER_REGS_KERNEL_STACK);
	CU_ASSERT(stack->core && stack->core_thread && stack->core_thread->tid == 151);
	CU_ASSERT_FALSE(stack->core_differs);
	CU_ASSERT_EQUAL_FATAL(stack->user.count, 4);
	expect_user(stack, 0, "flock", "/usr/lib/x86_64-linux-gnu/libc.so.6", FB_FRAME_REGISTERS);
	expect_user(stack, 1, "flock_second", "/lab/actors", FB_FRAME_STACK_TOP);
	expect_user(stack, 2, "main", "/lab/actors", FB_FRAME_UNWIND_TABLE);
	expect_user(stack, 3, NULL, "/usr/lib/x86_64-linux-gnu/libc.so.6", FB_FRAME_UNWIND_TABLE);
	CU_ASSERT_EQUAL(stack->user.frames[1].offset, 140);
	CU_ASSERT_STRING_EQUAL(stack->user.frames[1].build_id,
			       "3bd77205e8d74951df30df1bac39639c4a567970");
	CU_ASSERT_FALSE(stack->user.complete);
	CU_ASSERT(stack->user.lacks_file);
	CU_ASSERT_FALSE(stack->user_stored);
	CU_ASSERT_PTR_NOT_NULL(fb_thread_stacks_modules(stacks.stacks));
	close_stacks(&stacks);
}

/* Why there is no user half stands at its end, one reason for all threads of a process. */
static void an_end_says_why_there_is_no_user_half(void)
{
	static const int32_t tids[] = {2, 202, 204, 132, 128, 130};
	const struct fb_tasks *tasks = NULL;
	struct fb_task *exited, *lost;
	struct stacks stacks;
	const char *end;

	SAMPLE(&stacks.sample);
	FB_OK_FATAL(fb_input_tasks(stacks.sample.input, &tasks));
	exited = (struct fb_task *)sample_task(&stacks.sample, 132);
	exited->mm = 0;
	for (size_t i = 1; i < 3; i++) {
		lost = (struct fb_task *)sample_task(&stacks.sample, tids[i]);
		lost->mm = 0x1000;
	}
	/* Its other thread still has its memory. */
	((struct fb_task *)sample_task(&stacks.sample, 128))->mm = 0;
	load(&stacks, tids, FB_ARRAY_SIZE(tids), false);
	end = fb_thread_stacks_get(stacks.stacks, 0)->user.end;
	CU_ASSERT_STRING_EQUAL(end, "a kernel thread: it has no user half");
	end = fb_thread_stacks_get(stacks.stacks, 3)->user.end;
	CU_ASSERT_STRING_EQUAL(end, "the process has exited: its memory is gone");
	for (size_t i = 1; i < 3; i++) {
		end = fb_thread_stacks_get(stacks.stacks, i)->user.end;
		CU_ASSERT_PTR_NOT_NULL(strstr(end, "PID 202: "));
		CU_ASSERT_EQUAL(fb_thread_stacks_get(stacks.stacks, i)->user.count, 0);
	}
	for (size_t i = 4; i < 6; i++)
		CU_ASSERT(fb_thread_stacks_get(stacks.stacks, i)->user.count > 0);
	close_stacks(&stacks);
}

/* Descriptors among the arguments are named: files by their paths, sockets by their addresses. */
static void system_calls_name_what_they_are_called_with(void)
{
	static const int32_t tids[] = {173, 178, 332, 130, 202, 128};
	const struct fb_thread_stack *unix_reader, *tcp_reader, *writer, *futex, *pause;
	struct stacks stacks;

	SAMPLE(&stacks.sample);
	load(&stacks, tids, FB_ARRAY_SIZE(tids), true);
	unix_reader = fb_thread_stacks_get(stacks.stacks, 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(unix_reader->syscall);
	CU_ASSERT_EQUAL_FATAL(unix_reader->syscall->count, 3);
	CU_ASSERT_STRING_EQUAL(unix_reader->syscall->arguments[0].name, "fd");
	CU_ASSERT_STRING_EQUAL(unix_reader->syscall->arguments[1].name, "buf");
	CU_ASSERT_STRING_EQUAL(unix_reader->syscall_paths[0], "socket:[1575]");
	CU_ASSERT_STRING_EQUAL(unix_reader->syscall_sockets[0], "unix stream -> socket:[1576]");
	CU_ASSERT(!unix_reader->syscall_paths[1] && !unix_reader->syscall_sockets[2]);
	tcp_reader = fb_thread_stacks_get(stacks.stacks, 1);
	CU_ASSERT_STRING_EQUAL(tcp_reader->syscall_sockets[0],
			       "inet stream 127.0.0.1:9090 -> 127.0.0.1:54360");
	/* One call, one description. */
	CU_ASSERT_PTR_EQUAL(tcp_reader->syscall, unix_reader->syscall);
	writer = fb_thread_stacks_get(stacks.stacks, 2);
	CU_ASSERT_STRING_EQUAL(writer->syscall_paths[0], "/fz/file");
	CU_ASSERT_PTR_NULL(writer->syscall_sockets[0]);
	futex = fb_thread_stacks_get(stacks.stacks, 3);
	CU_ASSERT_PTR_NOT_NULL_FATAL(futex->syscall);
	CU_ASSERT_EQUAL(futex->syscall->count, 6);
	CU_ASSERT_PTR_NULL(futex->syscall_paths[0]);
	pause = fb_thread_stacks_get(stacks.stacks, 4);
	CU_ASSERT_PTR_NOT_NULL_FATAL(pause->syscall);
	CU_ASSERT_EQUAL(pause->syscall->count, 0);
	/* Only the kernel halves were asked for. */
	CU_ASSERT_EQUAL(pause->user.count, 0);
	CU_ASSERT_EQUAL(pause->user_regs_from, FB_USER_REGS_UNKNOWN);
	CU_ASSERT_EQUAL(fb_warnings_count(stacks.sample.warnings), 0);
	close_stacks(&stacks);
}

/* A kernel thread, one that a CPU ran in user mode, one whose core is of another moment. */
static void registers_come_from_where_they_are(void)
{
	static const int32_t tids[] = {2, 210, 202, 204};
	const struct fb_thread_stack *stack;
	struct stacks stacks;

	SAMPLE(&stacks.sample, "core.210.xz", "core.202.zst");
	load(&stacks, tids, FB_ARRAY_SIZE(tids), false);
	stack = fb_thread_stacks_get(stacks.stacks, 0);
	CU_ASSERT_EQUAL(stack->user_regs_from, FB_USER_REGS_UNKNOWN);
	CU_ASSERT_PTR_NULL(stack->syscall);
	CU_ASSERT_STRING_EQUAL(stack->user.end, "a kernel thread: it has no user half");
	stack = fb_thread_stacks_get(stacks.stacks, 1);
	CU_ASSERT_EQUAL(stack->user_regs_from, FB_USER_REGS_CPU);
	CU_ASSERT_EQUAL(stack->kernel.count, 0);
	CU_ASSERT_PTR_NOT_NULL(stack->core_thread);
	CU_ASSERT_EQUAL_FATAL(stack->user.count, 4);
	expect_user(stack, 0, "spin", "/lab/actors", FB_FRAME_REGISTERS);
	expect_user(stack, 1, "spinner", "/lab/actors", FB_FRAME_UNWIND_TABLE);
	expect_user(stack, 2, "main", "/lab/actors", FB_FRAME_UNWIND_TABLE);
	/* Made outside of the container that it is in: with the host's numbers. */
	stack = fb_thread_stacks_get(stacks.stacks, 2);
	CU_ASSERT_PTR_NOT_NULL_FATAL(stack->core_thread);
	CU_ASSERT_EQUAL(stack->core_thread->tid, stack->task->tid);
	CU_ASSERT_FALSE(stack->core_differs);
	stack = fb_thread_stacks_get(stacks.stacks, 3);
	CU_ASSERT_PTR_NOT_NULL_FATAL(stack->core_thread);
	CU_ASSERT_EQUAL(stack->core_thread->tid, stack->task->tid);
	close_stacks(&stacks);
}

static void mappings_have_their_files(void)
{
	const struct fb_joined_options options = {0};
	struct fb_user_mapping *mappings = NULL;
	const struct fb_task *task;
	struct fb_string_pool pool = {0};
	struct fb_joined *joined;
	struct sample_input sample;
	const struct fb_vmas *vmas;
	size_t programs = 0, named = 0;

	SAMPLE(&sample);
	task = sample_task(&sample, 151);
	FB_OK_FATAL(fb_joined_create(sample.input, task, &options, &joined));
	FB_OK_FATAL(fb_user_mappings_load(sample.input, task, joined, &pool, &mappings));
	vmas = fb_joined_vmas(joined);
	for (size_t i = 0; i < vmas->count; i++) {
		const struct fb_user_mapping *mapping = &mappings[i];

		CU_ASSERT(mapping->start == vmas->vma[i].start && mapping->end == vmas->vma[i].end);
		CU_ASSERT_EQUAL(mapping->executable, !!(vmas->vma[i].flags & 4));
		CU_ASSERT_EQUAL(!!mapping->file, !!vmas->vma[i].file);
		if (mapping->file) {
			CU_ASSERT_EQUAL(mapping->offset, vmas->vma[i].pgoff * 4096);
			CU_ASSERT(mapping->file_size > 0 && mapping->path[0] == '/');
		}
		CU_ASSERT_PTR_NULL(mapping->own_path); /* it is in no container */
		if (strcmp(mapping->path, "/lab/actors") == 0) {
			/* Mappings that follow each other share what is known of their file. */
			CU_ASSERT(!programs || mapping->file == mapping[-1].file);
			CU_ASSERT(!programs || mapping->path == mapping[-1].path);
			CU_ASSERT_EQUAL(mapping->file_size, 54168);
			programs++;
		}
		named += strcmp(mapping->path, "[vdso]") == 0 && mapping->executable;
	}
	CU_ASSERT_EQUAL(programs, 5);
	CU_ASSERT_EQUAL(named, 1);
	free(mappings);
	fb_string_pool_deinit(&pool);
	fb_joined_destroy(joined);
	sample_close(&sample);
}

FB_TEST_MAIN("bundle/sample_stacks", FB_TEST(both_halves_of_a_waiting_thread),
	     FB_TEST(system_calls_name_what_they_are_called_with),
	     FB_TEST(registers_come_from_where_they_are), FB_TEST(mappings_have_their_files),
	     FB_TEST(an_end_says_why_there_is_no_user_half))
