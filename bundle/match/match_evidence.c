// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Collects further evidence for or against a match when a task is proposed: start time, CPU time,
 * mappings, threads. Called by match.c and match_lost.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/text.h"
#include "bundle/match/boot_facts.h"
#include "bundle/match/match_private.h"
#include "kernel/mappings/vma.h"

/* Clock ticks and the file system's time stamps are coarser than the task's start. */
#define START_SLACK_S 1.0
/* CPU times in a core are rounded to microseconds, or to ticks of 10 ms by older writers. */
#define CPU_SLACK_NS 10000000ull

struct fb_error *fb_match_add(struct fb_match *match, const char *format, ...)
{
	va_list args;
	char *text;
	int length;

	if (match->evidence_count == FB_MAX_EVIDENCE)
		return NULL;
	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	if (length < 0)
		return fb_error_nomem();
	match->evidence[match->evidence_count++] = text;
	return NULL;
}

void fb_match_deinit(struct fb_match *match)
{
	for (size_t i = 0; i < match->evidence_count; i++)
		free(match->evidence[i]);
	match->evidence_count = 0;
	free(match->own_task);
	match->own_task = NULL;
}

/* prctl(PR_SET_NAME) changes comm at any time, so a difference is no contradiction. The core
 * names its leading thread, and after a crash the crashing one. */
static struct fb_error *weigh_comm(const struct fb_core_info *info, struct fb_match *match)
{
	if (!info->has_psinfo)
		return NULL;
	if (strncmp(info->comm, match->task->comm, sizeof(match->task->comm)) == 0)
		return fb_match_add(match, "name equal (%s)", fb_task_comm(match->task).text);
	return fb_match_add(match, "name was changed to %s", fb_task_comm(match->task).text);
}

static int compare_tids(const void *left, const void *right)
{
	int32_t a = *(const int32_t *)left, b = *(const int32_t *)right;

	return (a > b) - (a < b);
}

/* The TIDs that a group's threads have in their innermost PID namespace, in order. */
static struct fb_error *inner_tids(const struct fb_tasks *tasks, size_t first, size_t count,
				   int32_t **tids_ret)
{
	int32_t *tids;
	struct fb_error *err;

	err = fb_alloc_array(count, sizeof(*tids), FB_MAX_TASKS, "threads", &tids);
	if (err)
		return err;
	for (size_t i = 0; i < count; i++) {
		const struct fb_task *thread = fb_tasks_get(tasks, first + i);

		tids[i] = thread->level_tids[thread->level_count - 1];
	}
	qsort(tids, count, sizeof(*tids), compare_tids);
	*tids_ret = tids;
	return NULL;
}

static struct fb_error *weigh_threads(const struct fb_tasks *tasks, const struct fb_core_info *info,
				      struct fb_match *match)
{
	size_t first, count, common = 0;
	int32_t *tids;
	struct fb_error *err;

	if (!info->thread_count)
		return NULL; /* its notes are cut off */
	fb_tasks_group(tasks, match->task->pid, &first, &count);
	err = inner_tids(tasks, first, count, &tids);
	if (err)
		return err;
	for (size_t i = 0; i < info->thread_count; i++) {
		const struct fb_task *task = fb_tasks_by_tid(tasks, info->threads[i].tid);

		if ((task && task->pid == match->task->pid) ||
		    bsearch(&info->threads[i].tid, tids, count, sizeof(*tids), compare_tids))
			common++;
	}
	free(tids);
	if (info->thread_count == 1 && count == 1)
		return fb_match_add(match, "%s",
				    common ? "its only thread is the same"
					   : "its only thread is another");
	return fb_match_add(match, "%zu of the core's %zu %s still there at the panic, among %zu",
			    common, info->thread_count,
			    info->thread_count == 1 ? "thread was" : "threads were", count);
}

/* Mappings come and go; most of those of the program and its libraries stay. */
static struct fb_error *weigh_mappings(struct fb_kernel *kernel, const struct fb_core_info *info,
				       struct fb_match *match)
{
	struct fb_vmas vmas;
	size_t equal = 0;
	bool some_lost;
	struct fb_error *err;

	if (!info->mapping_count)
		return NULL;
	err = fb_vmas_load(kernel, match->mm, &vmas);
	if (err) {
		err = fb_part_skip(err);
		if (err)
			return err;
		return fb_match_add(match, "the mappings at the panic are not in the dump");
	}
	for (size_t i = 0; i < info->mapping_count; i++) {
		const struct fb_core_mapping *mapping = &info->mappings[i];
		const struct fb_vma *vma = fb_vmas_find(&vmas, mapping->start);

		if (vma && vma->file && vma->start == mapping->start && vma->end == mapping->end &&
		    vma->pgoff * FB_PAGE_SIZE == mapping->offset)
			equal++;
	}
	some_lost = vmas.lost || vmas.count == 0;
	fb_vmas_deinit(&vmas);
	if (match->verdict == FB_VERDICT_LIKELY && equal == 0 && !some_lost) {
		match->verdict = FB_VERDICT_NONE;
		return fb_match_add(match,
				    "against it: none of %zu mapped files stands where the "
				    "core has it",
				    info->mapping_count);
	}
	return fb_match_add(match, "%zu of %zu file mappings at the same addresses", equal,
			    info->mapping_count);
}

/* CPU time only grows: a thread that had more of it in the core is another thread. */
static struct fb_error *weigh_cpu_time(const struct fb_tasks *tasks,
				       const struct fb_core_info *info, struct fb_match *match,
				       double *used_since_ret)
{
	uint64_t used_since = 0;
	bool known = false;

	for (size_t i = 0; i < info->thread_count; i++) {
		const struct fb_core_thread *thread = &info->threads[i];
		const struct fb_task *task = fb_tasks_by_tid(tasks, thread->tid);
		uint64_t then = (thread->utime_us + thread->stime_us) * 1000;
		uint64_t now;

		if (!task || task->pid != match->task->pid || !then)
			continue;
		now = task->utime_ns + task->stime_ns;
		/* A core's times may be those of /proc (cputime_adjust() in kernel/sched/cputime.c). */
		if (now < task->runtime_ns)
			now = task->runtime_ns;
		if (then > now + CPU_SLACK_NS) {
			match->verdict = FB_VERDICT_NONE;
			return fb_match_add(match,
					    "against it: thread %d had used %.2f s of CPU time in "
					    "the core, %.2f s at the panic",
					    thread->tid, (double)then / 1e9, (double)now / 1e9);
		}
		known = true;
		used_since += now > then ? now - then : 0;
	}
	if (known)
		*used_since_ret = (double)used_since / 1e9;
	return NULL;
}

/* When the process began, in seconds since boot; NaN where its leader is lost: the other threads
 * may be younger than the core. */
static double process_start(const struct fb_tasks *tasks, const struct fb_task *task)
{
	const struct fb_task *leader = fb_tasks_by_tid(tasks, task->pid);

	return leader ? (double)leader->start_ns / 1e9 : NAN;
}

/* When a core was written, in seconds since the epoch: by its name, else by its file's time, which a copy changes. A
 * name with a time that is not between the dump's boot and crash is not used. */
static double time_taken(const struct fb_core_info *info, double boot, double crash)
{
	const char *slash = strrchr(info->path, '/');
	struct fb_boot_facts named;

	if (fb_boot_facts_of_name(slash ? slash + 1 : info->path, &named) &&
	    named.taken_s <= crash && named.taken_s >= boot)
		return named.taken_s;
	return (double)info->mtime_ns / 1e9;
}

/* The time at which the core was taken, if it can be that. */
static struct fb_error *weigh_age(struct fb_kernel *kernel, const struct fb_tasks *tasks,
				  const struct fb_core_info *info, double used_since,
				  struct fb_match *match)
{
	const struct fb_kernel_info *kernel_info = fb_kernel_info(kernel);
	/* CRASHTIME is in whole seconds, rounded down. */
	double crash = (double)kernel_info->crash_time + 1.0;
	double boot = crash - kernel_info->uptime_s;
	double written = time_taken(info, boot, crash);

	if (kernel_info->crash_time && written <= crash && written >= boot) {
		double start = boot + process_start(tasks, match->task);

		if (written + START_SLACK_S < start) {
			match->verdict = FB_VERDICT_NONE;
			return fb_match_add(match,
					    "against it: the core is %.0f s older than the process",
					    start - written);
		}
		match->taken_before_panic_s = crash - written;
		return NULL;
	}
	if (used_since == used_since)
		match->taken_before_panic_s = used_since;
	return used_since == used_since
		       ? fb_match_add(match,
				      "the process used %.2f s of CPU time after the core (the "
				      "file's own time says nothing)",
				      used_since)
		       : NULL;
}

struct fb_error *fb_match_weigh(struct fb_kernel *kernel, const struct fb_tasks *tasks,
				const struct fb_core_info *info, struct fb_match *match)
{
	double used_since = NAN;
	struct fb_error *err = NULL;

	if (match->verdict == FB_VERDICT_NONE)
		return NULL;
	err = weigh_comm(info, match);
	if (!err)
		err = weigh_threads(tasks, info, match);
	if (!err)
		err = weigh_mappings(kernel, info, match);
	if (!err)
		err = weigh_cpu_time(tasks, info, match, &used_since);
	if (!err)
		err = weigh_age(kernel, tasks, info, used_since, match);
	return err;
}
