// SPDX-License-Identifier: GPL-2.0-or-later
/* Which stacks are the same, and how many comparisons that takes. */
#include "cmd/bt/bt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"

#define USER_FRAMES 6u
#define KERNEL_FRAMES 3u

struct made {
	struct fb_thread_stack stack;
	struct fb_kernel_frame kernel[KERNEL_FRAMES];
	struct fb_user_frame user[USER_FRAMES];
};

/* Like any other, but for one frame, whose offset in its symbol is number. */
static void make(struct made *made, uint64_t number)
{
	memset(made, 0, sizeof(*made));
	for (size_t i = 0; i < KERNEL_FRAMES; i++)
		made->kernel[i].pc = 0xffffffff81000000 + i;
	for (size_t i = 0; i < USER_FRAMES; i++)
		made->user[i] = (struct fb_user_frame){
			.pc = 0x400000 + i, .object = "libc.so.6", .symbol = "poll", .offset = i};
	made->user[3].offset = number;
	made->stack.kernel.frames = made->kernel;
	made->stack.kernel.count = KERNEL_FRAMES;
	made->stack.user.frames = made->user;
	made->stack.user.count = USER_FRAMES;
}

/* count stacks of kinds kinds, one after the other in turn. */
static size_t compared(size_t count, size_t kinds)
{
	struct made *made = calloc(count, sizeof(*made));
	const struct fb_thread_stack **stacks = calloc(count, sizeof(*stacks));
	struct fb_bt_groups groups = {0};
	size_t first = 0, members = 0;

	CU_ASSERT_FATAL(made && stacks);
	for (size_t i = 0; i < count; i++) {
		make(&made[i], i % kinds);
		stacks[i] = &made[i].stack;
	}
	FB_OK_FATAL(fb_bt_group(stacks, count, &groups));
	for (size_t i = 0; i < count; i++) {
		first += groups.first[i];
		CU_ASSERT_EQUAL(groups.first[i], i < kinds);
		for (size_t j = i; groups.first[i] && j != SIZE_MAX; j = groups.next[j]) {
			CU_ASSERT_EQUAL(j % kinds, i);
			members++;
		}
	}
	CU_ASSERT_EQUAL(first, kinds);
	CU_ASSERT_EQUAL(members, count);
	first = groups.compared;
	fb_bt_groups_deinit(&groups);
	free(stacks);
	free(made);
	return first;
}

/* Ten times the stacks take ten times the comparisons, whether all are the same or none. */
static void grows_with_the_stacks(void)
{
	for (size_t count = 1000; count <= 100000; count *= 10) {
		CU_ASSERT_EQUAL(compared(count, count), 0);
		CU_ASSERT_EQUAL(compared(count, 1), count - 1);
		CU_ASSERT_EQUAL(compared(count, count / 10), count - count / 10);
	}
}

static bool same(const struct made *a, const struct made *b)
{
	const struct fb_thread_stack *stacks[] = {&a->stack, &b->stack};
	struct fb_bt_groups groups = {0};
	bool same;

	FB_OK_FATAL(fb_bt_group(stacks, 2, &groups));
	same = !groups.first[1];
	CU_ASSERT_EQUAL(same, fb_bt_same_stack(&a->stack, &b->stack));
	fb_bt_groups_deinit(&groups);
	return same;
}

/* What is the same without being equal hashes as the same. */
static void tells_stacks_apart(void)
{
	struct made a, b;

	make(&a, 3);
	make(&b, 3);
	CU_ASSERT(same(&a, &b));
	b.user[1].pc += 0x7000; /* mapped elsewhere; the symbol and the offset count */
	CU_ASSERT(same(&a, &b));
	a.user[2].symbol = b.user[2].symbol = NULL;
	b.user[2].pc += 0x7000; /* without a symbol the place in the page does */
	CU_ASSERT(same(&a, &b));
	b.user[2].pc += 1;
	CU_ASSERT(!same(&a, &b));
	make(&b, 3);
	make(&a, 3);
	b.kernel[1].pc++;
	CU_ASSERT(!same(&a, &b));
	make(&b, 3);
	b.user[5].build_id = "aa";
	CU_ASSERT(!same(&a, &b));
	make(&b, 3);
	a.user[0].language = b.user[0].language = FB_LANGUAGE_PYTHON;
	a.user[0].file = b.user[0].file = "a.py";
	CU_ASSERT(same(&a, &b));
	b.user[0].line++;
	CU_ASSERT(!same(&a, &b));
	b.user[0].line--;
	b.user[0].file = "b.py";
	CU_ASSERT(!same(&a, &b));
	make(&a, 3);
	make(&b, 3);
	b.user[0].language = FB_LANGUAGE_PYTHON;
	CU_ASSERT(!same(&a, &b));
	make(&b, 3);
	b.stack.user.complete = true;
	CU_ASSERT(!same(&a, &b));
	make(&b, 3);
	b.stack.user.count--;
	CU_ASSERT(!same(&a, &b));
}

FB_TEST_MAIN("cmd/bt_group", FB_TEST(grows_with_the_stacks), FB_TEST(tells_stacks_apart))
