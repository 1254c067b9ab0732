// SPDX-License-Identifier: GPL-2.0-or-later
/* The arguments of futex(), futex_wait(), futex_waitv() and of waits that restart. */
#include "bundle/waits/futex/wait_futex_call.h"

#include "tests/bundle/waits/made_waits.h"
#include "tests/harness.h"

#define WORD 0x7f0000001000ull
#define PRIVATE 128u

static struct fb_futex_call decode(struct made_waits *waits, const struct fb_blocked *blocked)
{
	struct fb_futex_call call = {0};

	FB_OK_FATAL(fb_futex_call_read(&waits->finder, blocked, &call));
	return call;
}

static void reads_each_call(void)
{
	struct made_waits w;
	struct fb_blocked blocked;
	struct fb_futex_call call;

	made_waits_begin(&w);
	blocked = made_waits_blocked(&w, made_waits_task(&w, 10, 10, "waiter"), "futex");
	FB_FAILS(fb_futex_call_read(&w.finder, &blocked, &call), FB_ABSENT);

	made_waits_call(&blocked, 202, WORD, FB_FUTEX_WAIT_BITSET | PRIVATE, 2, 0);
	call = decode(&w, &blocked);
	CU_ASSERT_EQUAL(call.address, WORD);
	CU_ASSERT_EQUAL(call.command, FB_FUTEX_WAIT_BITSET);
	CU_ASSERT_EQUAL(call.value, 2);
	CU_ASSERT(call.process_private);
	CU_ASSERT_FALSE(call.timeout);
	made_waits_call(&blocked, 202, WORD, FB_FUTEX_LOCK_PI | 256, 2, 0x7fff0000);
	call = decode(&w, &blocked);
	CU_ASSERT_FALSE(call.process_private);
	CU_ASSERT(call.timeout);
	CU_ASSERT(fb_futex_call_is_pi(&call));

	/* futex_wait(): word, value, mask, flags, timeout. */
	made_waits_call(&blocked, 455, WORD, 7, UINT64_MAX, 2 | PRIVATE);
	call = decode(&w, &blocked);
	CU_ASSERT_EQUAL(call.address, WORD);
	CU_ASSERT_EQUAL(call.value, 7);
	CU_ASSERT(call.process_private);
	CU_ASSERT_FALSE(call.timeout);
	made_waits_call(&blocked, 455, WORD, 7, UINT64_MAX, 2);
	blocked.args[4] = 0x7fff0000;
	call = decode(&w, &blocked);
	CU_ASSERT_FALSE(call.process_private);
	CU_ASSERT(call.timeout);

	made_waits_call(&blocked, 0, 3, 0, 0, 0);
	FB_FAILS(fb_futex_call_read(&w.finder, &blocked, &call), FB_UNSUPPORTED);
	blocked.syscall = 202;
	blocked.compat = true;
	FB_FAILS(fb_futex_call_read(&w.finder, &blocked, &call), FB_UNSUPPORTED);
	/* futex() and futex_time64() of 32-bit processes. */
	for (int64_t number = 240; number <= 422; number += 422 - 240) {
		made_waits_call(&blocked, number, 0x8107388, FB_FUTEX_WAIT | PRIVATE, 3, 0);
		call = decode(&w, &blocked);
		CU_ASSERT_EQUAL(call.address, 0x8107388);
		CU_ASSERT_EQUAL(call.command, FB_FUTEX_WAIT);
		CU_ASSERT_EQUAL(call.value, 3);
		CU_ASSERT(call.process_private);
	}
	made_waits_end(&w);
}

static void each_word_of_waitv_has_its_own_privacy(void)
{
	static const struct fb_futex_waitv entries[] = {
		{.value = 5, .address = WORD, .flags = 2 | PRIVATE},
		{.value = 6, .address = WORD + 64, .flags = 2},
	};
	struct made_waits w;
	struct fb_blocked blocked;

	made_waits_begin(&w);
	blocked = made_waits_blocked(&w, made_waits_task(&w, 10, 10, "waiter"), "futex");
	made_waits_call(&blocked, 449, 0x7fff0000, 2, 0, 0);
	CU_ASSERT(fb_futex_is_waitv(&blocked));
	for (int i = 0; i < 2; i++) {
		struct fb_futex_call call = fb_futex_call_of_waitv(&blocked, &entries[i]);

		CU_ASSERT_EQUAL(call.address, entries[i].address);
		CU_ASSERT_EQUAL(call.value, entries[i].value);
		CU_ASSERT_EQUAL(call.process_private, !i);
		CU_ASSERT_EQUAL(call.command, FB_FUTEX_WAIT);
		CU_ASSERT_FALSE(call.timeout);
	}
	blocked.args[3] = 0x7fff0000;
	CU_ASSERT(fb_futex_call_of_waitv(&blocked, &entries[0]).timeout);
	blocked.syscall = 202;
	CU_ASSERT_FALSE(fb_futex_is_waitv(&blocked));
	made_waits_end(&w);
}

/* The kernel's own flags of a wait that restarts: 0x01 was shared and 0x04 a timeout to 6.6, 0x10 and
 * 0x40 are since, and 0x02 the size of the word. */
static void tells_shared_restarts_of_either_numbering(void)
{
	static const struct {
		uint64_t flags;
		bool process_private;
	} cases[] = {{0x05, false}, {0x07, false}, {0x04, true}, {0x06, true},
		     {0x52, false}, {0x72, false}, {0x42, true}, {0x62, true}};
	struct made_waits w;
	struct fb_task *task;
	struct fb_blocked blocked;
	struct fb_futex_call call;

	made_waits_begin(&w);
	MADE_FIELD(w.made, task_restart_uaddr, 64, 8);
	MADE_FIELD(w.made, task_restart_val, 72, 4);
	MADE_FIELD(w.made, task_restart_flags, 76, 4);
	task = made_waits_task(&w, 10, 10, "waiter");
	blocked = made_waits_blocked(&w, task, "futex");
	made_waits_call(&blocked, 219, 1, 2, 3, 4);
	MADE_SET(w.made, task->address, task_restart_uaddr, WORD);
	MADE_SET(w.made, task->address, task_restart_val, 3);
	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		MADE_SET(w.made, task->address, task_restart_flags, cases[i].flags);
		call = decode(&w, &blocked);
		CU_ASSERT_EQUAL(call.process_private, cases[i].process_private);
		CU_ASSERT_EQUAL(call.address, WORD);
		CU_ASSERT_EQUAL(call.value, 3);
		CU_ASSERT(call.timeout);
	}
	MADE_SET(w.made, task->address, task_restart_flags, 0x02);
	FB_FAILS(fb_futex_call_read(&w.finder, &blocked, &call), FB_CORRUPT);
	made_waits_end(&w);
}

FB_TEST_MAIN("bundle/wait_futex_call", FB_TEST(reads_each_call),
	     FB_TEST(each_word_of_waitv_has_its_own_privacy),
	     FB_TEST(tells_shared_restarts_of_either_numbering))
