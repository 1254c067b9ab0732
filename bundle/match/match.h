/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the task that a core belongs to. Each match has its evidence and a verdict. The
 * auxiliary vector identifies a process almost uniquely; among forked children, which
 * share one, the PID decides, compared at every namespace level; start time, name,
 * mappings and registers are further evidence for or against. A PID alone proves
 * nothing. Called by bundle/input.
 */
#ifndef FB_BUNDLE_MATCH_H
#define FB_BUNDLE_MATCH_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/tasks/task.h"
#include "user/core/core.h"

enum fb_verdict {
	FB_VERDICT_NONE,
	FB_VERDICT_LIKELY,
	FB_VERDICT_CERTAIN,
};

#define FB_MAX_EVIDENCE 16u

struct fb_match {
	enum fb_verdict verdict;
	const struct fb_task *task; /* the thread group's leader; NULL for FB_VERDICT_NONE */
	/* Owned; task points to it where the task_struct is lost. Only its numbers, name and mm are known
	 * then. NULL otherwise. */
	struct fb_task *own_task;
	uint64_t mm;                     /* address of the mm_struct; 0 for FB_VERDICT_NONE */
	char *evidence[FB_MAX_EVIDENCE]; /* owned; texts for and against, the strongest first */
	size_t evidence_count;
	double taken_before_panic_s; /* seconds from the core to the panic; NaN: unknown */
};

/* A matcher is created once and can match any number of cores. kernel and tasks are borrowed and must outlive it. */
struct fb_matcher;
FB_MUST_CHECK struct fb_error *fb_matcher_create(struct fb_kernel *kernel,
						 const struct fb_tasks *tasks,
						 struct fb_matcher **matcher_ret);
void fb_matcher_destroy(struct fb_matcher *matcher);

FB_MUST_CHECK struct fb_error *fb_matcher_match(struct fb_matcher *matcher, struct fb_core *core,
						struct fb_match *match_ret);
void fb_match_deinit(struct fb_match *match);

/* "certain", "likely", "none". Static. */
const char *fb_verdict_name(enum fb_verdict verdict);

#endif
