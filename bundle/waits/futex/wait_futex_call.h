/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a thread that sleeps in futex() asked for: the word, what it was to be, and whether processes
 * share it (include/uapi/linux/futex.h, kernel/futex/).
 */
#ifndef FB_BUNDLE_WAIT_FUTEX_CALL_H
#define FB_BUNDLE_WAIT_FUTEX_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "bundle/waits/finder/wait_blocked.h"

/* One wait, as the thread asked for it. */
struct fb_futex_call {
	uint64_t address;
	uint32_t command; /* FUTEX_WAIT, FUTEX_WAIT_BITSET, FUTEX_LOCK_PI... */
	uint32_t value;   /* that the word had when it went to sleep */
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

/* The one word of the thread's futex(), futex_wait() or restart_syscall(). FB_ABSENT where its
 * registers are unknown, FB_UNSUPPORTED for another system call. */
FB_MUST_CHECK struct fb_error *fb_futex_call_read(const struct fb_wait_finder *finder,
						  const struct fb_blocked *blocked,
						  struct fb_futex_call *call_ret);
/* Whether the thread is in futex_waitv(), of which each entry is a call. */
bool fb_futex_is_waitv(const struct fb_blocked *blocked);
struct fb_futex_call fb_futex_call_of_waitv(const struct fb_blocked *blocked,
					    const struct fb_futex_waitv *entry);
bool fb_futex_call_is_pi(const struct fb_futex_call *call);

#endif
