// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Matches a core with a task.
 *
 * The candidates are found by the auxiliary vector: it has addresses that are random since exec (AT_RANDOM, AT_PHDR,
 * AT_BASE, AT_ENTRY, AT_SYSINFO_EHDR), and the kernel has a copy in mm->saved_auxv. Children that were forked and never
 * called exec share it, so among candidates the PID decides, compared at every namespace level; where it fits none, the
 * core belongs to a relative that has exited. A core whose notes are cut off may have its vector in its memory, and its
 * segments have the same addresses as the mappings of its process (match_remains.c, match_bounds.c). A contradiction (a
 * core older than the task, or with more CPU time than the task ever had) rules a match out. Called by input.c for each
 * core.
 */
#include "bundle/match/match.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "bundle/match/match_private.h"

/* Segments at the bounds of mappings that make a core a process's. */
#define MIN_HITS 3u

struct fb_matcher {
	struct fb_kernel *kernel;
	const struct fb_tasks *tasks;
	struct fb_match_process *process;
	size_t count;
	struct fb_lost_mms *lost; /* made when first needed, as bounds is */
	struct fb_bounds *bounds;
};

static struct fb_error *read_auxv(struct fb_kernel *kernel, struct fb_match_process *process)
{
	struct fb_error *err;

	/* Without it a core's stack is not looked at. */
	err = fb_part_skip(fb_kernel_field(kernel, process->leader->mm,
					   &fb_kernel_layout(kernel)->mm_start_stack,
					   &process->stack));
	if (!err)
		err = fb_part_skip(fb_saved_auxv_read(kernel, process->leader->mm, &process->auxv));
	return err;
}

struct fb_error *fb_matcher_create(struct fb_kernel *kernel, const struct fb_tasks *tasks,
				   struct fb_matcher **matcher_ret)
{
	struct fb_matcher *matcher = calloc(1, sizeof(*matcher));
	size_t total = fb_tasks_count(tasks);
	struct fb_error *err;

	if (!matcher)
		return fb_error_nomem();
	matcher->kernel = kernel;
	matcher->tasks = tasks;
	err = fb_alloc_array(total, sizeof(*matcher->process), FB_MAX_TASKS, "processes",
			     &matcher->process);
	for (size_t i = 0; i < total && !err; i++) {
		const struct fb_task *task = fb_tasks_get(tasks, i);
		const struct fb_match_process *last = matcher->process + matcher->count - 1;

		/* A leader that has exited before its threads has no mm; its first thread that
		 * has one stands for it. Threads of a group stand together. */
		if (!task->mm || task->kernel_thread || task->idle ||
		    (matcher->count && last->leader->pid == task->pid))
			continue;
		matcher->process[matcher->count].leader = task;
		err = read_auxv(kernel, &matcher->process[matcher->count++]);
	}
	if (err)
		fb_matcher_destroy(matcher);
	else
		*matcher_ret = matcher;
	return err;
}

void fb_matcher_destroy(struct fb_matcher *matcher)
{
	if (!matcher)
		return;
	fb_lost_mms_destroy(matcher->lost);
	fb_bounds_destroy(matcher->bounds);
	free(matcher->process);
	free(matcher);
}

/* The level at which the process's leader has that PID, or -1. */
static int level_of(const struct fb_match_process *process, int32_t pid)
{
	if (process->leader->pid == pid)
		return 0;
	if (process->leader->tid != process->leader->pid)
		return -1; /* its level numbers are of a thread, not of the leader */
	for (uint32_t i = 1; i < process->leader->level_count; i++)
		if (process->leader->level_tids[i] == pid)
			return (int)i;
	return -1;
}

/* The outermost level at which it has one of the core's PIDs, which *pid_ret is; or -1. */
static int pid_level(const struct fb_match_process *process, const struct fb_core_pids *pids,
		     int32_t *pid_ret)
{
	int best = -1;

	for (size_t i = 0; i < pids->count; i++) {
		int level = level_of(process, pids->pid[i]);

		if (level < 0 || (best >= 0 && level >= best))
			continue;
		best = level;
		*pid_ret = pids->pid[i];
	}
	return best;
}

struct candidates {
	struct fb_core *core;
	const struct fb_core_info *info;
	struct fb_core_pids pids;
	bool in_memory;    /* the vector is that of the core's memory: it has no note of it */
	size_t auxv_count; /* processes with the core's auxiliary vector */
	const struct fb_match_process *best; /* of those, the one with its PID; else the first */
	int best_level;                      /* -1: not by PID */
	int32_t best_pid;                    /* that it has at that level */
	const struct fb_match_process
		*by_pid; /* who has the PID of the core's notes on the host now */
};

static struct fb_error *has_vector(const struct candidates *found,
				   const struct fb_match_process *process, bool *has_ret)
{
	if (found->in_memory)
		return fb_core_has_vector(found->core, process, has_ret);
	*has_ret = fb_auxv_equal(&process->auxv, found->info->auxv, found->info->auxv_pairs);
	return NULL;
}

static struct fb_error *find_candidates(const struct fb_matcher *matcher, struct fb_core *core,
					struct candidates *found)
{
	struct fb_error *err = NULL;

	*found = (struct candidates){.core = core, .info = fb_core_info(core), .best_level = -1};
	fb_core_pids_read(core, &found->pids);
	found->in_memory = !found->info->auxv_pairs;
	for (size_t i = 0; i < matcher->count && !err; i++) {
		const struct fb_match_process *process = &matcher->process[i];
		int32_t pid = 0;
		int level = pid_level(process, &found->pids, &pid);
		bool has = false;

		if (level == 0 && !found->pids.by_name)
			found->by_pid = process;
		err = has_vector(found, process, &has);
		if (!has)
			continue;
		found->auxv_count++;
		/* The host's number before a namespace's: both may be in use at once. */
		if (!found->best ||
		    (level >= 0 && (found->best_level < 0 || level < found->best_level))) {
			found->best = process;
			found->best_level = level;
			found->best_pid = pid;
		}
	}
	return err;
}

static struct fb_error *add_pid_evidence(const struct candidates *found, int level, int32_t pid,
					 struct fb_match *match)
{
	const char *whose = found->pids.by_name ? ", of its file's name," : "";

	if (level > 0)
		return fb_match_add(match, "PID %d%s is its number in a PID namespace, level %d",
				    pid, whose, level);
	return fb_match_add(match, "PID %d%s equal", pid, whose);
}

/* Auxiliary vectors agree. */
static struct fb_error *judge_by_auxv(const struct candidates *found, struct fb_match *match)
{
	const struct fb_task *leader = found->best->leader;
	struct fb_error *err;

	err = fb_match_add(match, "auxiliary vector equal (%zu entries, drawn at random at exec%s)",
			   found->best->auxv.pairs,
			   found->in_memory ? "; the core's is that on its stack" : "");
	if (err)
		return err;
	if (found->best_level >= 0) {
		match->verdict = FB_VERDICT_CERTAIN;
		err = add_pid_evidence(found, found->best_level, found->best_pid, match);
	} else if (found->pids.by_name && found->auxv_count == 1) {
		match->verdict = FB_VERDICT_LIKELY;
		err = fb_match_add(match, "the core names no PID; only PID %d has this vector",
				   leader->pid);
	} else if (found->pids.by_name) {
		err = fb_match_add(match,
				   "the core names no PID, and %zu processes have this vector: "
				   "rename the file to core.PID if you know which it is of",
				   found->auxv_count);
	} else {
		err = fb_match_add(match,
				   "no process with that vector has PID %d: a relative (forked, "
				   "never exec'd) that was gone at the panic",
				   found->info->pid);
	}
	return err;
}

/* No process has the core's auxiliary vector, or the core has none. */
static struct fb_error *judge_without_auxv(const struct candidates *found, struct fb_match *match)
{
	const struct fb_match_process *process = found->by_pid;
	const struct fb_core_info *info = found->info;

	if (!process && found->pids.by_name)
		return fb_match_add(match, "the core names no PID, and no process has its "
					   "auxiliary vector, or the mappings that it has");
	if (!process)
		return fb_match_add(match, "no process with its auxiliary vector or PID %d",
				    info->pid);
	if (info->auxv_pairs && process->auxv.pairs)
		return fb_match_add(match,
				    "PID %d was another process at the panic (%s, its auxiliary "
				    "vector differs): gone, or numbered by a container",
				    info->pid, fb_task_comm(process->leader).text);
	if (info->kind == FB_CORE_KERNEL && !info->truncated)
		return fb_match_add(match,
				    "PID %d still ran at the panic (%s): the kernel writes a core "
				    "as its process dies, and this one is whole",
				    info->pid, fb_task_comm(process->leader).text);
	match->verdict = FB_VERDICT_LIKELY;
	return fb_match_add(match, "PID %d equal; no auxiliary vector to compare%s", info->pid,
			    info->auxv_pairs ? " (not in the dump)" : " (none in the core)");
}

/* The vector is a relative's; the process with the core's PID has lost its own. */
static bool is_by_pid_alone(const struct candidates *found)
{
	return found->best_level < 0 && found->by_pid && !found->by_pid->auxv.pairs;
}

/* Where the table misses tasks, the core may be of one of these. */
static struct fb_error *judge_by_lost(struct fb_matcher *matcher, const struct fb_core_info *info,
				      struct fb_match *match)
{
	struct fb_error *err = NULL;

	if (!fb_tasks_damaged(matcher->tasks) || !info->auxv_pairs)
		return NULL;
	if (!matcher->lost)
		err = fb_lost_mms_create(matcher->kernel, matcher->tasks, &matcher->lost);
	return err ? err : fb_lost_mms_match(matcher->lost, info, match);
}

static void take(const struct fb_match_process *process, struct fb_match *match)
{
	match->task = process->leader;
	match->mm = process->leader->mm;
}

struct choice {
	const struct fb_match_process *process; /* NULL: none */
	uint32_t hits;
	size_t equals; /* processes that are as good: 1 where it is the only one */
	int level;     /* -1: not by PID */
	int32_t pid;
};

/* Whether so many of a core's segments stand where mappings of a process do that it is of that one, or of a
 * relative: libraries alone, which forked ones share too, are fewer. */
static bool are_enough(uint32_t hits, size_t segments)
{
	return hits >= MIN_HITS && 2 * (size_t)hits > segments;
}

/* Of the processes that have about as many hits as any, the one with the core's PID; of those with the most,
 * the only one, where the core's notes name no PID. */
static void choose(const struct fb_matcher *matcher, const struct candidates *found,
		   const uint32_t *hits, struct choice *choice)
{
	uint32_t most = 0;

	for (size_t i = 0; i < matcher->count; i++)
		most = hits[i] > most ? hits[i] : most;
	*choice = (struct choice){.level = -1};
	for (size_t i = 0; i < matcher->count; i++) {
		int32_t pid = 0;
		int level = pid_level(&matcher->process[i], &found->pids, &pid);
		bool by_pid = level >= 0 && (uint64_t)hits[i] * 4 >= (uint64_t)most * 3;

		if (by_pid ? choice->level >= 0 && level > choice->level
			   : choice->level >= 0 || hits[i] < most || !found->pids.by_name)
			continue;
		if (by_pid == (choice->level >= 0) && level == choice->level && choice->process) {
			choice->equals++;
			continue;
		}
		*choice = (struct choice){.process = &matcher->process[i],
					  .hits = hits[i],
					  .equals = 1,
					  .level = by_pid ? level : -1,
					  .pid = pid};
	}
}

/* hits: by process, how many of the core's segments stand where its mappings do. Without evidence in match
 * nothing is decided. */
static struct fb_error *choose_by_bounds(const struct fb_matcher *matcher,
					 const struct candidates *found, const uint32_t *hits,
					 size_t segments, struct fb_match *match)
{
	const struct fb_match_process *by_pid = found->by_pid;
	size_t index = by_pid ? (size_t)(by_pid - matcher->process) : 0;
	struct choice choice;
	struct fb_error *err;

	choose(matcher, found, hits, &choice);
	if (choice.process && are_enough(choice.hits, segments)) {
		err = fb_match_add(match, "%u of its %zu segments stand where mappings of %s do",
				   choice.hits, segments,
				   choice.equals == 1 ? "that process" : "several processes");
		if (err)
			return err;
		if (choice.equals > 1)
			return fb_match_add(match,
					    "%zu processes have these mappings (forked, never "
					    "exec'd): rename the file to core.PID if you know "
					    "which of them it is of",
					    choice.equals);
		match->verdict = FB_VERDICT_LIKELY;
		take(choice.process, match);
		return choice.level < 0 ? NULL
					: add_pid_evidence(found, choice.level, choice.pid, match);
	}
	if (by_pid && segments && !hits[index] && fb_bounds_known(matcher->bounds, index))
		return fb_match_add(match,
				    "PID %d was another process at the panic (%s): none of the "
				    "core's %zu segments stands where a mapping of it does",
				    found->info->pid, fb_task_comm(by_pid->leader).text, segments);
	return NULL;
}

/* The segments of a core without an auxiliary vector against the mappings of all processes. */
static struct fb_error *judge_by_bounds(struct fb_matcher *matcher, const struct candidates *found,
					struct fb_match *match)
{
	uint32_t *hits;
	size_t segments;
	struct fb_error *err = NULL;

	/* The kernel writes a whole core when its process dies: a process that has its PID now is another one. */
	if (!found->in_memory || (found->info->kind == FB_CORE_KERNEL && !found->info->truncated))
		return NULL;
	if (!matcher->bounds)
		err = fb_bounds_create(matcher->kernel, matcher->process, matcher->count,
				       &matcher->bounds);
	if (err)
		return err;
	err = fb_alloc_array(matcher->count, sizeof(*hits), FB_MAX_TASKS, "processes", &hits);
	if (err)
		return err;
	err = fb_bounds_count(matcher->bounds, found->info, hits, &segments);
	if (!err)
		err = choose_by_bounds(matcher, found, hits, segments, match);
	free(hits);
	return err;
}

static struct fb_error *judge(struct fb_matcher *matcher, const struct candidates *found,
			      struct fb_match *match)
{
	struct fb_error *err = NULL;

	if (found->best_level < 0)
		err = judge_by_lost(matcher, found->info, match);
	if (err || match->own_task)
		return err;
	if (found->best && !is_by_pid_alone(found)) {
		err = judge_by_auxv(found, match);
		if (match->verdict != FB_VERDICT_NONE)
			take(found->best, match);
		return err;
	}
	err = judge_by_bounds(matcher, found, match);
	if (err || match->evidence_count)
		return err;
	err = judge_without_auxv(found, match);
	if (match->verdict != FB_VERDICT_NONE)
		take(found->by_pid, match);
	return err;
}

struct fb_error *fb_matcher_match(struct fb_matcher *matcher, struct fb_core *core,
				  struct fb_match *match_ret)
{
	struct fb_match match = {.verdict = FB_VERDICT_NONE, .taken_before_panic_s = NAN};
	struct candidates found;
	struct fb_error *err = find_candidates(matcher, core, &found);

	if (!err)
		err = judge(matcher, &found, &match);
	if (!err)
		err = fb_match_weigh(matcher->kernel, matcher->tasks, found.info, &match);
	if (err) {
		fb_match_deinit(&match);
		return err;
	}
	if (match.verdict == FB_VERDICT_NONE) {
		match.task = NULL;
		match.mm = 0;
	}
	*match_ret = match;
	return NULL;
}

const char *fb_verdict_name(enum fb_verdict verdict)
{
	switch (verdict) {
	case FB_VERDICT_NONE:
		return "none";
	case FB_VERDICT_LIKELY:
		return "likely";
	case FB_VERDICT_CERTAIN:
		return "certain";
	}
	return "unknown";
}
