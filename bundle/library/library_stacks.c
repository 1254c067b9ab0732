// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unwinds stacks for callers of the library. Their frames are read by library_frames.c.
 */
#include "bundle/library/library_stacks.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "bundle/stacks/stack_words.h"
#include "kernel/stacks/syscall_names.h"

static size_t count_frames(const struct fb_thread_stack *stack)
{
	size_t count = stack->user.count;

	for (size_t i = 0; i < stack->kernel.count; i++)
		count += stack->kernel.frames[i].source.count ? stack->kernel.frames[i].source.count
							      : 1;
	return count;
}

/* A frame, with the functions that were inlined into it before it. */
static void add_kernel_frame(struct fbundle_stack *stack, const struct fb_kernel_frame *frame)
{
	const struct fb_source_location *source = &frame->source;

	for (size_t i = 0; i + 1 < source->count; i++)
		stack->frames[stack->count++] = (struct fbundle_frame){
			.kernel = frame, .source = &source->frames[i], .inlined = true};
	stack->frames[stack->count++] = (struct fbundle_frame){
		.kernel = frame,
		.source = source->count ? &source->frames[source->count - 1] : NULL};
}

static struct fb_error *fill_stack(const struct fb_thread_stack *from, struct fbundle_stack *stack)
{
	/* As many as are in memory already. */
	struct fb_error *err = fb_alloc_array(count_frames(from), sizeof(*stack->frames), SIZE_MAX,
					      "frames", &stack->frames);

	stack->stack = from;
	for (size_t i = 0; !err && i < from->kernel.count; i++)
		add_kernel_frame(stack, &from->kernel.frames[i]);
	for (size_t i = 0; !err && i < from->user.count; i++)
		stack->frames[stack->count++] = (struct fbundle_frame){
			.user = &from->user.frames[i], .inlined = from->user.frames[i].inlined};
	return err;
}

/* The caller's list, or all tasks. */
static struct fb_error *choose(struct fbundle *bundle, const struct fbundle_task *const *tasks,
			       size_t *count, const struct fb_task ***chosen_ret)
{
	struct fb_error *err = fb_library_tasks(bundle);

	if (!err && !tasks)
		*count = fb_tasks_count(bundle->tasks);
	if (!err)
		err = fb_alloc_array(*count, sizeof(**chosen_ret), FB_MAX_TASKS, "threads",
				     chosen_ret);
	for (size_t i = 0; !err && i < *count; i++)
		(*chosen_ret)[i] =
			tasks ? fb_library_task(tasks[i]) : fb_tasks_get(bundle->tasks, i);
	return err;
}

static struct fb_error *load(struct fbundle *bundle, const struct fbundle_task *const *tasks,
			     size_t count, struct fbundle_stacks *stacks)
{
	FB_CLEANUP(fb_free_at) const struct fb_task **chosen = NULL;
	struct fb_thread_stacks_options options = {
		.files = bundle->files,
		.debug_dirs = (const char *const *)bundle->debug_dirs,
		.debug_dir_count = bundle->debug_dir_count,
	};
	struct fb_error *err = choose(bundle, tasks, &count, &chosen);

	if (!err)
		err = fb_library_swap(bundle);
	options.swap = bundle->swap;
	if (!err)
		err = fb_thread_stacks_load(bundle->input, &options, chosen, count,
					    &stacks->loaded);
	if (!err)
		err = fb_alloc_array(count, sizeof(*stacks->stacks), FB_MAX_TASKS, "stacks",
				     &stacks->stacks);
	for (size_t i = 0; !err && i < count; i++) {
		stacks->count++;
		err = fill_stack(fb_thread_stacks_get(stacks->loaded, i), &stacks->stacks[i]);
	}
	return err;
}

struct fbundle_error *fbundle_load_stacks(struct fbundle *bundle,
					  const struct fbundle_task *const *tasks, size_t count,
					  struct fbundle_stacks **stacks_ret)
{
	struct fbundle_stacks *stacks = calloc(1, sizeof(*stacks));
	struct fb_error *err = stacks ? load(bundle, tasks, count, stacks) : fb_error_nomem();

	if (err)
		fbundle_stacks_free(stacks);
	else
		*stacks_ret = stacks;
	return fb_library_error(err);
}

void fbundle_stacks_free(struct fbundle_stacks *stacks)
{
	if (!stacks)
		return;
	for (size_t i = 0; i < stacks->count; i++)
		free(stacks->stacks[i].frames);
	free(stacks->stacks);
	fb_thread_stacks_destroy(stacks->loaded);
	free(stacks);
}

size_t fbundle_stacks_count(const struct fbundle_stacks *stacks)
{
	return stacks->count;
}

const struct fbundle_stack *fbundle_stacks_get(const struct fbundle_stacks *stacks, size_t index)
{
	return index < stacks->count ? &stacks->stacks[index] : NULL;
}

const struct fbundle_task *fbundle_stack_task(const struct fbundle_stack *stack)
{
	return (const struct fbundle_task *)stack->stack->task;
}

bool fbundle_stack_is_complete(const struct fbundle_stack *stack)
{
	return stack->stack->user.complete;
}

const char *fbundle_stack_kernel_end(const struct fbundle_stack *stack)
{
	return stack->stack->kernel.end;
}

const char *fbundle_stack_user_end(const struct fbundle_stack *stack)
{
	return stack->stack->user.end;
}

int64_t fbundle_stack_syscall(const struct fbundle_stack *stack)
{
	return stack->stack->kernel.syscall;
}

const char *fbundle_stack_syscall_name(const struct fbundle_stack *stack)
{
	const struct fb_kernel_stack *kernel = &stack->stack->kernel;

	return kernel->syscall < 0 ? NULL
				   : fb_syscall_name(kernel->syscall,
						     fb_user_regs_are_32bit(&kernel->user_regs));
}

bool fbundle_stack_register(const struct fbundle_stack *stack, const char *name,
			    uint64_t *value_ret)
{
	if (!stack->stack->user_regs_from)
		return false;
	for (size_t i = 0; i < fb_user_reg_count(); i++) {
		if (strcmp(fb_user_reg_name(i), name) != 0)
			continue;
		*value_ret = fb_user_reg_get(&stack->stack->user_regs, i);
		return true;
	}
	return false;
}
