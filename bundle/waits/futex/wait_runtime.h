/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Recognises threads that sleep inside a runtime: the Java virtual machine, CPython, V8, Go, tokio. The meaning of its
 * locks is not known here, but its name shows with which tool to look further. Called by wait_futex.c.
 */
#ifndef FB_BUNDLE_WAIT_RUNTIME_H
#define FB_BUNDLE_WAIT_RUNTIME_H

#include "bundle/waits/finder/wait_memory.h"

#define FB_RUNTIME_CPYTHON "CPython"
#define FB_RUNTIME_JAVA "the Java virtual machine"

/* Finds the runtime in which the thread sleeps: by the file of the calling code, by return addresses on its stack, or
 * by the symbols of a static program. *runtime_ret is its name, static; NULL: none. */
FB_MUST_CHECK struct fb_error *fb_wait_find_runtime(struct fb_wait_finder *finder,
						    const struct fb_blocked *blocked,
						    struct fb_joined *joined,
						    const char **runtime_ret);
/* Appends it to the detail of the thread's wait; where runtime is NULL, what the thread's own name says. */
FB_MUST_CHECK struct fb_error *fb_wait_note_runtime(const struct fb_blocked *blocked,
						    const char *runtime, struct fb_wait *wait);

/* The runtime whose mapped file has this name (without its folder): "CPython" for "python3.13" or
 * "libpython3.11.so.1.0"; NULL: none. Static. */
const char *fb_runtime_by_name(const char *name);

#endif
