/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the thread whose TID is in a lock in user memory. The TID is that of the owner's
 * PID namespace, and the owner may have exited since it was written. Called by
 * wait_futex.c.
 */
#ifndef FB_BUNDLE_WAIT_OWNER_H
#define FB_BUNDLE_WAIT_OWNER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "bundle/waits/finder/wait_absence.h"
#include "bundle/waits/finder/wait_memory.h"
#include "bundle/waits/futex/wait_pthread.h"

/* Identifies a futex word. In a shared mapping it is the inode and the offset in it, as in the kernel's
 * get_futex_key(), or 0 and the physical address where the inode cannot be read; else it is the address space and the
 * address. */
struct fb_futex_key {
	uint64_t words[2];
	bool shared;
	uint64_t address; /* of the word in the waiter's process */
	uint64_t frame;   /* page frame of the word, by the waiter's page tables; 0: unknown */
};

/* Adds the owner whose TID is in lock to the object, or else to the object's `need` why the owner is not known. joined
 * is the memory of the waiter's process. */
FB_MUST_CHECK struct fb_error *fb_wait_lock_owner(struct fb_wait_finder *finder,
						  const struct fb_blocked *blocked,
						  struct fb_joined *joined,
						  const struct fb_pthread_wait *lock,
						  const struct fb_futex_key *key, size_t object);

/* Whether the owner of a lock has not run since the memory with the lock was saved, as far as cores tell: its own core
 * must not be newer than the memory's. Notes in *absence where that cannot be known. */
FB_MUST_CHECK struct fb_error *fb_wait_owner_is_unchanged(struct fb_wait_finder *finder,
							  const struct fb_task *owner,
							  const struct fb_input_core *memory,
							  bool *is_ret,
							  struct fb_wait_absence *absence);

#endif
