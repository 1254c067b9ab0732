// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recognises threads that wait for an rt_mutex of the kernel, or for a lock that has one in it. It is in this room
 * because an rt_mutex behind a priority-inheriting mutex of user space is described as that mutex. Called through the
 * table in bundle/waits/recognisers.c.
 */
#include <string.h>

#include "bundle/waits/futex/recognise.h"
#include "bundle/waits/locks/recognise.h"
#include "bundle/waits/locks/wait_rt_lock.h"

struct fb_error *fb_wait_rt_mutex(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	enum fb_wait_rt_sort sort = fb_wait_rt_sort(blocked);
	uint64_t lock = 0;
	struct fb_error *err;

	for (size_t i = 0; i < FB_WAIT_FRAMES && blocked->frames[i]; i++)
		if (!strncmp(blocked->frames[i], "futex_lock_pi", 13))
			return fb_wait_futex(finder, blocked);
	/* Another kernel, whose compiler made the functions that wait a part of their callers. */
	if (sort == FB_WAIT_RT_RWSEM && !finder->layout->rwbase_mutex.found)
		return fb_wait_rwsem(finder, blocked);
	err = fb_wait_rt_lock(finder, blocked->task, &lock);
	if (fb_error_is(err, FB_NOT_FOUND) &&
	    (sort == FB_WAIT_RT_RWSEM || sort == FB_WAIT_RT_RWLOCK)) {
		fb_error_destroy(err);
		err = NULL;
	}
	return err ? err : fb_wait_rt_add_sort(finder, blocked, sort, lock);
}
