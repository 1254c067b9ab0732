/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Analyses a wait graph: finds the threads that can never go on by themselves, the
 * cycles among these (deadlocks), and the threads for which most others wait. It takes
 * time linear in the number of threads, waits and owners. Called by waits.c.
 *
 * A thread may go on if it waits for nothing, if its wait has a timeout, or if one of the
 * objects that it waits for may be released. An object may be released if its owners are
 * not known, if one of its owners may go on, or, for an object that needs all owners, if
 * all of them may. Threads that may not go on are stuck, and a cycle of stuck threads is a
 * deadlock. A cycle that a thread outside it can break is no deadlock.
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

/* A set of stuck threads each of which waits, directly or indirectly, for each other. */
struct fb_wait_cycle {
	size_t *waits; /* owned: indexes of the waits of one shortest cycle, in its order: the thread
			* of each waits for the thread of the next, that of the last for the first */
	size_t count;
	int32_t *members; /* owned: TIDs of the whole set, ascending */
	size_t member_count;
	size_t behind; /* threads outside the set that wait for it, directly or not */
};

/* The end of chains of waits: a thread that waits for nothing or for any of several things (a loose object), or an
 * object whose owner is unknown. */
struct fb_wait_root {
	int32_t tid;    /* of the thread; -1: the end is an object */
	size_t object;  /* index of the object without known owner; FB_WAIT_NONE: a thread */
	bool loose;     /* the thread waits for a loose object, like a server for requests */
	bool stopped;   /* the thread is stopped, by a signal or a tracer */
	size_t threads; /* how many wait for it, directly or indirectly */
	size_t hung;    /* how many of these, and the thread itself, are in state D */
	size_t depth;   /* number of threads in the longest chain */
	size_t deepest; /* index of the wait at the far end of such a chain */
};

struct fb_wait_analysis {
	struct fb_wait_cycle *cycles; /* owned; most threads first */
	size_t cycle_count;
	/* Owned; the worst first: those behind which threads hang or that are stopped, then others, then
	 * servers that wait for requests; of each the one with most threads first. */
	struct fb_wait_root *roots;
	size_t root_count;
	/* Owned; for each wait the index of a wait of the owner for which it most likely waits (an owner that waits
	 * for nothing is preferred), or FB_WAIT_NONE. */
	size_t *next;
	bool *stuck; /* owned; for each wait: its thread cannot go on */
};

/* threads: all threads of the host, in order of (pid, tid). graph and threads are borrowed for the call. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_wait_analyse(const struct fb_wait_graph *graph,
					       const struct fb_wait_thread *threads, size_t count,
					       struct fb_wait_analysis *analysis_ret);
/* The longest time in seconds that one of the longest chain behind a root has waited; 0: not known. */
double fb_wait_root_longest(const struct fb_wait_graph *graph,
			    const struct fb_wait_analysis *analysis,
			    const struct fb_wait_root *root);
void fb_wait_analysis_deinit(struct fb_wait_analysis *analysis);

#endif
