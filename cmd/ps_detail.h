/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `ps --long` and its JSON tell of a task beyond the task table. */
#ifndef FB_CMD_PS_DETAIL_H
#define FB_CMD_PS_DETAIL_H

#include <stdbool.h>

#include "base/limits.h"
#include "cmd/shared/output.h"
#include "kernel/tasks/task_detail.h"

struct fb_ps_detail {
	bool has_resident, has_effective_uid;
	uint64_t resident; /* bytes */
	uint32_t effective_uid;
	char cgroup[FB_MAX_STRING];              /* "" unknown */
	uint64_t namespaces[FB_NAMESPACE_KINDS]; /* 0 unknown */
};

/* What cannot be read stays unknown. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_ps_detail_load(struct fb_kernel *kernel,
						 const struct fb_task *task,
						 struct fb_ps_detail *detail_ret);

/* Sets rss_bytes, euid, cgroup and namespaces of a task's object. */
void fb_ps_detail_to_json(const struct fb_ps_detail *detail, json_t *object);

/* The columns of --long, and a row's cells for them. Namespaces: those in which the task is not
 * together with `usual` (PID 1's). */
#define FB_PS_DETAIL_COLUMN_COUNT 5u
extern const struct fb_column fb_ps_detail_columns[FB_PS_DETAIL_COLUMN_COUNT];
FB_MUST_CHECK struct fb_error *fb_ps_detail_cells(struct fb_table *table,
						  const struct fb_task *task,
						  const struct fb_ps_detail *detail,
						  const struct fb_ps_detail *usual);

#endif
