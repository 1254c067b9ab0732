// SPDX-License-Identifier: GPL-2.0-or-later
/* Asks the readers of runtimes for the frames of each thread. Called by bundle/stacks and bundle/dump. */
#include "user/runtimes/runtimes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/part.h"
#include "user/runtimes/go/go.h"
#include "user/runtimes/python.h"
#include "user/runtimes/runtime_frames.h"

/* "...; Python: WHY" */
static void note_end(struct fb_user_stack *stack, const char *runtime, const char *why)
{
	const size_t length = strlen(stack->end);

	snprintf(stack->end + length, sizeof(stack->end) - length, "%s%s: %s", length ? "; " : "",
		 runtime, why);
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
		note_end(stack, "Python", frames.end);
	fb_runtime_frames_deinit(&frames);
	return err;
}

static struct fb_error *add_python_frames(const struct fb_user_process *process,
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
			note_end(&stacks[i], "Python", reason);
	}
	return err;
}

static struct fb_error *add_go_frames(const struct fb_user_process *process,
				      const struct user_regs_struct *regs, size_t count,
				      struct fb_string_pool *pool, struct fb_user_stack *stacks)
{
	FB_CLEANUP(fb_go_destroy_at) struct fb_go *go = NULL;
	char reason[128] = "";
	struct fb_error *err = fb_go_open(process, pool, &go);

	if (fb_error_is(err, FB_NOT_FOUND)) {
		fb_error_destroy(err);
		return NULL;
	}
	err = fb_part_reason(err, reason, sizeof(reason));
	for (size_t i = 0; i < count && !err; i++) {
		if (go)
			err = fb_go_replace_frames(go, &regs[i], &stacks[i], NULL);
		else
			note_end(&stacks[i], "Go", reason);
	}
	return err;
}

struct fb_error *fb_runtimes_add_frames(const struct fb_user_process *process,
					const struct user_regs_struct *regs, size_t count,
					struct fb_string_pool *pool, struct fb_user_stack *stacks)
{
	struct fb_error *err = add_python_frames(process, regs, count, pool, stacks);

	return err ? err : add_go_frames(process, regs, count, pool, stacks);
}

/* The frames of one thread. */
static struct fb_error *visit_thread(struct fb_python *python, const struct user_regs_struct *regs)
{
	FB_CLEANUP(fb_string_pool_deinit) struct fb_string_pool pool = {0};
	FB_CLEANUP(fb_runtime_frames_deinit) struct fb_runtime_frames frames = {.list = NULL};

	return fb_python_frames(python, regs->fs_base, &pool, &frames);
}

static struct fb_error *visit_python(const struct fb_user_process *process,
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

/* The frames of a thread that is in Go's code. */
static struct fb_error *visit_go_thread(struct fb_go *go, const struct user_regs_struct *regs)
{
	struct fb_user_stack stack = {.frames = calloc(1, sizeof(*stack.frames))};
	struct fb_error *err;

	if (!stack.frames)
		return fb_error_nomem();
	stack.count = stack.room = 1;
	stack.frames[0] = (struct fb_user_frame){.pc = regs->rip, .sp = regs->rsp};
	err = fb_go_replace_frames(go, regs, &stack, NULL);
	fb_user_stack_deinit(&stack);
	return err;
}

static struct fb_error *visit_goroutines(struct fb_go *go)
{
	FB_CLEANUP(fb_free_at) struct fb_goroutine *list = NULL;
	char why[FB_GO_WHY];
	size_t count = 0;
	struct fb_error *err = fb_go_routines(go, &list, &count, why);

	for (size_t i = 0; i < count && i < FB_MAX_GOROUTINES_VISITED && !err; i++) {
		struct fb_user_stack stack = {.frames = NULL};

		err = fb_go_frames(go, &list[i], &stack);
		fb_user_stack_deinit(&stack);
	}
	return err;
}

static struct fb_error *visit_go(const struct fb_user_process *process,
				 const struct user_regs_struct *regs, size_t count)
{
	FB_CLEANUP(fb_string_pool_deinit) struct fb_string_pool pool = {0};
	FB_CLEANUP(fb_go_destroy_at) struct fb_go *go = NULL;
	struct fb_error *err = fb_go_open(process, &pool, &go);

	for (size_t i = 0; i < count && !err; i++)
		err = visit_go_thread(go, &regs[i]);
	if (!err)
		err = visit_goroutines(go);
	return fb_part_skip(err);
}

struct fb_error *fb_runtimes_visit(const struct fb_user_process *process,
				   const struct user_regs_struct *regs, size_t count)
{
	struct fb_error *err = visit_python(process, regs, count);

	return err ? err : visit_go(process, regs, count);
}
