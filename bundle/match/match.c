// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Matching a core to a task.
 *
 * The auxiliary vector names the candidates: it holds addresses that were drawn at random at exec
 * (AT_RANDOM, AT_PHDR, AT_BASE, AT_ENTRY, AT_SYSINFO_EHDR), and the kernel keeps its copy in
 * mm->saved_auxv. Children that were forked and never exec'd share it, so among candidates the PID
 * decides, at every namespace level; where it fits none, the core is of a relative that is gone.
 * What contradicts (a core older than the task, or with more CPU time than it ever had) overrules.
 * Called by input.c for each core.
 */
#include "bundle/match/match.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "bundle/match/match_private.h"

/* AT_VECTOR_SIZE is at most 2 * (2 + 20 + 4) words so far; newer kernels may add some. */
#define MAX_AUXV_WORDS 128u

/* A process: the leader of a thread group that has memory. */
struct process {
	const struct fb_task *leader;
	uint64_t auxv[MAX_AUXV_WORDS];
	size_t pairs; /* 0: could not be read */
};

struct fb_matcher {
	struct fb_kernel *kernel;
	const struct fb_tasks *tasks;
	struct process *process;
	size_t count;
	struct fb_lost_mms *lost; /* made when first needed */
};

static void read_auxv(struct fb_kernel *kernel, struct process *process)
{
	const struct fb_field *field = &fb_kernel_layout(kernel)->mm_saved_auxv;
	size_t size = field->size < sizeof(process->auxv) ? field->size : sizeof(process->auxv);
	struct fb_error *err;

	if (!field->found)
		return;
	err = fb_space_read(fb_kernel_space(kernel), process->leader->mm + field->offset,
			    process->auxv, size);
	if (!err)
		while (process->pairs < size / 16 && process->auxv[2 * process->pairs] != AT_NULL)
			process->pairs++;
	fb_error_destroy(err);
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
	if (err) {
		fb_matcher_destroy(matcher);
		return err;
	}
	for (size_t i = 0; i < total; i++) {
		const struct fb_task *task = fb_tasks_get(tasks, i);
		const struct process *last = matcher->process + matcher->count - 1;

		/* A leader that has exited before its threads has no mm; its first thread that
		 * has one stands for it. Threads of a group stand together. */
		if (!task->mm || task->kernel_thread || task->idle ||
		    (matcher->count && last->leader->pid == task->pid))
			continue;
		matcher->process[matcher->count].leader = task;
		read_auxv(kernel, &matcher->process[matcher->count++]);
	}
	*matcher_ret = matcher;
	return NULL;
}

void fb_matcher_destroy(struct fb_matcher *matcher)
{
	if (!matcher)
		return;
	fb_lost_mms_destroy(matcher->lost);
	free(matcher->process);
	free(matcher);
}

static bool auxv_equal(const struct process *process, const struct fb_core_info *info)
{
	size_t pairs = info->auxv_pairs;

	while (pairs && info->auxv[2 * pairs - 2] == AT_NULL)
		pairs--;
	return pairs && pairs == process->pairs &&
	       memcmp(process->auxv, info->auxv, pairs * 16) == 0;
}

/* The level at which the process's leader has the core's PID, or -1. */
static int pid_level(const struct process *process, const struct fb_core_info *info)
{
	if (process->leader->pid == info->pid)
		return 0;
	if (process->leader->tid != process->leader->pid)
		return -1; /* its level numbers are of a thread, not of the leader */
	for (uint32_t i = 1; i < process->leader->level_count; i++)
		if (process->leader->level_tids[i] == info->pid)
			return (int)i;
	return -1;
}

struct candidates {
	size_t auxv_count;            /* processes with the core's auxiliary vector */
	const struct process *best;   /* of those, the one with its PID; else the first */
	int best_level;               /* -1: not by PID */
	const struct process *by_pid; /* the process that has the core's PID on the host now */
};

static void find_candidates(const struct fb_matcher *matcher, const struct fb_core_info *info,
			    struct candidates *found)
{
	memset(found, 0, sizeof(*found));
	found->best_level = -1;
	for (size_t i = 0; i < matcher->count; i++) {
		const struct process *process = &matcher->process[i];
		int level = info->pid ? pid_level(process, info) : -1;

		if (level == 0)
			found->by_pid = process;
		if (!auxv_equal(process, info))
			continue;
		found->auxv_count++;
		/* The host's number before a namespace's: both may be in use at once. */
		if (!found->best ||
		    (level >= 0 && (found->best_level < 0 || level < found->best_level))) {
			found->best = process;
			found->best_level = level;
		}
	}
}

/* Auxiliary vectors agree. */
static struct fb_error *judge_by_auxv(const struct fb_core_info *info,
				      const struct candidates *found, struct fb_match *match)
{
	const struct fb_task *leader = found->best->leader;
	struct fb_error *err;

	err = fb_match_add(match, "auxiliary vector equal (%zu entries, drawn at random at exec)",
			   found->best->pairs);
	if (err)
		return err;
	if (found->best_level > 0) {
		match->verdict = FB_VERDICT_CERTAIN;
		err = fb_match_add(match, "PID %d is its number in a PID namespace, level %d",
				   info->pid, found->best_level);
	} else if (found->best_level == 0) {
		match->verdict = FB_VERDICT_CERTAIN;
		err = fb_match_add(match, "PID %d equal", info->pid);
	} else if (!info->pid && found->auxv_count == 1) {
		match->verdict = FB_VERDICT_LIKELY;
		err = fb_match_add(match, "the core names no PID; only PID %d has this vector",
				   leader->pid);
	} else {
		match->verdict = FB_VERDICT_NONE;
		err = fb_match_add(match,
				   "no process with that vector has PID %d: a relative (forked, "
				   "never exec'd) that was gone at the panic",
				   info->pid);
	}
	return err;
}

/* No process has the core's auxiliary vector, or the core has none. */
static struct fb_error *judge_without_auxv(const struct fb_core_info *info,
					   const struct candidates *found, struct fb_match *match)
{
	const struct process *process = found->by_pid;

	if (!process)
		return fb_match_add(match, "no process with its auxiliary vector or PID %d",
				    info->pid);
	if (info->auxv_pairs && process->pairs)
		return fb_match_add(match,
				    "PID %d was another process at the panic (%s, its auxiliary "
				    "vector differs): gone, or numbered by a container",
				    info->pid, fb_match_comm(process->leader).text);
	if (info->kind == FB_CORE_KERNEL && !info->truncated)
		return fb_match_add(match,
				    "PID %d still ran at the panic (%s): the kernel writes a core "
				    "as its process dies, and this one is whole",
				    info->pid, fb_match_comm(process->leader).text);
	match->verdict = FB_VERDICT_LIKELY;
	return fb_match_add(match, "PID %d equal; no auxiliary vector to compare%s", info->pid,
			    info->auxv_pairs ? " (not in the dump)" : " (none in the core)");
}

/* The vector is a relative's; the process with the core's PID has lost its own. */
static bool is_by_pid_alone(const struct candidates *found)
{
	return found->best_level < 0 && found->by_pid && !found->by_pid->pairs;
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

struct fb_error *fb_matcher_match(struct fb_matcher *matcher, struct fb_core *core,
				  struct fb_match *match_ret)
{
	const struct fb_core_info *info = fb_core_info(core);
	struct fb_match match = {.verdict = FB_VERDICT_NONE, .taken_before_panic_s = NAN};
	struct candidates found;
	struct fb_error *err = NULL;

	find_candidates(matcher, info, &found);
	if (found.best_level < 0)
		err = judge_by_lost(matcher, info, &match);
	if (err || match.own_task)
		; /* an error, or decided */
	else if (found.best && !is_by_pid_alone(&found))
		err = judge_by_auxv(info, &found, &match);
	else
		err = judge_without_auxv(info, &found, &match);
	if (!err && match.verdict != FB_VERDICT_NONE && !match.task) {
		const struct process *process = found.by_pid;

		if (!process || (found.best && !is_by_pid_alone(&found)))
			process = found.best;
		if (process) {
			match.task = process->leader;
			match.mm = process->leader->mm;
		} else {
			match.verdict = FB_VERDICT_NONE;
		}
	}
	if (!err)
		err = fb_match_weigh(matcher->kernel, matcher->tasks, info, &match);
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
