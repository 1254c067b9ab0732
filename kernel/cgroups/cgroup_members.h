/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which task is in which control groups. Tasks that are in the same groups of all hierarchies share a css_set, which
 * has the groups (include/linux/cgroup-defs.h). Called by cgroups.c.
 */
#ifndef FB_KERNEL_CGROUP_MEMBERS_H
#define FB_KERNEL_CGROUP_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/tasks/task.h"

struct fb_cgroup_members;

/* Reads the css_sets of all tasks; those that cannot be read cost a warning each. with_v1: also the groups of version
 * 1's hierarchies. The caller frees the result with fb_cgroup_members_destroy(). */
FB_MUST_CHECK struct fb_error *fb_cgroup_members_load(struct fb_kernel *kernel,
						      const struct fb_tasks *tasks, bool with_v1,
						      struct fb_cgroup_members **members_ret);
void fb_cgroup_members_destroy(struct fb_cgroup_members *members);

/* The addresses of the groups of the task with this index in the task table: *count_ret, which is 0 where they are not
 * known. Owned by members. */
const uint64_t *fb_cgroup_members_groups(const struct fb_cgroup_members *members, size_t task,
					 size_t *count_ret);

#endif
