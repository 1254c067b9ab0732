/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a dump says in plain language, for readers who do not know the kernel: what happened, whose fault it is as far
 * as that is known, and what to do next. It says nothing that the panic's cause, the findings of `fbundle check` and
 * the wait graph do not show, and says where they do not tell. Called by the report.
 */
#ifndef FB_CMD_ASSESSMENT_H
#define FB_CMD_ASSESSMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "bundle/check/check.h"
#include "bundle/input/panic.h"
#include "bundle/stacks/thread_stack.h"
#include "bundle/waits/graph/wait_analysis.h"
#include "kernel/modules/module.h"
#include "kernel/tasks/task.h"

enum fb_assessment_part {
	FB_ASSESS_HAPPENED,
	FB_ASSESS_FAULT,
	FB_ASSESS_NEXT,
	FB_ASSESS_PARTS,
};

/* A reader takes in so many; the findings have all. */
#define FB_MOST_POINTS 5u

struct fb_point {
	char *text; /* owned, printable: one or a few sentences */
	/* Static: the section of the report that shows it, "waits"; NULL: none does. */
	const char *section;
};

struct fb_assessment {
	char *headline; /* owned, printable */
	struct fb_point points[FB_ASSESS_PARTS][FB_MOST_POINTS];
	size_t counts[FB_ASSESS_PARTS];
	size_t left[FB_ASSESS_PARTS]; /* how many points there was no room for */
};

/* What is known; all is borrowed for the call. */
struct fb_assessment_facts {
	const struct fb_panic *panic;
	const struct fb_tasks *tasks; /* here and below, NULL: not known */
	const struct fb_wait_graph *graph;
	const struct fb_wait_analysis *analysis;
	const struct fb_check_result *check;
	const struct fb_kernel_stack
		*stack; /* of the CPU that panicked, or that a lockup is about */
	struct fb_modules *modules;
	size_t files_wanted; /* that would let stacks go on */
	bool live;           /* the input is the running kernel */
};

/* FB_NOMEM. The caller frees the result with fb_assessment_deinit(), after an error too. */
FB_MUST_CHECK struct fb_error *fb_assess(const struct fb_assessment_facts *facts,
					 struct fb_assessment *assessment_ret);
void fb_assessment_deinit(struct fb_assessment *assessment);

/* "What happened"; static. */
const char *fb_assessment_part_name(enum fb_assessment_part part);

#endif
