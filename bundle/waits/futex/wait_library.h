/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the library or program that called futex(), because the meaning of the word depends on it. The locks of
 * glibc make the system call themselves; a program with locks of its own (Rust, Go, a runtime) calls glibc's
 * syscall(), or makes the system call itself.
 */
#ifndef FB_BUNDLE_WAIT_LIBRARY_H
#define FB_BUNDLE_WAIT_LIBRARY_H

#include <stdbool.h>

#include "bundle/waits/finder/wait_memory.h"

enum fb_futex_library {
	FB_FUTEX_UNKNOWN, /* another program or library, or one that cannot be read */
	FB_FUTEX_GLIBC,
	FB_FUTEX_MUSL,
	FB_FUTEX_PROGRAM, /* the program's own: it called glibc's syscall() */
};

struct fb_futex_caller {
	enum fb_futex_library library;
	bool proven;       /* false: unknown whether the call went through glibc's syscall() */
	char object[64];   /* printable; name of the calling file without its folder; "": unknown */
	char because[160]; /* printable; why the name is unknown; "": it is known */
};

/* Finds the caller by the file that is mapped at the thread's instruction pointer: by its name, or, for a static
 * program under --sysroot, by its symbols; and by the return address on top of the stack. */
FB_MUST_CHECK struct fb_error *fb_futex_caller_find(struct fb_wait_finder *finder,
						    const struct fb_blocked *blocked,
						    struct fb_joined *joined,
						    struct fb_futex_caller *caller_ret);

/* The name of the mapped file without its folder, printable, from the dump or else from the core. Errors of
 * fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_futex_object_name(const struct fb_wait_finder *finder,
						    const struct fb_task *task,
						    const struct fb_vma *vma, char *to,
						    size_t size);

/* The library whose file has this name (without the folder); FB_FUTEX_UNKNOWN for most files. */
enum fb_futex_library fb_futex_library_by_name(const char *name);

#endif
