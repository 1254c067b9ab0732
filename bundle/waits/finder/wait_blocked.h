/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A thread that does not run, and the function and arguments with which it sleeps, by its kernel stack. It is
 * the input of every recogniser.
 */
#ifndef FB_BUNDLE_WAIT_BLOCKED_H
#define FB_BUNDLE_WAIT_BLOCKED_H

#include <stdbool.h>
#include <stdint.h>

#include "bundle/waits/finder/wait_finder.h"
#include "bundle/waits/finder/wait_sites.h"
#include "kernel/stacks/orc.h"
#include "kernel/stacks/stack.h"
#include "kernel/stacks/syscall_names.h"

struct fb_blocked {
	const struct fb_task *task;
	const struct fb_wait_recogniser *site; /* NULL: no recogniser has a function of its stack */
	uint64_t low, high; /* the part of its stack with the wait structure of that function */
	uint64_t ran; /* when it last began to run, by the scheduler's clock, ns; 0: unknown */
	bool has_regs;
	bool compat; /* a 32-bit system call */
	struct user_regs_struct regs;
	int64_t syscall; /* -1: none */
	uint64_t args[FB_SYSCALL_ARGUMENTS];
	const char *frames[FB_WAIT_FRAMES]; /* as in struct fb_wait */
};

/* Unwinds the task's kernel stack and finds the site. Safe from many threads, because it does not change the finder. */
FB_MUST_CHECK struct fb_error *fb_blocked_read(const struct fb_wait_finder *finder,
					       struct fb_orc *orc,
					       const struct fb_wait_sites *sites,
					       const struct fb_task *task,
					       struct fb_blocked *blocked_ret);

/* A wait of the thread, with all fields but object and detail. kind is static. */
struct fb_wait fb_wait_of_blocked(const struct fb_wait_finder *finder,
				  const struct fb_blocked *blocked, const char *kind);
/* Whether one of its frames is this function. */
bool fb_blocked_in(const struct fb_blocked *blocked, const char *function);

#endif
