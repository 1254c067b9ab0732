// SPDX-License-Identifier: GPL-2.0-or-later
/* See made_stacks.h. */
#include "tests/bundle/stacks/made_stacks.h"

#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"

void made_stacks_open(struct made_stacks *made)
{
	static const int32_t tids[MADE_STACKS] = {128, 130, 131, 132, 202, 204};
	const struct fb_thread_stacks_options options = {.kernel_only = true};
	const struct fb_task *tasks[MADE_STACKS];

	memset(made, 0, sizeof(*made));
	sample_open(&made->sample, (const char *const[]){NULL});
	for (size_t i = 0; i < MADE_STACKS; i++)
		tasks[i] = sample_task(&made->sample, tids[i]);
	FB_OK_FATAL(fb_thread_stacks_load(made->sample.input, &options, tasks, MADE_STACKS,
					  &made->stacks));
}

void made_stacks_close(struct made_stacks *made)
{
	fb_thread_stacks_destroy(made->stacks);
	sample_close(&made->sample);
}

struct fb_user_stack *made_stacks_user(struct made_stacks *made, size_t index)
{
	return &((struct fb_thread_stack *)fb_thread_stacks_get(made->stacks, index))->user;
}

void made_stacks_frame(struct made_stacks *made, size_t index, const char *object,
		       const char *build_id, enum fb_frame_found found)
{
	struct fb_user_stack *user = made_stacks_user(made, index);

	if (!user->frames) {
		user->frames = calloc(MADE_STACK_FRAMES, sizeof(*user->frames));
		user->room = MADE_STACK_FRAMES;
	}
	CU_ASSERT_FATAL(user->frames && user->count < user->room);
	user->frames[user->count++] =
		(struct fb_user_frame){.object = object, .build_id = build_id, .found = found};
}
