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
#include "tests/kernel/made_kernel.h"

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

/*
 * A made kernel with two functions: waits() has eight bytes of locals, begins() is the outermost.
 */
#define FUNCTION_BYTES 0x100u
#define STACK_BYTES 0x4000u
#define FRAME_RET_ADDR 48u

struct made_task {
	struct made_kernel *made;
	struct fb_orc *orc;
	struct fb_task task;
	uint32_t prstatus_index; /* of its only CPU: none */
	uint64_t text, ips, entries, frame;
};

static void made_task_row(struct made_task *world, unsigned index, uint64_t code,
			  uint16_t sp_offset, uint16_t flags)
{
	uint64_t ip = world->ips + index * 4, entry = world->entries + index * 6;

	made_put(world->made, ip, code - ip, 4);
	made_put(world->made, entry, sp_offset, 2);
	made_put(world->made, entry + 4, flags, 2);
}

static void made_task_create(struct made_task *world)
{
	static const char *const names[] = {"__start_orc_unwind_ip",
					    "__stop_orc_unwind_ip",
					    "__start_orc_unwind",
					    "__stop_orc_unwind",
					    "__start_orc_header",
					    "_stext",
					    "_etext",
					    "__schedule",
					    "__switch_to_asm",
					    NULL};
	/* That of 6.4: version 3. */
	static const uint8_t header[] = {0xfe, 0x5d, 0x32, 0xbf, 0x58, 0x1b, 0xd6,
					 0x3b, 0x2c, 0xa9, 0xa5, 0xc6, 0x5b, 0xa5,
					 0xa6, 0x25, 0xea, 0xb3, 0xfe, 0x24};
	struct made_kernel *made = made_kernel_create();
	uint64_t hash = made_alloc(made, sizeof(header));

	memset(world, 0, sizeof(*world));
	world->made = made;
	world->prstatus_index = UINT32_MAX;
	made->kernel.prstatus_index = &world->prstatus_index;
	world->text = made_alloc_pages(made, FB_PAGE_SIZE);
	world->ips = made_alloc_pages(made, 2 * 4);
	world->entries = made_alloc_pages(made, 2 * 6);
	memcpy(made_at(made, hash), header, sizeof(header));
	made_symbols(made, names,
		     (const uint64_t[]){world->ips, world->ips + 8, world->entries,
					world->entries + 12, hash, world->text,
					world->text + FB_PAGE_SIZE, world->text + 0x1b,
					world->text + 2 * FUNCTION_BYTES});
	/* __schedule() has 8 bytes of waits(): a call of __switch_to_asm() that ends at 0x20. */
	made_put(made, world->text + 0x1b, 0xe8, 1);
	made_put(made, world->text + 0x1c, 2 * FUNCTION_BYTES - 0x20, 4);
	made_task_row(world, 0, world->text, 16, 0x0205);                 /* a call, from SP */
	made_task_row(world, 1, world->text + FUNCTION_BYTES, 0, 0x0100); /* the outermost */

	MADE_FIELD(made, task_thread_sp, 16, 8);
	MADE_FIELD(made, inactive_frame_bp, FRAME_RET_ADDR - 8, 8);
	MADE_FIELD(made, inactive_frame_ret_addr, FRAME_RET_ADDR, 8);
	world->task.address = made_alloc_pages(made, 64);
	world->task.stack = made_alloc_pages(made, STACK_BYTES);
	world->task.kernel_thread = true;
	world->frame = world->task.stack + 0x3f00;
	MADE_SET(made, world->task.address, task_thread_sp, world->frame);
	made_put(made, world->frame + FRAME_RET_ADDR, world->text + 0x20, 8);
	made_put(made, world->frame + FRAME_RET_ADDR + 16, world->text + FUNCTION_BYTES + 0x20, 8);
	FB_OK_FATAL(fb_orc_open(&made->kernel, NULL, &world->orc));
	CU_ASSERT_EQUAL(fb_orc_version(world->orc), FB_ORC_V3);
}

static void made_task_destroy(struct made_task *world)
{
	fb_orc_destroy(world->orc);
	made_kernel_destroy(world->made);
}

static void unwinds_a_sleeping_thread(void)
{
	struct fb_kernel_stack stack;
	struct made_task world;

	made_task_create(&world);
	FB_OK_FATAL(fb_kernel_stack_unwind(&world.made->kernel, world.orc, &world.task, &stack));
	CU_ASSERT_EQUAL(stack.ended, FB_UNWIND_START);
	CU_ASSERT_STRING_EQUAL(stack.end, "the kernel thread's start");
	CU_ASSERT_EQUAL_FATAL(stack.count, 2);
	CU_ASSERT_EQUAL(stack.frames[0].pc, world.text + 0x20);
	CU_ASSERT_EQUAL(stack.frames[0].sp, world.frame + FRAME_RET_ADDR + 8);
	CU_ASSERT_STRING_EQUAL(stack.frames[0].stack, "task");
	CU_ASSERT_EQUAL(stack.frames[1].pc, world.text + FUNCTION_BYTES + 0x20);
	CU_ASSERT_FALSE(stack.has_user_regs);
	CU_ASSERT_EQUAL(stack.syscall, -1);
	fb_kernel_stack_deinit(&stack);
	made_task_destroy(&world);
}

static void expect_end(struct made_task *world, size_t count, const char *text)
{
	struct fb_kernel_stack stack;

	FB_OK_FATAL(fb_kernel_stack_unwind(&world->made->kernel, world->orc, &world->task, &stack));
	CU_ASSERT_EQUAL(stack.ended, FB_UNWIND_LOST);
	CU_ASSERT_EQUAL(stack.count, count);
	if (!strstr(stack.end, text))
		CU_FAIL(stack.end);
	fb_kernel_stack_deinit(&stack);
}

/* Without thread.sp its frame is searched for: above stale ones, below words that lead nowhere. */
static void searches_for_a_lost_stack_pointer(void)
{
	struct fb_kernel_stack stack;
	struct made_task world;
	uint64_t stale;

	made_task_create(&world);
	stale = world.frame - 0x200 + FRAME_RET_ADDR;
	made_put(world.made, stale, world.text + 0x20, 8);
	made_put(world.made, stale + 16, world.text + FUNCTION_BYTES + 0x20, 8);
	made_put(world.made, world.frame + FRAME_RET_ADDR + 32, world.text + 0x20, 8);
	made_lose(world.made, world.task.address);
	FB_OK_FATAL(fb_kernel_stack_unwind(&world.made->kernel, world.orc, &world.task, &stack));
	CU_ASSERT_EQUAL(stack.ended, FB_UNWIND_START);
	CU_ASSERT_EQUAL_FATAL(stack.count, 2);
	CU_ASSERT_EQUAL(stack.frames[0].sp, world.frame + FRAME_RET_ADDR + 8);
	CU_ASSERT_TRUE(stack.frames[0].unreliable);
	fb_kernel_stack_deinit(&stack);
	/* Without a way to the end it is no stack. */
	made_put(world.made, world.frame + FRAME_RET_ADDR + 16, 0, 8);
	made_put(world.made, stale + 16, 0, 8);
	expect_end(&world, 0, "task_thread_sp");
	made_task_destroy(&world);
}

/* Whatever is missing is the stack's end, and says so. */
static void says_why_a_stack_ends(void)
{
	struct made_task world;

	made_task_create(&world);
	world.task.on_cpu = true;
	expect_end(&world, 0, "CPU 0 left no registers");
	world.task.on_cpu = false;
	MADE_SET(world.made, world.task.address, task_thread_sp, world.frame + STACK_BYTES);
	expect_end(&world, 0, "not on the task's stack");
	MADE_SET(world.made, world.task.address, task_thread_sp, world.frame);
	made_lose(world.made, world.entries);
	expect_end(&world, 1, "ORC table");
	made_lose(world.made, world.frame);
	expect_end(&world, 0, "inactive_frame_ret_addr");
	world.made->kernel.layout.inactive_frame_ret_addr.found = false;
	expect_end(&world, 0, "inactive_frame_ret_addr");
	made_lose(world.made, world.task.address);
	expect_end(&world, 0, "task_thread_sp");
	world.task.stack = 0;
	expect_end(&world, 0, "its task_struct, which has the place of its kernel stack, is not");
	world.task.found_by = FB_FOUND_TASK_LIST;
	expect_end(&world, 0, "given back its stack");
	made_task_destroy(&world);
}

FB_TEST_MAIN("kernel/stack", FB_TEST(unwinds_a_sleeping_thread), FB_TEST(says_why_a_stack_ends),
	     FB_TEST(searches_for_a_lost_stack_pointer), FB_TEST(equals_what_proc_said),
	     FB_TEST(shows_the_panic), FB_TEST(is_safe_from_many_threads))
