/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The form of what a host hangs in: its deadlock, or else the longest chain of waits behind which threads hang. Without
 * numbers of threads, addresses and names of objects, so that it is the same on another host. Called by signature.c.
 */
#ifndef FB_BUNDLE_SIGNATURE_WAIT_SHAPE_H
#define FB_BUNDLE_SIGNATURE_WAIT_SHAPE_H

#include <stdbool.h>
#include <stdint.h>

#include "bundle/waits/waits.h"

/* Waits of one shape; of longer chains those nearest to the end, of larger deadlocks the first ones. */
#define FB_SHAPE_WAITS 8u

enum fb_wait_shape_kind {
	FB_SHAPE_NONE, /* nothing hangs, as far as can be seen */
	FB_SHAPE_DEADLOCK,
	FB_SHAPE_CHAIN,
};

struct fb_wait_shape {
	enum fb_wait_shape_kind kind;
	/* "mutex > mutex": the kinds of the waits, as `fbundle waits` has them. Those of a deadlock begin where that
	 * gives the lowest text of `actors`; a chain ends with what everything waits for. */
	char kinds[512];
	/* "mutex in do_futex (lock-ab) > ...": besides, the innermost kernel function of each that is no wait itself,
	 * and the thread's name with # for digits. */
	char actors[2048];
	int32_t tid;    /* the thread to look at: the first of a deadlock, the last of a chain */
	size_t threads; /* in the deadlock, and behind it or behind the end of the chain */
};

/* tid: a thread that is known to hang, whose waits are followed; -1: the worst of all waits, which is a deadlock with a
 * thread in state D, else a chain with such threads, else any deadlock; of several deadlocks that with most threads.
 * Threads of user space that wait for each other count so only where nothing of the kernel hangs, because dumps seldom
 * have the memory that shows them. */
void fb_wait_shape_find(const struct fb_tasks *tasks, const struct fb_waits *waits, int32_t tid,
			struct fb_wait_shape *shape_ret);

/* Writes a thread's name for comparison, and returns `to` (size bytes): each number becomes #, and workers of the
 * kernel are "kworker". */
char *fb_wait_shape_comm(const char *comm, char *to, size_t size);

#endif
