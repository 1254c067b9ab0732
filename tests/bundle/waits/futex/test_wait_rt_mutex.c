// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads of a made kernel that wait for an rt_mutex: which, and who owns it. */
#include "bundle/waits/futex/recognise.h"
#include "tests/bundle/waits/made_answer.h"
#include "tests/harness.h"

#define EVIDENCE "the waiter's structure on its kernel stack"

/* A thread that is blocked on a lock, marks[0], with this owner word. older: as kernels before 5.15. */
static struct fb_blocked at_lock(struct made_waits *w, bool older, uint64_t flags)
{
	struct fb_task *owner = made_waits_task(w, 10, 10, "owner");
	struct fb_task *task = made_waits_task(w, 20, 20, "waiter");
	uint64_t waiter = made_alloc(w->made, 64);
	struct fb_blocked blocked = made_waits_blocked(w, task, "rt-mutex");

	MADE_FIELD(w->made, task_pi_blocked_on, 200, 8);
	MADE_FIELD(w->made, rt_mutex_waiter_lock, 40, 8);
	if (older)
		MADE_FIELD(w->made, rt_mutex_owner_older, 24, 8);
	else
		MADE_FIELD(w->made, rt_mutex_owner, 16, 8);
	w->marks[0] = made_alloc(w->made, 64);
	made_put(w->made, w->marks[0] + (older ? 24 : 16), owner->address | flags, 8);
	MADE_SET(w->made, waiter, rt_mutex_waiter_lock, w->marks[0]);
	MADE_SET(w->made, task->address, task_pi_blocked_on, waiter);
	blocked.frames[0] = "rt_mutex_slowlock";
	return blocked;
}

static struct fb_blocked owned(struct made_waits *w)
{
	return at_lock(w, false, 0);
}

static struct fb_blocked owned_with_waiters(struct made_waits *w)
{
	return at_lock(w, false, 1);
}

static struct fb_blocked owned_as_before(struct made_waits *w)
{
	return at_lock(w, true, 1);
}

static struct fb_blocked handed_over(struct made_waits *w)
{
	struct fb_blocked blocked = at_lock(w, false, 0);

	made_put(w->made, w->marks[0] + 16, 1, 8);
	return blocked;
}

static struct fb_blocked blocked_on_nothing(struct made_waits *w)
{
	struct fb_blocked blocked = at_lock(w, false, 0);

	MADE_SET(w->made, blocked.task->address, task_pi_blocked_on, 0);
	return blocked;
}

/* Behind a lock of user space the futex is told, which needs the call's arguments. */
static struct fb_blocked behind_a_futex(struct made_waits *w)
{
	struct fb_blocked blocked = at_lock(w, false, 0);

	blocked.frames[FB_WAIT_FRAMES - 1] = "futex_lock_pi.constprop.0";
	for (size_t i = 1; i < FB_WAIT_FRAMES - 1; i++)
		blocked.frames[i] = "filler";
	return blocked;
}

static void tells_who_owns_an_rt_mutex(void)
{
#define OWNED                                                                       \
	{                                                                           \
		.kind = "rt-mutex", .object = "kernel lock {0} 0x0", .name = "{0}", \
		.owners = "10", .flags = "certain sure", .evidence = EVIDENCE       \
	}
	static const struct made_scene scenes[] = {
		{owned, fb_wait_rt_mutex, OWNED},
		{owned_with_waiters, fb_wait_rt_mutex, OWNED},
		{owned_as_before, fb_wait_rt_mutex, OWNED},
		{handed_over,
		 fb_wait_rt_mutex,
		 {.kind = "rt-mutex",
		  .object = "kernel lock {0} 0x0",
		  .name = "{0}",
		  .need = "nobody held it at the panic: it was being handed over",
		  .flags = "sure",
		  .evidence = EVIDENCE}},
	};
	static const struct made_scene refused[] = {
		{blocked_on_nothing,
		 fb_wait_rt_mutex,
		 {.code = FB_NOT_FOUND, .error = "it is queued at no rt_mutex"}},
		{behind_a_futex,
		 fb_wait_rt_mutex,
		 {.code = FB_ABSENT, .error = "user registers are unknown"}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
	for (size_t i = 0; i < FB_ARRAY_SIZE(refused); i++)
		made_scene_check(&refused[i]);
}

FB_TEST_MAIN("bundle/wait_rt_mutex", FB_TEST(tells_who_owns_an_rt_mutex))
