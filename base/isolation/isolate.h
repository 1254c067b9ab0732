/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs work in child processes where it passes hostile input to libraries that were
 * not written for it (libdw, libelf, libiberty). A crash, an endless loop or a
 * runaway allocation then costs only the part of the work at hand.
 *
 * A child is made by fork(): it sees all that its parent has in memory, and its
 * changes to that stay in the child. It can open files only for reading, cannot
 * start or signal processes, leaves no core file, and ends when its parent does. Its
 * memory and time are limited, and so is the time of all children of one call
 * together (base/limits.h).
 * Results come back as bytes. They must be checked like any other input, because an
 * input that took over a child can have written them. Called by what reads programs,
 * debug information and unwind tables.
 */
#ifndef FB_BASE_ISOLATION_ISOLATE_H
#define FB_BASE_ISOLATION_ISOLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/error.h"
#include "base/isolation/fetcher.h"
#include "base/warnings.h"

struct fb_isolate_ops {
	/* Runs in a child: does the part at index, and appends its outcome to result. */
	struct fb_error *(*work)(void *context, size_t index, struct fb_buf *result);
	/* Run in the caller, in the order in which parts end, one of the two for each part: take() gets
	 * what the child wrote; lost() takes over the reason why there is no result, which is the error
	 * of work(), or FB_CORRUPT where the child died. An error that they return ends all work, and
	 * fb_isolate_for() returns it. */
	struct fb_error *(*take)(void *context, size_t index, struct fb_cursor *result);
	struct fb_error *(*lost)(void *context, size_t index, struct fb_error *why);
	/* CPU seconds that the part at index may take; NULL: FB_ISOLATE_SECONDS for each. */
	unsigned (*seconds)(void *context, size_t index);
	/* CPU seconds that all parts together may take; 0: FB_MAX_ISOLATE_TOTAL_SECONDS. */
	unsigned total_seconds;
	/* Runs in a child before its first part; NULL: nothing is needed. fetch_fd is the child's channel
	 * for fb_fetch(), borrowed; -1: nothing can be fetched. */
	void (*begin)(void *context, int fetch_fd);
	/* Borrowed; NULL: nothing can be fetched. Otherwise a part may last as long as a download
	 * (FB_ISOLATE_FETCH_SECONDS). */
	struct fb_fetcher *fetcher;
};

/* Does the parts [0, count) in up to `children` children at a time. Warnings that work() adds to warnings
 * (borrowed; may be NULL) in a child are added to that list in the caller. To be called while no other
 * thread of the process holds a lock, because a child has only the calling thread and the lock would never
 * be released there. Errors: those of take() and lost(), FB_NOMEM, and FB_OS where no child can be made. */
FB_MUST_CHECK struct fb_error *fb_isolate_for(unsigned children, size_t count,
					      const struct fb_isolate_ops *ops, void *context,
					      struct fb_warnings *warnings);

#endif
