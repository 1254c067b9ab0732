// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recognises threads that wait for an rt_mutex of the kernel. It is in this room because an
 * rt_mutex behind a priority-inheriting mutex of user space is described as that mutex. Called
 * through the table in bundle/waits/recognisers.c.
 */
#include <string.h>

#include "bundle/waits/futex/recognise.h"
#include "bundle/waits/locks/wait_rt_lock.h"

struct fb_error *fb_wait_rt_mutex(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	uint64_t lock;
	size_t object;
	bool fresh;
	struct fb_error *err;

	for (size_t i = 0; i < FB_WAIT_FRAMES && blocked->frames[i]; i++)
		if (!strncmp(blocked->frames[i], "futex_lock_pi", 13))
			return fb_wait_futex(finder, blocked);
	err = fb_wait_rt_lock(finder, blocked->task, &lock);
	if (!err)
		err = fb_wait_add_rt(finder, blocked, lock, &object, &fresh);
	return err || !fresh ? err : fb_wait_add_rt_owner(finder, lock, object);
}
