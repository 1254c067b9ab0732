/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The block devices of the kernel: disks with their partitions, as /sys/block has them (include/linux/blkdev.h,
 * blk_types.h; before 5.18 genhd.h). Disks are found in three ways, so that one broken list costs none: through the
 * devices of the class "block", the inodes of the file system bdev, and the list of all devices for write-back. Called
 * by the command block.
 */
#ifndef FB_KERNEL_BLOCK_DISK_H
#define FB_KERNEL_BLOCK_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/block/disk_stats.h"
#include "kernel/block/flags.h"
#include "kernel/image/kernel.h"

/* Bytes of the name of a disk (DISK_NAME_LEN) and of a partition, NUL included. */
#define FB_DISK_NAME 32u
#define FB_BLOCK_NAME (FB_DISK_NAME + 12u)

/* Sectors of the block layer have 512 bytes whatever the device. */
#define FB_SECTOR_SIZE 512u

/* What led to a disk. */
enum fb_disk_source {
	FB_DISK_BY_CLASS = 1, /* the devices of the class "block" */
	FB_DISK_BY_INODE = 2, /* the inodes of the file system bdev */
	FB_DISK_BY_BDI = 4,   /* bdi_list */
};

/* Names of devices. */
struct fb_device_names {
	char **names; /* owned, raw text: escape before showing */
	size_t count;
};

/* A whole disk or a partition. */
struct fb_block_device {
	uint64_t address; /* of the struct block_device; before 5.11 of the struct hd_struct */
	uint32_t number;  /* of the partition; 0: the whole disk */
	/* as below /dev, but '!' for '/'; raw text: escape before showing */
	char name[FB_BLOCK_NAME];
	bool known; /* false: what follows cannot be read */
	uint32_t major, minor;
	uint64_t start, sectors; /* in sectors of FB_SECTOR_SIZE bytes */
	bool read_only;
	bool openers_known; /* kernels before 5.11 have the number elsewhere */
	uint32_t openers;   /* how often it is open, mounts counted */
	struct fb_disk_stats stats;
	struct fb_device_names holders; /* devices that are made of it: "dm-0" */
};

struct fb_disk {
	uint64_t address; /* of the struct gendisk */
	uint64_t queue;   /* of its struct request_queue */
	uint64_t private_data;
	/* the module that serves it, or a symbol of the built-in driver; "": unknown; raw text */
	char driver[64];
	bool dead;        /* it was removed, or is being removed */
	bool hidden;      /* a path of a multipath device, which has no device file */
	unsigned sources; /* of enum fb_disk_source */
	struct fb_block_device whole;
	struct fb_block_device *partitions; /* owned; ascending by number */
	size_t partition_count;
	struct fb_device_names slaves; /* devices that it is made of: "sda1" */
};

struct fb_disks {
	struct fb_disk *disks; /* owned; by major and minor number */
	size_t count;
};

/* Finds and reads all disks. What is damaged is missing, with a warning. FB_NOT_FOUND where types or symbols are
 * missing. The caller frees the result with fb_disks_deinit(). */
FB_MUST_CHECK struct fb_error *fb_disks_load(struct fb_kernel *kernel, struct fb_disks *disks_ret);
void fb_disks_deinit(struct fb_disks *disks);

/* The disk whose struct gendisk, or whose request_queue, is at address; NULL: none. */
const struct fb_disk *fb_disks_by_address(const struct fb_disks *disks, uint64_t address);
const struct fb_disk *fb_disks_by_queue(const struct fb_disks *disks, uint64_t queue);
/* The device with this number; NULL: none. *disk_ret is its disk. */
const struct fb_block_device *fb_disks_by_number(const struct fb_disks *disks, uint32_t major,
						 uint32_t minor, const struct fb_disk **disk_ret);

/* The name of the disk whose struct gendisk is at address, in `to` (FB_DISK_NAME bytes); raw text. FB_CORRUPT where it
 * has none. */
FB_MUST_CHECK struct fb_error *fb_disk_name(struct fb_kernel *kernel, uint64_t address, char *to);

/* Reads one disk, without its sources; for disks.c. */
FB_MUST_CHECK struct fb_error *fb_disk_read(struct fb_kernel *kernel,
					    const struct fb_block_flags *bits, uint64_t address,
					    struct fb_disk *disk_ret);
void fb_disk_deinit(struct fb_disk *disk);

#endif
