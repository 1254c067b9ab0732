/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stacks as the library has them: both halves in one list of frames, inlined functions included. */
#ifndef FB_BUNDLE_LIBRARY_STACKS_H
#define FB_BUNDLE_LIBRARY_STACKS_H

#include "bundle/library/library.h"
#include "bundle/stacks/thread_stack.h"

struct fbundle_frame {
	const struct fb_kernel_frame *kernel; /* NULL: a frame of user space. Both borrowed */
	const struct fb_user_frame *user;
	const struct fb_source_frame *source; /* of a kernel frame; NULL: no line is known */
	bool inlined;
};

struct fbundle_stack {
	const struct fb_thread_stack *stack; /* borrowed */
	struct fbundle_frame *frames;        /* owned */
	size_t count;
};

struct fbundle_stacks {
	struct fb_thread_stacks *loaded; /* owned */
	struct fbundle_stack *stacks;    /* owned, as their frames */
	size_t count;
};

#endif
