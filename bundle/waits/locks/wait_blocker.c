// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads from a task_struct for which lock its thread waits. Kernels record it there since 6.15 for khungtaskd, with
 * CONFIG_DETECT_HUNG_TASK_BLOCKER, and since 6.18 for the scheduler. Called by wait_kernel_lock.c.
 */
#include "bundle/waits/locks/wait_blocker.h"

#include <string.h>

#include "base/part.h"
#include "bundle/waits/finder/wait_types.h"

/* The lowest bits of task_struct.blocker say which sort of lock it is (include/linux/hung_task.h). */
#define BLOCKER_SORT 3ull
#define BLOCKER_MUTEX 0ull
#define BLOCKER_SEMAPHORE 1ull
#define BLOCKER_READER 2ull
#define BLOCKER_WRITER 3ull

static bool is_lock(uint64_t address)
{
	return fb_kernel_address_ok(address) && address % 8 == 0;
}

/* blocker has the addresses of all sorts since 6.16 (e711faaafbe5 "hung_task: replace blocker_mutex with encoded
 * blocker"); 6.15 has that of a mutex in blocker_mutex (3cf67d61ff98). */
static struct fb_error *read_blocker(struct fb_wait_finder *finder,
				     const struct fb_blocked *blocked, enum fb_wait_lock_sort sort,
				     uint64_t *lock)
{
	uint64_t word = 0;
	bool is = false;
	struct fb_error *err =
		fb_wait_value(finder, blocked->task->address, "task_struct", "blocker", &word);

	if (fb_error_is(err, FB_NOT_FOUND) && sort == FB_WAIT_MUTEX) {
		fb_error_destroy(err);
		err = fb_wait_value(finder, blocked->task->address, "task_struct", "blocker_mutex",
				    &word);
	}
	if (err)
		return err;
	switch (word & BLOCKER_SORT) {
	case BLOCKER_MUTEX:
		is = sort == FB_WAIT_MUTEX;
		break;
	case BLOCKER_SEMAPHORE:
		is = sort == FB_WAIT_SEMAPHORE;
		break;
	case BLOCKER_READER:
	case BLOCKER_WRITER:
		is = sort == FB_WAIT_RWSEM;
		break;
	}
	word &= ~BLOCKER_SORT;
	if (is && is_lock(word))
		*lock = word;
	return NULL;
}

/* Whether blocked_on is the mutex itself, as from 6.18 on (a4f0b6fef4b0 "locking/mutex: Add
 * p->blocked_on wrappers for correctness checks"); before, where it is at all, it is a waiter. */
static struct fb_error *is_of_mutexes(const struct fb_btf *types, bool *is_ret)
{
	struct fb_btf_member member;
	uint32_t task, target;
	struct fb_error *err = fb_btf_find(types, FB_TYPE_STRUCT, "task_struct", &task);

	*is_ret = false;
	if (!err)
		err = fb_btf_find_member(types, task, "blocked_on", &member);
	if (err)
		return fb_part_skip(err);
	target = fb_btf_target(types, fb_btf_strip(types, member.type));
	*is_ret = !strcmp(fb_btf_name(types, fb_btf_strip(types, target)), "mutex");
	return NULL;
}

static struct fb_error *read_blocked_on(struct fb_wait_finder *finder,
					const struct fb_blocked *blocked, uint64_t *lock)
{
	const struct fb_btf *types = fb_kernel_types(finder->kernel);
	uint64_t word = 0;
	bool is = false;
	struct fb_error *err = NULL;

	if (finder->layout->task_blocked_on.found && types)
		err = is_of_mutexes(types, &is);
	if (!err && is)
		err = fb_kernel_field(finder->kernel, blocked->task->address,
				      &finder->layout->task_blocked_on, &word);
	if (!err && is_lock(word))
		*lock = word;
	return err;
}

struct fb_error *fb_wait_noted_lock(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				    enum fb_wait_lock_sort sort, uint64_t *lock_ret)
{
	uint64_t lock = 0;
	struct fb_error *err = read_blocker(finder, blocked, sort, &lock);

	if (fb_error_is(err, FB_NOT_FOUND)) {
		fb_error_destroy(err);
		err = NULL;
	}
	if (!err && !lock && sort == FB_WAIT_MUTEX)
		err = read_blocked_on(finder, blocked, &lock);
	if (!err)
		*lock_ret = lock;
	return err;
}
