/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The frames of one thread as the runtime of an interpreted language has them, and how they are put among the frames of
 * the machine's stack. Called by the readers of runtimes, and by runtimes.c.
 */
#ifndef FB_USER_RUNTIME_FRAMES_H
#define FB_USER_RUNTIME_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "user/unwind/unwind.h"

struct fb_runtime_frame {
	const char *function; /* owned by a string pool; "" if unknown */
	const char *file;     /* likewise */
	uint32_t line;        /* 0: unknown */
	/* The native function that evaluates this frame was called for it. Frames without the mark are evaluated by the
	 * native function that evaluates their caller. */
	bool entry;
	/* Of an entry: an address on the machine's stack that is in the native function's frame; 0: not known. */
	uint64_t evaluated_at;
};

struct fb_runtime_frames {
	struct fb_runtime_frame *list; /* owned; innermost first */
	size_t count, room;
	char end[128]; /* why frames are missing behind the last one; "": none are */
};

/* FB_NOMEM; FB_LIMIT at FB_MAX_USER_FRAMES. */
FB_MUST_CHECK struct fb_error *fb_runtime_frames_add(struct fb_runtime_frames *frames,
						     const struct fb_runtime_frame *frame);
void fb_runtime_frames_deinit(struct fb_runtime_frames *frames);

/*
 * Puts the runtime's frames into the stack, each before the native frame that evaluates it, with that frame's pc, sp
 * and object. That is the frame that an entry's evaluated_at is in; where this is 0, the next one whose symbol is
 * evaluator. Frames for which the stack has no such frame are put behind its last one. FB_NOMEM, with the stack
 * unchanged.
 */
FB_MUST_CHECK struct fb_error *fb_runtime_frames_place(const struct fb_runtime_frames *frames,
						       enum fb_frame_language language,
						       const char *evaluator,
						       struct fb_user_stack *stack);

#endif
