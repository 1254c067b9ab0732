/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the stacks in the manifest of a redacted bundle, which keeps them because it does
 * not have the memory from which they were unwound. They are the "threads" of
 * `bt --json` when the bundle was made, and are converted back to what unwinding gives.
 * They are input like the rest of the file: a stack that is damaged is left out. Called
 * by thread_stack.c.
 */
#ifndef FB_BUNDLE_STORED_STACK_H
#define FB_BUNDLE_STORED_STACK_H

#include <stddef.h>
#include <stdint.h>
#include <sys/user.h>

#include "base/error.h"
#include "base/warnings.h"
#include "bundle/stacks/thread_stack.h"
#include "user/unwind/unwind.h"

struct fb_stored_stack {
	int32_t pid;
	/* The registers with which the user half begins, and their source; FB_USER_REGS_UNKNOWN: none. */
	enum fb_user_regs_source user_regs_from;
	struct user_regs_struct user_regs;
	struct fb_user_stack user; /* its strings are owned by fb_stored_stacks; it has no sp */
	const char *waits_for;     /* a text, owned by fb_stored_stacks; NULL: nothing known */
	uint64_t *kernel_pcs;      /* owned; of the kernel half, without inlined functions */
	size_t kernel_count;
};

struct fb_stored_stacks;

/* Reads the stacks in the text of a manifest, which is not needed afterwards. *stacks_ret is NULL where it has no
 * stacks. Threads without a TID, or with the TID of another one, are left out with a warning. */
FB_MUST_CHECK struct fb_error *fb_stored_stacks_open(const char *manifest,
						     struct fb_warnings *warnings,
						     struct fb_stored_stacks **stacks_ret);
void fb_stored_stacks_destroy(struct fb_stored_stacks *stacks);

/* The stored stack of a thread. FB_NOT_FOUND where there is none, FB_CORRUPT or FB_LIMIT where it is damaged. The
 * caller frees the result with fb_stored_stack_deinit(). */
FB_MUST_CHECK struct fb_error *fb_stored_stacks_decode(struct fb_stored_stacks *stacks, int32_t tid,
						       struct fb_stored_stack *stack_ret);
void fb_stored_stack_deinit(struct fb_stored_stack *stack);

/*
 * Replaces the user halves that were unwound from the input by the stored ones, with their registers, and
 * marks them. Threads whose core was given in addition to the bundle are left unchanged, and so are those
 * whose stack was unwound to its end while the stored one was not. A stored half that is damaged, or begins
 * with other registers than the dump has, is ignored with a warning; there is a warning too where the stored
 * kernel half differs from the dump's. *stored_ret (NULL: the input has none) owns the strings and must be
 * destroyed after the stacks.
 */
FB_MUST_CHECK struct fb_error *fb_stored_stacks_apply(struct fb_input *input,
						      struct fb_thread_stack *stacks, size_t count,
						      struct fb_stored_stacks **stored_ret);

#endif
