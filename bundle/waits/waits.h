/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who waits for whom: each blocked thread of an input, what it waits for, who
 * holds or will feed that, and how that is known. The kernel knows that a thread
 * sleeps in futex(); only process memory knows who holds that lock.
 *
 * A thread that merely idles (pause(), nanosleep(), a kernel worker without work)
 * waits for nobody. An owner that cannot be known is not named; the object says
 * what would be needed to know it.
 */
#ifndef FB_BUNDLE_WAITS_H
#define FB_BUNDLE_WAITS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "bundle/input/input.h"
#include "bundle/waits/finder/wait_options.h"
#include "bundle/waits/graph/wait_analysis.h"
#include "bundle/waits/graph/wait_graph.h"

struct fb_waits;

/* input and what options name are borrowed and must outlive the result. What is damaged of one
 * thread is a warning, or said in its wait. */
FB_MUST_CHECK struct fb_error *fb_waits_find(struct fb_input *input,
					     const struct fb_wait_options *options,
					     struct fb_waits **waits_ret);
void fb_waits_destroy(struct fb_waits *waits);

/* All owned by waits. */
const struct fb_wait_graph *fb_waits_graph(const struct fb_waits *waits);
const struct fb_wait_analysis *fb_waits_analysis(const struct fb_waits *waits);
/* The waits of one thread (they stand together), by its TID; NULL and 0: it waits for nobody. */
const struct fb_wait *fb_waits_of(const struct fb_waits *waits, int32_t tid, size_t *count_ret);
/* One line on a wait: "mutex A (0x5584e75621c0), held by 126 lock-ba"; printable. Returns to. */
char *fb_wait_describe(const struct fb_waits *waits, const struct fb_wait *wait, char *to,
		       size_t size);

#endif
