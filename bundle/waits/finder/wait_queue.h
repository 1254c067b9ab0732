/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Queues of waiters. A thread that sleeps for a kernel lock has an entry on its
 * own kernel stack, linked into the lock's list: from the entry the list leads
 * to its head, which is in the lock. Each queue is walked once, however many
 * wait in it.
 */
#ifndef FB_BUNDLE_WAIT_QUEUE_H
#define FB_BUNDLE_WAIT_QUEUE_H

#include <stddef.h>
#include <stdint.h>

#include "bundle/waits/finder/wait_blocked.h"

/* Offsets in a waiter's structure. */
struct fb_wait_entry {
	uint32_t list; /* of its list_head */
	uint32_t task; /* of its pointer to the task */
	uint32_t size;
};

/* Looks for a waiter's structure of this task in [low, high) of its stack: one with its task pointer
 * and with links that lead back to it. FB_NOT_FOUND. */
FB_MUST_CHECK struct fb_error *fb_wait_entry_find(const struct fb_kernel *kernel,
						  const struct fb_wait_entry *entry, uint64_t task,
						  uint64_t low, uint64_t high,
						  uint64_t *address_ret);

/* The head of the queue that the waiter's structure at address is in: the first node that is no
 * entry on the stack of the task it names. FB_CORRUPT where it has none. */
FB_MUST_CHECK struct fb_error *fb_wait_queue_head(struct fb_wait_finder *finder,
						  const struct fb_wait_entry *entry,
						  uint64_t address, uint64_t *head_ret);

/* The list_head of the struct wait_queue_head that the thread sleeps in, by the wait_queue_entry on
 * its stack: what it is a member of is what the thread waits for. FB_NOT_FOUND where it sleeps in
 * none, or not where the site says. */
FB_MUST_CHECK struct fb_error *fb_wait_queue_of(struct fb_wait_finder *finder,
						const struct fb_blocked *blocked,
						uint64_t *head_ret);
/* The same of the struct swait_queue_head of a completion, by the swait_queue on its stack: completions have
 * had one since 5.7 (a5c6234e1028). FB_NOT_FOUND. */
FB_MUST_CHECK struct fb_error *fb_wait_completion_of(struct fb_wait_finder *finder,
						     const struct fb_blocked *blocked,
						     uint64_t *head_ret);

#endif
