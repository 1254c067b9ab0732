/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Work on hostile input that passes through libraries which do not claim to
 * stand it: done in children, so that a crash, an endless loop or a run for
 * memory costs the part at hand and nothing else.
 *
 * A child is a fork: it sees all that its parent has in memory, and what it does
 * to that, or loads, stays its own. It opens files for reading only, starts and
 * signals nothing, leaves no core file, ends with its parent, and has caps on
 * memory and time, and all children of one piece of work on time together
 * (base/limits.h).
 * What it found comes back as bytes, to be read as carefully as the input itself:
 * whoever took the child over wrote them.
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
	/* In a child: does one part, and appends what came of it to result. */
	struct fb_error *(*work)(void *context, size_t index, struct fb_buf *result);
	/* In the caller, once for each part, in the order in which they end: what its child wrote;
	 * or why there is nothing (taken): work()'s error, or FB_CORRUPT for what killed its child.
	 * An error ends the whole, and is returned. */
	struct fb_error *(*take)(void *context, size_t index, struct fb_cursor *result);
	struct fb_error *(*lost)(void *context, size_t index, struct fb_error *why);
	/* CPU seconds that a part may take; NULL: FB_ISOLATE_SECONDS each. */
	unsigned (*seconds)(void *context, size_t index);
	/* CPU seconds of all parts together, where they are fewer than parts may take by themselves;
	 * 0: FB_MAX_ISOLATE_TOTAL_SECONDS. */
	unsigned total_seconds;
	/* In a child, before its first part; NULL: nothing to be done. fetch_fd: its channel for
	 * fb_fetch(), borrowed; -1: nothing can be fetched. */
	void (*begin)(void *context, int fetch_fd);
	/* Borrowed; NULL: nothing can be fetched. With it parts wait for as long as a server takes. */
	struct fb_fetcher *fetcher;
};

/* Does parts [0, count) in up to `children` children at a time. Warnings that a part adds to
 * warnings (borrowed; NULL: none) come back with it. To be called while no other thread of the
 * process holds a lock: a fork has only the caller's. Besides what the callbacks return: FB_NOMEM,
 * and FB_OS where no child can be made. */
FB_MUST_CHECK struct fb_error *fb_isolate_for(unsigned children, size_t count,
					      const struct fb_isolate_ops *ops, void *context,
					      struct fb_warnings *warnings);

#endif
