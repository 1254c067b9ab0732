/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stacks that a redacted bundle keeps in its manifest, because the memory
 * that gave them is not in it: "threads" as `bt --json` had them when the bundle
 * was made, turned back into what unwinding gives. They are input like the rest
 * of the file: whatever is wrong in one costs that one.
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
	/* What the user half begins with; the registers are of no meaning with
	 * FB_USER_REGS_UNKNOWN. */
	enum fb_user_regs_source user_regs_from;
	struct user_regs_struct user_regs;
	struct fb_user_stack user; /* strings are of the stored stacks; no stack pointers */
	const char *waits_for;     /* as a text, of the stored stacks; NULL: nothing known */
	uint64_t *kernel_pcs;      /* owned; of the kernel half, functions inlined left out */
	size_t kernel_count;
};

struct fb_stored_stacks;

/* Of a manifest's text; it is not needed afterwards. *stacks_ret is NULL where the manifest keeps
 * no stacks. Threads that have no TID, or one that another has too, are warnings and left out. */
FB_MUST_CHECK struct fb_error *fb_stored_stacks_open(const char *manifest,
						     struct fb_warnings *warnings,
						     struct fb_stored_stacks **stacks_ret);
void fb_stored_stacks_destroy(struct fb_stored_stacks *stacks);

/* FB_NOT_FOUND where none is kept of that thread, FB_CORRUPT or FB_LIMIT where what is kept is
 * wrong. fb_stored_stack_deinit() it. */
FB_MUST_CHECK struct fb_error *fb_stored_stacks_decode(struct fb_stored_stacks *stacks, int32_t tid,
						       struct fb_stored_stack *stack_ret);
void fb_stored_stack_deinit(struct fb_stored_stack *stack);

/*
 * Puts the stored user halves in place of those unwound from the input, with the registers they
 * begin with, and marks them. Left as they are: threads whose core was given beside the bundle, and
 * those unwound to their end where the stored half is not. A stored half that is damaged, or begins
 * with other registers than the dump has, is left out with a warning; a kernel half that is not the
 * dump's is a warning. *stored_ret (NULL: the input keeps none) owns the strings: destroy it behind
 * the stacks.
 */
FB_MUST_CHECK struct fb_error *fb_stored_stacks_apply(struct fb_input *input,
						      struct fb_thread_stack *stacks, size_t count,
						      struct fb_stored_stacks **stored_ret);

#endif
