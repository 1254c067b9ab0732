// SPDX-License-Identifier: GPL-2.0-or-later
/* Callers that are guessed on a made stack: which bytes are a call, and of what. */
#include <string.h>

#include "kernel/stacks/unwind.h"
#include "tests/base/failing.h"
#include "tests/harness.h"
#include "tests/kernel/made_stack.h"

#define SP (MADE_TASK + 0x3000)
#define TOP (MADE_TASK + MADE_STACK_BYTES)
#define BEHIND (MADE_TEXT + 0x480) /* a return address */
#define CALLEE (MADE_TEXT + 0x700)
#define NO_CODE 0xffffffffc0001000ull

static void stand(struct made_stack *made, uint64_t pc, uint64_t bp)
{
	made_stack_init(made);
	FB_OK_FATAL(fb_unwind_from_frame(&made->unwind, pc, SP, bp, false));
}

/* A direct call has its opcode, and leads to the function or to 16 bytes behind its start. */
static void direct_calls_are_of_their_function(void)
{
	static const struct {
		int64_t distance; /* from the function's start */
		uint8_t opcode;
		bool is;
	} calls[] = {{0, 0xe8, true},   {16, 0xe8, true}, {17, 0xe8, false},
		     {-1, 0xe8, false}, {0, 0xe9, false}, {0, 0, false}};
	struct made_stack made;
	bool is;

	for (size_t i = 0; i < FB_ARRAY_SIZE(calls); i++) {
		stand(&made, NO_CODE, 0);
		made_stack_call(&made, BEHIND, CALLEE + (uint64_t)calls[i].distance);
		made.text[BEHIND - MADE_TEXT - 5] = calls[i].opcode;
		is = !calls[i].is;
		FB_OK(fb_unwind_is_call_to(&made.unwind, BEHIND, CALLEE + 0x33, &is));
		CU_ASSERT_EQUAL(is, calls[i].is);
	}
	stand(&made, NO_CODE, 0);
	made_stack_call(&made, BEHIND, CALLEE);
	is = true;
	FB_OK(fb_unwind_is_call_to(&made.unwind, BEHIND, NO_CODE, &is)); /* of no function */
	CU_ASSERT_FALSE(is);
	made.missing_start = BEHIND - 1;
	made.missing_end = BEHIND;
	is = true;
	FB_OK(fb_unwind_is_call_to(&made.unwind, BEHIND, CALLEE, &is));
	CU_ASSERT_FALSE(is);
}

/* The last bytes before a return address: a direct call, or ff /2 of 2 to 7 bytes; nothing else is one. */
static void words_behind_calls_are_return_addresses(void)
{
	static const struct {
		unsigned before; /* bytes from the first of these on to the return address */
		uint8_t bytes[2];
		bool call;
	} instructions[] = {
		{5, {0xe8, 0}, true},     {4, {0xe8, 0}, false},    {6, {0xe8, 0}, false},
		{2, {0xff, 0xd0}, true},  {3, {0xff, 0x14}, true},  {6, {0xff, 0x15}, true},
		{7, {0xff, 0x94}, true},  {8, {0xff, 0x94}, false}, {2, {0xff, 0xd7}, true},
		{2, {0xff, 0xe0}, false}, {2, {0xff, 0xc0}, false}, {2, {0xfe, 0xd0}, false},
		{2, {0xff, 0xf0}, false}, {2, {0xff, 0xd8}, false}, {5, {0xff, 0x10}, true},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(instructions); i++) {
		struct made_stack made;
		bool found = !instructions[i].call;

		stand(&made, NO_CODE, 0);
		memcpy(made.text + (BEHIND - MADE_TEXT) - instructions[i].before,
		       instructions[i].bytes, 2);
		made_stack_put(&made, SP + 0x40, BEHIND);
		FB_OK(fb_unwind_guess(&made.unwind, &found));
		CU_ASSERT_EQUAL(found, instructions[i].call);
		if (!found)
			continue;
		CU_ASSERT_EQUAL(made.unwind.pc, BEHIND);
		CU_ASSERT_EQUAL(made.unwind.sp, SP + 0x48);
		CU_ASSERT_TRUE(made.unwind.unreliable);
		CU_ASSERT_FALSE(made.unwind.exact || made.unwind.regs_known);
	}
}

/* A frame pointer lies on the stack at or above its pointer, with two words, and is aligned. */
static void frame_pointers_lie_on_the_stack(void)
{
	static const struct {
		uint64_t bp;
		bool is;
	} places[] = {
		{SP, true},       {SP - 8, false},  {SP + 4, false},
		{TOP - 16, true}, {TOP - 8, false}, {TOP, false},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(places); i++) {
		struct made_stack made;
		bool found = false;

		stand(&made, NO_CODE, places[i].bp);
		made_stack_call(&made, BEHIND, CALLEE);
		made_stack_call(&made, BEHIND + 0x10, CALLEE);
		made_stack_put(&made, SP + 0x80, BEHIND + 0x10); /* what a search finds */
		if (places[i].bp < TOP)
			made_stack_put(&made, places[i].bp & ~7ull, 0x99);
		if (places[i].bp + 8 < TOP)
			made_stack_put(&made, (places[i].bp & ~7ull) + 8, BEHIND);
		FB_OK(fb_unwind_guess(&made.unwind, &found));
		CU_ASSERT_TRUE(found);
		CU_ASSERT_EQUAL(made.unwind.bp == 0x99, places[i].is);
		CU_ASSERT_TRUE(made.unwind.bp_guessed);
		if (places[i].is)
			CU_ASSERT_EQUAL(made.unwind.sp, places[i].bp + 16);
	}
}

struct question {
	struct made_stack made;
	struct failing_space failing;
	struct failure failure;
	unsigned way;
};

static struct fb_error *ask(void *context)
{
	struct question *question = context;
	struct user_regs_struct regs = {.rip = NO_CODE, .rsp = SP, .cs = 0x10};
	bool found;
	struct fb_error *err;

	question->made.unwind.space = &question->failing.space;
	if (question->way == 0) /* a bad call */
		err = fb_unwind_from_regs(&question->made.unwind, &regs, 0);
	else
		err = fb_unwind_from_frame(&question->made.unwind,
					   question->way == 1 ? CALLEE + 8 : NO_CODE, SP,
					   question->way == 2 ? SP + 0x60 : 0, false);
	if (!err)
		err = fb_unwind_guess(&question->made.unwind, &found);
	if (!err)
		CU_ASSERT_TRUE(found);
	return err;
}

/* By a bad call, by a call of the function itself, by a frame pointer, and by a search. */
static void what_is_fatal_passes(void)
{
	for (unsigned way = 0; way < 4; way++) {
		struct question question = {.way = way};

		made_stack_init(&question.made);
		failing_space_init(&question.failing, &question.made.space, &question.failure);
		made_stack_call(&question.made, BEHIND, CALLEE);
		made_stack_put(&question.made, way == 0 ? SP : SP + 0x68, BEHIND);
		CU_ASSERT(failing_must_pass(ask, &question, &question.failure, 100, 0) >= 2);
	}
}

FB_TEST_MAIN("kernel/unwind_guess", FB_TEST(direct_calls_are_of_their_function),
	     FB_TEST(words_behind_calls_are_return_addresses),
	     FB_TEST(frame_pointers_lie_on_the_stack), FB_TEST(what_is_fatal_passes))
