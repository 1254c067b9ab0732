/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which task a core is of. Each match carries its evidence and a verdict: the
 * auxiliary vector is close to a fingerprint, the PID at every namespace level
 * decides among forked children that share one, and start time, name, mappings
 * and registers speak for or against. A PID alone proves nothing.
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
	const struct fb_task *task;      /* the thread group's leader; NULL for FB_VERDICT_NONE */
	struct fb_task *own_task;        /* owned: what task is where its task_struct is lost; no
					  * member of it but numbers, name and mm is known */
	uint64_t mm;                     /* of the process; 0 for FB_VERDICT_NONE */
	char *evidence[FB_MAX_EVIDENCE]; /* owned; for and against, most telling first */
	size_t evidence_count;
	double taken_before_panic_s; /* NaN: unknown */
};

/* kernel and tasks are borrowed. Built once, it answers for any number of cores. */
struct fb_matcher;
FB_MUST_CHECK struct fb_error *fb_matcher_create(struct fb_kernel *kernel,
						 const struct fb_tasks *tasks,
						 struct fb_matcher **matcher_ret);
void fb_matcher_destroy(struct fb_matcher *matcher);

FB_MUST_CHECK struct fb_error *fb_matcher_match(struct fb_matcher *matcher, struct fb_core *core,
						struct fb_match *match_ret);
void fb_match_deinit(struct fb_match *match);

/* "certain", "likely", "none". */
const char *fb_verdict_name(enum fb_verdict verdict);

#endif
