// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/unwind/stack_codec.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "tests/harness.h"

static char object[] = "/usr/lib/libc.so.6", build_id[] = "c0ffee", symbol[] = "pause";

static const struct fb_user_frame frames[] = {
	{.pc = 0x7f0000001000,
	 .sp = 0x7ffe0000,
	 .symbol = symbol,
	 .offset = 5,
	 .object = object,
	 .build_id = build_id,
	 .found = FB_FRAME_REGISTERS,
	 .from = FB_SOURCE_ABSENT},
	{.pc = 0x7f0000002000,
	 .sp = 0x7ffe0010,
	 .object = object,
	 .build_id = build_id,
	 .file = "main.c",
	 .line = 4711,
	 .inlined = true,
	 .found = FB_FRAME_UNWIND_TABLE},
	{.pc = 0x7f0000002000,
	 .sp = 0x7ffe0010,
	 .symbol = "",
	 .signal = true,
	 .found = FB_FRAME_CALL_SITE,
	 .demangled = "foo::bar(int)",
	 .from = FB_SOURCE_CORE},
	{.pc = UINT64_MAX,
	 .sp = UINT64_MAX,
	 .offset = UINT64_MAX,
	 .object = object,
	 .line = UINT32_MAX,
	 .language = FB_LANGUAGE_PYTHON,
	 .found = FB_FRAME_FRAME_POINTER},
};

/* Those of an odd count lack a file. */
static struct fb_buf encode(size_t count)
{
	struct fb_user_stack stack = {
		.count = count,
		.complete = count % 2 == 0,
		.lacks_file = count % 2 == 1,
		.end = "end of the stack",
		.thread = {.language = count ? FB_LANGUAGE_JAVA : FB_LANGUAGE_NATIVE,
			   .name = "main",
			   .id = 7,
			   .waits = "waiting on",
			   .waits_class = "a.B",
			   .waits_object = 0x7000}};
	struct fb_buf bytes;

	fb_buf_init(&bytes, 1u << 20);
	stack.frames = malloc(sizeof(frames));
	CU_ASSERT_PTR_NOT_NULL_FATAL(stack.frames);
	memcpy(stack.frames, frames, sizeof(frames));
	FB_OK(fb_user_stack_encode(&stack, &bytes));
	fb_user_stack_deinit(&stack);
	return bytes;
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_frame(const struct fb_user_frame *a, const struct fb_user_frame *b)
{
	return a->pc == b->pc && a->sp == b->sp && a->offset == b->offset && a->line == b->line &&
	       a->inlined == b->inlined && a->language == b->language && a->signal == b->signal &&
	       a->found == b->found && a->from == b->from &&
	       same_text(a->demangled, b->demangled) && same_text(a->symbol, b->symbol) &&
	       same_text(a->object, b->object) && same_text(a->build_id, b->build_id) &&
	       same_text(a->file, b->file);
}

static void what_goes_in_comes_out(void)
{
	struct fb_string_pool pool = {0};
	struct fb_user_stack stack;
	struct fb_buf bytes;
	struct fb_cursor cursor;

	for (size_t count = 0; count <= FB_ARRAY_SIZE(frames); count++) {
		bytes = encode(count);
		fb_cursor_init(&cursor, bytes.data, bytes.size, "stack");
		FB_OK_FATAL(fb_user_stack_decode(&cursor, &pool, &stack));
		CU_ASSERT_EQUAL(fb_cursor_left(&cursor), 0);
		CU_ASSERT_EQUAL_FATAL(stack.count, count);
		CU_ASSERT_EQUAL(stack.complete, count % 2 == 0);
		CU_ASSERT_EQUAL(stack.lacks_file, count % 2 == 1);
		CU_ASSERT_STRING_EQUAL(stack.end, "end of the stack");
		CU_ASSERT_EQUAL(stack.thread.language,
				count ? FB_LANGUAGE_JAVA : FB_LANGUAGE_NATIVE);
		CU_ASSERT_TRUE(same_text(stack.thread.name, count ? "main" : NULL));
		CU_ASSERT_PTR_NULL(stack.thread.state);
		CU_ASSERT_EQUAL(stack.thread.id, count ? 7 : 0);
		CU_ASSERT_TRUE(same_text(stack.thread.waits, count ? "waiting on" : NULL));
		CU_ASSERT_TRUE(same_text(stack.thread.waits_class, count ? "a.B" : NULL));
		CU_ASSERT_EQUAL(stack.thread.waits_object, count ? 0x7000 : 0);
		for (size_t i = 0; i < count; i++)
			CU_ASSERT_TRUE(same_frame(&stack.frames[i], &frames[i]));
		/* One copy of an object's path, however many frames are in it. */
		if (count > 1)
			CU_ASSERT_PTR_EQUAL(stack.frames[0].object, stack.frames[1].object);
		fb_user_stack_deinit(&stack);
		fb_buf_deinit(&bytes);
	}
	fb_string_pool_deinit(&pool);
}

static void cut_off_anywhere_it_is_refused(void)
{
	struct fb_buf bytes = encode(FB_ARRAY_SIZE(frames));
	struct fb_string_pool pool = {0};

	for (size_t size = 0; size < bytes.size; size++) {
		struct fb_user_stack stack = {.count = 99};
		uint8_t *copy = malloc(size + 1); /* of its own, for AddressSanitizer */
		struct fb_cursor cursor;
		struct fb_error *err;

		CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
		memcpy(copy, bytes.data, size);
		fb_cursor_init(&cursor, copy, size, "stack");
		err = fb_user_stack_decode(&cursor, &pool, &stack);
		CU_ASSERT_PTR_NOT_NULL(err);
		CU_ASSERT_EQUAL(stack.count, 99);
		fb_error_destroy(err);
		free(copy);
	}
	fb_string_pool_deinit(&pool);
	fb_buf_deinit(&bytes);
}

/* A buffer that is too small for it is an error, whichever byte it is that does not fit. */
static void without_room_it_is_not_encoded(void)
{
	struct fb_buf whole = encode(FB_ARRAY_SIZE(frames));
	struct fb_user_stack stack = {.count = FB_ARRAY_SIZE(frames),
				      .end = "end of the stack",
				      .thread = {.language = FB_LANGUAGE_JAVA,
						 .name = "main",
						 .id = 7,
						 .waits = "waiting on",
						 .waits_class = "a.B"}};

	stack.frames = malloc(sizeof(frames));
	CU_ASSERT_PTR_NOT_NULL_FATAL(stack.frames);
	memcpy(stack.frames, frames, sizeof(frames));
	for (size_t room = 0; room < whole.size; room++) {
		struct fb_buf bytes;

		fb_buf_init(&bytes, room);
		FB_FAILS(fb_user_stack_encode(&stack, &bytes), FB_LIMIT);
		fb_buf_deinit(&bytes);
	}
	fb_user_stack_deinit(&stack);
	fb_buf_deinit(&whole);
}

/* As many frames as a stack has at most, and one more. */
static void too_many_frames_are_refused(void)
{
	const size_t most = FB_MAX_STACK_FRAMES;
	struct fb_user_stack stack = {.frames = calloc(most + 1, sizeof(*stack.frames))}, decoded;
	struct fb_string_pool pool = {0};

	CU_ASSERT_PTR_NOT_NULL_FATAL(stack.frames);
	for (stack.count = most; stack.count <= most + 1; stack.count++) {
		struct fb_cursor cursor;
		struct fb_buf bytes;

		fb_buf_init(&bytes, 16u << 20);
		FB_OK_FATAL(fb_user_stack_encode(&stack, &bytes));
		fb_cursor_init(&cursor, bytes.data, bytes.size, "stack");
		if (stack.count == most) {
			FB_OK_FATAL(fb_user_stack_decode(&cursor, &pool, &decoded));
			CU_ASSERT_EQUAL(decoded.count, most);
			fb_user_stack_deinit(&decoded);
		} else {
			FB_FAILS(fb_user_stack_decode(&cursor, &pool, &decoded), FB_LIMIT);
		}
		fb_buf_deinit(&bytes);
	}
	free(stack.frames);
	fb_string_pool_deinit(&pool);
}

/* Where the fields of a stack of one frame stand: u32 count, u8 how it ends, "\0" of an empty end,
 * then the frame's, and what a runtime says of the thread. */
enum {
	COUNT = 0,
	HOW = 4,
	FOUND = 6 + 28 + 2,
	FROM = FOUND + 1,
	LANGUAGE = FROM + 1,
	FIRST_TEXT = LANGUAGE + 1,
	THREAD = FIRST_TEXT + 5
};

static void refuses(size_t at, uint8_t value, const char *text)
{
	struct fb_user_stack stack = {.count = 1};
	struct fb_user_frame frame = {.pc = 1};
	struct fb_string_pool pool = {0};
	struct fb_cursor cursor;
	struct fb_buf bytes;

	fb_buf_init(&bytes, 1000);
	stack.frames = &frame;
	FB_OK_FATAL(fb_user_stack_encode(&stack, &bytes));
	bytes.data[at] = value;
	fb_cursor_init(&cursor, bytes.data, bytes.size, "stack");
	FB_FAILS_WITH(fb_user_stack_decode(&cursor, &pool, &stack), FB_CORRUPT, text);
	fb_string_pool_deinit(&pool);
	fb_buf_deinit(&bytes);
}

static void values_that_mean_nothing_are_refused(void)
{
	refuses(COUNT, 2, "a stack of 2 frames in 39 bytes");
	refuses(COUNT + 3, 0xff, "a stack of 4278190081 frames in 39 bytes");
	refuses(HOW, 3, "a stack of 1 frames in 39 bytes");
	refuses(FOUND - 2, 2, "a frame found in way 0, from 0");
	refuses(FOUND - 1, 2, "a frame found in way 0, from 0");
	refuses(FOUND, FB_FRAME_PROLOGUE + 1, "a frame found in way 6, from 0");
	refuses(FROM, FB_SOURCE_ABSENT + 1, "a frame found in way 0, from 5");
	refuses(LANGUAGE, FB_LANGUAGE_JAVA + 1, "a frame found in way 0, from 0");
	refuses(FIRST_TEXT, 2, "a text of kind 2"); /* the same as before, and nothing was */
	refuses(FIRST_TEXT, 3, "a text of kind 3");
	refuses(THREAD, FB_LANGUAGE_JAVA + 1, "a thread of runtime 4");
}

FB_TEST_MAIN("user/stack_codec", FB_TEST(what_goes_in_comes_out),
	     FB_TEST(cut_off_anywhere_it_is_refused), FB_TEST(without_room_it_is_not_encoded),
	     FB_TEST(too_many_frames_are_refused), FB_TEST(values_that_mean_nothing_are_refused))
