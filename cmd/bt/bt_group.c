// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which stacks are the same.
 */
#include <string.h>

#include "cmd/bt/bt.h"

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_kernel(const struct fb_kernel_stack *a, const struct fb_kernel_stack *b)
{
	if (a->count != b->count || a->ended != b->ended || a->syscall != b->syscall)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->frames[i].pc != b->frames[i].pc || a->frames[i].entry != b->frames[i].entry)
			return false;
	return a->ended != FB_UNWIND_LOST || strcmp(a->end, b->end) == 0;
}

/* Objects lie elsewhere in each process: the place in the symbol is what counts. */
static bool same_frame(const struct fb_user_frame *a, const struct fb_user_frame *b)
{
	if (!same_text(a->object, b->object) || !same_text(a->build_id, b->build_id) ||
	    a->inlined != b->inlined || a->found != b->found)
		return false;
	if (a->symbol && b->symbol)
		return a->offset == b->offset && strcmp(a->symbol, b->symbol) == 0;
	/* Objects begin at pages. */
	return !a->symbol && !b->symbol &&
	       (a->pc == b->pc || (a->object && ((a->pc ^ b->pc) & 0xfff) == 0));
}

static bool same_user(const struct fb_user_stack *a, const struct fb_user_stack *b)
{
	if (a->count != b->count || a->complete != b->complete)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!same_frame(&a->frames[i], &b->frames[i]))
			return false;
	return true;
}

bool fb_bt_same_stack(const struct fb_thread_stack *a, const struct fb_thread_stack *b)
{
	return same_kernel(&a->kernel, &b->kernel) && same_user(&a->user, &b->user);
}
