/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a wait queue, or another word that threads wait at, is part of, where no recogniser knows the wait:
 * a symbol, an object of a slab cache, a thread's stack. And who has to do with that object: those that have
 * a file of it open, and those that hold a lock in it.
 */
#ifndef FB_BUNDLE_WAIT_SURROUNDINGS_H
#define FB_BUNDLE_WAIT_SURROUNDINGS_H

#include "bundle/waits/finder/wait_blocked.h"

/* Names the object of the graph ("WORD signal_struct.wait_chldexit of 0x... (do_wait)"), and adds what else is
 * known: in its detail, and as owners that are not certain. word: "wait queue", "completion"... function: that
 * the thread sleeps in. Both printable. */
FB_MUST_CHECK struct fb_error *fb_wait_surroundings(struct fb_wait_finder *finder,
						    const struct fb_blocked *blocked,
						    const char *word, uint64_t address,
						    const char *function, size_t object);

#endif
