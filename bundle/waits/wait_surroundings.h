/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Describes a wait for which there is no recogniser by the structure in which the wait queue, or other word, lies: a
 * symbol, an object of a slab cache, a thread's stack; and by the processes that have a file of that object open or
 * hold a lock in it. Called by wait_unknown.c.
 */
#ifndef FB_BUNDLE_WAIT_SURROUNDINGS_H
#define FB_BUNDLE_WAIT_SURROUNDINGS_H

#include "bundle/waits/finder/wait_blocked.h"

/* Sets the name of an object of the graph ("WORD signal_struct.wait_chldexit of 0x... (do_wait)"), and adds what else
 * is known to its detail, and as owners that are not certain. address: of the queue or word. word: "wait queue",
 * "completion"... function: the one in which the thread sleeps. Both must be printable. */
FB_MUST_CHECK struct fb_error *fb_wait_surroundings(struct fb_wait_finder *finder,
						    const struct fb_blocked *blocked,
						    const char *word, uint64_t address,
						    const char *function, size_t object);

#endif
