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

/* Adds the owner that lock names to the object, or to its need why none can be named. joined is the
 * waiter's process; of a shared lock key is the inode and the offset of it. */
FB_MUST_CHECK struct fb_error *fb_wait_lock_owner(struct fb_wait_finder *finder,
						  const struct fb_blocked *blocked,
						  struct fb_joined *joined,
						  const struct fb_pthread_wait *lock, bool shared,
						  const uint64_t key[2], size_t object);

#endif
