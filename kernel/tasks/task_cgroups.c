// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds tasks by their control groups: each css_set lists the tasks that are in the same groups
 * (include/linux/cgroup-defs.h), so the css_set of every known task is walked. Called by task.c where the first sources
 * did not find all tasks.
 */
#include "base/limits.h"
#include "base/u64_map.h"
#include "kernel/tasks/task_table.h"

static struct fb_error *walk_css_set(struct fb_tasks *tasks, uint64_t css_set)
{
	const struct fb_layout *layout = fb_kernel_layout(tasks->kernel);
	uint32_t link = layout->task_cg_list.offset;
	struct fb_error *err;

	err = fb_tasks_walk_list(tasks, css_set + layout->css_set_tasks.offset, link,
				 FB_FOUND_CGROUP);
	if (!err && layout->css_set_mg_tasks.found)
		err = fb_tasks_walk_list(tasks, css_set + layout->css_set_mg_tasks.offset, link,
					 FB_FOUND_CGROUP);
	return err;
}

static struct fb_error *visit(struct fb_tasks *tasks, struct fb_u64_map *seen, uint64_t css_set)
{
	bool fresh = false;
	struct fb_error *err;

	if (!fb_kernel_address_ok(css_set))
		return NULL;
	err = fb_u64_set_add(seen, css_set, FB_MAX_CSS_SETS, "css_sets", &fresh);
	if (fb_error_is(err, FB_LIMIT))
		return fb_tasks_broken(tasks, err, FB_FOUND_CGROUP);
	return err || !fresh ? err : walk_css_set(tasks, css_set);
}

struct fb_error *fb_tasks_from_cgroups(struct fb_tasks *tasks)
{
	const struct fb_layout *layout = fb_kernel_layout(tasks->kernel);
	struct fb_u64_map seen = {0};
	struct fb_error *err = NULL;

	/* A kernel without cgroups has none of these. */
	if (!layout->task_cgroups.found || !layout->task_cg_list.found ||
	    !layout->css_set_tasks.found)
		return NULL;
	/* The table grows under the loop. */
	for (size_t i = 0; i < tasks->count && !err; i++) {
		uint64_t css_set = 0;

		err = fb_kernel_field(tasks->kernel, tasks->tasks[i].address, &layout->task_cgroups,
				      &css_set);
		err = err ? fb_tasks_broken(tasks, err, FB_FOUND_CGROUP)
			  : visit(tasks, &seen, css_set);
	}
	fb_u64_map_deinit(&seen);
	return err;
}
