// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds out where a blocked thread sleeps. Its stack is looked through from the innermost frame
 * outwards: the first function in the table of recognisers decides. A function marked as weak there
 * decides only where no other one is found further out. Called by waits.c.
 */
#include "bundle/waits/finder/wait_blocked.h"

#include <math.h>
#include <string.h>

#include "base/part.h"

/* How many callers of the deciding function are looked at: any of them may have put the wait
 * entry on the stack. */
#define FRAMES_OF_ENTRY 4u
/* Frames looked through: system calls of stacked file systems are some forty deep. */
#define DEEPEST 64u

/* What every stack ends with. */
static bool is_entry(const char *symbol)
{
	return !strncmp(symbol, "entry_SYSCALL", 13) || !strncmp(symbol, "do_syscall_", 11) ||
	       !strcmp(symbol, "ret_from_fork") || !strcmp(symbol, "ret_from_fork_asm");
}

/* The function that decides, and where on the stack its wait structure can be: from the innermost
 * frame to the end of a caller's. */
static void find_site(const struct fb_wait_sites *sites, const struct fb_kernel_stack *stack,
		      struct fb_blocked *blocked)
{
	size_t used = 0, at = 0;
	bool settled = false;

	for (size_t i = 0; i < stack->count && i < DEEPEST; i++) {
		const char *symbol = stack->frames[i].symbol;
		const struct fb_wait_recogniser *site;

		if (!symbol || fb_kernel_is_scheduling(symbol))
			continue;
		if (used < FB_WAIT_FRAMES && !is_entry(symbol))
			blocked->frames[used++] = symbol;
		site = settled ? NULL : fb_wait_sites_find(sites, symbol);
		if (!site || (blocked->site && site->weak))
			continue;
		blocked->site = site;
		settled = !site->weak;
		at = i;
	}
	if (!stack->count)
		return;
	blocked->low = stack->frames[0].sp;
	at = at + FRAMES_OF_ENTRY < stack->count ? at + FRAMES_OF_ENTRY : stack->count - 1;
	blocked->high = stack->frames[at].sp;
}

struct fb_error *fb_blocked_read(const struct fb_wait_finder *finder, struct fb_orc *orc,
				 const struct fb_wait_sites *sites, const struct fb_task *task,
				 struct fb_blocked *blocked_ret)
{
	struct fb_blocked blocked = {.task = task};
	struct fb_kernel_stack stack;
	struct fb_error *err;

	err = fb_part_skip(fb_kernel_field(finder->kernel, task->address,
					   &finder->layout->task_exec_start, &blocked.ran));
	if (!err)
		err = fb_kernel_stack_unwind(finder->kernel, orc, task, &stack);
	if (err)
		return err;
	find_site(sites, &stack, &blocked);
	blocked.syscall = stack.syscall;
	blocked.has_regs = stack.has_user_regs;
	blocked.regs = stack.user_regs;
	blocked.compat = fb_user_regs_are_32bit(&stack.user_regs);
	if (blocked.has_regs)
		fb_syscall_arguments(&stack.user_regs, blocked.args);
	fb_kernel_stack_deinit(&stack);
	*blocked_ret = blocked;
	return NULL;
}

struct fb_wait fb_wait_of_blocked(const struct fb_wait_finder *finder,
				  const struct fb_blocked *blocked, const char *kind)
{
	struct fb_wait wait = {
		.tid = blocked->task->tid,
		.pid = blocked->task->pid,
		.kind = kind,
		.certain = true,
		.seconds = NAN,
	};
	size_t first, threads;

	fb_tasks_group(finder->tasks, wait.pid, &first, &threads);
	wait.alone = threads == 1;
	memcpy(wait.frames, blocked->frames, sizeof(wait.frames));
	if (blocked->ran && blocked->ran <= finder->now)
		wait.seconds = (double)(finder->now - blocked->ran) / 1e9;
	return wait;
}

bool fb_blocked_in(const struct fb_blocked *blocked, const char *function)
{
	for (size_t i = 0; i < FB_WAIT_FRAMES && blocked->frames[i]; i++)
		if (!strcmp(blocked->frames[i], function))
			return true;
	return false;
}
