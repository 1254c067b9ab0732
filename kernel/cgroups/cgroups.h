/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control groups of a kernel: version 2's tree, and each hierarchy of version 1 that is mounted. The groups are
 * found in two ways: from each root down through the children of each group (include/linux/cgroup-defs.h), and from the
 * css_sets of all tasks; where one way is broken, the other may still reach the rest. What the controllers know of a
 * group is read with it (cgroup_values.h). Called by the command cgroups.
 */
#ifndef FB_KERNEL_CGROUPS_H
#define FB_KERNEL_CGROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/cgroups/cgroup_values.h"
#include "kernel/image/kernel.h"
#include "kernel/tasks/task.h"

enum fb_cgroup_state {
	FB_CGROUP_ONLINE,
	FB_CGROUP_DYING,   /* removed, but something, such as a page, still refers to it */
	FB_CGROUP_OFFLINE, /* it was being made, or is nearly gone */
	FB_CGROUP_UNKNOWN, /* cannot be read */
};

struct fb_cgroup {
	uint64_t address; /* of the struct cgroup */
	size_t hierarchy; /* index */
	char *path; /* in its hierarchy: "/", "/a/b"; owned, raw: escape before showing. NULL: unknown */
	enum fb_cgroup_state state;
	bool frozen;            /* version 2: all its threads are frozen */
	bool freezing;          /* it is to be frozen, by itself or a group above */
	bool freeze;            /* its own cgroup.freeze */
	struct fb_number alive; /* groups below it that were not removed */
	struct fb_number dying; /* groups below it that were removed, but are not gone */
	uint64_t processes;     /* in the group itself: their leader is */
	uint64_t threads;       /* in the group itself; the dead are not counted */
	struct fb_cgroup_values values;
};

struct fb_hierarchy {
	uint64_t address; /* of its struct cgroup_root */
	int32_t id;       /* as in /proc/PID/cgroup; 0: version 2 */
	char name[64];    /* of version 1, where it was given one; raw. "": none */
	/* Its controllers: "memory,pids"; cut where it does not fit. */
	char controllers[256];
	uint64_t group; /* its root's address */
};

struct fb_cgroups {
	struct fb_hierarchy *hierarchies; /* owned; version 2 first */
	size_t hierarchy_count;
	/* Owned; of each hierarchy one after the other, and in these in the order of their paths, those without at
	 * the end. */
	struct fb_cgroup *groups;
	size_t count;
	struct fb_cgroup_members *members; /* owned: which task is where */
};

/* FB_NOT_FOUND where types or symbols are missing, or for a kernel without control groups. What cannot be read of a
 * group stays unknown, with a warning. tasks is borrowed for the result's life. The caller frees the result with
 * fb_cgroups_deinit(). */
FB_MUST_CHECK struct fb_error *fb_cgroups_load(struct fb_kernel *kernel,
					       const struct fb_tasks *tasks,
					       struct fb_cgroups *cgroups_ret);
void fb_cgroups_deinit(struct fb_cgroups *cgroups);

/* Whether the task with this index in the task table is in this group itself. */
bool fb_cgroup_has_task(const struct fb_cgroups *cgroups, const struct fb_cgroup *group,
			size_t task);

/* Whether a group is `above` or below it, in the same hierarchy; above NULL: always. */
bool fb_cgroup_is_within(const struct fb_cgroup *group, const struct fb_cgroup *above);

/* "online", "dying", "offline", "unknown". Static. */
const char *fb_cgroup_state_name(enum fb_cgroup_state state);

#endif
