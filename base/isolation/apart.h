/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs each part of some work in a child process of its own, with a limit on its memory and its time: for work that may
 * crash, loop or run out of memory with one part, while the other parts are to be done. Called by the command triage.
 *
 * Unlike a child of isolate.h, which does many small parts and may do nothing but read, such a child may do whatever
 * its parent may: make children of isolate.h of its own, and temporary files. It limits itself further where its work
 * allows that. It leaves no core file, prints nothing, and ends when its parent does. What it sends back must be
 * checked like any other input.
 */
#ifndef FB_BASE_ISOLATION_APART_H
#define FB_BASE_ISOLATION_APART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

struct fb_apart_limits {
	unsigned children;    /* at a time; at most 64 are made */
	unsigned cpu_seconds; /* of one part's child, without its own children */
	unsigned seconds;     /* of real time for one part */
	uint64_t memory;      /* bytes that a child may take in addition to its parent's */
	size_t result;        /* bytes that one part may send back */
};

struct fb_apart_ops {
	/* Runs in a child: does the part at index, and appends its outcome to result. */
	struct fb_error *(*work)(void *context, size_t index, struct fb_buf *result);
	/* Run in the caller, in the order in which parts end, one of the two for each part that was begun: take() gets
	 * what work() appended; lost() takes over the error of work(), or FB_CORRUPT with how the child ended. An error
	 * that they return ends all work, and fb_apart_for() returns it. */
	struct fb_error *(*take)(void *context, size_t index, const uint8_t *bytes, size_t size);
	struct fb_error *(*lost)(void *context, size_t index, struct fb_error *why);
	/* Run in the caller several times a second. False: no further part is begun, and those that run are ended,
	 * without a call of take() or lost(). An error ends all work. */
	struct fb_error *(*goes_on)(void *context, bool *goes_on_ret);
};

/* Does the parts [0, count). To be called while the process has no threads that hold locks. Errors: those of the
 * functions, FB_NOMEM, and FB_OS where no child can be made. */
FB_MUST_CHECK struct fb_error *fb_apart_for(const struct fb_apart_limits *limits, size_t count,
					    const struct fb_apart_ops *ops, void *context);

#endif
