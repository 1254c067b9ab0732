// SPDX-License-Identifier: GPL-2.0-or-later
/* Stacks and the arguments of system calls of the sample's threads where a read fails. */
#include <inttypes.h>
#include <string.h>

#include "bundle/stacks/thread_stack.h"
#include "tests/bundle/failing_inputs.h"
#include "tests/expected.h"
#include "tests/harness.h"

#define MOST 60

static void add_stack(struct fb_buf *text, const struct fb_thread_stack *stack,
		      bool *incomplete_ret)
{
	expected_add(text, "%d:", stack->task->tid);
	for (size_t i = 0; i < stack->kernel.count; i++) {
		expected_add(text, " %" PRIx64, stack->kernel.frames[i].pc);
		*incomplete_ret |= stack->kernel.frames[i].unreliable;
	}
	expected_add(text, " call %" PRId64, stack->kernel.syscall);
	/* What it is called with is not known then: no name, or no path. */
	*incomplete_ret |= !stack->syscall || stack->kernel.syscall < 0;
	for (unsigned i = 0; stack->syscall && i < stack->syscall->count; i++) {
		expected_add(text, " %s", stack->syscall->arguments[i].name);
		if (!fb_syscall_argument_is_fd(&stack->syscall->arguments[i]))
			continue;
		*incomplete_ret |=
			!stack->syscall_paths[i] || strstr(stack->syscall_paths[i], "unknown") ||
			(strstr(stack->syscall_paths[i], "socket:") &&
			 (!stack->syscall_sockets[i] || strchr(stack->syscall_sockets[i], '?')));
		expected_add(text, "=%s %s",
			     stack->syscall_paths[i] ? stack->syscall_paths[i] : "-",
			     stack->syscall_sockets[i] ? stack->syscall_sockets[i] : "-");
	}
	expected_add(text, " end %s\n", stack->kernel.end);
	*incomplete_ret |= strcmp(stack->kernel.end, "end of the stack (user mode)") != 0;
}

static struct fb_error *tell_kernel_halves(struct sample_input *sample, struct fb_buf *text,
					   bool *incomplete_ret)
{
	static const int32_t tids[] = {130, 151, 173, 178, 332};
	const struct fb_thread_stacks_options options = {.kernel_only = true};
	const struct fb_task *tasks[FB_ARRAY_SIZE(tids)];
	struct fb_thread_stacks *stacks = NULL;
	struct fb_error *err;

	for (size_t i = 0; i < FB_ARRAY_SIZE(tids); i++)
		tasks[i] = sample_task(sample, tids[i]);
	err = fb_thread_stacks_load(sample->input, &options, tasks, FB_ARRAY_SIZE(tids), &stacks);
	for (size_t i = 0; !err && i < FB_ARRAY_SIZE(tids); i++)
		add_stack(text, fb_thread_stacks_get(stacks, i), incomplete_ret);
	fb_thread_stacks_destroy(stacks);
	return err;
}

static void of_kernel_halves(void)
{
	failing_inputs(tell_kernel_halves, (const char *const[]){NULL}, MOST);
}

FB_TEST_MAIN("bundle/stacks, failing reads", FB_TEST(of_kernel_halves))
