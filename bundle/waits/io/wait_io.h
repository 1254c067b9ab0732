/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds block devices for which threads wait, and kernel threads that serve them. Called by the recognisers of this
 * folder. */
#ifndef FB_BUNDLE_WAIT_IO_H
#define FB_BUNDLE_WAIT_IO_H

#include "bundle/waits/finder/wait_absence.h"
#include "bundle/waits/finder/wait_blocked.h"

/* A kernel thread that works on something: a worker of a workqueue on its current work, a journal's
 * thread on its journal. */
struct fb_wait_worker {
	const struct fb_task *task;
	uint64_t work; /* struct work_struct, or what the thread was started with */
};

/* All kernel threads that work on something. */
struct fb_wait_workers {
	struct fb_wait_worker *list; /* owned; by the address of the work, ascending */
	size_t count;
	struct fb_wait_absence absence; /* whether what each kernel thread works on could be read */
};
FB_MUST_CHECK struct fb_error *fb_wait_load_workers(struct fb_wait_finder *finder,
						    const struct fb_wait_workers **workers_ret);

/* The address of a structure of size bytes on the thread's stack whose member `wait` is the wait_queue_entry with which
 * it sleeps. FB_NOT_FOUND. */
FB_MUST_CHECK struct fb_error *fb_wait_outer_find(struct fb_wait_finder *finder,
						  const struct fb_blocked *blocked,
						  const struct fb_field *wait, uint32_t size,
						  uint64_t *address_ret);

/* The address of the word, and the number of the bit in it, for which a thread in wait_on_bit() waits. */
FB_MUST_CHECK struct fb_error *fb_wait_bit_find(struct fb_wait_finder *finder,
						const struct fb_blocked *blocked,
						uint64_t *word_ret, uint64_t *bit_ret);

/* Sets the object's name to that of the device ("/dev/loop1"; bdev is the address of its struct block_device), and adds
 * as owner the thread that serves it where that is known: the worker of a loop device. */
FB_MUST_CHECK struct fb_error *fb_wait_describe_device(struct fb_wait_finder *finder, uint64_t bdev,
						       size_t object);

#endif
