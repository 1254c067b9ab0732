/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What follows from a wait graph: who cannot go on whatever happens elsewhere,
 * the cycles in that, and for whom most threads wait. All of it linear in the
 * threads, waits and owners.
 *
 * A thread may go on where it waits for nothing, where its wait has a timeout, or
 * where one of the objects it waits for may be released; an object may be
 * released where nobody knows its owners, where one of its owners may go on, or,
 * of those that need all, where all may. Threads that may not are stuck: a cycle
 * of stuck threads is a deadlock. A loop that somebody outside can break is none.
 */
#ifndef FB_BUNDLE_WAIT_ANALYSIS_H
#define FB_BUNDLE_WAIT_ANALYSIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "bundle/waits/graph/wait_graph.h"

struct fb_wait_thread {
	int32_t tid, pid;
	char state; /* as in struct fb_task */
};

#define FB_WAIT_NONE SIZE_MAX

/* A set of stuck threads of which each waits, directly or not, for each other. */
struct fb_wait_cycle {
	size_t *waits; /* owned: indexes of the waits of one shortest cycle, in its order: the thread
			* of each waits for the thread of the next, that of the last for the first */
	size_t count;
	int32_t *members; /* owned: TIDs of the whole set, ascending */
	size_t member_count;
	size_t behind; /* threads outside the set that wait for it, directly or not */
};

/* Where chains end: at a thread that waits for nobody, or for any of several things (a loose object),
 * or at an object whose owner is unknown. */
struct fb_wait_root {
	int32_t tid;    /* -1: the object */
	size_t object;  /* the one whose owner is unknown; FB_WAIT_NONE: the thread */
	bool loose;     /* the thread waits, like a server for requests */
	bool stopped;   /* the thread is stopped, by a signal or a tracer */
	size_t threads; /* that wait for it, directly or not */
	size_t hung;    /* of these, and the thread itself, those that take no signal (state D) */
	size_t depth;   /* threads of the longest chain */
	size_t deepest; /* wait at the far end of one such chain */
};

struct fb_wait_analysis {
	struct fb_wait_cycle *cycles; /* owned; most threads first */
	size_t cycle_count;
	/* Owned; the worst first: those behind which threads hang or that are stopped, then others, then
	 * servers that wait for requests; of each the one with most threads first. */
	struct fb_wait_root *roots;
	size_t root_count;
	/* For each wait the wait of the thread that it is most likely to be waiting for (one without
	 * waits of its own first), or FB_WAIT_NONE. Owned. */
	size_t *next;
	bool *stuck; /* of each wait: its thread cannot go on. Owned */
};

/* threads: all of the system, in order of (pid, tid). Both are borrowed for the call. */
FB_MUST_CHECK struct fb_error *fb_wait_analyse(const struct fb_wait_graph *graph,
					       const struct fb_wait_thread *threads, size_t count,
					       struct fb_wait_analysis *analysis_ret);
void fb_wait_analysis_deinit(struct fb_wait_analysis *analysis);

#endif
