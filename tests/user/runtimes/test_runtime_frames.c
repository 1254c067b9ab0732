// SPDX-License-Identifier: GPL-2.0-or-later
/* Where a runtime's frames stand among those of the machine's stack. */
#include "user/runtimes/runtime_frames.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "tests/harness.h"

#define EVALUATOR "evaluate"

static struct fb_user_stack make_stack(const char *const *symbols, size_t count)
{
	struct fb_user_stack stack = {.count = count, .room = count};

	stack.frames = calloc(count, sizeof(*stack.frames));
	CU_ASSERT_PTR_NOT_NULL_FATAL(stack.frames);
	for (size_t i = 0; i < count; i++)
		stack.frames[i] = (struct fb_user_frame){
			.pc = 0x1000 + i,
			.sp = 0x7000 + i,
			.symbol = symbols[i],
			.offset = 4,
			.object = "/usr/bin/python3",
			.signal = true,
		};
	return stack;
}

static void add(struct fb_runtime_frames *frames, const char *function, bool entry)
{
	const struct fb_runtime_frame frame = {
		.function = function,
		.file = *function ? "a.py" : "",
		.line = (uint32_t)frames->count + 1,
		.entry = entry,
	};

	FB_OK_FATAL(fb_runtime_frames_add(frames, &frame));
}

static void expect(const struct fb_user_stack *stack, const char *const *symbols, size_t count)
{
	CU_ASSERT_EQUAL_FATAL(stack->count, count);
	for (size_t i = 0; i < count; i++)
		CU_ASSERT_STRING_EQUAL(stack->frames[i].symbol, symbols[i]);
}

static void each_evaluator_takes_the_frames_up_to_its_entry(void)
{
	static const char *const native[] = {"sleep", EVALUATOR, "map", EVALUATOR, "main"};
	static const char *const all[] = {"sleep", "f", EVALUATOR, "map", "g",
					  "h",     "m", EVALUATOR, "main"};
	struct fb_user_stack stack = make_stack(native, FB_ARRAY_SIZE(native));
	struct fb_runtime_frames frames = {.list = NULL};

	add(&frames, "f", true);
	add(&frames, "g", false);
	add(&frames, "h", false);
	add(&frames, "m", true);
	FB_OK(fb_runtime_frames_place(&frames, FB_LANGUAGE_PYTHON, EVALUATOR, &stack));
	expect(&stack, all, FB_ARRAY_SIZE(all));
	CU_ASSERT_EQUAL(stack.frames[1].language, FB_LANGUAGE_PYTHON);
	CU_ASSERT_EQUAL(stack.frames[1].pc, 0x1001);
	CU_ASSERT_EQUAL(stack.frames[1].sp, 0x7001);
	CU_ASSERT_EQUAL(stack.frames[1].offset, 0);
	CU_ASSERT_EQUAL(stack.frames[1].line, 1);
	CU_ASSERT_STRING_EQUAL(stack.frames[1].file, "a.py");
	CU_ASSERT_FALSE(stack.frames[1].signal);
	CU_ASSERT_EQUAL(stack.frames[2].language, FB_LANGUAGE_NATIVE);
	CU_ASSERT_TRUE(stack.frames[2].signal);
	CU_ASSERT_EQUAL(stack.frames[5].line, 3);
	CU_ASSERT_EQUAL(stack.frames[5].pc, 0x1003);
	fb_runtime_frames_deinit(&frames);
	fb_user_stack_deinit(&stack);
}

/* By its address an entry is found in code without symbols; inlined functions share a frame. */
static void an_address_on_the_stack_tells_the_evaluator(void)
{
	static const char *const native[] = {"sleep", "a", "b", EVALUATOR, "main"};
	struct fb_user_stack stack = make_stack(native, FB_ARRAY_SIZE(native));
	struct fb_runtime_frames frames = {.list = NULL};

	stack.frames[1].sp = stack.frames[2].sp = 0x7100;
	stack.frames[3].sp = 0x7200;
	stack.frames[4].sp = 0x7300;
	add(&frames, "f", false);
	add(&frames, "g", true);
	frames.list[1].evaluated_at = 0x71ff;
	add(&frames, "h", true);
	frames.list[2].evaluated_at = 0x7300;
	add(&frames, "m", true);
	frames.list[3].evaluated_at = 0x7400;
	/* The last frame's end is not known: what would be in it comes behind it. */
	FB_OK(fb_runtime_frames_place(&frames, FB_LANGUAGE_PYTHON, EVALUATOR, &stack));
	CU_ASSERT_EQUAL_FATAL(stack.count, 9);
	CU_ASSERT_STRING_EQUAL(stack.frames[2].symbol, "f");
	CU_ASSERT_STRING_EQUAL(stack.frames[3].symbol, "g");
	CU_ASSERT_STRING_EQUAL(stack.frames[4].symbol, "b");
	CU_ASSERT_STRING_EQUAL(stack.frames[6].symbol, "main");
	CU_ASSERT_STRING_EQUAL(stack.frames[7].symbol, "h");
	CU_ASSERT_STRING_EQUAL(stack.frames[8].symbol, "m");
	fb_runtime_frames_deinit(&frames);
	fb_user_stack_deinit(&stack);
}

/* A stack that ended early, or in code without symbols. */
static void frames_without_an_evaluator_come_last(void)
{
	static const char *const native[] = {"sleep", "other"};
	static const char *const all[] = {"sleep", "other", "f", "m"};
	struct fb_user_stack stack = make_stack(native, FB_ARRAY_SIZE(native));
	struct fb_runtime_frames frames = {.list = NULL};

	add(&frames, "f", true);
	add(&frames, "m", true);
	FB_OK(fb_runtime_frames_place(&frames, FB_LANGUAGE_PYTHON, EVALUATOR, &stack));
	expect(&stack, all, FB_ARRAY_SIZE(all));
	CU_ASSERT_EQUAL(stack.frames[3].pc, 0x1001);
	fb_runtime_frames_deinit(&frames);
	fb_user_stack_deinit(&stack);
}

static void names_may_be_unknown(void)
{
	static const char *const native[] = {EVALUATOR};
	struct fb_user_stack stack = make_stack(native, 1), none = {.count = 0};
	struct fb_runtime_frames frames = {.list = NULL};

	FB_OK(fb_runtime_frames_place(&frames, FB_LANGUAGE_PYTHON, EVALUATOR, &stack));
	CU_ASSERT_EQUAL(stack.count, 1);
	add(&frames, "", true);
	FB_OK(fb_runtime_frames_place(&frames, FB_LANGUAGE_PYTHON, EVALUATOR, &stack));
	CU_ASSERT_EQUAL_FATAL(stack.count, 2);
	CU_ASSERT_PTR_NULL(stack.frames[0].symbol);
	CU_ASSERT_PTR_NULL(stack.frames[0].file);
	FB_OK(fb_runtime_frames_place(&frames, FB_LANGUAGE_PYTHON, EVALUATOR, &none));
	CU_ASSERT_EQUAL(none.count, 0);
	fb_runtime_frames_deinit(&frames);
	fb_user_stack_deinit(&stack);
}

FB_TEST_MAIN("user/runtimes/runtime_frames",
	     FB_TEST(each_evaluator_takes_the_frames_up_to_its_entry),
	     FB_TEST(an_address_on_the_stack_tells_the_evaluator),
	     FB_TEST(frames_without_an_evaluator_come_last), FB_TEST(names_may_be_unknown))
