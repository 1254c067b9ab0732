/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes of which all memory is kept: those that the user named, and, where a budget has room left, others, whose
 * order is decided here. Called by keep.c.
 */
#ifndef FB_BUNDLE_KEEP_WHOLE_H
#define FB_BUNDLE_KEEP_WHOLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "bundle/dump/keep.h"
#include "bundle/dump/keep_memory.h"
#include "bundle/input/input.h"
#include "kernel/tasks/task.h"

/* Keeps all memory of the process that task is a thread of, as fb_keep_all() does, and counts and lists it as a named
 * process. Errors of fb_keep_memory_init(). */
FB_MUST_CHECK struct fb_error *fb_keep_whole(struct fb_input *input, const struct fb_task *task,
					     bool with_files, struct fb_keep_budget *budget,
					     struct fb_keep_result *result);

/* Fills what is left of the budget, to the page, with all memory, but for what is as in its file or not in the input,
 * of the processes that are not whole yet: first those with a blocked thread, then the others, and of both those with
 * the least resident memory first, so that as many as can be are whole. The last one that the budget reaches is kept
 * in part. Where something was refused before, nothing is added. end_ns as in struct fb_keep_options. A process that
 * cannot be read is left out with a warning; only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_keep_rest(struct fb_input *input, uint64_t end_ns,
					    struct fb_keep_budget *budget,
					    struct fb_keep_result *result);

#endif
