/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The report: what its sections share, and the sections, one file each. What
 * cannot be had is said in its section and is a warning; it does not cost the
 * others.
 */
#ifndef FB_CMD_REPORT_H
#define FB_CMD_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "bundle/input/input.h"
#include "bundle/input/panic.h"
#include "bundle/merge/merge.h"
#include "bundle/stacks/thread_stack.h"
#include "bundle/stacks/wanted_files.h"
#include "bundle/waits/waits.h"
#include "cmd/bt/bt.h"
#include "cmd/report/report_html.h"
#include "cmd/shared/command.h"
#include "cmd/shared/memory_sources.h"
#include "cmd/shared/page_sources.h"
#include "kernel/log/log.h"
#include "kernel/modules/module.h"

/* The memory of a process that has a core. */
struct fb_report_memory {
	const struct fb_task *task;
	const struct fb_input_core *core;
	struct fb_page_sources sources;
};

struct fb_report {
	struct fb_context *context;
	struct fb_input *input;
	struct fb_html html;
	struct fb_memory_sources sources;

	const struct fb_tasks
		*tasks;         /* NULL: none can be reached, and all that rests on them is empty */
	struct fb_bt_cpus cpus; /* then: what the CPUs ran */
	const struct fb_input_core *cores;
	size_t core_count;
	struct fb_panic panic;
	struct fb_page_counts *counts;   /* owned; of each core */
	struct fb_thread_stacks *stacks; /* of the current tasks, user threads and D states */
	struct fb_wanted_file *wanted;   /* which would lead them on */
	size_t wanted_count;
	struct fb_waits *waits; /* NULL, as below: cannot be had */
	struct fb_modules *modules;
	struct fb_log *log;
	struct fb_report_memory *memory; /* owned */
	size_t memory_count;
};

/* Everything above, in order. */
FB_MUST_CHECK struct fb_error *fb_report_load(struct fb_report *report);
void fb_report_deinit(struct fb_report *report);

/* The file name in a path. */
const char *fb_report_name(const char *path);
/* "128 actors", printable as it is; the text is owned by the caller's frame. */
struct fb_report_task_text {
	char text[96];
};
struct fb_report_task_text fb_report_task(const struct fb_task *task);
/* NULL: not loaded. */
const struct fb_thread_stack *fb_report_stack_of(const struct fb_report *report,
						 const struct fb_task *task);
/* Seconds that a thread has been waiting; NaN: unknown. */
double fb_report_waited(const struct fb_report *report, const struct fb_task *task);
/* A whole stack as <pre>. */
void fb_report_stack(struct fb_report *report, const struct fb_thread_stack *stack);
/* A CPU's, whose thread is not known. */
void fb_report_cpu_stack(struct fb_report *report, const struct fb_kernel_stack *stack);
/* "It cannot be told from this dump", and what would tell. */
void fb_report_without_tasks(struct fb_report *report);

/* report_style.c: from the doctype to the body, and the end. title is escaped. */
void fb_report_page(struct fb_report *report, const char *title);
void fb_report_page_end(struct fb_report *report);

void fb_report_summary(struct fb_report *report);
void fb_report_panic(struct fb_report *report);
void fb_report_waits(struct fb_report *report);
FB_MUST_CHECK struct fb_error *fb_report_blocked(struct fb_report *report);
void fb_report_cores(struct fb_report *report);
void fb_report_memory(struct fb_report *report);
void fb_report_missing(struct fb_report *report);
void fb_report_log(struct fb_report *report);
FB_MUST_CHECK struct fb_error *fb_report_tasks(struct fb_report *report);
void fb_report_modules(struct fb_report *report);

#endif
