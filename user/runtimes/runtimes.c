// SPDX-License-Identifier: GPL-2.0-or-later
/* Asks the readers of runtimes for the frames of each thread. Called by bundle/stacks and bundle/dump. */
#include "user/runtimes/runtimes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/cleanup.h"
#include "base/part.h"
#include "user/runtimes/python.h"
#include "user/runtimes/runtime_frames.h"

/* "...; Python: WHY" */
static void note_end(struct fb_user_stack *stack, const char *why)
{
	const size_t length = strlen(stack->end);

	snprintf(stack->end + length, sizeof(stack->end) - length, "%sPython: %s",
		 length ? "; " : "", why);
}

/* Whether the stack is one of the interpreter, or may be: the frames that would tell are missing. */
static bool may_run_python(const struct fb_user_stack *stack)
{
	if (!stack->complete)
		return true;
	for (size_t i = 0; i < stack->count; i++)
		if (stack->frames[i].symbol &&
		    !strcmp(stack->frames[i].symbol, FB_PYTHON_EVALUATOR))
			return true;
	return false;
}

static struct fb_error *add_python(struct fb_python *python, const struct user_regs_struct *regs,
				   struct fb_string_pool *pool, struct fb_user_stack *stack)
{
	struct fb_runtime_frames frames = {.list = NULL};
	struct fb_error *err = fb_python_frames(python, regs->fs_base, pool, &frames);

	if (!err)
		err = fb_runtime_frames_place(&frames, FB_LANGUAGE_PYTHON, FB_PYTHON_EVALUATOR,
					      stack);
	if (!err && frames.end[0])
		note_end(stack, frames.end);
	fb_runtime_frames_deinit(&frames);
	return err;
}

struct fb_error *fb_runtimes_add_frames(const struct fb_user_process *process,
					const struct user_regs_struct *regs, size_t count,
					struct fb_string_pool *pool, struct fb_user_stack *stacks)
{
	FB_CLEANUP(fb_python_destroy_at) struct fb_python *python = NULL;
	char reason[128] = "";
	struct fb_error *err = fb_python_open(process, &python);

	if (fb_error_is(err, FB_NOT_FOUND)) {
		fb_error_destroy(err);
		return NULL;
	}
	err = fb_part_reason(err, reason, sizeof(reason));
	for (size_t i = 0; i < count && !err; i++) {
		if (python)
			err = add_python(python, &regs[i], pool, &stacks[i]);
		else if (may_run_python(&stacks[i]))
			note_end(&stacks[i], reason);
	}
	return err;
}

/* The frames of one thread. */
static struct fb_error *visit_thread(struct fb_python *python, const struct user_regs_struct *regs)
{
	FB_CLEANUP(fb_string_pool_deinit) struct fb_string_pool pool = {0};
	FB_CLEANUP(fb_runtime_frames_deinit) struct fb_runtime_frames frames = {.list = NULL};

	return fb_python_frames(python, regs->fs_base, &pool, &frames);
}

struct fb_error *fb_runtimes_visit(const struct fb_user_process *process,
				   const struct user_regs_struct *regs, size_t count)
{
	FB_CLEANUP(fb_python_destroy_at) struct fb_python *python = NULL;
	FB_CLEANUP(fb_free_at) struct fb_python_gil *gils = NULL;
	size_t gil_count;
	struct fb_error *err = fb_python_open(process, &python);

	for (size_t i = 0; i < count && !err; i++)
		err = visit_thread(python, &regs[i]);
	if (!err)
		err = fb_python_gils(python, &gils, &gil_count);
	return fb_part_skip(err);
}
