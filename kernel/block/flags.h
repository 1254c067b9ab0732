/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers of flags of disks and queues, which newer kernels define in enums without a name and older ones as macros
 * (include/linux/blkdev.h, genhd.h). Called for the list of disks and for queues.
 */
#ifndef FB_KERNEL_BLOCK_FLAGS_H
#define FB_KERNEL_BLOCK_FLAGS_H

#include <stdint.h>

#include "kernel/image/kernel.h"

struct fb_block_flags {
	/* Of gendisk.flags: the mask of a disk that has no device file. */
	uint64_t disk_hidden;
	/* Of request_queue.queue_flags: numbers of bits; -1: this kernel has no such flag. */
	int queue_dying, queue_quiesced, queue_nonrotational;
};

/* Without types the numbers of kernels before the enums are given. */
void fb_block_flags_find(struct fb_kernel *kernel, struct fb_block_flags *flags_ret);

#endif
