/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the pages of process memory that a filtered dump keeps although its level leaves out their class, so that no
 * core is needed with the dump: for every thread its stack and what is needed to unwind and name its frames; and all
 * memory of the processes that the user named. Called before anything is written.
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
	bool stacks; /* keep the stacks of all threads */
	/* Processes whose memory is kept whole: "PID", "COMM", "cgroup:PATH" (in the default hierarchy, with
	 * the groups below it), or "blocked" (processes with a thread in state D or in futex()). Borrowed. */
	const char *const *processes;
	size_t process_count;
	bool with_files; /* of these processes pages too that are as in their file on disk */
	/* Limit for all pages together; UINT64_MAX: none. Where stacks is set and there is a limit, it is filled: what
	 * these and the named processes leave of it goes to the memory of other processes. */
	uint64_t most_pages;
	/* When to end (fb_clock_ns()): no further process is looked at; 0: never. For a running kernel, whose lists and
	 * page tables may become others as fast as they are read. */
	uint64_t end_ns;
};

/* How many processes that are kept whole a dump lists. */
#define FB_KEEP_LISTED 1024u

struct fb_keep_result {
	uint64_t threads;       /* threads whose stacks are kept */
	uint64_t without_stack; /* user threads without registers or without a mapped stack */
	uint64_t stack_pages, process_pages; /* that the set did not have before */
	uint64_t refused;   /* pages that were not kept because of most_pages; there may be more */
	uint64_t processes; /* named ones, which are kept whole, but for what was refused */
	/* What filled the budget: pages, processes that are whole by them, and processes of which the budget, or the
	 * time, left out some or all pages. */
	uint64_t rest_pages, rest_processes, rest_left_out;
	/* PIDs of processes of which nothing was refused, named or of the rest, in the order in which they were kept;
	 * the first FB_KEEP_LISTED of them. */
	int32_t whole[FB_KEEP_LISTED];
	size_t whole_count;
	uint64_t too_late; /* processes that were not looked at because of end_ns */
	/* Pages of processes kept whole that were left out because a file has them, counted for each process. */
	uint64_t in_files;
};

/* Adds frames to set, the most useful first: stacks of blocked threads, all stacks, the named processes, the rest of a
 * budget. What cannot be read is left out, with a warning where that is a whole process. FB_NOT_FOUND for a process
 * that does not exist. */
FB_MUST_CHECK struct fb_error *fb_keep_find(struct fb_input *input,
					    const struct fb_keep_options *options,
					    struct fb_frame_set *set,
					    struct fb_keep_result *result_ret);

#endif
