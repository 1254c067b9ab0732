/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Devices of the device mapper: what their administrator calls them, what they are made of, whether they are suspended,
 * and which bios they hold back while they are (drivers/md/dm-core.h, dm-ioctl.c, dm.c). Called by the commands block
 * and check, and for threads that wait for such a device.
 */
#ifndef FB_KERNEL_BLOCK_MAPPED_H
#define FB_KERNEL_BLOCK_MAPPED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/block/disk.h"
#include "kernel/block/multipath.h"
#include "kernel/block/request.h"
#include "kernel/modules/driver_types.h"

/* Bytes of a name and of a UUID with their NUL (DM_NAME_LEN, DM_UUID_LEN). */
#define FB_MAPPED_NAME 128u
#define FB_MAPPED_UUID 129u

struct fb_mapped_target {
	char type[32];                  /* "linear", "crypt"; raw text */
	uint64_t start, sectors;        /* of the device, in sectors of 512 bytes */
	struct fb_multipath *multipath; /* owned; NULL: of another type, or it cannot be read */
};

struct fb_mapped {
	uint64_t address;          /* of the struct mapped_device */
	char name[FB_MAPPED_NAME]; /* as below /dev/mapper; "": unknown; raw text */
	char uuid[FB_MAPPED_UUID]; /* "LVM-...", "CRYPT-..."; "": none, or unknown; raw text */
	bool suspended;
	bool holds_back; /* bios are held back, because it is suspended or about to be */
	bool table_known;
	struct fb_mapped_target *targets; /* owned */
	size_t target_count;
};

/* Whether a disk is one of the device mapper, by its name. */
bool fb_disk_is_mapped(const struct fb_disk *disk);

/* FB_NOT_FOUND where the kernel keeps no types of the device mapper; FB_CORRUPT where the disk is none of its
 * devices. A name or table that cannot be read is missing, with a warning. The caller frees the result with
 * fb_mapped_deinit(). */
FB_MUST_CHECK struct fb_error *fb_mapped_read(const struct fb_driver_types *types,
					      const struct fb_disk *disk,
					      struct fb_mapped *mapped_ret);
void fb_mapped_deinit(struct fb_mapped *mapped);

/* The same without the table, which stays unknown: for disk, the address of a struct gendisk, and device, the
 * mapped_device that is its private_data. There is nothing to free. */
FB_MUST_CHECK struct fb_error *fb_mapped_read_state(const struct fb_driver_types *types,
						    uint64_t disk, uint64_t device,
						    struct fb_mapped *mapped_ret);

/* Adds the bios that the device holds back. Those behind a broken link are missing, with a warning, and make
 * requests->complete false. Only fatal errors. */
FB_MUST_CHECK struct fb_error *fb_mapped_held_back(const struct fb_driver_types *types,
						   const struct fb_disk *disk,
						   const struct fb_mapped *mapped,
						   struct fb_request_reader *reader,
						   struct fb_requests *requests);

#endif
