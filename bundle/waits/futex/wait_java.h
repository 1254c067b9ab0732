/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Recognises threads of Java (HotSpot) that wait for a monitor, or for an object of java.util.concurrent. Called by
 * wait_futex.c. */
#ifndef FB_BUNDLE_WAIT_JAVA_H
#define FB_BUNDLE_WAIT_JAVA_H

#include <stdbool.h>

#include "bundle/waits/finder/wait_memory.h"
#include "bundle/waits/futex/wait_pthread.h"
#include "user/runtimes/java/java_locks.h"

#define FB_JAVA_NAME_SIZE 128u

/* *found_ret: whether the thread, which waits for a condition of the C library, waits for an object of Java; *lock_ret
 * then describes that. name_ret gets the thread's name, printable; "" where it is none of Java's, or the virtual machine
 * cannot be read. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_wait_java(struct fb_wait_finder *finder,
					    const struct fb_blocked *blocked,
					    struct fb_joined *joined,
					    struct fb_pthread_wait *lock_ret,
					    char name_ret[FB_JAVA_NAME_SIZE], bool *found_ret);

/* Describes what a thread of this version's virtual machine waits for. */
void fb_java_wait_describe(const struct fb_java_wait *wait, unsigned version,
			   struct fb_pthread_wait *lock_ret);

#endif
