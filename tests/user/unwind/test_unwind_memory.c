// SPDX-License-Identifier: GPL-2.0-or-later
/* Words of a process's memory while its stacks are unwound: what is there, what is not, and what says nothing of it. */
#include <string.h>

#include "tests/harness.h"
#include "user/unwind/unwind_private.h"

#define STACK 0x700000ull

/* Each word is its own address; the second page of the stack is left out; or all reads fail by code. */
struct stack {
	struct fb_space space; /* first */
	bool fails;
	enum fb_code code;
	unsigned reads;
};

static struct fb_error *read_stack(struct fb_space *space, uint64_t address, void *to,
				   size_t length)
{
	struct stack *stack = (struct stack *)space;

	stack->reads++;
	if (stack->fails)
		return fb_error_create(stack->code, "made to fail");
	if (address < STACK + 2 * FB_PAGE_SIZE && address + length > STACK + FB_PAGE_SIZE)
		return fb_error_create(FB_ABSENT, "left out");
	for (size_t i = 0; i < length; i++)
		((uint8_t *)to)[i] = (uint8_t)((address + i) / 8);
	return NULL;
}

static const struct fb_space_ops stack_ops = {.read = read_stack};

struct made {
	struct stack stack;
	struct fb_user_process process;
	struct fb_unwind_session session;
};

static void make(struct made *made)
{
	memset(made, 0, sizeof(*made));
	made->stack.space = (struct fb_space){.ops = &stack_ops, .name = "stack"};
	made->process.space = &made->stack.space;
	made->session.process = &made->process;
	made->session.regs.machine = &fb_cfi_x86_64;
	for (unsigned i = 0; i < FB_UNWIND_PAGES; i++)
		made->session.pages[i].address = UINT64_MAX;
}

/* A page is read once, whichever of its words is asked for. */
static void words_are_those_of_the_space(void)
{
	uint64_t word = 0;
	struct made made;

	make(&made);
	CU_ASSERT_TRUE(fb_unwind_read_word(&made.session, STACK + 0x20, &word));
	CU_ASSERT_EQUAL(word, 0x0404040404040404ull);
	CU_ASSERT_TRUE(fb_unwind_read_word(&made.session, STACK + FB_PAGE_SIZE - 8, &word));
	CU_ASSERT_EQUAL(word, 0xffffffffffffffffull);
	CU_ASSERT_TRUE(fb_unwind_read_word(&made.session, STACK + 4, &word));
	CU_ASSERT_EQUAL(word, 0x0101010100000000ull);
	CU_ASSERT_EQUAL(made.stack.reads, 1);
	/* Across pages a word is read by itself. */
	CU_ASSERT_TRUE(fb_unwind_read_word(&made.session, STACK - 4, &word));
	CU_ASSERT_EQUAL(word, 0x00000000ffffffffull);
	CU_ASSERT_EQUAL(made.stack.reads, 2);
}

/* Of a page that is left out each word is asked for again: a part of it may be there. */
static void what_is_left_out_is_no_error(void)
{
	uint64_t word;
	struct made made;

	make(&made);
	CU_ASSERT_FALSE(fb_unwind_read_word(&made.session, STACK + FB_PAGE_SIZE, &word));
	CU_ASSERT_FALSE(fb_unwind_read_word(&made.session, STACK + FB_PAGE_SIZE - 4, &word));
	CU_ASSERT_EQUAL(made.stack.reads, 3);
	CU_ASSERT_PTR_NULL(made.session.err);
}

static void what_is_fatal_is_kept(void)
{
	static const enum fb_code codes[] = {FB_OS, FB_NOMEM, FB_EXHAUSTED};
	/* Within a page, and across two. */
	static const uint64_t addresses[] = {STACK, STACK - 4};

	for (size_t i = 0; i < 2 * FB_ARRAY_SIZE(codes); i++) {
		struct made made;
		uint64_t word;

		make(&made);
		made.stack.fails = true;
		made.stack.code = codes[i / 2];
		CU_ASSERT_FALSE(fb_unwind_read_word(&made.session, addresses[i % 2], &word));
		CU_ASSERT_TRUE(fb_error_is(made.session.err, codes[i / 2]));
		/* The first one stays. */
		fb_unwind_keep_fatal(&made.session,
				     fb_error_create(i / 2 ? FB_OS : FB_EXHAUSTED, "another"));
		CU_ASSERT_TRUE(fb_error_is(made.session.err, codes[i / 2]));
		fb_error_destroy(made.session.err);
	}
}

FB_TEST_MAIN("user/unwind_memory", FB_TEST(words_are_those_of_the_space),
	     FB_TEST(what_is_left_out_is_no_error), FB_TEST(what_is_fatal_is_kept))
