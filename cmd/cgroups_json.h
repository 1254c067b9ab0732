/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The JSON of fbundle cgroups: all control groups, or those at and below one. Called by cgroups.c. */
#ifndef FB_CMD_CGROUPS_JSON_H
#define FB_CMD_CGROUPS_JSON_H

#include <jansson.h>

#include "kernel/cgroups/cgroups.h"
#include "kernel/tasks/task.h"

/* A new reference, for fb_json_print(). chosen NULL: all groups, without their tasks. */
json_t *fb_cgroups_json(const struct fb_cgroups *cgroups, const struct fb_tasks *tasks,
			const struct fb_cgroup *chosen);

#endif
