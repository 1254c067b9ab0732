/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads that sleep inside a runtime: the Java virtual machine, CPython, V8, Go, tokio. What their locks
 * mean the runtime alone knows, and its name says where to ask.
 */
#ifndef FB_BUNDLE_WAIT_RUNTIME_H
#define FB_BUNDLE_WAIT_RUNTIME_H

#include "bundle/waits/finder/wait_memory.h"

/* Appends to the detail of the thread's wait which runtime it sleeps in, where it is seen to: by the object that
 * called, by return addresses on its stack, or by the symbols of a static program. */
FB_MUST_CHECK struct fb_error *fb_wait_note_runtime(struct fb_wait_finder *finder,
						    const struct fb_blocked *blocked,
						    struct fb_joined *joined, struct fb_wait *wait);

/* "CPython" of "python3.13" or "libpython3.11.so.1.0"; NULL: the mapped file's name (without its folder) is that
 * of no runtime. */
const char *fb_runtime_by_name(const char *name);

#endif
