/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose lock a thread in futex() waits for: what a word means is known only to the library that made
 * the system call. glibc's functions for locks call it themselves; a program that has locks of its own
 * (Rust's, Go's, a runtime's) calls it through glibc's syscall(), or has no library in between.
 */
#ifndef FB_BUNDLE_WAIT_LIBRARY_H
#define FB_BUNDLE_WAIT_LIBRARY_H

#include <stdbool.h>

#include "bundle/waits/finder/wait_memory.h"

enum fb_futex_library {
	FB_FUTEX_UNKNOWN, /* an object that is not known here, or cannot be read */
	FB_FUTEX_GLIBC,
	FB_FUTEX_MUSL,
	FB_FUTEX_PROGRAM, /* the program's own: it called glibc's syscall() */
};

struct fb_futex_caller {
	enum fb_futex_library library;
	bool proven;       /* false: that glibc's syscall() was not in between cannot be told */
	char object[64];   /* printable: the file that called, without its folder; "": unknown */
	char because[160]; /* printable: why the file cannot be named; "": it can */
};

/* By the object at the thread's instruction pointer, its name or, of a static program under
 * --sysroot, its symbols; and by the return address on top of the stack. */
FB_MUST_CHECK struct fb_error *fb_futex_caller_find(struct fb_wait_finder *finder,
						    const struct fb_blocked *blocked,
						    struct fb_joined *joined,
						    struct fb_futex_caller *caller_ret);

/* The mapped file's name without its folder, printable: the kernel's, else the core's. Read errors. */
FB_MUST_CHECK struct fb_error *fb_futex_object_name(const struct fb_wait_finder *finder,
						    const struct fb_task *task,
						    const struct fb_vma *vma, char *to,
						    size_t size);

/* Tells a library by the name of its file, without the folder. UNKNOWN for most files. */
enum fb_futex_library fb_futex_library_by_name(const char *name);

#endif
