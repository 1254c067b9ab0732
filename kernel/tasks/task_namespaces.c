// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds tasks by the IDRs of nested PID namespaces, for dumps in which the IDR of the outermost one is broken. The
 * namespaces are those to which known struct pids point, also for tasks of which only the TID is known, and those in
 * which tasks create their children. Called by task.c where the first sources did not find all tasks.
 */
#include "base/limits.h"

#include "base/u64_map.h"
#include "kernel/tasks/task_table.h"
#include <inttypes.h>

struct namespace_walk {
	struct fb_tasks *tasks;
	const struct fb_layout *layout;
	struct fb_u64_map seen;
	uint64_t nodes_left;
};

/* A namespace whose struct is lost, or is not of the level that it was named at, is passed over. */
static struct fb_error *visit(struct namespace_walk *walk, uint64_t namespace, uint32_t level)
{
	uint64_t own_level;
	bool fresh;
	struct fb_error *err;

	if (!fb_kernel_address_ok(namespace))
		return fb_error_create(FB_CORRUPT, "0x%" PRIx64 " is no address of a PID namespace",
				       namespace);
	err = fb_u64_set_add(&walk->seen, namespace, FB_MAX_PID_NAMESPACES, "PID namespaces",
			     &fresh);
	if (err || !fresh)
		return err;
	err = fb_kernel_field(walk->tasks->kernel, namespace, &walk->layout->pidns_level,
			      &own_level);
	if (!err && own_level != level)
		err = fb_error_create(FB_CORRUPT,
				      "PID namespace 0x%" PRIx64 " has level %" PRIu64 ", not %u",
				      namespace, own_level, level);
	return err ? err : fb_tasks_walk_pid_tree(walk->tasks, namespace, level, &walk->nodes_left);
}

/* Every nested namespace that a struct pid has a number in. */
static struct fb_error *visit_pid(struct namespace_walk *walk, uint64_t pid)
{
	const struct fb_layout *layout = walk->layout;
	struct fb_kernel *kernel = walk->tasks->kernel;
	uint64_t level = 0, namespace;
	struct fb_error *err = NULL;

	if (!pid) /* reaped, or a swapper */
		return NULL;
	err = fb_kernel_field(kernel, pid, &layout->pid_level, &level);
	if (!err && level >= FB_MAX_PID_LEVELS)
		err = fb_error_create(FB_CORRUPT, "struct pid 0x%" PRIx64 " has level %" PRIu64,
				      pid, level);
	for (uint32_t i = 1; i <= level && !err; i++) {
		err = fb_kernel_field(
			kernel, pid + layout->pid_numbers.offset + (uint64_t)i * layout->upid.size,
			&layout->upid_ns, &namespace);
		if (!err)
			err = visit(walk, namespace, i);
	}
	return err;
}

/* The namespace that a task's next child would be in, and those around it. */
static struct fb_error *visit_children_ns(struct namespace_walk *walk, uint64_t task)
{
	const struct fb_layout *layout = walk->layout;
	struct fb_kernel *kernel = walk->tasks->kernel;
	uint64_t nsproxy = 0, namespace, level;
	struct fb_error *err = NULL;

	if (layout->nsproxy_pid_ns_for_children.found && layout->pidns_parent.found)
		err = fb_kernel_field(kernel, task, &layout->task_nsproxy, &nsproxy);
	if (err || !nsproxy) /* given back on exit */
		return err;
	err = fb_kernel_field(kernel, nsproxy, &layout->nsproxy_pid_ns_for_children, &namespace);
	if (!err)
		err = fb_kernel_field(kernel, namespace, &layout->pidns_level, &level);
	if (!err && level >= FB_MAX_PID_LEVELS)
		err = fb_error_create(FB_CORRUPT, "PID namespace 0x%" PRIx64 " has level %" PRIu64,
				      namespace, level);
	while (!err && level) {
		err = visit(walk, namespace, (uint32_t)level--);
		if (!err)
			err = fb_kernel_field(kernel, namespace, &layout->pidns_parent, &namespace);
	}
	return err;
}

struct fb_error *fb_tasks_from_namespaces(struct fb_tasks *tasks)
{
	struct namespace_walk walk = {
		.tasks = tasks,
		.layout = fb_kernel_layout(tasks->kernel),
		.nodes_left = FB_MAX_PID_NODES + FB_MAX_PID_NAMESPACES,
	};
	struct fb_error *err = NULL;

	if (!walk.layout->task_thread_pid.found || !walk.layout->pid_level.found ||
	    !walk.layout->pid_numbers.found || !walk.layout->upid_ns.found ||
	    !walk.layout->pidns_level.found)
		return NULL;
	/* The tables grow under the loops. */
	for (size_t i = 0; i < tasks->count && !err; i++) {
		uint64_t task = tasks->tasks[i].address, pid = 0;

		err = fb_kernel_field(tasks->kernel, task, &walk.layout->task_thread_pid, &pid);
		if (!err)
			err = visit_pid(&walk, pid);
		err = fb_tasks_broken(tasks, err, FB_FOUND_PID_TREE);
		if (!err)
			err = fb_tasks_broken(tasks, visit_children_ns(&walk, task),
					      FB_FOUND_PID_TREE);
	}
	for (size_t i = 0; i < tasks->lost_count && !err; i++)
		err = fb_tasks_broken(tasks, visit_pid(&walk, tasks->lost[i].pid),
				      FB_FOUND_PID_TREE);
	fb_u64_map_deinit(&walk.seen);
	return err;
}
