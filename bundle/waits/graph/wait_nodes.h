/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The wait graph as numbered nodes, for bundle/waits/graph/wait_analysis.c: threads first,
 * then processes, then objects; which of them may go on; and its cycles.
 */
#ifndef FB_BUNDLE_WAIT_NODES_H
#define FB_BUNDLE_WAIT_NODES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "bundle/waits/graph/wait_analysis.h"

struct fb_wait_nodes {
	const struct fb_wait_graph *graph; /* borrowed */
	const struct fb_wait_thread *list; /* borrowed */
	size_t threads;                    /* nodes [0, threads) */
	size_t first_object;               /* nodes [threads, first_object) are processes */
	size_t count;
	/* All owned. Of each thread its first wait and their number. */
	size_t *first_wait;
	size_t *waits;
	size_t *process_first; /* thread that each process begins with; one more as the end */
	size_t *owner_first;   /* of each object, in owners[]; one more as the end */
	size_t *owners;        /* nodes; owners that no thread is are left out */
	bool *unknown_owner;   /* of each object: one was left out */
	bool *may;             /* of each node: may go on, or be released */
};

FB_MUST_CHECK struct fb_error *fb_wait_nodes_init(struct fb_wait_nodes *nodes,
						  const struct fb_wait_graph *graph,
						  const struct fb_wait_thread *threads,
						  size_t count);
void fb_wait_nodes_deinit(struct fb_wait_nodes *nodes);

/* How many nodes a node leads to, and which. */
size_t fb_wait_nodes_degree(const struct fb_wait_nodes *nodes, size_t node);
size_t fb_wait_nodes_next(const struct fb_wait_nodes *nodes, size_t node, size_t index);

/* The sets of stuck threads that wait for each other: sets[thread] is the index of the thread's,
 * or FB_WAIT_NONE. cycles_ret's elements and array are the caller's, on failure too. */
FB_MUST_CHECK struct fb_error *fb_wait_nodes_cycles(const struct fb_wait_nodes *nodes, size_t *sets,
						    struct fb_wait_cycle **cycles_ret,
						    size_t *count_ret);

#endif
