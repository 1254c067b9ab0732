// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Looks up the TIDs that the task table has lost in the notes of matched cores. Called by ps, bt, and
 * core_notes_writer.c.
 */
#include "bundle/process/lost_threads.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/search.h"

struct search {
	const struct fb_tasks *tasks;
	const int32_t *lost; /* in order */
	size_t lost_count;
	struct fb_lost_threads found;
	size_t room;
};

static bool is_lost(const struct search *search, int32_t tid)
{
	size_t at = FB_LOWER_BOUND(i, search->lost_count, search->lost[i] < tid);

	return at < search->lost_count && search->lost[at] == tid;
}

static struct fb_error *add_thread(struct search *search, const struct fb_input_core *core,
				   int32_t tid)
{
	const struct fb_task *process = core->match.task;
	const struct fb_core_info *info = fb_core_info(core->core);
	struct fb_task task = {
		.address = fb_tasks_lost_address(search->tasks, tid),
		.pid = process->pid,
		.tid = tid,
		.ppid = process->ppid,
		.state = '?',
		.uid = process->uid,
		.mm = core->match.mm,
		.level_count = 1,
		.level_tids = {tid},
	};
	struct fb_error *err;

	memcpy(task.comm, info->comm, sizeof(task.comm) - 1);
	err = fb_grow_array(&search->found.tasks, &search->room, search->found.count, sizeof(task),
			    FB_MAX_TASKS, "lost threads");
	if (!err)
		search->found.tasks[search->found.count++] = task;
	return err;
}

static struct fb_error *search_core(struct search *search, const struct fb_input_core *core)
{
	const struct fb_core_info *info = fb_core_info(core->core);
	struct fb_error *err = NULL;

	if (info->pid != core->match.task->pid)
		return NULL;
	for (size_t i = 0; i < info->thread_count && !err; i++)
		if (is_lost(search, info->threads[i].tid))
			err = add_thread(search, core, info->threads[i].tid);
	return err;
}

static int compare(const void *left, const void *right)
{
	const struct fb_task *a = left, *b = right;

	if (a->tid != b->tid)
		return a->tid < b->tid ? -1 : 1;
	return (a->pid > b->pid) - (a->pid < b->pid);
}

/* A TID that two cores have was given to another thread between them: it is not known which one had it last. */
static void leave_out_doubtful(struct fb_lost_threads *found)
{
	size_t kept = 0, same;

	for (size_t i = 0; i < found->count; i += same) {
		for (same = 1;
		     i + same < found->count && found->tasks[i + same].tid == found->tasks[i].tid;)
			same++;
		if (found->tasks[i].pid == found->tasks[i + same - 1].pid)
			found->tasks[kept++] = found->tasks[i];
	}
	found->count = kept;
}

struct fb_error *fb_lost_threads_find(struct fb_input *input, struct fb_lost_threads *threads_ret)
{
	struct search search = {0};
	const struct fb_input_core *cores;
	size_t count = 0;
	struct fb_error *err = fb_input_tasks(input, &search.tasks);

	if (!err)
		err = fb_input_cores(input, &cores, &count);
	if (err)
		return err;
	search.lost_count = fb_tasks_lost(search.tasks, &search.lost);
	for (size_t i = 0; i < count && search.lost_count && !err; i++)
		if (cores[i].match.task &&
		    fb_input_core_of(input, cores[i].match.task->pid) == &cores[i])
			err = search_core(&search, &cores[i]);
	if (err) {
		fb_lost_threads_deinit(&search.found);
		return err;
	}
	if (search.found.count)
		qsort(search.found.tasks, search.found.count, sizeof(*search.found.tasks), compare);
	leave_out_doubtful(&search.found);
	*threads_ret = search.found;
	return NULL;
}

void fb_lost_threads_deinit(struct fb_lost_threads *threads)
{
	free(threads->tasks);
	memset(threads, 0, sizeof(*threads));
}

const struct fb_task *fb_lost_thread(const struct fb_lost_threads *threads, int32_t tid)
{
	size_t at = FB_LOWER_BOUND(i, threads->count, threads->tasks[i].tid < tid);

	return at < threads->count && threads->tasks[at].tid == tid ? &threads->tasks[at] : NULL;
}
