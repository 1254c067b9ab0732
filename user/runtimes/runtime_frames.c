// SPDX-License-Identifier: GPL-2.0-or-later
/* Collects the frames of a runtime, and puts them among those of the machine's stack. Called by runtimes.c. */
#include "user/runtimes/runtime_frames.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"

struct fb_error *fb_runtime_frames_add(struct fb_runtime_frames *frames,
				       const struct fb_runtime_frame *frame)
{
	struct fb_error *err =
		fb_grow_array(&frames->list, &frames->room, frames->count, sizeof(*frames->list),
			      FB_MAX_USER_FRAMES, "frames of a runtime");

	if (!err)
		frames->list[frames->count++] = *frame;
	return err;
}

void fb_runtime_frames_deinit(struct fb_runtime_frames *frames)
{
	free(frames->list);
	memset(frames, 0, sizeof(*frames));
}

/* The frame of a runtime, where `native` evaluates it. */
static struct fb_user_frame make_frame(const struct fb_runtime_frame *frame,
				       enum fb_frame_language language,
				       const struct fb_user_frame *native)
{
	struct fb_user_frame made = *native;

	made.symbol = *frame->function ? frame->function : NULL;
	made.demangled = NULL;
	made.offset = 0;
	made.file = *frame->file ? frame->file : NULL;
	made.line = frame->line;
	made.inlined = false;
	made.signal = false;
	made.language = language;
	return made;
}

/* The last of the frames that are evaluated together with the one at index first. */
static const struct fb_runtime_frame *entry_of(const struct fb_runtime_frames *frames, size_t first)
{
	while (first + 1 < frames->count && !frames->list[first].entry)
		first++;
	return &frames->list[first];
}

/* Whether the native frame at index evaluates the frames up to entry. */
static bool evaluates(const struct fb_user_stack *stack, size_t index, const char *evaluator,
		      const struct fb_runtime_frame *entry)
{
	const struct fb_user_frame *native = &stack->frames[index];

	if (entry->evaluated_at)
		return index + 1 < stack->count && native->sp <= entry->evaluated_at &&
		       entry->evaluated_at < native[1].sp;
	return native->symbol && !native->inlined && !strcmp(native->symbol, evaluator);
}

/* Fills all, which has room for every frame of both. */
static size_t weave(const struct fb_runtime_frames *frames, enum fb_frame_language language,
		    const char *evaluator, const struct fb_user_stack *stack,
		    struct fb_user_frame *all)
{
	size_t count = 0, next = 0;

	for (size_t i = 0; i < stack->count; i++) {
		const struct fb_user_frame *native = &stack->frames[i];

		if (next < frames->count &&
		    evaluates(stack, i, evaluator, entry_of(frames, next))) {
			const struct fb_runtime_frame *entry = entry_of(frames, next);

			for (; next < frames->count && &frames->list[next] <= entry; next++)
				all[count++] = make_frame(&frames->list[next], language, native);
		}
		all[count++] = *native;
	}
	for (; next < frames->count; next++)
		all[count++] =
			make_frame(&frames->list[next], language, &stack->frames[stack->count - 1]);
	return count;
}

struct fb_error *fb_runtime_frames_place(const struct fb_runtime_frames *frames,
					 enum fb_frame_language language, const char *evaluator,
					 struct fb_user_stack *stack)
{
	const size_t room = stack->count + frames->count;
	struct fb_user_frame *all;

	if (!stack->count || !frames->count)
		return NULL;
	all = malloc(room * sizeof(*all));
	if (!all)
		return fb_error_nomem();
	stack->count = weave(frames, language, evaluator, stack, all);
	stack->room = room;
	free(stack->frames);
	stack->frames = all;
	return NULL;
}
