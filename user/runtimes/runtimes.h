/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Adds to the user stacks of a process the frames of the runtimes of interpreted languages: which functions of the
 * program the threads are in. Called by bundle/stacks, in the child process that has unwound the stacks; and by
 * bundle/dump, which keeps what that takes.
 *
 * Each runtime has a reader in a file of its own, which finds it by its objects and the variables that these export,
 * and knows the layout of each version that it reads. A runtime whose version no reader knows adds nothing.
 */
#ifndef FB_USER_RUNTIMES_H
#define FB_USER_RUNTIMES_H

#include <stddef.h>
#include <sys/user.h>

#include "base/error.h"
#include "user/unwind/string_pool.h"
#include "user/unwind/unwind.h"

/* Unwinds as fb_user_stacks_unwind(), also over the frames of runtimes that make machine code (Java), and then adds
 * frames as fb_runtimes_add_frames(). */
FB_MUST_CHECK struct fb_error *fb_runtimes_unwind(const struct fb_user_process *process,
						  const struct user_regs_struct *regs, size_t count,
						  struct fb_string_pool *pool,
						  struct fb_user_stack *stacks_ret);

/* regs and stacks have count elements, of the same threads. Strings are stored in pool. What keeps frames from being
 * read is added to the end of the stack (fb_user_stack.end). Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_runtimes_add_frames(const struct fb_user_process *process,
						      const struct user_regs_struct *regs,
						      size_t count, struct fb_string_pool *pool,
						      struct fb_user_stack *stacks);

/* Reads through process->space what fb_runtimes_add_frames(), for the threads with these registers, and the readers of
 * runtimes' locks read, and throws it away: for a space that notes what it was asked for (bundle/dump/keep_runtimes.c).
 * A reader that is added to fb_runtimes_add_frames() is added here too. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_runtimes_visit(const struct fb_user_process *process,
						 const struct user_regs_struct *regs, size_t count);

#endif
