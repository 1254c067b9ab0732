// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checks control groups: those that have all the memory that they may have, and for which an allocation was about to
 * fail, and those that have as many threads as they may have. Called by check.c.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "bundle/check/checks.h"
#include "kernel/tasks/resident.h"

/* Of the limit, in percent. A group that reads files is always near its limit; what tells that it needs more is that
 * nothing was left to be reclaimed. */
#define NEARLY_ALL 95u
/* Processes that are named. */
#define NAMED 3u

#define PATH_SIZE 512u

static const char *path_text(const struct fb_cgroup *group, char *to)
{
	if (!group->path)
		return "?";
	fb_text_escape(group->path, strlen(group->path), to, PATH_SIZE);
	return to;
}

/* The processes of the group that have most memory. */
static struct fb_error *add_processes(const struct fb_check *check, const struct fb_cgroups *groups,
				      const struct fb_cgroup *group, struct fb_finding *finding)
{
	struct fb_resident *list = NULL;
	size_t count = 0, named = 0;
	struct fb_error *err = fb_resident_load(check->kernel, check->tasks, &list, &count);

	for (size_t i = 0; i < count && named < NAMED && !err; i++) {
		const struct fb_task *task = list[i].task;
		char size[32];

		if (!fb_cgroup_has_task(groups, group,
					(size_t)(task - fb_tasks_get(check->tasks, 0))))
			continue;
		err = fb_finding_evidence(finding, "process %d %s has %s", task->pid,
					  fb_task_comm(task).text,
					  fb_text_size(list[i].bytes, size, sizeof(size)));
		named++;
	}
	free(list);
	return err;
}

static bool is_limit(const struct fb_number *limit)
{
	return limit->known && limit->value && limit->value != FB_NO_LIMIT;
}

static struct fb_error *check_memory(const struct fb_check *check, const struct fb_cgroups *groups,
				     const struct fb_cgroup *group)
{
	const struct fb_cgroup_values *values = &group->values;
	const struct fb_number *oom = &values->memory_events[FB_MEMORY_OOM];
	const struct fb_number *killed = &values->memory_events[FB_MEMORY_OOM_KILL];
	char path[PATH_SIZE], current[32], most[32];
	struct fb_finding *finding;
	struct fb_error *err;

	if (!is_limit(&values->memory_max) || !values->memory_current.known ||
	    values->memory_current.value < values->memory_max.value / 100 * NEARLY_ALL ||
	    !oom->known || !oom->value)
		return NULL;
	err = fb_findings_add(check->findings, FB_WEIGHT_SERIOUS, "group-memory-full", "cgroups",
			      &finding,
			      "control group %s has %s of the %s of memory that it may have",
			      path_text(group, path),
			      fb_text_size(values->memory_current.value, current, sizeof(current)),
			      fb_text_size(values->memory_max.value, most, sizeof(most)));
	if (!err)
		err = fb_finding_evidence(
			finding,
			"nothing could be reclaimed %" PRIu64
			" times (memory.events: oom); processes that were killed for "
			"it: %" PRIu64,
			oom->value, killed->known ? killed->value : 0);
	return err ? err : add_processes(check, groups, group, finding);
}

static struct fb_error *check_pids(const struct fb_check *check, const struct fb_cgroup *group)
{
	const struct fb_cgroup_values *values = &group->values;
	const struct fb_number *refused = &values->pids_refused;
	char path[PATH_SIZE];
	struct fb_finding *finding;
	struct fb_error *err;

	if (!is_limit(&values->pids_max) || !values->pids_current.known ||
	    values->pids_current.value < values->pids_max.value)
		return NULL;
	err = fb_findings_add(check->findings, FB_WEIGHT_SERIOUS, "group-pids-full", "cgroups",
			      &finding,
			      "control group %s has %" PRIu64 " threads, as many as it may have",
			      path_text(group, path), values->pids_current.value);
	return err ? err
		   : fb_finding_evidence(
			     finding, "pids.max is %" PRIu64 "; forks that failed: %" PRIu64,
			     values->pids_max.value, refused->known ? refused->value : 0);
}

struct fb_error *fb_check_group(const struct fb_check *check, const struct fb_cgroups *groups,
				const struct fb_cgroup *group)
{
	struct fb_error *err = NULL;

	if (group->values.has_memory)
		err = check_memory(check, groups, group);
	if (!err && group->values.has_pids)
		err = check_pids(check, group);
	return err;
}

struct fb_error *fb_check_cgroups(struct fb_check *check)
{
	struct fb_cgroups groups;
	struct fb_error *err = fb_cgroups_load(check->kernel, check->tasks, &groups);

	if (err)
		return err;
	for (size_t i = 0; i < groups.count && !err; i++)
		err = fb_check_group(check, &groups, &groups.groups[i]);
	fb_cgroups_deinit(&groups);
	return err;
}
