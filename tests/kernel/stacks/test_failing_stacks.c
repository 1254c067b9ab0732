// SPDX-License-Identifier: GPL-2.0-or-later
/* Kernel stacks of the sample where one read fails. */
#include <inttypes.h>
#include <string.h>

#include "kernel/stacks/orc.h"
#include "kernel/stacks/stack.h"
#include "tests/harness.h"
#include "tests/kernel/failing_reads.h"

#define MOST 12u

/* Frames that are guesses; of the four threads one has one, panic(). */
static bool has_guesses(const struct fb_kernel_stack *stack)
{
	for (size_t i = 0; i < stack->count; i++)
		if (stack->frames[i].unreliable && strcmp(stack->frames[i].symbol, "panic") != 0)
			return true;
	return false;
}

static struct fb_error *print_stack(const struct fb_kernel_stack *stack, struct fb_buf *text)
{
	uint64_t rip = stack->user_regs.rip;
	struct fb_error *err = NULL;

	for (size_t i = 0; !err && i < stack->count; i++) {
		const struct fb_kernel_frame *frame = &stack->frames[i];

		err = fb_buf_printf(text, "%s+%" PRIu64 " %s %d %d %d\n",
				    frame->symbol ? frame->symbol : "?", frame->offset,
				    frame->stack, frame->exact, frame->unreliable, frame->entry);
	}
	return err ? err
		   : fb_buf_printf(text, "%s %" PRIx64 " %" PRId64 "\n", stack->end, rip,
				   stack->syscall);
}

static struct fb_error *answer_stacks(struct sample_kernel *sample, struct fb_buf *text,
				      bool *incomplete_ret)
{
	static const int32_t tids[] = {1, 332, 126, 210};
	struct fb_modules *modules = NULL;
	struct fb_kernel_stack stack;
	struct fb_orc *orc = NULL;
	struct fb_error *err = fb_modules_load(sample->kernel, &modules);

	if (!err)
		err = fb_orc_open(sample->kernel, modules, &orc);
	for (size_t i = 0; !err && i < FB_ARRAY_SIZE(tids); i++) {
		err = fb_kernel_stack_unwind(sample->kernel, orc,
					     fb_tasks_by_tid(sample->tasks, tids[i]), &stack);
		if (err)
			break;
		*incomplete_ret |= stack.ended == FB_UNWIND_LOST || has_guesses(&stack);
		err = print_stack(&stack, text);
		fb_kernel_stack_deinit(&stack);
	}
	fb_orc_destroy(orc);
	fb_modules_destroy(modules);
	return err;
}

static void of_four_threads(void)
{
	failing_reads(answer_stacks, MOST);
}

FB_TEST_MAIN("kernel/failing_stacks", FB_TEST(of_four_threads))
