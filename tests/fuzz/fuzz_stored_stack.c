// SPDX-License-Identifier: GPL-2.0-or-later
/* A manifest with stored stacks; each TID that its beginning may mean is decoded. */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "bundle/stacks/stored_stack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct fb_stored_stack *stack)
{
	if (stack->user.count > FB_MAX_USER_FRAMES + FB_MAX_INLINED || stack->pid <= 0)
		abort();
	for (size_t i = 0; i < stack->user.count; i++) {
		const struct fb_user_frame *frame = &stack->user.frames[i];

		if (frame->symbol && strlen(frame->symbol) > FB_MAX_STRING)
			abort();
		if ((unsigned)frame->found > FB_FRAME_PROLOGUE)
			abort();
	}
	if (strlen(stack->user.end) >= sizeof(stack->user.end))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct fb_stored_stacks *stacks = NULL;
	struct fb_error *err;

	if (!text)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	err = fb_stored_stacks_open(text, NULL, &stacks);
	free(text);
	for (int32_t tid = 128; !err && stacks && tid < 136; tid++) {
		struct fb_stored_stack stack;
		struct fb_error *wrong = fb_stored_stacks_decode(stacks, tid, &stack);

		if (!wrong) {
			check(&stack);
			fb_stored_stack_deinit(&stack);
		}
		fb_error_destroy(wrong);
	}
	fb_error_destroy(err);
	fb_stored_stacks_destroy(stacks);
	return 0;
}
