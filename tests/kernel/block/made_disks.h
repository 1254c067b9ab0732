/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two disks in a made kernel, in all three lists that lead to disks, for tests of block devices. */
#ifndef FB_TESTS_KERNEL_BLOCK_MADE_DISKS_H
#define FB_TESTS_KERNEL_BLOCK_MADE_DISKS_H

#include "tests/kernel/made_kernel.h"

#define MADE_DISKS 2u

struct made_disks {
	struct made_kernel *made;
	/* "sda", which has partition 1, and "loop7", which has none. */
	uint64_t disk[MADE_DISKS], bdev[MADE_DISKS], queue[MADE_DISKS];
	uint64_t partition;
	/* The heads of the lists: of classes, devices of the class, inodes, devices for write-back. */
	uint64_t classes, class_devices, inodes, bdis;
	uint64_t device_private[MADE_DISKS], bdi[MADE_DISKS], inode[MADE_DISKS];
};

void made_disks_create(struct made_disks *scene);
/* Gives a disk a queue with one hardware queue of `count` tags, whose requests are all unused; requests_ret gets their
 * addresses. Gives the address of the struct blk_mq_tags. */
uint64_t made_disks_tags(struct made_disks *scene, unsigned disk, unsigned count,
			 uint64_t *requests_ret);

#endif
