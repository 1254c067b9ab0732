/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shutting the process in before it reads what others made: Landlock leaves it
 * the files that it was given, a seccomp filter the system calls that it needs.
 * What parses hostile input wrongly can then neither read other files, nor
 * write any, nor start a program, nor reach the network.
 */
#ifndef FB_BASE_SANDBOX_H
#define FB_BASE_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct fb_sandbox_options {
	const char *const *read; /* files and folders; what does not exist is passed over */
	size_t read_count;
	const char *const *write; /* folders in which files may be made, written and renamed */
	size_t write_count;
	bool network; /* sockets may be opened (debuginfod) */
};

/* What the kernel granted. */
struct fb_sandbox {
	unsigned landlock; /* its ABI version; 0: this kernel has none */
	bool seccomp;
};

/* For good, and for all threads created later: so before any is. Fails only with FB_NOMEM; a
 * kernel without one of the two leaves that out. */
FB_MUST_CHECK struct fb_error *fb_sandbox_enter(const struct fb_sandbox_options *options,
						struct fb_sandbox *sandbox_ret);

/* For a child of base/isolate.h, whether its parent is in the sandbox or not: from now on this
 * process reads files, computes, and writes to what is open already. What the kernel lacks of the
 * two is left out. */
void fb_sandbox_narrow(void);

/* The halves: sandbox_landlock.c (0: none) and sandbox_seccomp.c. All take no_new_privs. */
unsigned fb_sandbox_landlock(const struct fb_sandbox_options *options);
void fb_sandbox_landlock_narrow(void);
FB_MUST_CHECK struct fb_error *fb_sandbox_seccomp(bool network, bool *applied_ret);
void fb_sandbox_seccomp_narrow(void);

#endif
