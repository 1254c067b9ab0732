// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the css_set of each task once, with its groups: that of version 2, and, by the list of links that the css_set
 * has to each of its groups, those of version 1. Called by cgroups.c.
 */
#include "kernel/cgroups/cgroup_members.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/part.h"
#include "base/u64_map.h"

/* Hierarchies that a css_set is in: one for each controller, and some that are only named. */
#define MOST_GROUPS 64u

struct set {
	uint64_t groups[MOST_GROUPS];
	size_t count;
};

struct fb_cgroup_members {
	struct fb_kernel *kernel; /* borrowed */
	struct set *sets;
	size_t count, room;
	struct fb_u64_map by_address; /* of css_sets; indexes of sets */
	size_t *of_task;              /* by the task's index: its set, counted from 1; 0: unknown */
	bool with_v1;
};

/* A link between a css_set and a group. */
static struct fb_error *add_link(void *context, uint64_t entry)
{
	struct fb_cgroup_members *members = context;
	const struct fb_layout *layout = fb_kernel_layout(members->kernel);
	struct set *set = &members->sets[members->count];
	uint64_t group;
	struct fb_error *err =
		fb_kernel_field(members->kernel, entry - layout->css_set_link_list.offset,
				&layout->css_set_link_group, &group);

	if (err || !fb_kernel_address_ok(group))
		return err;
	for (size_t i = 0; i < set->count; i++)
		if (set->groups[i] == group)
			return NULL;
	if (set->count < MOST_GROUPS)
		set->groups[set->count++] = group;
	return NULL;
}

/* Reads a css_set into the place behind the last. */
static struct fb_error *read_set(struct fb_cgroup_members *members, uint64_t address)
{
	const struct fb_layout *layout = fb_kernel_layout(members->kernel);
	struct set *set = &members->sets[members->count];
	uint64_t group = 0;
	struct fb_error *err =
		fb_kernel_field(members->kernel, address, &layout->css_set_default_cgroup, &group);

	set->count = 0;
	if (!err && fb_kernel_address_ok(group))
		set->groups[set->count++] = group;
	if (!err && members->with_v1)
		err = fb_layout_require(&layout->css_set_links);
	if (!err && members->with_v1)
		err = fb_layout_require(&layout->css_set_link_list);
	if (!err && members->with_v1)
		err = fb_kernel_list(members->kernel, address + layout->css_set_links.offset,
				     MOST_GROUPS, add_link, members);
	return fb_part_warn(fb_kernel_warnings(members->kernel), err, "css_set 0x%" PRIx64,
			    address);
}

static struct fb_error *grow(struct fb_cgroup_members *members)
{
	size_t room = members->room ? 2 * members->room : 16;
	struct set *sets;

	if (members->count < members->room)
		return NULL;
	sets = realloc(members->sets, room * sizeof(*sets));
	if (!sets)
		return fb_error_nomem();
	members->sets = sets;
	members->room = room;
	return NULL;
}

static struct fb_error *visit(struct fb_cgroup_members *members, uint64_t task, size_t *of_task)
{
	uint64_t address = 0;
	bool fresh = false;
	struct fb_error *err = fb_kernel_field(
		members->kernel, task, &fb_kernel_layout(members->kernel)->task_cgroups, &address);

	if (!err && !fb_kernel_address_ok(address))
		err = fb_error_create(FB_CORRUPT, "its css_set is at 0x%" PRIx64, address);
	if (!err)
		err = fb_u64_map_add(&members->by_address, address, members->count, FB_MAX_CSS_SETS,
				     "css_sets", &fresh);
	if (!err && fresh) {
		err = grow(members);
		if (!err)
			err = read_set(members, address);
		members->count += !err;
	}
	if (!err)
		*of_task = (size_t)*fb_u64_map_find(&members->by_address, address) + 1;
	return err;
}

struct fb_error *fb_cgroup_members_load(struct fb_kernel *kernel, const struct fb_tasks *tasks,
					bool with_v1, struct fb_cgroup_members **members_ret)
{
	size_t count = fb_tasks_count(tasks);
	struct fb_cgroup_members *members = calloc(1, sizeof(*members));
	struct fb_error *err = NULL;

	if (members)
		members->of_task = calloc(count ? count : 1, sizeof(*members->of_task));
	if (!members || !members->of_task) {
		free(members);
		return fb_error_nomem();
	}
	members->kernel = kernel;
	members->with_v1 = with_v1;
	for (size_t i = 0; i < count && !err; i++) {
		const struct fb_task *task = fb_tasks_get(tasks, i);

		if (!task->idle)
			err = fb_part_warn(fb_kernel_warnings(kernel),
					   visit(members, task->address, &members->of_task[i]),
					   "control groups of TID %d", task->tid);
	}
	if (err)
		fb_cgroup_members_destroy(members);
	else
		*members_ret = members;
	return err;
}

void fb_cgroup_members_destroy(struct fb_cgroup_members *members)
{
	if (!members)
		return;
	fb_u64_map_deinit(&members->by_address);
	free(members->sets);
	free(members->of_task);
	free(members);
}

const uint64_t *fb_cgroup_members_groups(const struct fb_cgroup_members *members, size_t task,
					 size_t *count_ret)
{
	size_t set = members->of_task[task];

	*count_ret = set ? members->sets[set - 1].count : 0;
	return set ? members->sets[set - 1].groups : NULL;
}
