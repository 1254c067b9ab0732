// SPDX-License-Identifier: GPL-2.0-or-later
/* Bytes as a child sends them that was taken over: what is read as a stack is written as the same. */
#include <stdlib.h>
#include <string.h>

#include "user/unwind/stack_codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const struct fb_user_stack *stack, struct fb_string_pool *pool)
{
	struct fb_user_stack again;
	struct fb_cursor cursor;
	struct fb_buf bytes;

	fb_buf_init(&bytes, 64u << 20);
	if (!fb_user_stack_encode(stack, &bytes)) {
		fb_cursor_init(&cursor, bytes.data, bytes.size, "again");
		if (fb_user_stack_decode(&cursor, pool, &again) || again.count != stack->count ||
		    strcmp(again.end, stack->end) != 0)
			abort();
		fb_user_stack_deinit(&again);
	}
	fb_buf_deinit(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fb_string_pool pool = {0};
	struct fb_user_stack stack;
	struct fb_cursor cursor;
	struct fb_error *err;

	fb_cursor_init(&cursor, data, size, "fuzz");
	while (fb_cursor_left(&cursor)) {
		err = fb_user_stack_decode(&cursor, &pool, &stack);
		if (err) {
			fb_error_destroy(err);
			break;
		}
		ask(&stack, &pool);
		fb_user_stack_deinit(&stack);
	}
	fb_string_pool_deinit(&pool);
	return 0;
}
