/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The request queue of a disk: its state and its limits, as /sys/block/DISK/queue has them (include/linux/blkdev.h).
 * Called by the command block.
 */
#ifndef FB_KERNEL_BLOCK_QUEUE_H
#define FB_KERNEL_BLOCK_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/block/flags.h"
#include "kernel/image/kernel.h"

struct fb_queue {
	uint64_t address; /* of the struct request_queue */
	/* It has requests with tags (blk-mq); otherwise its driver takes bios (the device mapper, md, zram...). */
	bool has_requests;
	uint64_t requests;                      /* nr_requests: how many may be queued */
	uint32_t hw_queues;                     /* hardware queues */
	char scheduler[32];                     /* "mq-deadline", "none"; raw text */
	uint32_t logical_block, physical_block; /* bytes */
	uint32_t max_sectors;                   /* of one request, in sectors of 512 bytes */
	uint32_t max_segments;
	bool rotational_known, rotational;
	/* how often it was frozen: no new request is let in where it is not 0 */
	uint32_t freeze_depth;
	bool quiesced;            /* requests are queued, and not given to the driver */
	bool dying;               /* its device is being removed */
	uint32_t timeout_jiffies; /* after which a request in flight has timed out; 0: never */
};

/* address: of a struct request_queue. Errors of fb_space_read(); FB_NOT_FOUND where types are missing. */
FB_MUST_CHECK struct fb_error *fb_queue_read(struct fb_kernel *kernel,
					     const struct fb_block_flags *flags, uint64_t address,
					     struct fb_queue *queue_ret);

#endif
