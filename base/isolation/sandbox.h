/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Limits what this process may do, before it reads dumps and cores, which may have been made to
 * exploit a mistake in a parser. With Landlock it may open only the files that its options name, and
 * with a seccomp filter it may make only the system calls that it needs. Whoever took over the process
 * could then not read other files, write any, start a program, signal other processes, or reach the
 * network. Every command calls it through fb_context_confine(); children of base/isolation/isolate.h
 * give up more.
 */
#ifndef FB_BASE_ISOLATION_SANDBOX_H
#define FB_BASE_ISOLATION_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

struct fb_sandbox_options {
	const char *const *read; /* files and folders; what does not exist is passed over */
	size_t read_count;
	const char *const
		*write; /* folders in which files may be made, read, written and renamed */
	size_t write_count;
	/* Folders in which what is open already may be given a name, files removed and replaced. No
	 * file there may be opened. */
	const char *const *publish;
	size_t publish_count;
	bool network; /* sockets may be opened, and folders made: the fetcher (fetcher.h) */
};

/* What the kernel granted. */
struct fb_sandbox {
	unsigned landlock; /* its ABI version; 0: this kernel has none */
	bool seccomp;
};

/* For good, and for all threads created later: so before any is, and before anything is read. Allocates
 * nothing and cannot fail; a kernel without one of the two leaves that out. */
struct fb_sandbox fb_sandbox_enter(const struct fb_sandbox_options *options);

/* For a child of base/isolation/isolate.h, whether its parent is in the sandbox or not: from now on
 * this process reads files, computes, and writes to what is open already. What the kernel lacks of
 * the two is left out. */
void fb_sandbox_narrow(void);

/* The halves: sandbox_landlock.c (0: none) and sandbox_seccomp.c. All take no_new_privs. */
unsigned fb_sandbox_landlock(const struct fb_sandbox_options *options);
void fb_sandbox_landlock_narrow(void);
bool fb_sandbox_seccomp(bool network);
void fb_sandbox_seccomp_narrow(void);
/* Whether this kernel has Landlock. */
bool fb_sandbox_has_landlock(void);

#endif
