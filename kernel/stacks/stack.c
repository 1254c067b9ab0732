// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unwinds the kernel stack of a task: finds its first frame, and goes step by step to the place where the task entered
 * the kernel. Called by bundle/stacks for every thread, by waits for blocked threads, and by the command bt for CPUs.
 */
#include "kernel/stacks/stack.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "kernel/image/thread_size.h"
#include "kernel/stacks/stack_search.h"

struct walk {
	struct fb_kernel *kernel;
	struct fb_orc *orc;
	const struct fb_task *task;
	struct fb_unwind unwind;
	struct fb_kernel_stack stack;
	size_t room;
};

static bool find_symbol(const struct walk *walk, uint64_t address, struct fb_symbol *symbol_ret)
{
	struct fb_modules *modules = fb_orc_modules(walk->orc);
	const struct fb_symtab *symbols = fb_kernel_symbols(walk->kernel);

	if (modules)
		return fb_modules_symbol_by_address(modules, address, symbol_ret);
	return symbols && fb_symtab_by_address(symbols, address, symbol_ret);
}

static struct fb_error *find_row(void *context, uint64_t pc, bool exact, struct fb_orc_row *row_ret)
{
	const struct walk *walk = context;

	return fb_orc_find(walk->orc, pc, exact, row_ret);
}

static bool is_text(void *context, uint64_t address)
{
	const struct walk *walk = context;

	return fb_orc_is_text(walk->orc, address);
}

static bool find_function(void *context, uint64_t address, uint64_t *start_ret)
{
	struct fb_symbol symbol;

	if (!find_symbol(context, address, &symbol))
		return false;
	*start_ret = symbol.address;
	return true;
}

static const struct fb_unwind_ops walk_ops = {
	.find = find_row,
	.is_text = is_text,
	.function = find_function,
};

/* Whether the walk stands at a return address that was diverted. */
static bool is_diverted(const struct walk *walk)
{
	return !walk->unwind.exact &&
	       fb_return_hooks_name(fb_orc_return_hooks(walk->orc), walk->unwind.pc);
}

/* Puts back the real return address where the kernel keeps it; else the frame stays what it is. */
static struct fb_error *undo_diversion(struct walk *walk)
{
	struct fb_unwind *unwind = &walk->unwind;
	struct fb_error *err;

	if (!is_diverted(walk))
		return NULL;
	err = fb_return_hooks_find(fb_orc_return_hooks(walk->orc), walk->task->address,
				   unwind->sp - sizeof(unwind->pc), unwind->pc, &unwind->pc);
	return fb_part_skip(err);
}

/* The frame the walk stands at. A return address may be the first byte behind its function (after
 * a call that does not return), so the byte before it names the function. */
static struct fb_error *add_frame(struct walk *walk)
{
	const struct fb_unwind *unwind = &walk->unwind;
	struct fb_kernel_stack *stack = &walk->stack;
	struct fb_kernel_frame frame = {
		.pc = unwind->pc,
		.sp = unwind->sp,
		.stack = unwind->areas[unwind->area].name,
		.exact = unwind->exact,
		.unreliable = unwind->unreliable,
	};
	struct fb_symbol symbol;
	struct fb_error *err;

	if (find_symbol(walk, frame.exact || is_diverted(walk) ? frame.pc : frame.pc - 1,
			&symbol)) {
		frame.symbol = symbol.name;
		frame.module = symbol.module;
		frame.offset = frame.pc - symbol.address;
		frame.size = symbol.size;
	}
	err = fb_grow_array(&stack->frames, &walk->room, stack->count, sizeof(frame),
			    FB_MAX_KERNEL_FRAMES, "frames of a kernel stack");
	if (!err)
		stack->frames[stack->count++] = frame;
	return err;
}

static void lose(struct walk *walk, const char *reason)
{
	walk->stack.ended = FB_UNWIND_LOST;
	snprintf(walk->stack.end, sizeof(walk->stack.end), "%s", reason);
}

/* Takes err: it is why the stack ends. Out of memory is passed on. */
static struct fb_error *lose_by(struct walk *walk, struct fb_error *err)
{
	if (!err || fb_error_is_fatal(err))
		return err;
	lose(walk, fb_error_message(err));
	fb_error_destroy(err);
	return NULL;
}

/* ret_from_fork is where a task that never ran will begin: an instruction, not a return. */
static bool is_fork_return(const struct walk *walk, uint64_t pc)
{
	/* ret_from_fork_asm: 3aec4ecb3d1f, 6.6 */
	static const char *const names[] = {"ret_from_fork_asm", "ret_from_fork"};

	for (size_t i = 0; i < FB_ARRAY_SIZE(names); i++) {
		uint64_t address;

		if (fb_kernel_find_symbol(walk->kernel, names[i], &address) && address == pc)
			return true;
	}
	return false;
}

/* A task that is not on a CPU left its registers in struct inactive_task_frame (__switch_to_asm).
 * Registers beside RBP would be of no use to ORC. */
static struct fb_error *start_sleeping(struct walk *walk)
{
	const struct fb_layout *layout = fb_kernel_layout(walk->kernel);
	const struct fb_field *ret_addr = &layout->inactive_frame_ret_addr;
	uint64_t frame, pc, bp;
	struct fb_error *err;

	err = fb_kernel_field(walk->kernel, walk->task->address, &layout->task_thread_sp, &frame);
	if (!err)
		err = fb_layout_require(ret_addr);
	if (err)
		return err;
	if (fb_unwind_area(&walk->unwind, frame, ret_addr->offset + sizeof(pc)) == SIZE_MAX)
		return fb_error_create(FB_CORRUPT,
				       "thread.sp 0x%" PRIx64 " is not on the task's stack", frame);
	err = fb_kernel_field(walk->kernel, frame, ret_addr, &pc);
	if (!err)
		err = fb_kernel_field(walk->kernel, frame, &layout->inactive_frame_bp, &bp);
	if (err)
		return err;
	return fb_unwind_from_frame(&walk->unwind, pc, frame + ret_addr->offset + sizeof(pc), bp,
				    is_fork_return(walk, pc));
}

/* Where the registers were left is lost with the task_struct's page, but not the stack: look there.
 * What was lost stays the reason where that does not help. */
static struct fb_error *start_by_search(struct walk *walk, struct fb_error *lost)
{
	struct fb_error *err;

	if (!fb_error_is(lost, FB_ABSENT))
		return lost;
	err = fb_stack_search(walk->kernel, 0, &walk->unwind);
	if (fb_error_is_fatal(err)) {
		fb_error_destroy(lost);
		return err;
	}
	if (!err) {
		fb_error_destroy(lost);
		return NULL;
	}
	fb_error_destroy(err);
	return lost;
}

/* *user_ret: the CPU was in user mode, and there is nothing to unwind. */
static struct fb_error *start_running(struct walk *walk, bool *user_ret)
{
	struct user_regs_struct regs;
	struct fb_error *err;

	err = fb_cpu_stack_areas(walk->kernel, walk->task->cpu, &walk->unwind);
	if (!err)
		err = fb_cpu_regs(walk->kernel, walk->task->cpu, &regs);
	if (err)
		return err;
	if (!fb_user_regs_are_user(&regs))
		return fb_unwind_from_regs(&walk->unwind, &regs, 0);
	*user_ret = true;
	walk->stack.user_regs = regs;
	walk->stack.user_regs_from = FB_USER_REGS_PRSTATUS;
	walk->stack.has_user_regs = true;
	walk->stack.ended = FB_UNWIND_USER;
	snprintf(walk->stack.end, sizeof(walk->stack.end), "CPU %u was in user mode",
		 walk->task->cpu);
	return NULL;
}

/* The function of the last frame saved registers: say what of. */
static void mark_entry(struct walk *walk)
{
	struct fb_kernel_frame *frame = &walk->stack.frames[walk->stack.count - 1];
	const struct fb_unwind *unwind = &walk->unwind;

	if (!unwind->regs_address)
		return;
	frame->regs = unwind->regs_address;
	frame->entry = fb_entry_kind(frame->symbol, &unwind->regs);
}

static void end_at_start(struct walk *walk)
{
	const char *what = walk->task->idle ? "the idle task's start"
			   : walk->task->kernel_thread
				   ? "the kernel thread's start"
				   : "the thread's start: it has not been in user mode yet";

	walk->stack.ended = FB_UNWIND_START;
	snprintf(walk->stack.end, sizeof(walk->stack.end), "%s", what);
}

static void end_at_user(struct walk *walk)
{
	struct fb_kernel_stack *stack = &walk->stack;

	stack->ended = FB_UNWIND_USER;
	snprintf(stack->end, sizeof(stack->end), "end of the stack (user mode)");
	if (!walk->unwind.regs_address)
		return;
	stack->user_regs = walk->unwind.regs;
	stack->user_regs_from = FB_USER_REGS_STACK;
	stack->has_user_regs = true;
	if (stack->frames[stack->count - 1].entry == FB_ENTRY_SYSCALL)
		stack->syscall = (int64_t)stack->user_regs.orig_rax;
}

static struct fb_error *walk_frames(struct walk *walk)
{
	struct fb_unwind *unwind = &walk->unwind;
	enum fb_unwind_end end;
	struct fb_error *err;

	for (;;) {
		err = add_frame(walk);
		if (!err)
			err = fb_unwind_next(unwind, &end);
		if (!err && end == FB_UNWIND_GOES_ON)
			err = undo_diversion(walk);
		if (err)
			return err;
		if (end != FB_UNWIND_START && end != FB_UNWIND_LOST)
			mark_entry(walk);
		if (end == FB_UNWIND_USER)
			end_at_user(walk);
		else if (end == FB_UNWIND_START)
			end_at_start(walk);
		else if (end == FB_UNWIND_LOST)
			lose(walk, unwind->reason);
		if (end != FB_UNWIND_GOES_ON)
			return NULL;
	}
}

static struct fb_error *walk_task(struct walk *walk)
{
	const struct fb_task *task = walk->task;
	bool user = false;
	struct fb_error *err;

	if (!task->stack) {
		lose(walk,
		     task->found_by
			     ? "the task has given back its stack: it is exiting"
			     : "its task_struct, which has the place of its kernel stack, is not in the dump");
		return NULL;
	}
	fb_stack_area_add(&walk->unwind, task->stack, fb_thread_size(walk->kernel), "task");
	if (task->on_cpu)
		err = start_running(walk, &user);
	else
		err = start_by_search(walk, start_sleeping(walk));
	if (err || user)
		return lose_by(walk, err);
	return lose_by(walk, walk_frames(walk));
}

/* Where the walk did not come to user mode's registers they stand at the top all the same. A
 * kernel thread has none; a stack that could not be read has said so. */
static struct fb_error *find_user_regs(struct walk *walk)
{
	struct fb_kernel_stack *stack = &walk->stack;
	struct fb_error *err;

	if (!stack->has_user_regs && walk->task->stack && !walk->task->kernel_thread) {
		err = fb_user_regs_at_top(walk->kernel, walk->task->stack, &stack->user_regs);
		if (fb_error_is_fatal(err))
			return err;
		stack->has_user_regs = !err;
		if (!err)
			stack->user_regs_from = FB_USER_REGS_STACK;
		fb_error_destroy(err);
	}
	if (stack->user_regs_from != FB_USER_REGS_STACK)
		return NULL;
	return fb_user_regs_complete(walk->kernel, walk->task, &stack->user_regs);
}

struct fb_error *fb_kernel_stack_unwind(struct fb_kernel *kernel, struct fb_orc *orc,
					const struct fb_task *task,
					struct fb_kernel_stack *stack_ret)
{
	struct walk walk = {
		.kernel = kernel,
		.orc = orc,
		.task = task,
		.unwind = {.space = fb_kernel_space(kernel), .ops = &walk_ops, .context = &walk},
		.stack = {.syscall = -1},
	};
	struct fb_error *err = NULL;

	if (orc)
		err = walk_task(&walk);
	else
		lose(&walk, "the kernel's unwind tables are not in the dump");
	if (!err)
		err = find_user_regs(&walk);
	if (err) {
		fb_kernel_stack_deinit(&walk.stack);
		return err;
	}
	*stack_ret = walk.stack;
	return NULL;
}

struct fb_error *fb_kernel_stack_of_cpu(struct fb_kernel *kernel, struct fb_orc *orc, uint32_t cpu,
					struct fb_kernel_stack *stack_ret)
{
	/* Kernel threads have no registers of user mode at the top of their stack, and of this one it is not
	 * known. */
	struct fb_task task = {.on_cpu = true, .cpu = cpu, .kernel_thread = true};
	struct user_regs_struct regs = {0};
	struct fb_error *err = fb_cpu_regs(kernel, cpu, &regs);

	err = fb_part_skip(err); /* the walk fails with it too, and keeps it */
	if (err)
		return err;
	task.stack = regs.rsp & ~(fb_thread_size(kernel) - 1);
	if (!fb_kernel_address_ok(task.stack))
		task.stack = UINT64_MAX; /* of user mode, or unknown: no area begins here */
	return fb_kernel_stack_unwind(kernel, orc, &task, stack_ret);
}

void fb_kernel_stack_deinit(struct fb_kernel_stack *stack)
{
	free(stack->frames);
	memset(stack, 0, sizeof(*stack));
}

bool fb_kernel_is_scheduling(const char *symbol)
{
	static const char *const names[] = {"__schedule", "schedule", "schedule_timeout",
					    "schedule_preempt_disabled", "__switch_to_asm"};

	for (size_t i = 0; i < FB_ARRAY_SIZE(names); i++)
		if (!strcmp(symbol, names[i]))
			return true;
	return false;
}
