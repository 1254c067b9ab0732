/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Recognises threads of CPython that wait for the global interpreter lock, or for a lock of the program in Python.
 * Called by wait_futex.c. */
#ifndef FB_BUNDLE_WAIT_PYTHON_H
#define FB_BUNDLE_WAIT_PYTHON_H

#include <stdbool.h>

#include "bundle/waits/finder/wait_memory.h"
#include "bundle/waits/futex/wait_futex_call.h"
#include "bundle/waits/futex/wait_pthread.h"
#include "user/runtimes/python.h"
#include "user/runtimes/python_locks.h"

/* *found_ret: whether the word of the call is part of a global lock of an interpreter of the process, or the thread
 * waits for an object of Python's; *lock_ret then describes it. False too where the interpreter cannot be read. Only
 * fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_wait_python(struct fb_wait_finder *finder,
					      const struct fb_blocked *blocked,
					      struct fb_joined *joined,
					      const struct fb_futex_call *call,
					      struct fb_pthread_wait *lock_ret, bool *found_ret);

/* The same of count known locks of an interpreter of this version: false where address is in none. */
bool fb_python_gil_describe(const struct fb_python_gil *gils, size_t count, const char *version,
			    uint64_t address, struct fb_pthread_wait *lock_ret);

/* Describes what a thread of this version's interpreter waits for. */
void fb_python_wait_describe(const struct fb_python_wait *wait, const char *version,
			     struct fb_pthread_wait *lock_ret);

#endif
