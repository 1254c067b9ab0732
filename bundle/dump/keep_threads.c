// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads of threads what the choice of kept memory depends on. Called by keep.c and keep_whole.c. */
#include "bundle/dump/keep_threads.h"

#include "base/part.h"
#include "kernel/stacks/stack_entry.h"

/* System calls that wait for a futex: futex, futex_waitv, futex_wait (arch/x86/entry/syscalls). */
#define NR_FUTEX 202
#define NR_FUTEX_WAIT 455
/* Of 32-bit processes (syscall_32.tbl) */
#define NR_FUTEX_32 240
#define NR_FUTEX_TIME64 422

size_t fb_keep_threads_end(const struct fb_tasks *tasks, size_t first)
{
	const struct fb_task *task = fb_tasks_get(tasks, first);
	size_t end;

	for (end = first + 1; end < fb_tasks_count(tasks); end++)
		if (fb_tasks_get(tasks, end)->mm != task->mm ||
		    fb_tasks_get(tasks, end)->pid != task->pid)
			break;
	return end;
}

bool fb_keep_has_memory(const struct fb_task *task)
{
	return task->mm && !task->kernel_thread && !task->idle;
}

struct fb_error *fb_keep_user_regs(struct fb_kernel *kernel, const struct fb_task *task,
				   struct user_regs_struct *regs, bool *found_ret)
{
	struct fb_error *err = NULL;

	*found_ret = false;
	if (task->on_cpu) {
		err = fb_part_skip(fb_cpu_regs(kernel, task->cpu, regs));
		*found_ret = !err && fb_user_regs_are_user(regs);
	}
	if (!err && !*found_ret && task->stack) {
		err = fb_user_regs_at_top(kernel, task->stack, regs);
		*found_ret = !err;
		err = fb_part_skip(err);
	}
	return err || !*found_ret ? err : fb_user_regs_complete(kernel, task, regs);
}

static bool waits_in_futex(const struct user_regs_struct *regs)
{
	if (fb_user_regs_are_32bit(regs) &&
	    (regs->orig_rax == NR_FUTEX_32 || regs->orig_rax == NR_FUTEX_TIME64))
		return true;
	return (!fb_user_regs_are_32bit(regs) && regs->orig_rax == NR_FUTEX) ||
	       regs->orig_rax == FB_NR_FUTEX_WAITV || regs->orig_rax == NR_FUTEX_WAIT;
}

struct fb_error *fb_keep_is_blocked(struct fb_kernel *kernel, const struct fb_task *task,
				    bool *blocked_ret)
{
	struct user_regs_struct regs;
	bool found;
	struct fb_error *err;

	*blocked_ret = task->state == 'D';
	if (task->on_cpu || task->state != 'S')
		return NULL;
	err = fb_keep_user_regs(kernel, task, &regs, &found);
	*blocked_ret = !err && found && waits_in_futex(&regs);
	return fb_part_skip(err);
}
