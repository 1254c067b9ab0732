// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every thread's kernel stack of the real dumps against /proc/PID/task/TID/stack
 * (truth/), saved just before the panic.
 */
#include "kernel/stacks/stack.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/image/thread_size.h"
#include "tests/harness.h"

#define LINE 256u
#define MAX_LINES 128u

struct world {
	const char *release; /* the folder in $FBUNDLE_DATA */
	char folder[512];
	struct fb_warnings *warnings;
	struct fb_dump *dump;
	struct fb_kernel *kernel;
	struct fb_tasks *tasks;
	struct fb_modules *modules;
	struct fb_orc *orc;
	uint64_t sched_start, sched_end;
};

static void open_world(struct world *world, const char *data, const char *release)
{
	const struct fb_kernel_options options = {0};
	char path[600];
	const char *paths[] = {path};

	memset(world, 0, sizeof(*world));
	world->release = release;
	snprintf(world->folder, sizeof(world->folder), "%s/%s", data, release);
	snprintf(path, sizeof(path), "%s/dump.flat-zlib-d31", world->folder);
	FB_OK_FATAL(fb_warnings_create(&world->warnings));
	FB_OK_FATAL(fb_dump_open(paths, 1, world->warnings, &world->dump));
	FB_OK_FATAL(fb_kernel_open(world->dump, &options, world->warnings, &world->kernel));
	FB_OK_FATAL(fb_tasks_load(world->kernel, &world->tasks));
	FB_OK_FATAL(fb_modules_load(world->kernel, &world->modules));
	FB_OK_FATAL(fb_orc_open(world->kernel, world->modules, &world->orc));
	FB_OK(fb_kernel_symbol(world->kernel, "__sched_text_start", &world->sched_start));
	FB_OK(fb_kernel_symbol(world->kernel, "__sched_text_end", &world->sched_end));
}

static void close_world(struct world *world)
{
	fb_orc_destroy(world->orc);
	fb_modules_destroy(world->modules);
	fb_tasks_destroy(world->tasks);
	fb_kernel_destroy(world->kernel);
	fb_dump_destroy(world->dump);
	fb_warnings_destroy(world->warnings);
}

/* "symbol+0xoff/0xsize [module]", as %pB prints it. */
static void spell(const struct fb_kernel_frame *frame, char *to)
{
	snprintf(to, LINE, "%s+0x%" PRIx64 "/0x%" PRIx64 "%s%s%s",
		 frame->symbol ? frame->symbol : "?", frame->offset, frame->size,
		 frame->module ? " [" : "", frame->module ? frame->module : "",
		 frame->module ? "]" : "");
}

/* The lines of a thread's stack file; -1 where truth has none. */
static int read_truth(const struct world *world, const struct fb_task *task,
		      char lines[MAX_LINES][LINE])
{
	char path[700], line[LINE];
	int count = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/truth/%d/task/%d/stack", world->folder, task->pid,
		 task->tid);
	file = fopen(path, "r");
	if (!file)
		return -1;
	while (count < (int)MAX_LINES && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = 0;
		if (strncmp(line, "[<0>] ", 6) == 0)
			snprintf(lines[count++], LINE, "%s", line + 6);
	}
	fclose(file);
	return count;
}

/* The kernel leaves out functions of the scheduler's section wherever they stand
 * (stack_trace_consume_entry_nosched). */
static bool is_tail(const struct world *world, const struct fb_kernel_stack *stack,
		    char lines[MAX_LINES][LINE], int count)
{
	char ours[LINE];

	for (size_t i = stack->count; i-- > 0 && count > 0;) {
		const struct fb_kernel_frame *frame = &stack->frames[i];

		if (frame->pc >= world->sched_start && frame->pc < world->sched_end)
			continue;
		spell(frame, ours);
		if (strcmp(ours, lines[--count]) != 0)
			return false;
	}
	return count == 0;
}

static void check_release(const char *data, const char *release)
{
	static char lines[MAX_LINES][LINE];
	unsigned known = 0, equal = 0;
	struct world world;

	open_world(&world, data, release);
	CU_ASSERT_EQUAL(fb_thread_size(world.kernel), 16384);
	for (size_t i = 0; i < fb_tasks_count(world.tasks); i++) {
		const struct fb_task *task = fb_tasks_get(world.tasks, i);
		struct fb_kernel_stack stack;
		int count = read_truth(&world, task, lines);

		FB_OK_FATAL(fb_kernel_stack_unwind(world.kernel, world.orc, task, &stack));
		/* Stacks are aligned to THREAD_SIZE, so a size too large would not fit. */
		CU_ASSERT_EQUAL(task->stack % fb_thread_size(world.kernel), 0);
		/* It ends where kernel stacks end, and all threads of user space have registers. */
		CU_ASSERT_TRUE(stack.ended == FB_UNWIND_USER || stack.ended == FB_UNWIND_START);
		CU_ASSERT_EQUAL(stack.has_user_regs, !task->kernel_thread);
		if (!task->kernel_thread)
			CU_ASSERT_EQUAL(stack.ended, FB_UNWIND_USER);
		if (count >= 0) {
			known++;
			if (is_tail(&world, &stack, lines, count))
				equal++;
			else
				printf("\n    %s: %d %.16s ran on before the panic ", release,
				       task->tid, task->comm);
		}
		fb_kernel_stack_deinit(&stack);
	}
	printf("\n    %s: %u of %u stacks ", release, equal, known);
	CU_ASSERT_TRUE(known > 100);
	CU_ASSERT_TRUE(equal * 100 >= known * 97);
	close_world(&world);
}

static void equals_what_proc_said(void)
{
	const char *data = fb_test_data();

	if (!data)
		return;
	check_release(data, "5.10");
	check_release(data, "6.1");
}

/* The panicking CPU's task: through panic() to the system call that asked for it. */
static void shows_the_panic(void)
{
	static const char *const releases[] = {"5.10", "6.1"};
	static const char *const functions[] = {"__crash_kexec", "panic", "sysrq_handle_crash"};
	const char *data = fb_test_data();

	for (size_t i = 0; data && i < FB_ARRAY_SIZE(releases); i++) {
		const struct fb_task *task;
		struct fb_kernel_stack stack;
		struct world world;

		open_world(&world, data, releases[i]);
		task = fb_tasks_by_tid(world.tasks, 1);
		CU_ASSERT_PTR_NOT_NULL_FATAL(task);
		CU_ASSERT_TRUE(task->on_cpu);
		FB_OK_FATAL(fb_kernel_stack_unwind(world.kernel, world.orc, task, &stack));
		CU_ASSERT_TRUE_FATAL(stack.count > FB_ARRAY_SIZE(functions));
		for (size_t n = 0; n < FB_ARRAY_SIZE(functions); n++)
			CU_ASSERT_STRING_EQUAL(stack.frames[n].symbol, functions[n]);
		CU_ASSERT_EQUAL(stack.frames[stack.count - 1].entry, FB_ENTRY_SYSCALL);
		CU_ASSERT_EQUAL(stack.syscall, 1); /* write */
		fb_kernel_stack_deinit(&stack);
		close_world(&world);
	}
}

struct job {
	struct world *world;
	struct fb_kernel_stack *stacks;
};

static struct fb_error *unwind_one(void *context, size_t index)
{
	struct job *job = context;

	return fb_kernel_stack_unwind(job->world->kernel, job->world->orc,
				      fb_tasks_get(job->world->tasks, index), &job->stacks[index]);
}

static void is_safe_from_many_threads(void)
{
	const char *data = fb_test_data();
	struct fb_pool *pool;
	struct world world;
	struct job job = {.world = &world};

	if (!data)
		return;
	open_world(&world, data, "6.1");
	job.stacks = calloc(fb_tasks_count(world.tasks), sizeof(*job.stacks));
	FB_OK_FATAL(fb_pool_create(8, &pool));
	FB_OK(fb_pool_for(pool, fb_tasks_count(world.tasks), unwind_one, &job));
	for (size_t i = 0; i < fb_tasks_count(world.tasks); i++) {
		struct fb_kernel_stack again;

		FB_OK_FATAL(fb_kernel_stack_unwind(world.kernel, world.orc,
						   fb_tasks_get(world.tasks, i), &again));
		CU_ASSERT_EQUAL_FATAL(again.count, job.stacks[i].count);
		for (size_t n = 0; n < again.count; n++)
			CU_ASSERT_EQUAL(again.frames[n].pc, job.stacks[i].frames[n].pc);
		fb_kernel_stack_deinit(&again);
		fb_kernel_stack_deinit(&job.stacks[i]);
	}
	free(job.stacks);
	fb_pool_destroy(pool);
	close_world(&world);
}

FB_TEST_MAIN("kernel/stack", FB_TEST(equals_what_proc_said), FB_TEST(shows_the_panic),
	     FB_TEST(is_safe_from_many_threads))
