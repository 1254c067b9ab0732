/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the arguments with which a thread sleeps in futex(): the word, the value that it expected there, and
 * whether processes share the word (include/uapi/linux/futex.h, kernel/futex/).
 */
#ifndef FB_BUNDLE_WAIT_FUTEX_CALL_H
#define FB_BUNDLE_WAIT_FUTEX_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "bundle/waits/finder/wait_blocked.h"

/* The arguments of one wait. */
struct fb_futex_call {
	uint64_t address;
	uint32_t command; /* FUTEX_WAIT, FUTEX_WAIT_BITSET, FUTEX_LOCK_PI... */
	uint32_t value;   /* the value of the word when the thread went to sleep */
	bool process_private;
	bool timeout;
	bool compat; /* of a 32-bit process */
};
#define FB_FUTEX_WAIT 0u
#define FB_FUTEX_LOCK_PI 6u
#define FB_FUTEX_WAIT_BITSET 9u
#define FB_FUTEX_WAIT_REQUEUE_PI 11u
#define FB_FUTEX_LOCK_PI2 13u
#define FB_FUTEX_WAITERS 0x80000000u
#define FB_FUTEX_TID_MASK 0x3fffffffu

/* struct futex_waitv, as it is in user memory. */
struct fb_futex_waitv {
	uint64_t value, address;
	uint32_t flags, reserved;
};
/* FUTEX_WAITV_MAX */
#define FB_FUTEX_MOST_WAITV 128u

/* Reads the arguments of the thread's futex(), futex_wait() or restart_syscall(). FB_ABSENT where its registers are
 * unknown, FB_UNSUPPORTED for another system call. */
FB_MUST_CHECK struct fb_error *fb_futex_call_read(const struct fb_wait_finder *finder,
						  const struct fb_blocked *blocked,
						  struct fb_futex_call *call_ret);
/* Whether the thread is in futex_waitv(), and the arguments of one of its entries as those of a call. */
bool fb_futex_is_waitv(const struct fb_blocked *blocked);
struct fb_futex_call fb_futex_call_of_waitv(const struct fb_blocked *blocked,
					    const struct fb_futex_waitv *entry);
bool fb_futex_call_is_pi(const struct fb_futex_call *call);

#endif
