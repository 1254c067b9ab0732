/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which pages of process memory a filtered dump keeps although its level leaves such pages out, so that no
 * core is needed beside it: of every thread its stack and what unwinding and naming it takes, and all of
 * the processes that were asked for. dump.c calls it before anything is written.
 */
#ifndef FB_BUNDLE_KEEP_H
#define FB_BUNDLE_KEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "bundle/dump/frame_set.h"
#include "bundle/input/input.h"

struct fb_keep_options {
	bool stacks;
	/* All memory of these processes: "PID", "COMM", "cgroup:PATH" (of the default hierarchy, and
	 * those below it), or "blocked" (a thread is in state D, or in futex()). Borrowed. */
	const char *const *processes;
	size_t process_count;
	uint64_t most_pages; /* kept in all; UINT64_MAX: any number */
};

struct fb_keep_result {
	uint64_t threads; /* whose stacks are kept */
	uint64_t
		without_stack; /* threads of user mode that left no registers, or no mapped stack */
	uint64_t stack_pages, process_pages;
	uint64_t refused; /* pages that were wanted when most_pages were kept: at least these */
	uint64_t processes;
};

/* Adds to set. In order of use: stacks of threads that are blocked, all stacks, the processes. What cannot
 * be read costs itself, with a warning where it is a whole process. FB_NOT_FOUND for a process that does
 * not exist. */
FB_MUST_CHECK struct fb_error *fb_keep_find(struct fb_input *input,
					    const struct fb_keep_options *options,
					    struct fb_frame_set *set,
					    struct fb_keep_result *result_ret);

#endif
