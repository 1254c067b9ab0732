/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The report: what its sections share, and the functions of the sections, one file each.
 * Where data are missing, the section says so and there is a warning; other sections are
 * not affected.
 */
#ifndef FB_CMD_REPORT_H
#define FB_CMD_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/u64_map.h"
#include "bundle/check/check.h"
#include "bundle/input/input.h"
#include "bundle/input/panic.h"
#include "bundle/merge/merge.h"
#include "bundle/stacks/thread_stack.h"
#include "bundle/stacks/wanted_files.h"
#include "bundle/waits/waits.h"
#include "cmd/bt/bt.h"
#include "cmd/mem/mem.h"
#include "cmd/report/assess/assessment.h"
#include "cmd/report/page/report_html.h"
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

/* A thread with its stack. */
struct fb_report_entry {
	const struct fb_thread_stack *stack;
	double waited; /* seconds; NaN: unknown */
};

/* Threads with the same stack. */
struct fb_report_group {
	const struct fb_report_entry *entries; /* within the array of the report */
	size_t count;
	bool blocked;   /* one of them is in D state */
	double longest; /* wait of a thread in D state, or of any; -1: unknown */
};

/* Stacks and waits that are shown: a page for reading; `fbundle bt -a -g` and `fbundle waits` have them all. */
#define FB_REPORT_GROUPS 150u
#define FB_REPORT_WAITS 6000u

/* Places of the page that links lead to: each is an id of a letter and a number. */
enum fb_anchor {
	FB_ANCHOR_STACK,  /* "s" and a TID: of a thread, where its stack is */
	FB_ANCHOR_WAIT,   /* "w" and a TID: the first of its waits */
	FB_ANCHOR_MEMORY, /* "m" and a PID: the mappings of a process */
	FB_ANCHORS,
};

/* States, names and kinds of waits of the threads that an element is about, as the filters of the page take them. */
struct fb_filter {
	char states[16];
	char names[2048]; /* printable, parted by |; "*": too many, so that any name fits */
	char waits[512];  /* likewise, but without "*" */
};

struct fb_report {
	struct fb_context *context;
	struct fb_input *input;
	struct fb_html html;
	struct fb_memory_sources sources;

	/* NULL: no task is found, and everything that is derived from tasks is empty. */
	const struct fb_tasks *tasks;
	struct fb_bt_cpus cpus; /* where tasks is NULL: what the CPUs ran */
	const struct fb_input_core *cores;
	size_t core_count;
	struct fb_panic panic;
	struct fb_page_counts *counts;   /* owned; one for each core */
	struct fb_thread_stacks *stacks; /* of current tasks, user threads and threads in D state */
	struct fb_wanted_file *wanted;   /* files with which they could be unwound further */
	size_t wanted_count;
	struct fb_report_entry *entries; /* owned; of the groups */
	struct fb_report_group *groups;  /* owned; in the order in which they are shown */
	size_t group_count;
	struct fb_u64_map anchors[FB_ANCHORS]; /* sets of TIDs or PIDs: where links may lead */
	struct fb_waits *waits;                /* here and below, NULL: it cannot be loaded */
	struct fb_modules *modules;
	struct fb_log *log;
	struct fb_report_memory *memory; /* owned */
	size_t memory_count;
	struct fb_check_result check;
	struct fb_mem usage; /* what memory is used for; without uses where it cannot be told */
	struct fb_assessment assessment;
};

/* Loads everything above, but groups and anchors. */
FB_MUST_CHECK struct fb_error *fb_report_load(struct fb_report *report);
void fb_report_deinit(struct fb_report *report);

/* report_style.c: writes the page to outfile (borrowed), after all was loaded. */
FB_MUST_CHECK struct fb_error *fb_report_write(struct fb_report *report,
					       struct fb_outfile *outfile);

/* report_groups.c: fills entries and groups. */
FB_MUST_CHECK struct fb_error *fb_report_groups_load(struct fb_report *report);

/* report_links.c: fills anchors, after all else was loaded. */
FB_MUST_CHECK struct fb_error *fb_report_anchors_load(struct fb_report *report);
void fb_report_anchors_deinit(struct fb_report *report);
bool fb_report_has_anchor(const struct fb_report *report, enum fb_anchor anchor, int32_t number);
/* Writes a link with this text to the place, and nothing where there is none. */
void fb_report_link(struct fb_report *report, enum fb_anchor anchor, int32_t number,
		    const char *text);
void fb_filter_begin(struct fb_filter *filter);
/* Adds what the thread is, and how it waits. */
void fb_report_filter_add(const struct fb_report *report, struct fb_filter *filter,
			  const struct fb_task *task);
/* Writes the attributes of an element whose tag is open: ' data-s="..." data-c="..." data-w="..."'. */
void fb_filter_write(struct fb_html *html, const struct fb_filter *filter);

/* The last component of a path. */
const char *fb_report_name(const char *path);
/* "128 actors", printable; returned by value. */
struct fb_report_task_text {
	char text[96];
};
struct fb_report_task_text fb_report_task(const struct fb_task *task);
/* The stack of a task; NULL: it was not loaded. */
const struct fb_thread_stack *fb_report_stack_of(const struct fb_report *report,
						 const struct fb_task *task);
/* Seconds that a thread has been waiting; NaN: unknown. */
double fb_report_waited(const struct fb_report *report, const struct fb_task *task);
/* Writes a whole stack as <pre>. */
void fb_report_stack(struct fb_report *report, const struct fb_thread_stack *stack);
/* Writes the stack of a CPU whose thread is not known. */
void fb_report_cpu_stack(struct fb_report *report, const struct fb_kernel_stack *stack);
/* Writes that there are no tasks in this dump, and which file is needed to find them. */
void fb_report_without_tasks(struct fb_report *report);

/* report_script.c: writes the script, whose hash the policy of the page has. */
void fb_report_script(struct fb_report *report);
extern const char fb_report_script_hash[];

void fb_report_summary(struct fb_report *report);
void fb_report_findings(struct fb_report *report);
void fb_report_panic(struct fb_report *report);
FB_MUST_CHECK struct fb_error *fb_report_waits(struct fb_report *report);
/* Within the section of waits, which must have been loaded: deadlocks and long chains drawn. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_report_pictures(struct fb_report *report);
void fb_report_blocked(struct fb_report *report);
void fb_report_timeline(struct fb_report *report);
void fb_report_usage(struct fb_report *report);
void fb_report_cores(struct fb_report *report);
void fb_report_memory(struct fb_report *report);
void fb_report_missing(struct fb_report *report);
void fb_report_log(struct fb_report *report);
FB_MUST_CHECK struct fb_error *fb_report_tasks(struct fb_report *report);
void fb_report_modules(struct fb_report *report);

#endif
