/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the queue in which a thread waits. A thread that sleeps for a kernel lock has an
 * entry on its own kernel stack, which is linked into the list of the lock; from the
 * entry the list leads to its head, which is in the lock. Each queue is walked once,
 * however many threads wait in it. Called by recognisers.
 */
#ifndef FB_BUNDLE_WAIT_QUEUE_H
#define FB_BUNDLE_WAIT_QUEUE_H

#include <stddef.h>
#include <stdint.h>

#include "bundle/waits/finder/wait_blocked.h"

/* Offsets of members in the structure of a waiter, and its size, in bytes. */
struct fb_wait_entry {
	uint32_t list; /* of its list_head */
	uint32_t task; /* of its pointer to the task */
	uint32_t size;
};

/* Searches [low, high) of the stack of this task (the address of its task_struct) for a waiter's structure: one with a
 * pointer to the task and with links that lead back to it. FB_NOT_FOUND. */
FB_MUST_CHECK struct fb_error *fb_wait_entry_find(const struct fb_kernel *kernel,
						  const struct fb_wait_entry *entry, uint64_t task,
						  uint64_t low, uint64_t high,
						  uint64_t *address_ret);

/* The head of the queue in which the waiter's structure at address is: the first node that is not an entry on the stack
 * of the task to which it points. FB_CORRUPT where there is none. */
FB_MUST_CHECK struct fb_error *fb_wait_queue_head(struct fb_wait_finder *finder,
						  const struct fb_wait_entry *entry,
						  uint64_t address, uint64_t *head_ret);

/* The address of the list_head of the struct wait_queue_head in which the thread sleeps, found by the wait_queue_entry
 * on its stack. The thread waits for the structure of which the queue is a member. FB_NOT_FOUND where it sleeps in no
 * wait queue, or not in the function of the site. */
FB_MUST_CHECK struct fb_error *fb_wait_queue_of(struct fb_wait_finder *finder,
						const struct fb_blocked *blocked,
						uint64_t *head_ret);
/* The same for the struct swait_queue_head of a completion, found by the swait_queue on its stack; completions have one
 * since 5.7 (a5c6234e1028). FB_NOT_FOUND. */
FB_MUST_CHECK struct fb_error *fb_wait_completion_of(struct fb_wait_finder *finder,
						     const struct fb_blocked *blocked,
						     uint64_t *head_ret);

#endif
