/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a futex word belongs to: the locks of glibc on x86-64 and, of 32-bit processes, on i386,
 * recognised by how their functions call futex(), and by the layout around the word
 * (sysdeps/x86/nptl/bits/struct_mutex.h, struct_rwlock.h, pthreadtypes.h,
 * sysdeps/nptl/internaltypes.h; glibc 2.25 to 2.42).
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
	int32_t owner;    /* as written there, in the owner's PID namespace; 0: none is recorded */
	uint64_t owner_thread; /* address of the owner's struct pthread (stdio locks); 0 */
	uint64_t owner_field;  /* address that the owner was read from; 0: it was value */
	bool certain;          /* the layout leaves no other reading */
	char detail[160];
	const char *need; /* why there is no owner; NULL. Static */
};

/* space: of the process. FB_NOT_FOUND where it looks like no lock of glibc; FB_ABSENT, FB_FAULT...
 * where the memory around cannot be had. */
FB_MUST_CHECK struct fb_error *fb_pthread_recognise(struct fb_space *space,
						    const struct fb_futex_call *call,
						    struct fb_pthread_wait *wait_ret);

#endif
