// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads of a made kernel with CONFIG_PREEMPT_RT: which lock it is whose rt_mutex they wait for, and who has it. */
#include "bundle/waits/futex/recognise.h"
#include "bundle/waits/locks/wait_rt_lock.h"
#include "tests/bundle/waits/locks/made_locks.h"
#include "tests/bundle/waits/made_answer.h"
#include "tests/harness.h"

#define QUEUED "the waiter's structure on its kernel stack"
#define OWNS "a lock on its kernel stack, whose rt_mutex it owns"
#define READERS_BIAS 0x80000000ull
#define WRITER_BIAS 0x40000000ull
#define INSIDE 8u /* where a struct rwbase_rt has its rt_mutex */
#define OWNER 24u /* where that has its owner */

/* A thread, list[1], whose function is the caller of the function that sleeps; its rt_mutex at marks[0], which list[0]
 * owns. */
static struct fb_blocked at_mutex(struct made_waits *w, const char *function)
{
	struct fb_task *owner = made_waits_task(w, 10, 10, "owner");
	struct fb_task *task = made_waits_task(w, 20, 20, "waiter");
	uint64_t waiter = made_alloc(w->made, 64);
	struct fb_blocked blocked = made_waits_blocked(w, task, "rt-mutex");

	MADE_FIELD(w->made, task_pi_blocked_on, 200, 8);
	MADE_FIELD(w->made, rt_mutex_waiter_lock, 40, 8);
	MADE_FIELD(w->made, rt_mutex_owner, OWNER, 8);
	w->marks[0] = made_alloc(w->made, 64);
	made_put(w->made, w->marks[0] + OWNER, owner->address | 1, 8);
	MADE_SET(w->made, waiter, rt_mutex_waiter_lock, w->marks[0]);
	MADE_SET(w->made, task->address, task_pi_blocked_on, waiter);
	blocked.frames[0] = "rt_mutex_slowlock.constprop.0";
	blocked.frames[1] = function;
	blocked.frames[2] = "mutex_lock_of_an_outer_caller";
	return blocked;
}

/* The same; the rt_mutex is that of a struct rwbase_rt at marks[0]. */
static struct fb_blocked at_base(struct made_waits *w, const char *function, uint64_t readers)
{
	struct fb_blocked blocked = at_mutex(w, function);
	uint64_t waiter = made_alloc(w->made, 64), owner = w->list[0].address | 1;

	MADE_FIELD(w->made, rwbase_readers, 0, 4);
	MADE_FIELD(w->made, rwbase_mutex, INSIDE, 32);
	w->marks[0] = made_alloc(w->made, 64);
	made_put(w->made, w->marks[0], readers, 4);
	made_put(w->made, w->marks[0] + INSIDE + OWNER, owner, 8);
	MADE_SET(w->made, waiter, rt_mutex_waiter_lock, w->marks[0] + INSIDE);
	MADE_SET(w->made, w->list[1].address, task_pi_blocked_on, waiter);
	return blocked;
}

/* A writer that owns the rt_mutex, is queued nowhere, and has an address on its stack. */
static struct fb_blocked waits_for_readers(struct made_waits *w, const char *function,
					   uint64_t readers, uint64_t inside)
{
	struct fb_blocked blocked = at_base(w, function, readers);

	MADE_SET(w->made, w->list[1].address, task_pi_blocked_on, 0);
	made_put(w->made, w->marks[0] + INSIDE + OWNER, w->list[1].address | 1, 8);
	made_put(w->made, blocked.low + 64, w->marks[0] + inside, 8);
	return blocked;
}

static struct fb_blocked at_spinlock(struct made_waits *w)
{
	return at_mutex(w, "rt_spin_lock");
}

static struct fb_blocked at_kernel_mutex(struct made_waits *w)
{
	return at_mutex(w, "mutex_lock_interruptible");
}

static struct fb_blocked at_rwsem_written(struct made_waits *w)
{
	return at_base(w, "down_read", WRITER_BIAS);
}

static struct fb_blocked at_rwsem_read(struct made_waits *w)
{
	return at_base(w, "down_write", 3);
}

static struct fb_blocked at_rwsem_read_by_more(struct made_waits *w)
{
	return at_base(w, "down_write", READERS_BIAS | 5);
}

static struct fb_blocked at_rwsem_free(struct made_waits *w)
{
	return at_base(w, "down_write", READERS_BIAS);
}

static struct fb_blocked at_rwlock(struct made_waits *w)
{
	return at_base(w, "rt_read_lock", WRITER_BIAS);
}

/* Debian's kernels jump from down_write() to this function. */
static struct fb_blocked at_rwsem_by_jump(struct made_waits *w)
{
	return at_base(w, "rwbase_write_lock", WRITER_BIAS);
}

static struct fb_blocked at_rwlock_by_call(struct made_waits *w)
{
	struct fb_blocked blocked = at_base(w, "__rwbase_read_lock", WRITER_BIAS);

	blocked.frames[2] = "rwbase_read_lock.isra.0";
	blocked.frames[3] = "rt_read_lock";
	return blocked;
}

static struct fb_blocked waits_by_base(struct made_waits *w)
{
	return waits_for_readers(w, "down_write", 2, 0);
}

static struct fb_blocked waits_by_mutex(struct made_waits *w)
{
	return waits_for_readers(w, "rt_write_lock", 2, INSIDE);
}

/* A kernel of the other sort, in which the waiting function is a part of down_read(). */
static struct fb_blocked without_rt(struct made_waits *w)
{
	struct fb_blocked blocked = made_lock_waiter(w, MADE_LIST, 0);

	blocked.frames[0] = "down_read";
	return blocked;
}

static void tells_which_lock_it_is_and_who_has_it(void)
{
	static const char uncounted[] = "a kernel with CONFIG_PREEMPT_RT counts who has it for "
					"reading, and records none of them";
#define LOCK .object = "kernel lock {0} 0x0", .name = "{0}", .evidence = QUEUED
#define READ(number) \
	.detail = "held for reading by " number, .need = uncounted, .flags = "others sure"
	const struct made_scene scenes[] = {
		{at_spinlock,
		 fb_wait_rt_mutex,
		 {.kind = "kernel-spinlock", LOCK, .owners = "10", .flags = "certain sure"}},
		{at_kernel_mutex,
		 fb_wait_rt_mutex,
		 {.kind = "kernel-mutex", LOCK, .owners = "10", .flags = "certain sure"}},
		{at_rwsem_written,
		 fb_wait_rt_mutex,
		 {.kind = "rwsem", LOCK, .owners = "10", .flags = "certain sure"}},
		{at_rwsem_read, fb_wait_rt_mutex, {.kind = "rwsem", LOCK, READ("3")}},
		{at_rwsem_read_by_more, fb_wait_rt_mutex, {.kind = "rwsem", LOCK, READ("5")}},
		{at_rwsem_free,
		 fb_wait_rt_mutex,
		 {.kind = "rwsem",
		  LOCK,
		  .need = "nobody held it at the panic: it was being handed over",
		  .flags = "sure"}},
		{at_rwlock,
		 fb_wait_rt_mutex,
		 {.kind = "kernel-rwlock", LOCK, .owners = "10", .flags = "certain sure"}},
		{at_rwsem_by_jump,
		 fb_wait_rt_mutex,
		 {.kind = "rwsem", LOCK, .owners = "10", .flags = "certain sure"}},
		{at_rwlock_by_call,
		 fb_wait_rt_mutex,
		 {.kind = "kernel-rwlock", LOCK, .owners = "10", .flags = "certain sure"}},
		{without_rt,
		 fb_wait_rt_mutex,
		 {.kind = "rwsem", LOCK, .owners = "10", .flags = "certain sure"}},
		{waits_by_base,
		 fb_wait_rt_mutex,
		 {.kind = "rwsem",
		  .object = "kernel lock {0} 0x0",
		  .name = "{0}",
		  .evidence = OWNS,
		  READ("2")}},
		{waits_by_mutex,
		 fb_wait_rt_mutex,
		 {.kind = "kernel-rwlock",
		  .object = "kernel lock {0} 0x0",
		  .name = "{0}",
		  .evidence = OWNS,
		  READ("2")}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
}

/* A word of the stack is taken for the lock only where the thread owns its rt_mutex, and readers have it. */
static struct fb_blocked waits_for_nobody(struct made_waits *w)
{
	return waits_for_readers(w, "down_write", READERS_BIAS | 2, 0);
}

static struct fb_blocked waits_for_another(struct made_waits *w)
{
	struct fb_blocked blocked = waits_for_readers(w, "down_write", 2, 0);

	made_put(w->made, w->marks[0] + INSIDE + OWNER, w->list[0].address | 1, 8);
	return blocked;
}

static struct fb_blocked queued_nowhere(struct made_waits *w)
{
	struct fb_blocked blocked = at_mutex(w, "rt_spin_lock");

	MADE_SET(w->made, w->list[1].address, task_pi_blocked_on, 0);
	return blocked;
}

static void takes_no_other_word_for_the_lock(void)
{
	static const char no_word[] = "the lock that it waits to write to is not on its stack";
	const struct made_scene scenes[] = {
		{waits_for_nobody, fb_wait_rt_mutex, {.code = FB_NOT_FOUND, .error = no_word}},
		{waits_for_another, fb_wait_rt_mutex, {.code = FB_NOT_FOUND, .error = no_word}},
		{queued_nowhere,
		 fb_wait_rt_mutex,
		 {.code = FB_NOT_FOUND, .error = "it is queued at no rt_mutex"}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_check(&scenes[i]);
}

FB_TEST_MAIN("bundle/wait_rt_sort", FB_TEST(tells_which_lock_it_is_and_who_has_it),
	     FB_TEST(takes_no_other_word_for_the_lock))
