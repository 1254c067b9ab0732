// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds what to look at first: for a host that crashed, the stack of the panic; for one that hung, the waits. Called by
 * info.c.
 */
#include "cmd/info_look.h"

#include <stdio.h>
#include <string.h>

#include "base/part.h"
#include "bundle/waits/waits.h"

/* Members of a deadlock that are named. */
#define MAX_NAMED 4u

enum fb_info_way fb_info_way_of(const struct fb_panic *panic)
{
	if (!panic->message)
		return FB_INFO_HANG;
	switch (panic->cause) {
	case FB_LOG_SYSRQ:
	case FB_LOG_HUNG_TASK:
	case FB_LOG_NMI:
		return FB_INFO_HANG;
	case FB_LOG_SOFT_LOCKUP:
	case FB_LOG_HARD_LOCKUP:
	case FB_LOG_RCU_STALL:
	case FB_LOG_WORKQUEUE_LOCKUP:
		return FB_INFO_LOCKUP;
	case FB_LOG_OUT_OF_MEMORY:
		return FB_INFO_MEMORY;
	default:
		return FB_INFO_CRASH;
	}
}

/* Appends "130 lock-ab". */
static void add_thread(struct fb_info_look *look, const struct fb_tasks *tasks, int32_t tid,
		       const char *before)
{
	const struct fb_task *task = fb_tasks_by_tid(tasks, tid);
	size_t used = strlen(look->what);

	snprintf(look->what + used, sizeof(look->what) - used, "%s%d %.*s", before, tid,
		 task ? (int)sizeof(task->comm) : 1, task ? task->comm : "?");
}

static void name_deadlock(struct fb_info_look *look, const struct fb_tasks *tasks,
			  const struct fb_wait_cycle *cycle)
{
	size_t used;

	snprintf(look->what, sizeof(look->what), "the deadlock of %zu thread%s",
		 cycle->member_count, cycle->member_count == 1 ? "" : "s");
	for (size_t i = 0; i < cycle->member_count && i < MAX_NAMED; i++)
		add_thread(look, tasks, cycle->members[i], i ? ", " : ": ");
	used = strlen(look->what);
	if (cycle->member_count > MAX_NAMED)
		snprintf(look->what + used, sizeof(look->what) - used, " and %zu more",
			 cycle->member_count - MAX_NAMED);
	if (cycle->behind) {
		used = strlen(look->what);
		snprintf(look->what + used, sizeof(look->what) - used, "; %zu more wait for %s",
			 cycle->behind, cycle->member_count == 1 ? "it" : "them");
	}
}

/* Appends what is at the end of the chains: a thread, or an object of which nobody is known to have it. */
static void add_root(struct fb_info_look *look, const struct fb_tasks *tasks,
		     const struct fb_wait_graph *graph, const struct fb_wait_root *root)
{
	const char *name = root->object == FB_WAIT_NONE ? NULL : graph->objects[root->object].name;
	size_t used = strlen(look->what);

	if (root->tid >= 0)
		add_thread(look, tasks, root->tid, " ");
	else
		snprintf(look->what + used, sizeof(look->what) - used, " %s", name ? name : "?");
}

/* How many threads in D state wait for the root; its count has itself. */
static size_t sleepers_of(const struct fb_tasks *tasks, const struct fb_wait_root *root)
{
	const struct fb_task *task = root->tid >= 0 ? fb_tasks_by_tid(tasks, root->tid) : NULL;

	return root->hung - (root->hung && task && task->state == 'D');
}

/* The root for which most threads in D state wait, else that for which most threads do; NULL: there is none. */
static const struct fb_wait_root *worst_root(const struct fb_tasks *tasks,
					     const struct fb_wait_analysis *analysis)
{
	const struct fb_wait_root *worst = analysis->root_count ? &analysis->roots[0] : NULL;

	for (size_t i = 1; i < analysis->root_count; i++)
		if (sleepers_of(tasks, &analysis->roots[i]) > sleepers_of(tasks, worst))
			worst = &analysis->roots[i];
	return worst;
}

static void name_root(struct fb_info_look *look, const struct fb_tasks *tasks,
		      const struct fb_waits *waits)
{
	const struct fb_wait_root *root = worst_root(tasks, fb_waits_analysis(waits));
	size_t sleepers = root ? sleepers_of(tasks, root) : 0;

	if (!root || (!sleepers && root->threads < 2))
		return;
	if (sleepers)
		snprintf(look->what, sizeof(look->what),
			 "what %zu thread%s in D state wait%s for, directly or not:", sleepers,
			 sleepers == 1 ? "" : "s", sleepers == 1 ? "s" : "");
	else
		snprintf(look->what, sizeof(look->what),
			 "what %zu threads wait for, directly or not:", root->threads);
	add_root(look, tasks, fb_waits_graph(waits), root);
	look->command = "waits";
}

static void look_at_waits(struct fb_info_look *look, const struct fb_tasks *tasks,
			  const struct fb_waits *waits)
{
	const struct fb_wait_analysis *analysis = fb_waits_analysis(waits);

	if (!analysis->cycle_count) {
		name_root(look, tasks, waits);
		return;
	}
	name_deadlock(look, tasks, &analysis->cycles[0]);
	look->command = "waits";
}

/* Counts the deadlocks, and says what of the waits to look at where the host hung. */
static struct fb_error *find_waits(struct fb_context *context, struct fb_input *input,
				   const struct fb_tasks *tasks, bool hung,
				   struct fb_info_look *look)
{
	const struct fb_wait_options options = {0};
	struct fb_waits *waits = NULL;
	const struct fb_wait_analysis *analysis;
	struct fb_error *err = fb_waits_find(input, &options, &waits);

	if (err)
		return fb_part_warn(context->warnings, err, "what threads wait for");
	analysis = fb_waits_analysis(waits);
	look->waits_known = true;
	look->deadlocks = analysis->cycle_count;
	for (size_t i = 0; i < analysis->cycle_count; i++)
		look->deadlocked += analysis->cycles[i].member_count;
	if (hung)
		look_at_waits(look, tasks, waits);
	fb_waits_destroy(waits);
	return NULL;
}

static struct fb_error *look_at_tasks(struct fb_context *context, struct fb_input *input,
				      const struct fb_tasks *tasks, bool hung,
				      struct fb_info_look *look)
{
	look->tasks_known = true;
	for (size_t i = 0; i < fb_tasks_count(tasks); i++)
		look->uninterruptible += fb_tasks_get(tasks, i)->state == 'D';
	return find_waits(context, input, tasks, hung, look);
}

struct fb_error *fb_info_look(struct fb_context *context, struct fb_input *input,
			      const struct fb_panic *panic, struct fb_info_look *look_ret)
{
	struct fb_info_look *look = look_ret;
	const struct fb_tasks *tasks = NULL;
	enum fb_info_way way = fb_info_way_of(panic);
	/* Where types are missing no task can be reached: fb_panic_find() has let that pass, because
	 * opening the kernel has warned of it, and any other reason has ended the command. */
	struct fb_error *err = fb_part_skip(fb_input_tasks(input, &tasks));

	memset(look, 0, sizeof(*look));
	look->argument = "";
	if (!err && tasks)
		err = look_at_tasks(context, input, tasks, way == FB_INFO_HANG, look);
	if (err || look->command)
		return err;
	if (!fb_kernel_symbols(fb_input_kernel(input))) {
		snprintf(look->what, sizeof(look->what), "the end of the log");
		look->command = "log";
		return NULL;
	}
	look->command = "bt";
	if (way == FB_INFO_MEMORY) {
		snprintf(look->what, sizeof(look->what), "where memory went");
		look->command = "mem";
	} else if (way == FB_INFO_LOCKUP || !panic->task) {
		snprintf(look->what, sizeof(look->what), "what each CPU ran");
		look->argument = "--panic";
	} else {
		snprintf(look->what, sizeof(look->what), "the stack of the thread that panicked:");
		add_thread(look, tasks, panic->task->tid, " ");
	}
	return NULL;
}
