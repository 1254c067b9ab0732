// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Replaces user halves of stacks that cannot be unwound from a redacted bundle by those that were stored when it was
 * made. Called by thread_stack.c after unwinding.
 */
#include "bundle/stacks/stored_stack.h"

#include <string.h>

#include "base/part.h"

/* Whether the stored stack belongs to another moment than the dump's: it is of another process, or it
 * begins with other registers although both have them from the same source (the source says when they
 * were taken: at the panic, or when the core was made). */
static bool begins_elsewhere(const struct fb_thread_stack *stack,
			     const struct fb_stored_stack *stored)
{
	return stored->pid != stack->task->pid ||
	       (stored->user_regs_from == stack->user_regs_from && stack->user_regs_from &&
		(stored->user_regs.rip != stack->user_regs.rip ||
		 stored->user_regs.rsp != stack->user_regs.rsp));
}

static bool same_kernel(const struct fb_kernel_stack *kernel, const struct fb_stored_stack *stored)
{
	if (kernel->count != stored->kernel_count)
		return false;
	for (size_t i = 0; i < kernel->count; i++)
		if (kernel->frames[i].pc != stored->kernel_pcs[i])
			return false;
	return true;
}

/* Takes the user half out of stored. */
static void replace(struct fb_thread_stack *stack, struct fb_stored_stack *stored)
{
	fb_user_stack_deinit(&stack->user);
	stack->user = stored->user;
	memset(&stored->user, 0, sizeof(stored->user));
	if (stack->user_regs_from != stored->user_regs_from) {
		stack->user_regs_from = stored->user_regs_from;
		stack->user_regs = stored->user_regs;
		stack->core_differs = false;
	}
	stack->user_stored = true;
	stack->stored_waits_for = stored->waits_for;
}

static void apply(struct fb_warnings *warnings, struct fb_thread_stack *stack,
		  struct fb_stored_stack *stored)
{
	int32_t tid = stack->task->tid;

	if (begins_elsewhere(stack, stored)) {
		fb_warn(warnings,
			"TID %d: its stored stack is of another thread or moment, and left out",
			tid);
		return;
	}
	if (!same_kernel(&stack->kernel, stored))
		fb_warn(warnings,
			"TID %d: the kernel half of its stored stack is not the dump's: the user "
			"half may not belong to it",
			tid);
	if (!stack->user.complete || stored->user.complete)
		replace(stack, stored);
}

static struct fb_error *decode_and_apply(struct fb_input *input, struct fb_stored_stacks *stacks,
					 struct fb_thread_stack *stack)
{
	struct fb_stored_stack stored = {0};
	struct fb_error *err;

	if (stack->task->idle || stack->task->kernel_thread ||
	    (stack->core && !stack->core->from_bundle))
		return NULL;
	err = fb_stored_stacks_decode(stacks, stack->task->tid, &stored);
	if (fb_error_is(err, FB_NOT_FOUND)) {
		fb_error_destroy(err);
		return NULL;
	}
	if (fb_error_is_fatal(err))
		return err;
	if (err)
		fb_warn_error(fb_input_warnings(input), err,
			      "TID %d: its stored stack is damaged, and left out",
			      stack->task->tid);
	else
		apply(fb_input_warnings(input), stack, &stored);
	fb_stored_stack_deinit(&stored);
	return NULL;
}

struct fb_error *fb_stored_stacks_apply(struct fb_input *input, struct fb_thread_stack *stacks,
					size_t count, struct fb_stored_stacks **stored_ret)
{
	struct fb_fiber *fiber = fb_input_fiber(input);
	struct fb_stored_stacks *stored = NULL;
	struct fb_error *err = NULL;

	if (fiber)
		err = fb_stored_stacks_open(fb_fiber_manifest(fiber), fb_input_warnings(input),
					    &stored);
	err = fb_part_warn(fb_input_warnings(input), err, "stored stacks cannot be had");
	for (size_t i = 0; !err && stored && i < count; i++)
		err = decode_and_apply(input, stored, &stacks[i]);
	if (err)
		fb_stored_stacks_destroy(stored);
	else
		*stored_ret = stored;
	return err;
}
