// SPDX-License-Identifier: GPL-2.0-or-later
/* Stacks of a made task: where they begin and end, what is lost of them, and the registers of user mode. */
#include <string.h>

#include "kernel/stacks/stack.h"
#include "tests/harness.h"
#include "tests/kernel/failing_made.h"

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

/* Where a stack begins, by what its task is. */
static void starts_have_names(void)
{
	static const struct {
		bool idle, kernel_thread;
		const char *end;
	} tasks[] = {
		{true, true, "the idle task's start"},
		{true, false, "the idle task's start"},
		{false, true, "the kernel thread's start"},
		{false, false, "the thread's start: it has not been in user mode yet"},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(tasks); i++) {
		struct fb_kernel_stack stack;
		struct made_task world;

		made_task_create(&world);
		world.task.idle = tasks[i].idle;
		world.task.kernel_thread = tasks[i].kernel_thread;
		FB_OK_FATAL(fb_kernel_stack_unwind(&world.made->kernel, world.orc, &world.task,
						   &stack));
		CU_ASSERT_EQUAL(stack.ended, FB_UNWIND_START);
		CU_ASSERT_STRING_EQUAL(stack.end, tasks[i].end);
		for (size_t k = 0; k < stack.count; k++) {
			CU_ASSERT_EQUAL(stack.frames[k].regs, 0);
			CU_ASSERT_EQUAL(stack.frames[k].entry, FB_ENTRY_NONE);
		}
		fb_kernel_stack_deinit(&stack);
		made_task_destroy(&world);
	}
}

/* pt_regs of user mode at the top of the task's stack. */
static void put_user_regs(struct made_task *world)
{
	struct user_regs_struct *regs =
		made_at(world->made, world->task.stack + STACK_BYTES - FB_PT_REGS_BYTES);

	regs->rip = 0x401000;
	regs->cs = 0x33;
	regs->eflags = 0x246;
	((uint64_t *)regs)[20] = 0x2b;
}

/* Without unwind tables, and of a stack that ends early, the registers of user mode are there all the same; a kernel
 * thread has none. */
static void user_registers_stand_at_the_top(void)
{
	for (unsigned i = 0; i < 4; i++) {
		struct fb_kernel_stack stack;
		struct made_task world;

		made_task_create(&world);
		put_user_regs(&world);
		world.task.kernel_thread = i == 2;
		if (i == 1)
			made_put(world.made, world.frame + FRAME_RET_ADDR + 16, 8, 8);
		if (i == 3)
			world.task.stack = 0;
		MADE_FIELD(world.made, task_thread_fsbase, 32, 8);
		MADE_SET(world.made, world.task.address, task_thread_fsbase, 0x7f001000);
		FB_OK_FATAL(fb_kernel_stack_unwind(&world.made->kernel, i == 1 ? world.orc : NULL,
						   &world.task, &stack));
		CU_ASSERT_EQUAL(stack.ended, FB_UNWIND_LOST);
		if (i != 1)
			CU_ASSERT_STRING_EQUAL(stack.end,
					       "the kernel's unwind tables are not in the dump");
		CU_ASSERT_EQUAL(stack.has_user_regs, i < 2);
		CU_ASSERT_EQUAL(stack.user_regs_from == FB_USER_REGS_STACK, i < 2);
		if (i < 2) {
			CU_ASSERT_EQUAL(stack.user_regs.rip, 0x401000);
			CU_ASSERT_EQUAL(stack.user_regs.fs_base, 0x7f001000);
		}
		fb_kernel_stack_deinit(&stack);
		made_task_destroy(&world);
	}
}

static struct fb_error *ask(void *context)
{
	struct made_task *world = context;
	struct fb_kernel_stack stack;
	struct fb_error *err;

	/* Opened anew, because rows are kept. */
	fb_orc_destroy(world->orc);
	world->orc = NULL;
	err = fb_orc_open(&world->made->kernel, NULL, &world->orc);
	if (!err)
		err = fb_kernel_stack_unwind(&world->made->kernel, world->orc, &world->task,
					     &stack);
	if (!err)
		fb_kernel_stack_deinit(&stack);
	return err;
}

static void what_is_fatal_passes(void)
{
	struct made_task world;

	made_task_create(&world);
	put_user_regs(&world);
	world.task.kernel_thread = false;
	CU_ASSERT(failing_made_must_pass(world.made, ask, &world) > 6);
	made_task_destroy(&world);
}

FB_TEST_MAIN("kernel/stack_made", FB_TEST(unwinds_a_sleeping_thread),
	     FB_TEST(says_why_a_stack_ends), FB_TEST(searches_for_a_lost_stack_pointer),
	     FB_TEST(starts_have_names), FB_TEST(user_registers_stand_at_the_top),
	     FB_TEST(what_is_fatal_passes))
