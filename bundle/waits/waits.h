/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds out which threads wait for which others: for each blocked thread of an input what
 * it waits for, who can release that, and how this is known. Both halves of the input are
 * needed: the kernel's data show that a thread sleeps in futex(), but only the memory of
 * its process shows which thread holds the lock. Called by the commands waits, bt and
 * report.
 *
 * A thread that idles (pause(), nanosleep(), a kernel worker without work) waits for
 * nothing. Where an owner is not known, the object tells what is needed to find it.
 */
#ifndef FB_BUNDLE_WAITS_H
#define FB_BUNDLE_WAITS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "bundle/input/input.h"
#include "bundle/waits/finder/wait_options.h"
#include "bundle/waits/goroutines/wait_goroutines.h"
#include "bundle/waits/graph/wait_analysis.h"
#include "bundle/waits/graph/wait_graph.h"

struct fb_waits;

/* input and what is in options are borrowed and must outlive the result. Damaged data of one thread are a warning, or
 * are mentioned in its wait. */
FB_MUST_CHECK struct fb_error *fb_waits_find(struct fb_input *input,
					     const struct fb_wait_options *options,
					     struct fb_waits **waits_ret);
void fb_waits_destroy(struct fb_waits *waits);

/* All owned by waits. */
const struct fb_wait_graph *fb_waits_graph(const struct fb_waits *waits);
const struct fb_wait_analysis *fb_waits_analysis(const struct fb_waits *waits);
/* The waits of the thread with this TID, an array of *count_ret elements; NULL and 0: it waits for nothing. */
const struct fb_wait *fb_waits_of(const struct fb_waits *waits, int32_t tid, size_t *count_ret);
/* For whom the goroutines of each program in Go wait that has a thread which sleeps in futex() or epoll. All owned by
 * waits. */
const struct fb_wait_goroutines *fb_waits_goroutines(const struct fb_waits *waits,
						     size_t *count_ret);
/* Writes one line about a wait to `to` (size bytes): "mutex A (0x5584e75621c0), held by 126 lock-ba"; printable.
 * Returns `to`. */
char *fb_wait_describe(const struct fb_waits *waits, const struct fb_wait *wait, char *to,
		       size_t size);

#endif
