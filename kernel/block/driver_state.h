/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the drivers of disks have of their own: the file of a loop device, the level of an array, the state of a SCSI
 * host, an NVMe controller or a virtio device (drivers/block/loop.c, virtio_blk.c, drivers/md/md.h,
 * drivers/nvme/host/nvme.h, include/scsi/scsi_host.h). Called by the command block.
 */
#ifndef FB_KERNEL_BLOCK_DRIVER_STATE_H
#define FB_KERNEL_BLOCK_DRIVER_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/block/disk.h"
#include "kernel/modules/module_types.h"

struct fb_driver_state {
	/* "nvme0", "host2", "virtio3"; "": the driver has none, or it is unknown. */
	char controller[32];
	/* Of the controller and of the device, in the kernel's words without their prefix: "live", "running/running";
	 * printable. "": unknown. */
	char state[96];
	bool bad;             /* the state is none of normal use */
	char level[16];       /* of an array: "raid1"; printable */
	char *file;           /* owned; the file of a loop device, raw text; NULL: none */
	uint64_t file_offset; /* where in the file the device begins, in bytes */
	/* What is not known of all this, and why: printable; "" where nothing is missing. */
	char missing[160];
};

/* Reads what is known of the driver of the disk. A disk of another driver has nothing of all this. Only fatal errors.
 * The caller frees the result with fb_driver_state_deinit(). */
FB_MUST_CHECK struct fb_error *fb_driver_state_read(struct fb_kernel *kernel,
						    struct fb_module_types *types,
						    const struct fb_disk *disk,
						    struct fb_driver_state *state_ret);
void fb_driver_state_deinit(struct fb_driver_state *state);

#endif
