// SPDX-License-Identifier: GPL-2.0-or-later
/* Asks the readers of runtimes for the frames of each thread. Called by bundle/stacks and bundle/dump. */
#include "user/runtimes/runtimes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "base/attr.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/part.h"
#include "user/runtimes/go/go.h"
#include "user/runtimes/go/goroutines.h"
#include "user/runtimes/java/java.h"
#include "user/runtimes/java/java_locks.h"
#include "user/runtimes/python.h"
#include "user/runtimes/python_locks.h"
#include "user/runtimes/runtime_frames.h"

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
		fb_user_stack_note(stack, "Python", frames.end);
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
			fb_user_stack_note(&stacks[i], "Python", reason);
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
			fb_user_stack_note(&stacks[i], "Go", reason);
	}
	return err;
}

/* What it waits for. A thread that runs has not yet forgotten what it waited for before. */
static struct fb_error *add_java_wait(struct fb_java *java, const struct fb_java_thread *thread,
				      const struct user_regs_struct *regs,
				      struct fb_user_stack *stack)
{
	struct fb_java_wait wait;
	bool found = false;
	struct fb_error *err;

	if (regs->orig_rax != SYS_futex)
		return NULL;
	err = fb_java_wait_find(java, thread, &wait, &found);
	if (err || !found || !fb_java_wait_verb(wait.kind))
		return err;
	stack->thread.waits = fb_java_wait_verb(wait.kind);
	stack->thread.waits_class = wait.class;
	stack->thread.waits_object = wait.object;
	if (wait.why[0])
		fb_user_stack_note(stack, "Java", wait.why);
	return NULL;
}

/* What the virtual machine says of a thread that is one of Java's. */
static struct fb_error *name_java_thread(struct fb_java *java, const struct user_regs_struct *regs,
					 struct fb_user_stack *stack)
{
	const struct fb_java_thread *thread = fb_java_thread_of(java, regs->fs_base);

	if (!thread)
		return NULL;
	stack->thread = (struct fb_user_thread){.language = FB_LANGUAGE_JAVA,
						.name = thread->name,
						.state = thread->state,
						.id = thread->id};
	if (thread->why[0])
		fb_user_stack_note(stack, "Java", thread->why);
	if (fb_java_collects(java))
		fb_user_stack_note(stack, "Java", "garbage is being collected");
	return add_java_wait(java, thread, regs, stack);
}

/* What keeps Java from being read is said of its threads, or of all where these are not known. */
static struct fb_error *add_java(struct fb_java *java, const char *reason,
				 const struct user_regs_struct *regs, size_t count,
				 struct fb_user_stack *stacks)
{
	const char *why = "";
	size_t threads = 0;
	struct fb_error *err = NULL;

	if (java)
		(void)fb_java_threads(java, &threads, &why);
	else
		why = reason;
	for (size_t i = 0; i < count && !err; i++) {
		if (java) {
			err = name_java_thread(java, &regs[i], &stacks[i]);
			if (!err)
				err = fb_java_name_frames(java, regs[i].fs_base, &stacks[i]);
		}
		if (!stacks[i].thread.language && *why)
			fb_user_stack_note(&stacks[i], "Java", why);
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

/* Frames of Java are among those of the machine: the unwinder asks its reader how to cross them. */
static struct fb_error *unwind(const struct fb_user_process *process,
			       const struct user_regs_struct *regs, size_t count,
			       struct fb_string_pool *pool, struct fb_java *java,
			       struct fb_user_stack *stacks)
{
	const struct fb_foreign_code foreign = {.step = fb_java_step, .context = java};
	struct fb_user_process crossed = *process;

	if (java)
		crossed.foreign = &foreign;
	return fb_user_stacks_unwind(&crossed, regs, count, pool, stacks);
}

struct fb_error *fb_runtimes_unwind(const struct fb_user_process *process,
				    const struct user_regs_struct *regs, size_t count,
				    struct fb_string_pool *pool, struct fb_user_stack *stacks_ret)
{
	FB_CLEANUP(fb_java_destroy_at) struct fb_java *java = NULL;
	char reason[128] = "";
	struct fb_error *err = fb_java_open(process, pool, &java);

	if (fb_error_is(err, FB_NOT_FOUND)) {
		fb_error_destroy(err);
		err = NULL;
	}
	err = fb_part_reason(err, reason, sizeof(reason));
	if (!err)
		err = unwind(process, regs, count, pool, java, stacks_ret);
	if (err)
		return err;
	err = fb_runtimes_add_frames(process, regs, count, pool, stacks_ret);
	if (!err)
		err = add_java(java, reason, regs, count, stacks_ret);
	for (size_t i = 0; i < count && err; i++)
		fb_user_stack_deinit(&stacks_ret[i]);
	return err;
}

/* The frames of one thread, and what it waits for. */
static struct fb_error *visit_thread(struct fb_python *python, const struct user_regs_struct *regs)
{
	FB_CLEANUP(fb_string_pool_deinit) struct fb_string_pool pool = {0};
	FB_CLEANUP(fb_runtime_frames_deinit) struct fb_runtime_frames frames = {.list = NULL};
	struct fb_python_wait wait;
	bool found;
	struct fb_error *err = fb_python_frames(python, regs->fs_base, &pool, &frames);

	if (err || regs->orig_rax != SYS_futex)
		return err;
	return fb_python_wait_find(python, regs, regs->rdi, &wait, &found);
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

/* Goroutines, what they wait on, and who refers to that. */
static struct fb_error *visit_goroutines(struct fb_go *go)
{
	struct fb_goroutines goroutines = {.list = NULL};
	struct fb_error *err = fb_goroutines_of(go, FB_MAX_GOROUTINES_VISITED, &goroutines);

	fb_goroutines_deinit(&goroutines);
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

/* The frames of each thread from where it left Java on, and what it waits for. */
static struct fb_error *visit_java(const struct fb_user_process *process)
{
	FB_CLEANUP(fb_string_pool_deinit) struct fb_string_pool pool = {0};
	FB_CLEANUP(fb_java_destroy_at) struct fb_java *java = NULL;
	const struct fb_java_thread *threads = NULL;
	const char *why;
	size_t count = 0;
	struct fb_error *err = fb_java_open(process, &pool, &java);

	if (!err)
		threads = fb_java_threads(java, &count, &why);
	for (size_t i = 0; i < count && !err; i++) {
		struct fb_user_stack stack = {.frames = NULL};
		struct fb_java_wait wait;
		bool found;

		err = fb_java_name_frames(java, threads[i].pthread, &stack);
		fb_user_stack_deinit(&stack);
		if (!err)
			err = fb_java_wait_find(java, &threads[i], &wait, &found);
	}
	return fb_part_skip(err);
}

struct fb_error *fb_runtimes_visit(const struct fb_user_process *process,
				   const struct user_regs_struct *regs, size_t count)
{
	struct fb_error *err = visit_python(process, regs, count);

	if (!err)
		err = visit_go(process, regs, count);
	return err ? err : visit_java(process);
}
