/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose the TID is that a lock in user memory names. It was written in the PID
 * namespace of the owner, and maybe before the panic.
 */
#ifndef FB_BUNDLE_WAIT_OWNER_H
#define FB_BUNDLE_WAIT_OWNER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "bundle/waits/finder/wait_memory.h"
#include "bundle/waits/futex/wait_pthread.h"

/* The object that a futex word is: of a shared mapping the inode and the offset in it, as in the kernel's
 * get_futex_key(), or 0 and the physical address where the inode cannot be read; else the address space and the
 * address. */
struct fb_futex_key {
	uint64_t words[2];
	bool shared;
	uint64_t address; /* of the word in the waiter's process */
	uint64_t frame;   /* page frame of the word, by the waiter's page tables; 0 unknown */
};

/* Adds the owner that lock names to the object, or to its need why none can be named. joined is the
 * waiter's process. */
FB_MUST_CHECK struct fb_error *fb_wait_lock_owner(struct fb_wait_finder *finder,
						  const struct fb_blocked *blocked,
						  struct fb_joined *joined,
						  const struct fb_pthread_wait *lock,
						  const struct fb_futex_key *key, size_t object);

#endif
