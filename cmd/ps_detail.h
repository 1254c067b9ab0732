/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads and prints what `ps --long` and `ps --json` show of a task in addition to the task table. Called by ps.c. */
#ifndef FB_CMD_PS_DETAIL_H
#define FB_CMD_PS_DETAIL_H

#include <stdbool.h>

#include "base/limits.h"
#include "bundle/input/input.h"
#include "cmd/shared/output.h"
#include "kernel/tasks/task_detail.h"

/* What all threads of a process have in common. It is kept from one thread to the next, because the threads of a
 * process follow each other. */
struct fb_ps_process {
	bool loaded;
	int32_t pid;
	uint64_t mm;
	bool has_resident;
	uint64_t resident; /* bytes */
	char cmdline[FB_MAX_STRING];
	size_t loads; /* how often anything was read */
};

struct fb_ps_detail {
	bool has_effective_uid;
	uint32_t effective_uid;
	char cgroup[FB_MAX_STRING];              /* "": unknown */
	uint64_t namespaces[FB_NAMESPACE_KINDS]; /* inode numbers; 0: unknown */
};

/* What cannot be read stays unknown. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_ps_detail_load(struct fb_kernel *kernel,
						 const struct fb_task *task,
						 struct fb_ps_detail *detail_ret);

/* Reads the data of the task's process into *process, unless it has them already. *process must be all zeros at
 * first. */
FB_MUST_CHECK struct fb_error *fb_ps_process_load(struct fb_input *input,
						  const struct fb_task *task,
						  struct fb_ps_process *process);

/* Sets rss_bytes, cmdline, euid, cgroup and namespaces of a task's object. */
void fb_ps_detail_to_json(const struct fb_ps_detail *detail, const struct fb_ps_process *process,
			  json_t *object);

/* The columns of --long, and the cells of a row for them. The column of namespaces has those in which the task differs
 * from `usual`, which has PID 1's. */
#define FB_PS_DETAIL_COLUMN_COUNT 5u
extern const struct fb_column fb_ps_detail_columns[FB_PS_DETAIL_COLUMN_COUNT];
FB_MUST_CHECK struct fb_error *fb_ps_detail_cells(struct fb_table *table,
						  const struct fb_task *task,
						  const struct fb_ps_detail *detail,
						  const struct fb_ps_process *process,
						  const struct fb_ps_detail *usual);

#endif
