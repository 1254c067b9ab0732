/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Locks of a made kernel, and threads that wait for them. */
#ifndef FB_TESTS_BUNDLE_MADE_LOCKS_H
#define FB_TESTS_BUNDLE_MADE_LOCKS_H

#include "tests/bundle/waits/made_waits.h"

#define MADE_LOCK_WAITERS 5
#define MADE_LOCK_HOLDER 10 /* its TID */

/* Where locks have their owner, and the waiters' list or the pointer to the first. */
#define MADE_LOCK_OWNER 8u
#define MADE_LOCK_QUEUE 24u

enum made_lock_layout { MADE_LIST, MADE_RING };

/* Puts the members of mutexes, rw_semaphores and semaphores, and of their waiters. */
void made_lock_members(struct made_waits *w, enum made_lock_layout layout);
/* A lock, marks[0], and its waiters, w->list[1] and on, in the order in which they came: held by
 * w->list[0], whose address is the owner word with these flags. The sleeping functions keep on the stack
 * what they were called with. */
void made_lock(struct made_waits *w, enum made_lock_layout layout, uint64_t flags);
/* The same; the waiter in the middle. */
struct fb_blocked made_lock_waiter(struct made_waits *w, enum made_lock_layout layout,
				   uint64_t flags);

#endif
