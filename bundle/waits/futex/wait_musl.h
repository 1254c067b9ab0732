/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the lock to which a futex word belongs in a process whose C library is musl (src/internal/pthread_impl.h
 * and src/thread/ of musl 1.1 to 1.2, x86-64). A normal mutex does not record its owner (its word is EBUSY
 * while it is held); recursive, error-checking and robust ones do. Called by wait_futex.c.
 */
#ifndef FB_BUNDLE_WAIT_MUSL_H
#define FB_BUNDLE_WAIT_MUSL_H

#include "bundle/waits/futex/wait_pthread.h"

/* pthread_join() waits for a word at this offset in the other thread's struct pthread, to which that thread's fs
 * register points. While the word has the value FB_MUSL_JOINABLE, the thread can be joined. */
#define FB_MUSL_DETACH_STATE 56u
#define FB_MUSL_JOINABLE 2u

/* space: the memory of the process, which has so many threads. stack: the waiter's stack pointer. FB_NOT_FOUND where
 * the memory around the word fits no lock of musl; errors of fb_space_read() where it cannot be read. */
FB_MUST_CHECK struct fb_error *fb_musl_recognise(struct fb_space *space,
						 const struct fb_futex_call *call, uint64_t stack,
						 size_t threads, struct fb_pthread_wait *wait_ret);

#endif
