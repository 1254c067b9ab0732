/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a futex word belongs to in a process whose C library is musl: src/internal/pthread_impl.h and
 * src/thread/ of musl 1.1 to 1.2, x86-64. A normal mutex does not record its owner (its word is EBUSY
 * for whoever has it); recursive, error-checking and robust ones do.
 */
#ifndef FB_BUNDLE_WAIT_MUSL_H
#define FB_BUNDLE_WAIT_MUSL_H

#include "bundle/waits/futex/wait_pthread.h"

/* pthread_join() waits on this word of the other thread's struct pthread, which is where that thread's
 * fs register points; while it has this value the thread can be joined. */
#define FB_MUSL_DETACH_STATE 56u
#define FB_MUSL_JOINABLE 2u

/* space: of the process, which has so many threads; stack: the waiter's stack pointer. FB_NOT_FOUND where it looks like no lock of
 * musl; FB_ABSENT, FB_FAULT... where the memory around cannot be had. */
FB_MUST_CHECK struct fb_error *fb_musl_recognise(struct fb_space *space,
						 const struct fb_futex_call *call, uint64_t stack,
						 size_t threads, struct fb_pthread_wait *wait_ret);

#endif
