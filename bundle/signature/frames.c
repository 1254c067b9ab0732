// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reduces a kernel stack to the functions that tell of the fault. Called by signature.c.
 */
#include "bundle/signature/frames.h"

#include <stdio.h>
#include <string.h>

static enum fb_function_class class_of(const struct fb_kernel_frame *frame)
{
	char name[FB_SIGNATURE_NAME];

	return frame->symbol
		       ? fb_function_class(fb_signature_name(frame->symbol, name, sizeof(name)))
		       : FB_FUNCTION_CODE;
}

/* The frame that was interrupted by the exception or interrupt with which the stack begins; 0: it begins with
 * none, as where the dump has the registers of the fault itself. */
static size_t interrupted_frame(const struct fb_kernel_stack *stack)
{
	if (!stack->count || class_of(&stack->frames[0]) != FB_FUNCTION_REPORT)
		return 0;
	for (size_t i = 0; i < stack->count; i++)
		if (stack->frames[i].entry != FB_ENTRY_NONE &&
		    stack->frames[i].entry != FB_ENTRY_SYSCALL)
			return i + 1;
	return 0;
}

static void add(struct fb_signature_frames *frames, const struct fb_kernel_frame *frame)
{
	char *name = frames->names[frames->count];

	enum fb_function_class class;

	fb_signature_name(frame->symbol, name, FB_SIGNATURE_NAME);
	class = fb_function_class(name);
	if (class == FB_FUNCTION_ENTRY || class == FB_FUNCTION_REPORT ||
	    (frames->count && strcmp(name, frames->names[frames->count - 1]) == 0))
		return;
	snprintf(frames->modules[frames->count], sizeof(frames->modules[0]), "%s",
		 frame->module ? frame->module : "");
	frames->count++;
}

void fb_signature_frames(const struct fb_kernel_stack *stack, bool interrupted,
			 struct fb_signature_frames *frames_ret)
{
	struct fb_signature_frames *frames = frames_ret;
	const size_t first = interrupted ? interrupted_frame(stack) : 0;

	memset(frames, 0, sizeof(*frames));
	for (size_t i = first; i < stack->count && frames->count < FB_SIGNATURE_FRAMES; i++)
		if (stack->frames[i].symbol && !stack->frames[i].unreliable)
			add(frames, &stack->frames[i]);
	while (frames->place < frames->count &&
	       fb_function_class(frames->names[frames->place]) != FB_FUNCTION_CODE)
		frames->place++;
}
