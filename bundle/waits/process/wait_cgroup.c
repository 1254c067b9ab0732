// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recognises threads that a control group holds back: throttled above its memory.high, out of memory at its memory.max,
 * or frozen by its cgroup.freeze. All threads of a group wait for the same object. Called through the table in
 * bundle/waits/recognisers.c.
 */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "bundle/waits/finder/wait_absence.h"
#include "bundle/waits/finder/wait_memory.h"
#include "bundle/waits/finder/wait_types.h"
#include "bundle/waits/process/recognise.h"
#include "kernel/tasks/task_detail.h"

/* More than any kernel has: their masks are of 16 bits, later of 32 (include/linux/cgroup-defs.h). */
#define MAX_SUBSYSTEMS 64u
#define TRAP_FREEZE (1ull << 23) /* JOBCTL_TRAP_FREEZE (include/linux/sched/jobctl.h) */

/* Groups above a group that are looked at: more than anybody nests them. */
#define DEEPEST 64u
/* PAGE_COUNTER_MAX of a host with 64 bits: a limit of this many pages is none (include/linux/page_counter.h). */
#define UNLIMITED (INT64_MAX / FB_PAGE_SIZE)

/* The object of a group; a new one is named by its path. */
static struct fb_error *object_of(struct fb_wait_finder *finder, uint64_t group, size_t *object_ret,
				  bool *fresh_ret)
{
	char path[FB_PATH_SIZE], shown[FB_WAIT_PATH];
	struct fb_error *err =
		fb_wait_graph_object(&finder->graph, "cgroup", group, 0, object_ret, fresh_ret);

	if (err || !*fresh_ret)
		return err;
	err = fb_cgroup_path(finder->kernel, group, path, sizeof(path));
	if (err)
		return err;
	fb_text_escape(path, strlen(path), shown, sizeof(shown));
	finder->graph.objects[*object_ret].others = true;
	return fb_wait_text(&finder->graph.objects[*object_ret].name, "control group %s", shown);
}

/* The group of the thread in the default hierarchy. */
static struct fb_error *find_group(struct fb_wait_finder *finder, const struct fb_task *task,
				   uint64_t *group_ret)
{
	uint64_t set;
	struct fb_error *err = fb_wait_value(finder, task->address, "task_struct", "cgroups", &set);

	return err ? err : fb_wait_value(finder, set, "css_set", "dfl_cgrp", group_ret);
}

/* One of a group's limits on its memory. */
struct limit {
	const char *word;    /* "memory.high" */
	uint64_t group;      /* that has it, or one above the thread's; 0: none has */
	uint64_t most, used; /* pages */
};

/* The struct mem_cgroup that the thread's memory is charged to. */
static struct fb_error *find_memory(struct fb_wait_finder *finder, const struct fb_task *task,
				    uint64_t *memory_ret)
{
	uint64_t id, set;
	uint32_t subsystems;
	struct fb_error *err =
		fb_wait_enumerator(finder, "cgroup_subsys_id", "memory_cgrp_id", &id);

	if (!err && id >= MAX_SUBSYSTEMS)
		err = fb_error_create(FB_CORRUPT, "memory_cgrp_id is %" PRIu64, id);
	if (!err)
		err = fb_wait_value(finder, task->address, "task_struct", "cgroups", &set);
	if (!err)
		err = fb_wait_member(finder, "css_set", "subsys", &subsystems);
	/* Its css, with which struct mem_cgroup begins. */
	return err ? err : fb_space_u64(finder->space, set + subsystems + id * 8, memory_ret);
}

/* The limit that holds the thread back: of its group and those above it the one with the least room left. */
static struct fb_error *find_limit(struct fb_wait_finder *finder, const struct fb_task *task,
				   struct limit *limit)
{
	uint64_t memory = 0;
	struct fb_error *err = find_memory(finder, task, &memory);

	for (unsigned depth = 0; !err && memory && depth < DEEPEST; depth++) {
		uint64_t most, used = 0;

		err = fb_wait_value(finder, memory, "mem_cgroup", limit->word, &most);
		if (!err)
			err = fb_wait_value(finder, memory, "mem_cgroup", "memory.usage.counter",
					    &used);
		if (!err && most < UNLIMITED &&
		    (!limit->group ||
		     (int64_t)(most - used) < (int64_t)(limit->most - limit->used))) {
			limit->most = most;
			limit->used = used;
			err = fb_wait_value(finder, memory, "mem_cgroup", "css.cgroup",
					    &limit->group);
		}
		if (!err)
			err = fb_wait_value(finder, memory, "mem_cgroup", "css.parent", &memory);
	}
	return err;
}

/* "memory.high 16.0 MiB, in use 17.2 MiB" */
static struct fb_error *describe_limit(const struct limit *limit,
				       const struct fb_wait_absence *absence,
				       struct fb_wait_object *object)
{
	char most[32], used[32];

	if (!absence->known)
		return fb_wait_append(&object->detail, "its %s cannot be known: %s", limit->word,
				      absence->because);
	if (!limit->group)
		return fb_wait_append(&object->detail, "neither it nor a group above has a %s",
				      limit->word);
	return fb_wait_append(&object->detail, "%s %s, in use %s", limit->word,
			      fb_text_size(limit->most * FB_PAGE_SIZE, most, sizeof(most)),
			      fb_text_size(limit->used * FB_PAGE_SIZE, used, sizeof(used)));
}

/* Adds the wait of a thread that its group's limit holds back; where which group that is cannot be known, it is
 * the thread's own. need: what ends the wait. */
static struct fb_error *add_limited(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				    struct fb_wait *wait, struct limit *limit, const char *need)
{
	struct fb_wait_absence absence = FB_WAIT_ABSENCE_KNOWN;
	struct fb_wait_object *object;
	uint64_t group;
	bool fresh;
	struct fb_error *err =
		fb_wait_absence_of(&absence, find_limit(finder, blocked->task, limit));

	if (!absence.known)
		limit->group = 0;
	group = limit->group;
	if (!err && !group)
		err = find_group(finder, blocked->task, &group);
	if (!err)
		err = object_of(finder, group, &wait->object, &fresh);
	if (err)
		return err;
	object = &finder->graph.objects[wait->object];
	if (fresh)
		err = describe_limit(limit, &absence, object);
	if (!err && !object->need)
		err = fb_wait_text(&object->need, "%s", need);
	return err ? err : fb_wait_graph_add(&finder->graph, wait);
}

struct fb_error *fb_wait_memory_high(struct fb_wait_finder *finder,
				     const struct fb_blocked *blocked)
{
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, "memory-high");
	struct limit limit = {.word = "memory.high"};

	wait.evidence = "the function it sleeps in, and its control group";
	wait.timeout = true;
	return add_limited(finder, blocked, &wait, &limit,
			   "it is slowed down while the group has more than its memory.high");
}

/* A thread that takes memory of a group which has no more to give frees some first, and sleeps for a while where it
 * gets none. Of a group without an OOM killer (memory.oom_control of version 1) it sleeps until there is some. */
struct fb_error *fb_wait_memory_max(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, "memory-max");
	struct limit limit = {.word = "memory.max"};

	wait.evidence = "the function it sleeps in, and its control group";
	wait.timeout = !fb_blocked_in(blocked, "mem_cgroup_oom_synchronize");
	return add_limited(finder, blocked, &wait, &limit,
			   "it waits for memory of the group: whoever frees some, or raises the "
			   "limit, lets it go on");
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
	err = find_group(finder, blocked->task, &group);
	if (!err)
		err = object_of(finder, group, &wait.object, &fresh);
	if (!err && !finder->graph.objects[wait.object].need)
		err = fb_wait_text(&finder->graph.objects[wait.object].need,
				   "frozen: whoever writes 0 to its cgroup.freeze, or that of a "
				   "group above, lets it go on");
	return err ? err : fb_wait_graph_add(&finder->graph, &wait);
}
