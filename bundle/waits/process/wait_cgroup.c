// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recognises threads that a control group holds back: throttled above its memory.high, or frozen by
 * its cgroup.freeze. All threads of a group wait for the same object. Called through the table in
 * bundle/waits/recognisers.c.
 */
#include <inttypes.h>
#include <string.h>

#include "base/part.h"
#include "base/text.h"
#include "bundle/waits/finder/wait_memory.h"
#include "bundle/waits/finder/wait_types.h"
#include "bundle/waits/process/recognise.h"
#include "kernel/tasks/task_detail.h"

/* More than any kernel has: their masks are of 16 bits, later of 32 (include/linux/cgroup-defs.h). */
#define MAX_SUBSYSTEMS 64u
#define TRAP_FREEZE (1ull << 23) /* JOBCTL_TRAP_FREEZE (include/linux/sched/jobctl.h) */

/* The group of the thread in the default hierarchy; fresh: named by its path. */
static struct fb_error *find_group(struct fb_wait_finder *finder, const struct fb_task *task,
				   uint64_t *group_ret, size_t *object_ret, bool *fresh_ret)
{
	char path[FB_PATH_SIZE], shown[FB_WAIT_PATH];
	uint64_t set;
	struct fb_error *err;

	err = fb_wait_value(finder, task->address, "task_struct", "cgroups", &set);
	if (!err)
		err = fb_wait_value(finder, set, "css_set", "dfl_cgrp", group_ret);
	if (!err)
		err = fb_wait_graph_object(&finder->graph, "cgroup", *group_ret, 0, object_ret,
					   fresh_ret);
	if (err || !*fresh_ret)
		return err;
	err = fb_task_cgroup(finder->kernel, task, path, sizeof(path));
	if (err)
		return err;
	fb_text_escape(path, strlen(path), shown, sizeof(shown));
	finder->graph.objects[*object_ret].others = true;
	return fb_wait_text(&finder->graph.objects[*object_ret].name, "control group %s", shown);
}

/* "memory.high 16.0 MiB, in use 17.2 MiB" */
static struct fb_error *describe_memory(struct fb_wait_finder *finder, uint64_t group,
					struct fb_wait_object *object)
{
	char high_text[32], used_text[32];
	uint64_t id, memory, high, used;
	uint32_t subsystems;
	struct fb_error *err =
		fb_wait_enumerator(finder, "cgroup_subsys_id", "memory_cgrp_id", &id);

	if (!err)
		err = fb_wait_member(finder, "cgroup", "subsys", &subsystems);
	if (!err && id >= MAX_SUBSYSTEMS)
		err = fb_error_create(FB_CORRUPT, "memory_cgrp_id is %" PRIu64, id);
	if (!err) /* its css, with which struct mem_cgroup begins */
		err = fb_space_u64(finder->space, group + subsystems + id * 8, &memory);
	if (!err)
		err = fb_wait_value(finder, memory, "mem_cgroup", "memory.high", &high);
	if (!err)
		err = fb_wait_value(finder, memory, "mem_cgroup", "memory.usage.counter", &used);
	if (err)
		return fb_part_skip(err);
	return fb_wait_append(&object->detail, "memory.high %s, in use %s",
			      fb_text_size(high * FB_PAGE_SIZE, high_text, sizeof(high_text)),
			      fb_text_size(used * FB_PAGE_SIZE, used_text, sizeof(used_text)));
}

struct fb_error *fb_wait_memory_high(struct fb_wait_finder *finder,
				     const struct fb_blocked *blocked)
{
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, "memory-high");
	uint64_t group;
	bool fresh;
	struct fb_error *err;

	wait.evidence = "the function it sleeps in, and its control group";
	wait.timeout = true;
	err = find_group(finder, blocked->task, &group, &wait.object, &fresh);
	if (!err && fresh)
		err = describe_memory(finder, group, &finder->graph.objects[wait.object]);
	if (!err && !finder->graph.objects[wait.object].need)
		err = fb_wait_text(&finder->graph.objects[wait.object].need,
				   "it is slowed down while the group has more than its "
				   "memory.high");
	return err ? err : fb_wait_graph_add(&finder->graph, &wait);
}

/* Threads sleep in this function for several reasons; those count that a control group has
 * frozen. */
struct fb_error *fb_wait_freezer(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, "cgroup-freeze");
	uint64_t group, control;
	bool fresh;
	struct fb_error *err;

	err = fb_wait_value(finder, blocked->task->address, "task_struct", "jobctl", &control);
	if (err || !(control & TRAP_FREEZE))
		return err;
	wait.evidence = "its jobctl, and its control group";
	err = find_group(finder, blocked->task, &group, &wait.object, &fresh);
	if (!err && !finder->graph.objects[wait.object].need)
		err = fb_wait_text(&finder->graph.objects[wait.object].need,
				   "frozen: whoever writes 0 to its cgroup.freeze, or that of a "
				   "group above, lets it go on");
	return err ? err : fb_wait_graph_add(&finder->graph, &wait);
}
