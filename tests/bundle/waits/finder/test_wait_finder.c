// SPDX-License-Identifier: GPL-2.0-or-later
/* What all recognisers share, on a made kernel: their states, tasks by address, waits of blocked threads. */
#include "bundle/waits/finder/wait_finder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bundle/waits/finder/wait_absence.h"
#include "bundle/waits/finder/wait_blocked.h"
#include "bundle/waits/finder/wait_memory.h"
#include "tests/bundle/waits/made_open_files.h"
#include "tests/harness.h"

static unsigned ended;

static void count_end(void *state)
{
	ended += *(unsigned *)state;
}

/* Each has its own, zeroed, the same until the end, when each is told once. */
static void each_recogniser_has_its_state(void)
{
	static struct fb_wait_state of[FB_WAIT_STATES + 1];
	struct made_waits w;
	unsigned *state = NULL, *again = NULL, *states[FB_WAIT_STATES];

	made_waits_begin(&w);
	for (size_t i = 0; i < FB_WAIT_STATES; i++) {
		of[i] = (struct fb_wait_state){sizeof(unsigned), count_end};
		FB_OK_FATAL(fb_wait_state(&w.finder, &of[i], &states[i]));
		CU_ASSERT_EQUAL(*states[i], 0);
		*states[i] = 1;
	}
	for (size_t i = 0; i < FB_WAIT_STATES; i++) {
		FB_OK_FATAL(fb_wait_state(&w.finder, &of[i], &again));
		CU_ASSERT_PTR_EQUAL(again, states[i]);
	}
	of[FB_WAIT_STATES] = of[0];
	FB_FAILS(fb_wait_state(&w.finder, &of[FB_WAIT_STATES], &state), FB_LIMIT);
	CU_ASSERT_PTR_NULL(state);
	ended = 0;
	fb_wait_finder_deinit(&w.finder);
	CU_ASSERT_EQUAL(ended, FB_WAIT_STATES);
	fb_wait_finder_deinit(&w.finder);
	CU_ASSERT_EQUAL(ended, FB_WAIT_STATES);
	made_waits_end(&w);
}

static void finds_the_task_of_a_lock_word(void)
{
	struct made_waits w;
	struct fb_task *task;

	made_waits_begin(&w);
	made_waits_task(&w, 10, 10, "other");
	task = made_waits_task(&w, 20, 20, "owner");
	for (uint64_t flags = 0; flags < 8; flags++)
		CU_ASSERT_PTR_EQUAL(fb_wait_task_at(&w.finder, task->address | flags), task);
	CU_ASSERT_PTR_NULL(fb_wait_task_at(&w.finder, task->address + 8));
	CU_ASSERT_PTR_NULL(fb_wait_task_at(&w.finder, 7));
	made_waits_end(&w);
}

static void fills_in_a_wait(void)
{
	struct fb_blocked blocked;
	struct made_waits w;
	struct fb_task *task;
	struct fb_wait wait;

	made_waits_begin(&w);
	task = made_waits_task(&w, 10, 10, "alone");
	made_waits_task(&w, 20, 20, "leader");
	blocked = made_waits_blocked(&w, task, "made");
	blocked.frames[0] = "made_inner";
	blocked.frames[FB_WAIT_FRAMES - 1] = "made_outer";
	wait = fb_wait_of_blocked(&w.finder, &blocked, "kind");
	CU_ASSERT_EQUAL(wait.tid, 10);
	CU_ASSERT_EQUAL(wait.pid, 10);
	CU_ASSERT(wait.alone && wait.certain && !wait.timeout);
	CU_ASSERT_STRING_EQUAL(wait.kind, "kind");
	CU_ASSERT_STRING_EQUAL(wait.frames[0], "made_inner");
	CU_ASSERT_STRING_EQUAL(wait.frames[FB_WAIT_FRAMES - 1], "made_outer");
	CU_ASSERT_PTR_NULL(wait.frames[1]);
	CU_ASSERT(isnan(wait.seconds)); /* it never ran, as far as is known */
	w.finder.now = 5000000000ull;
	blocked.ran = 2500000000ull;
	CU_ASSERT_EQUAL(fb_wait_of_blocked(&w.finder, &blocked, "kind").seconds, 2.5);
	blocked.ran = 5000000000ull;
	CU_ASSERT_EQUAL(fb_wait_of_blocked(&w.finder, &blocked, "kind").seconds, 0);
	blocked.ran = 5000000001ull;
	CU_ASSERT(isnan(fb_wait_of_blocked(&w.finder, &blocked, "kind").seconds));
	/* One of two threads, and not the leader. */
	task = made_waits_task(&w, 20, 21, "thread");
	blocked = made_waits_blocked(&w, task, "made");
	wait = fb_wait_of_blocked(&w.finder, &blocked, "kind");
	CU_ASSERT_EQUAL(wait.tid, 21);
	CU_ASSERT_EQUAL(wait.pid, 20);
	CU_ASSERT_FALSE(wait.alone);
	made_waits_end(&w);
}

static void knows_the_functions_of_a_stack(void)
{
	struct fb_blocked blocked = {.frames = {"first", "second"}};

	CU_ASSERT(fb_blocked_in(&blocked, "first"));
	CU_ASSERT(fb_blocked_in(&blocked, "second"));
	CU_ASSERT_FALSE(fb_blocked_in(&blocked, "secon"));
	for (size_t i = 0; i < FB_WAIT_FRAMES; i++)
		blocked.frames[i] = i < FB_WAIT_FRAMES - 1 ? "filler" : "last";
	CU_ASSERT(fb_blocked_in(&blocked, "last"));
	CU_ASSERT_FALSE(fb_blocked_in(&blocked, "first"));
}

/* "None" only where that can be known; the first reason why it cannot be stays. */
static void says_none_or_why_that_is_not_known(void)
{
	struct fb_wait_absence absence = FB_WAIT_ABSENCE_KNOWN;
	struct fb_wait_object object = {0};

	FB_OK(fb_wait_say_none(&object, &absence, "nobody has it", "somebody has it"));
	CU_ASSERT_STRING_EQUAL(object.need, "nobody has it");
	CU_ASSERT_FALSE(object.others);
	fb_wait_absence_unknown(&absence, "page %d is not in the dump", 7);
	fb_wait_absence_unknown(&absence, "page %d is not in the dump", 8);
	CU_ASSERT_FALSE(absence.known);
	FB_OK(fb_wait_say_none(&object, &absence, "nobody has it", "somebody has it"));
	CU_ASSERT_STRING_EQUAL(object.need, "it cannot be known whether somebody has it: page 7 is "
					    "not in the dump");
	CU_ASSERT(object.others);
	free(object.need);
}

static void finds_descriptors_and_paths(void)
{
	struct fb_wait_absence absence = FB_WAIT_ABSENCE_KNOWN;
	char path[FB_WAIT_PATH] = "as it is";
	struct fb_blocked blocked;
	struct made_waits w;
	struct fb_task *task;
	uint64_t file, found = 99;

	made_waits_begin(&w);
	made_open_files_members(&w);
	task = made_waits_task(&w, 10, 10, "reader");
	file = made_open_file(&w, 0, 0100600, 3);
	made_open_fd(&w, task, 3, file);
	blocked = made_waits_blocked(&w, task, "made");
	FB_OK(fb_wait_fd(&w.finder, &blocked, 0xffffffff00000003ull, &found));
	CU_ASSERT_EQUAL(found, file);
	FB_FAILS(fb_wait_fd(&w.finder, &blocked, 4, &found), FB_NOT_FOUND);
	FB_OK(fb_wait_path(&w.finder, task, file, path, &absence));
	CU_ASSERT_STRING_EQUAL(path, "/it");
	CU_ASSERT(absence.known);
	FB_OK(fb_wait_path(&w.finder, task, 0xffff800000001000ull, path, &absence));
	CU_ASSERT_STRING_EQUAL(path, "");
	CU_ASSERT_FALSE(absence.known);
	CU_ASSERT_PTR_NOT_NULL(strstr(absence.because, "0xffff80000000"));
	FB_OK(fb_wait_path(&w.finder, task, 0xffff800000001000ull, path, NULL));
	made_waits_end(&w);
}

FB_TEST_MAIN("bundle/wait_finder", FB_TEST(each_recogniser_has_its_state),
	     FB_TEST(finds_the_task_of_a_lock_word), FB_TEST(fills_in_a_wait),
	     FB_TEST(knows_the_functions_of_a_stack), FB_TEST(says_none_or_why_that_is_not_known),
	     FB_TEST(finds_descriptors_and_paths))
