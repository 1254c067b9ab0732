// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recognises idle threads of Go's scheduler, by the functions of the runtime in which they sleep, which Go's own tables
 * name; and reads the goroutines of each process in Go. Called by bundle/waits/wait_unknown.c and waits.c.
 */
#include "bundle/waits/goroutines/wait_go.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/part.h"
#include "bundle/process/joined_space.h"
#include "bundle/process/user_mappings.h"
#include "bundle/waits/futex/wait_current.h"
#include "kernel/image/kernel.h"

/* Goroutines of all processes together that are kept: some 100 MB. */
#define MOST_GOROUTINES (1u << 18)
#define MOST_PROCESSES (1u << 16)

/* The program of the last call, and all processes in Go. */
struct programs {
	uint64_t mm;
	struct fb_joined *joined; /* owned; of that program; NULL: it is none of Go */
	struct fb_go *go;         /* owned */
	struct fb_string_pool pool;
	bool of_dump;
	struct fb_wait_goroutines *list; /* owned */
	size_t count, room, goroutines;
};

static void close_program(struct programs *programs)
{
	fb_go_destroy(programs->go);
	fb_joined_destroy(programs->joined);
	fb_string_pool_deinit(&programs->pool);
	programs->go = NULL;
	programs->joined = NULL;
	memset(&programs->pool, 0, sizeof(programs->pool));
}

static void deinit(void *state)
{
	struct programs *programs = state;

	close_program(programs);
	for (size_t i = 0; i < programs->count; i++)
		fb_wait_goroutines_deinit(&programs->list[i]);
	free(programs->list);
}

static const struct fb_wait_state PROGRAMS = {sizeof(struct programs), deinit};

const char *fb_wait_go_idle(const char *function)
{
	static const struct {
		const char *function, *does;
	} idle[] = {
		{"runtime.stopm", "has no goroutine to run"},
		{"runtime.stoplockedm", "waits for the goroutine that is locked to it"},
		{"runtime.sysmon", "is the runtime's monitor"},
		{"runtime.templateThread", "starts threads for others"},
		{"os/signal.signal_recv", "waits for signals"},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(idle); i++)
		if (!strcmp(function, idle[i].function))
			return idle[i].does;
	return NULL;
}

static struct fb_error *read_goroutines(struct fb_wait_finder *finder, struct programs *programs,
					int32_t pid)
{
	struct fb_wait_goroutines *of;
	struct fb_error *err =
		fb_grow_array(&programs->list, &programs->room, programs->count,
			      sizeof(*programs->list), MOST_PROCESSES, "processes in Go");

	if (err)
		return err;
	of = &programs->list[programs->count++];
	memset(of, 0, sizeof(*of));
	of->pid = pid;
	err = fb_goroutines_of(programs->go, MOST_GOROUTINES - programs->goroutines, &of->all);
	/* The texts of the frames are those of the program's pool, which the process keeps. */
	of->pool = programs->pool;
	memset(&programs->pool, 0, sizeof(programs->pool));
	programs->goroutines += of->all.count;
	/* The first goroutine tells it of all. */
	if (!err && of->all.count)
		err = fb_wait_is_of_dump(fb_joined_space(programs->joined), of->all.list[0].address,
					 &of->of_dump);
	programs->of_dump = !err && of->of_dump;
	err = fb_part_reason(err, of->all.why, sizeof(of->all.why));
	return err ? err
		   : fb_wait_goroutines_analyse(of, fb_kernel_info(finder->kernel)->monotonic_ns);
}

/* Opens the program of a process; programs->go stays NULL where it is none of Go, or is not read. */
static struct fb_error *open_program(struct fb_wait_finder *finder, struct programs *programs,
				     const struct fb_task *task)
{
	const struct fb_joined_options options = {.files = finder->options.files,
						  .swap = finder->options.swap};
	FB_CLEANUP(fb_free_at) struct fb_user_mapping *mappings = NULL;
	struct fb_user_process process = {.fetch_fd = -1};
	struct fb_error *err = fb_joined_create(finder->input, task, &options, &programs->joined);

	if (!err)
		err = fb_user_mappings_load(finder->input, task, programs->joined, &programs->pool,
					    &mappings);
	if (err)
		return err;
	process.space = fb_joined_space(programs->joined);
	process.mappings = mappings;
	process.mapping_count = fb_joined_vmas(programs->joined)->count;
	return fb_go_open(&process, &programs->pool, &programs->go);
}

/* What keeps the goroutines of a program from being read is said by bt: a program that cannot be read at all may be
 * none of Go. */
static struct fb_error *program_of(struct fb_wait_finder *finder, const struct fb_task *task,
				   struct programs *programs)
{
	struct fb_error *err;

	if (programs->mm == task->mm)
		return NULL;
	close_program(programs);
	programs->mm = task->mm;
	err = open_program(finder, programs, task);
	if (!err)
		err = read_goroutines(finder, programs, task->pid);
	else
		close_program(programs);
	return fb_part_skip(err);
}

/* The functions of a thread's stack that the runtime's tables name, from that in which it sleeps on. */
static struct fb_error *read_stack(struct programs *programs, const struct fb_blocked *blocked,
				   struct fb_user_stack *stack)
{
	stack->frames = calloc(1, sizeof(*stack->frames));
	if (!stack->frames)
		return fb_error_nomem();
	stack->count = stack->room = 1;
	stack->frames[0] = (struct fb_user_frame){.pc = blocked->regs.rip, .sp = blocked->regs.rsp};
	return fb_go_replace_frames(programs->go, &blocked->regs, stack, NULL);
}

/* What it does if it idles; *polls_ret: it waits for what goroutines in "IO wait" read and write. */
static const char *find_idle(const struct fb_user_stack *stack, bool *polls_ret)
{
	*polls_ret = false;
	for (size_t i = 0; i < stack->count; i++) {
		const char *symbol = stack->frames[i].symbol;
		const char *does = symbol ? fb_wait_go_idle(symbol) : NULL;

		if (does)
			return does;
		if (symbol && !strcmp(symbol, "runtime.netpoll"))
			*polls_ret = true;
	}
	return NULL;
}

/* The object is the scheduler: whatever makes a goroutine ready wakes one of its threads. */
static struct fb_error *add_idle(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				 struct programs *programs, const char *does)
{
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, "go-idle");
	struct fb_go_thread thread;
	bool fresh, is;
	struct fb_error *err = fb_go_thread_find(programs->go, blocked->regs.fs_base, &thread, &is);

	if (!err)
		err = fb_wait_is_current(finder, programs->of_dump, blocked->task,
					 blocked->task->pid, &wait.certain);
	if (!err)
		err = fb_wait_graph_object(&finder->graph, "go-scheduler", blocked->task->mm, 0,
					   &wait.object, &fresh);
	if (!err && fresh) {
		struct fb_wait_object *object = &finder->graph.objects[wait.object];

		object->others = true;
		object->loose = true;
		err = fb_wait_text(&object->name, "Go's scheduler, PID %d", blocked->task->pid);
	}
	wait.evidence = "the runtime's functions on its stack";
	if (!err && thread.m_id >= 0)
		err = fb_wait_append(&wait.detail, "M %" PRId64 " %s", thread.m_id, does);
	else if (!err)
		err = fb_wait_append(&wait.detail, "it %s", does);
	if (err) {
		free(wait.detail);
		return err;
	}
	return fb_wait_graph_add(&finder->graph, &wait);
}

struct fb_error *fb_wait_go(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
			    char **detail, bool *found_ret)
{
	const char *kind = blocked->site ? blocked->site->kind : NULL;
	FB_CLEANUP(fb_user_stack_deinit) struct fb_user_stack stack = {.frames = NULL};
	struct programs *programs;
	const char *does;
	bool polls;
	struct fb_error *err;

	*found_ret = false;
	if (!kind || blocked->compat || !blocked->has_regs || !blocked->task->mm ||
	    (strcmp(kind, "epoll") != 0 && strcmp(kind, "futex") != 0))
		return NULL;
	err = fb_wait_state(finder, &PROGRAMS, &programs);
	if (!err)
		err = program_of(finder, blocked->task, programs);
	if (err || !programs->go)
		return err;
	err = read_stack(programs, blocked, &stack);
	if (err)
		return err;
	does = find_idle(&stack, &polls);
	if (does && !strcmp(kind, "futex")) {
		*found_ret = true;
		return add_idle(finder, blocked, programs, does);
	}
	return polls ? fb_wait_append(detail, "Go's scheduler polls what its goroutines in IO wait "
					      "read and write")
		     : NULL;
}

struct fb_error *fb_wait_go_processes(struct fb_wait_finder *finder,
				      const struct fb_wait_goroutines **list_ret, size_t *count_ret)
{
	struct programs *programs;
	struct fb_error *err = fb_wait_state(finder, &PROGRAMS, &programs);

	if (err)
		return err;
	*list_ret = programs->list;
	*count_ret = programs->count;
	return NULL;
}
