/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the lock of glibc to which a futex word belongs, on x86-64, and for 32-bit processes on i386: by the
 * arguments with which glibc's functions call futex(), and by the layout of the lock around the word
 * (sysdeps/x86/nptl/bits/struct_mutex.h, struct_rwlock.h, pthreadtypes.h,
 * sysdeps/nptl/internaltypes.h; glibc 2.25 to 2.42). Called by wait_futex.c.
 */
#ifndef FB_BUNDLE_WAIT_PTHREAD_H
#define FB_BUNDLE_WAIT_PTHREAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/space.h"
#include "bundle/waits/futex/wait_futex_call.h"

struct fb_pthread_wait {
	const char *kind; /* "mutex", "mutex-robust", "rwlock-read", "condition"... static */
	uint64_t object;  /* address of the lock */
	int32_t owner;    /* the TID in the lock, of the owner's PID namespace; 0: none recorded */
	uint64_t owner_thread; /* address of the owner's struct pthread (stdio locks); else 0 */
	uint64_t owner_field;  /* address that the owner was read from; 0: the futex word itself */
	bool certain;          /* the layout fits no other lock */
	bool looks_again;      /* after the call's timeout the thread calls again */
	char detail[224];
	const char *need; /* why the owner is not known; NULL: it is. Static */
};

/* Whether a number can be the TID of an owner: the kernel gives none above PID_MAX_LIMIT. */
bool fb_pthread_is_tid(uint32_t value);

/* space: the memory of the process. FB_NOT_FOUND where the memory around the word fits no lock of glibc; errors of
 * fb_space_read() where it cannot be read. */
FB_MUST_CHECK struct fb_error *fb_pthread_recognise(struct fb_space *space,
						    const struct fb_futex_call *call,
						    struct fb_pthread_wait *wait_ret);

#endif
