/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file of a loop device where nothing describes struct loop_device: modules have no types before 5.11
 * (36e68442d1af). Called by driver_state.c. */
#ifndef FB_KERNEL_LOOP_DEVICE_H
#define FB_KERNEL_LOOP_DEVICE_H

#include <stdint.h>

#include "kernel/block/disk.h"

/* The struct file that the device reads and writes, 0 where it has none, and where in it the device begins, in bytes.
 * FB_NOT_FOUND where the structure does not look like one. */
FB_MUST_CHECK struct fb_error *fb_loop_device_search(struct fb_kernel *kernel,
						     const struct fb_disk *disk, uint64_t *file_ret,
						     uint64_t *offset_ret);

#endif
