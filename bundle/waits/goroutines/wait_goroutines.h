/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For whom the goroutines of one process wait: a wait graph of its own, in which they stand where threads stand in that
 * of the host. Go's channels and locks do not record who is to send or who has them. Those whose stacks refer to what
 * another waits on may be it, and no owner is certain. Called by wait_go.c; printed by waits.
 */
#ifndef FB_BUNDLE_WAIT_GOROUTINES_H
#define FB_BUNDLE_WAIT_GOROUTINES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "bundle/waits/graph/wait_analysis.h"
#include "bundle/waits/graph/wait_graph.h"
#include "user/runtimes/go/goroutines.h"

struct fb_wait_goroutines {
	int32_t pid;
	bool of_dump; /* it was read from the dump, and not from a core, which may be older */
	struct fb_string_pool pool;
	struct fb_goroutines all;
	/* A goroutine's TID is its place in all.list, from 1 on. */
	struct fb_wait_graph graph;
	struct fb_wait_analysis analysis;
};

/* Makes graph and analysis of the goroutines in *of. now_ns: by the monotonic clock; 0: not known. FB_NOMEM, FB_LIMIT.
 * The caller calls fb_wait_goroutines_deinit() on failure too. */
FB_MUST_CHECK struct fb_error *fb_wait_goroutines_analyse(struct fb_wait_goroutines *of,
							  uint64_t now_ns);
void fb_wait_goroutines_deinit(struct fb_wait_goroutines *of);

#endif
