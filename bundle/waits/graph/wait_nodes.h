/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The wait graph as numbered nodes: threads first, then processes, then objects. Finds the nodes that may go
 * on, and the cycles of the others. Called by wait_analysis.c.
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
	size_t count;                      /* of all nodes */
	/* All owned. For each thread the index of its first wait, and how many it has. */
	size_t *first_wait;
	size_t *waits;
	size_t *process_first; /* first thread of each process; one more element as the end */
	size_t *owner_first;   /* for each object an index in owners; one more element as the end */
	size_t *owners;        /* nodes; owners that are no thread in list are left out */
	bool *unknown_owner;   /* for each object: an owner was left out */
	bool *may;             /* for each node: it may go on, or be released */
};

FB_MUST_CHECK struct fb_error *fb_wait_nodes_init(struct fb_wait_nodes *nodes,
						  const struct fb_wait_graph *graph,
						  const struct fb_wait_thread *threads,
						  size_t count);
void fb_wait_nodes_deinit(struct fb_wait_nodes *nodes);

/* How many nodes a node waits for or is owned by, and the one at index. */
size_t fb_wait_nodes_degree(const struct fb_wait_nodes *nodes, size_t node);
size_t fb_wait_nodes_next(const struct fb_wait_nodes *nodes, size_t node, size_t index);

/* Finds the sets of stuck threads that wait for each other. sets[thread] is the index of the thread's set, or
 * FB_WAIT_NONE. The caller frees the elements of *cycles_ret and the array, on failure too. */
FB_MUST_CHECK struct fb_error *fb_wait_nodes_cycles(const struct fb_wait_nodes *nodes, size_t *sets,
						    struct fb_wait_cycle **cycles_ret,
						    size_t *count_ret);

#endif
