/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeps of processes that run an interpreter what its stacks and its lock are read from, so that the dump alone names
 * their functions as all memory does. Called by keep.c.
 */
#ifndef FB_BUNDLE_KEEP_RUNTIMES_H
#define FB_BUNDLE_KEEP_RUNTIMES_H

#include <stddef.h>
#include <sys/user.h>

#include "base/error.h"
#include "bundle/dump/keep_memory.h"
#include "bundle/input/input.h"

/* For the threads of task's process with these registers. At most 64 MiB of one process are kept; what cannot be read,
 * and a process without a runtime, keeps nothing. FB_NOMEM, FB_OS. */
FB_MUST_CHECK struct fb_error *fb_keep_runtimes(struct fb_keep_memory *memory,
						struct fb_input *input, const struct fb_task *task,
						const struct user_regs_struct *regs, size_t count);

#endif
