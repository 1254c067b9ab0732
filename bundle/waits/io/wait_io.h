/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Block devices that threads wait for, and kernel threads that serve them. */
#ifndef FB_BUNDLE_WAIT_IO_H
#define FB_BUNDLE_WAIT_IO_H

#include "bundle/waits/finder/wait_blocked.h"

/* A kernel thread that works on something: a worker of a workqueue on its current work, a journal's
 * thread on its journal. */
struct fb_wait_worker {
	const struct fb_task *task;
	uint64_t work; /* struct work_struct, or what the thread was started with */
};

/* All of them, those that do nothing left out. */
struct fb_wait_workers {
	struct fb_wait_worker *list; /* owned; by the address of the work, ascending */
	size_t count;
};
FB_MUST_CHECK struct fb_error *fb_wait_load_workers(struct fb_wait_finder *finder,
						    const struct fb_wait_workers **workers_ret);

/* A wait_queue_entry inside a larger structure of size bytes on the stack, in which it is the member
 * `wait`: the address of that structure. */
FB_MUST_CHECK struct fb_error *fb_wait_outer_find(struct fb_wait_finder *finder,
						  const struct fb_blocked *blocked,
						  const struct fb_field *wait, uint32_t size,
						  uint64_t *address_ret);

/* The word and the bit that a thread in wait_on_bit() waits for. */
FB_MUST_CHECK struct fb_error *fb_wait_bit_find(struct fb_wait_finder *finder,
						const struct fb_blocked *blocked,
						uint64_t *word_ret, uint64_t *bit_ret);

/* Names the object by the device ("/dev/loop1"), and makes its owner the thread that serves it,
 * where that can be seen: a loop device's worker. */
FB_MUST_CHECK struct fb_error *fb_wait_describe_device(struct fb_wait_finder *finder, uint64_t bdev,
						       size_t object);

#endif
