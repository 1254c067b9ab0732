// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The frames of a stack for callers of the library.
 */
#include "bundle/library/library_stacks.h"
#include "bundle/stacks/stack_words.h"

size_t fbundle_frames_count(const struct fbundle_stack *stack)
{
	return stack->count;
}

const struct fbundle_frame *fbundle_frames_get(const struct fbundle_stack *stack, size_t index)
{
	return index < stack->count ? &stack->frames[index] : NULL;
}

bool fbundle_frame_is_user(const struct fbundle_frame *frame)
{
	return frame->user != NULL;
}

bool fbundle_frame_is_inlined(const struct fbundle_frame *frame)
{
	return frame->inlined;
}

bool fbundle_frame_is_guess(const struct fbundle_frame *frame)
{
	return frame->user ? fb_frame_is_guess(frame->user->found) : frame->kernel->unreliable;
}

uint64_t fbundle_frame_pc(const struct fbundle_frame *frame)
{
	return frame->user ? frame->user->pc : frame->kernel->pc;
}

const char *fbundle_frame_symbol(const struct fbundle_frame *frame)
{
	if (frame->user)
		return frame->user->symbol;
	return frame->inlined ? frame->source->function : frame->kernel->symbol;
}

const char *fbundle_frame_name(const struct fbundle_frame *frame)
{
	if (frame->user && frame->user->demangled)
		return frame->user->demangled;
	return fbundle_frame_symbol(frame);
}

uint64_t fbundle_frame_offset(const struct fbundle_frame *frame)
{
	if (frame->user)
		return frame->user->symbol && fb_frame_is_of_machine(frame->user)
			       ? frame->user->offset
			       : 0;
	return frame->inlined ? 0 : frame->kernel->offset;
}

const char *fbundle_frame_object(const struct fbundle_frame *frame)
{
	return frame->user ? frame->user->object : frame->kernel->module;
}

const char *fbundle_frame_build_id(const struct fbundle_frame *frame)
{
	return frame->user ? frame->user->build_id : NULL;
}

const char *fbundle_frame_file(const struct fbundle_frame *frame)
{
	if (frame->user)
		return frame->user->file;
	return frame->source ? frame->source->file : NULL;
}

uint32_t fbundle_frame_line(const struct fbundle_frame *frame)
{
	if (frame->user)
		return frame->user->line;
	return frame->source ? frame->source->line : 0;
}

const char *fbundle_frame_language(const struct fbundle_frame *frame)
{
	return frame->user ? fb_frame_language_name(frame->user->language) : NULL;
}

enum fbundle_source fbundle_frame_source(const struct fbundle_frame *frame)
{
	return frame->user ? fb_library_source(frame->user->from) : FBUNDLE_SOURCE_ABSENT;
}
