// SPDX-License-Identifier: GPL-2.0-or-later
/* Kernel stacks whose end was overwritten. */
#include <inttypes.h>

#include "tests/bundle/check/checked.h"
#include "tests/harness.h"

#define END_MAGIC 0x57ac6e9dull

static void stacks_end_in_the_magic_number(void)
{
	struct checked c;
	char expected[256];
	struct fb_task *task;

	checked_begin(&c);
	for (int32_t tid = 1; tid <= 5; tid++) {
		task = made_waits_task(&c.made, tid, tid, tid == 3 ? "de\x1b" : "fine");
		task->stack = made_alloc_pages(c.made.made, 4096);
		made_put(c.made.made, task->stack, END_MAGIC, 8);
	}
	FB_OK(fb_check_stacks(&c.check));
	checked_expect(&c, "");
	made_put(c.made.made, c.made.list[2].stack, 0x1234, 8);
	made_put(c.made.made, c.made.list[3].stack, 0, 8);
	made_lose(c.made.made, c.made.list[3].stack); /* it cannot be known */
	c.made.list[4].stack = 0;                     /* it has ended */
	FB_OK(fb_check_stacks(&c.check));
	snprintf(expected, sizeof(expected),
		 "grave stack-overflow bt: the end of 1 kernel stack was overwritten\n"
		 "\t3 de\\x1b: 0x1234 at 0x%" PRIx64 ", in place of 0x57ac6e9d\n",
		 c.made.list[2].stack);
	checked_expect(&c, expected);
	checked_end(&c);
}

static void more_than_one_are_one_finding(void)
{
	struct checked c;
	char expected[256];

	checked_begin(&c);
	for (int32_t tid = 1; tid <= 2; tid++)
		made_waits_task(&c.made, tid, tid, "bad")->stack = made_alloc(c.made.made, 64);
	FB_OK(fb_check_stacks(&c.check));
	snprintf(expected, sizeof(expected),
		 "grave stack-overflow bt: the end of 2 kernel stacks was overwritten\n"
		 "\t1 bad: 0x0 at 0x%" PRIx64 ", in place of 0x57ac6e9d\n"
		 "\t2 bad: 0x0 at 0x%" PRIx64 ", in place of 0x57ac6e9d\n",
		 c.made.list[0].stack, c.made.list[1].stack);
	checked_expect(&c, expected);
	checked_end(&c);
}

FB_TEST_MAIN("bundle/check_stacks", FB_TEST(stacks_end_in_the_magic_number),
	     FB_TEST(more_than_one_are_one_finding))
