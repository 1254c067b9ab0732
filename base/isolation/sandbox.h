/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Limits what this process may do, before it reads dumps and cores, which may have been made to
 * exploit a mistake in a parser. With Landlock it may open only the files that its options name, and
 * with a seccomp filter it may make only the system calls that it needs. An input that took over the
 * process could then not read other files, write any, start a program, signal other processes, or reach
 * the network. Every command calls this through fb_context_confine(); the children of
 * base/isolation/isolate.h are limited further.
 */
#ifndef FB_BASE_ISOLATION_SANDBOX_H
#define FB_BASE_ISOLATION_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

struct fb_sandbox_options {
	/* All paths are borrowed. Files and folders that may be read; one that does not exist is ignored. */
	const char *const *read;
	size_t read_count;
	/* Folders in which files may be made, read, written and renamed. */
	const char *const *write;
	size_t write_count;
	/* Folders in which a file that is open already may be given a name, and files may be removed and
	 * replaced. No file there may be opened. */
	const char *const *publish;
	size_t publish_count;
	bool network; /* sockets may be opened, and folders made: for the fetcher (fetcher.h) */
};

/* Which of the two mechanisms are in force. */
struct fb_sandbox {
	unsigned landlock; /* the version of Landlock's ABI; 0: this kernel has none */
	bool seccomp;
};

/* Enters the sandbox, which cannot be left. It applies to the calling thread and to threads created later, so
 * it must be called before any thread is created and before any input is read. Allocates nothing and cannot
 * fail; what the kernel does not support is left out. */
struct fb_sandbox fb_sandbox_enter(const struct fb_sandbox_options *options);

/* For a child of base/isolation/isolate.h, whether its parent is in the sandbox or not: from now on this
 * process may only read files, compute, and write to what is open already. What the kernel does not support
 * is left out. */
void fb_sandbox_narrow(void);

/* The two mechanisms: sandbox_landlock.c (returns the version of the ABI; 0: none) and sandbox_seccomp.c
 * (returns whether the filter is in force). Each sets no_new_privs. */
unsigned fb_sandbox_landlock(const struct fb_sandbox_options *options);
void fb_sandbox_landlock_narrow(void);
bool fb_sandbox_seccomp(bool network);
void fb_sandbox_seccomp_narrow(void);
/* Whether this kernel has Landlock. */
bool fb_sandbox_has_landlock(void);

#endif
