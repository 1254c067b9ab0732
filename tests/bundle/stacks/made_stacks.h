/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stacks of threads of the sample whose user halves a test makes up. */
#ifndef FB_TESTS_BUNDLE_MADE_STACKS_H
#define FB_TESTS_BUNDLE_MADE_STACKS_H

#include "bundle/stacks/thread_stack.h"
#include "tests/bundle/sample_input.h"

#define MADE_STACKS 6u
#define MADE_STACK_FRAMES 8u

struct made_stacks {
	struct sample_input sample;
	struct fb_thread_stacks *stacks; /* MADE_STACKS of them, at first without frames */
};

void made_stacks_open(struct made_stacks *made);
void made_stacks_close(struct made_stacks *made);
/* The user half of one, for a test that changes it. */
struct fb_user_stack *made_stacks_user(struct made_stacks *made, size_t index);
/* One more frame, the outermost: in that file (NULL: in none) of that build-id (NULL: unknown). Texts are borrowed. */
void made_stacks_frame(struct made_stacks *made, size_t index, const char *object,
		       const char *build_id, enum fb_frame_found found);

#endif
