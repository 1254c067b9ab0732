/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which thread sleeps for which page or buffer: the kernel queues those threads in tables of wait queues of its own
 * (bit_wait_table of kernel/sched/wait_bit.c, folio_wait_table of mm/filemap.c). Called for requests, whose bios lead
 * to pages and buffers.
 */
#ifndef FB_KERNEL_BLOCK_IO_SLEEPERS_H
#define FB_KERNEL_BLOCK_IO_SLEEPERS_H

#include <stdint.h>

#include "base/error.h"
#include "base/u64_map.h"
#include "kernel/image/kernel.h"
#include "kernel/tasks/task.h"

struct fb_io_sleepers {
	/* The address of a word, with which its buffer begins, or of a struct page, to the index in the task table. */
	struct fb_u64_map by_object;
};

/* Walks both tables. A broken queue loses its rest, and a table that this kernel has not all of itself, without a
 * warning: waits tells who waits. Only fatal errors. The caller frees the result with fb_io_sleepers_deinit(). */
FB_MUST_CHECK struct fb_error *fb_io_sleepers_load(struct fb_kernel *kernel,
						   const struct fb_tasks *tasks,
						   struct fb_io_sleepers *sleepers_ret);
void fb_io_sleepers_deinit(struct fb_io_sleepers *sleepers);

#endif
