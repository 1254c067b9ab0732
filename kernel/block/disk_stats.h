/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What /proc/diskstats counts of a block device: struct disk_stats, of which each CPU has one
 * (include/linux/part_stat.h). Called for the list of disks.
 */
#ifndef FB_KERNEL_BLOCK_DISK_STATS_H
#define FB_KERNEL_BLOCK_DISK_STATS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

/* enum stat_group. */
enum fb_disk_group {
	FB_DISK_READ,
	FB_DISK_WRITE,
	FB_DISK_DISCARD,
	FB_DISK_FLUSH,
	FB_DISK_GROUPS,
};

struct fb_disk_stats {
	bool known;
	struct {
		uint64_t completed, merged, sectors, ns;
	} of[FB_DISK_GROUPS];
	uint64_t busy_jiffies; /* in which a request was in flight */
	/* What was begun and not ended. It is exact for drivers that take bios, such as the device mapper; of requests
	 * with a tag some kernels count none. */
	uint64_t in_flight;
};

/* stats: the address of the per-CPU variable, as block_device.bd_stats has it. FB_NOT_FOUND where types are missing;
 * errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_disk_stats_read(struct fb_kernel *kernel, uint64_t stats,
						  struct fb_disk_stats *stats_ret);

#endif
