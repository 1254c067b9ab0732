/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names in a folder of sysfs, such as those of the devices below /sys/block/dm-0/slaves. The kernel keeps them for
 * every driver and in the same way in all versions (struct kernfs_node of include/linux/kernfs.h), whereas the drivers'
 * own lists are types of modules. Called for the list of disks.
 */
#ifndef FB_KERNEL_BLOCK_SYSFS_LINKS_H
#define FB_KERNEL_BLOCK_SYSFS_LINKS_H

#include "kernel/block/disk.h"

/* kobject: the address of the folder's struct kobject; 0: there is none, which gives no name. Names are in the order of
 * the alphabet. What cannot be read of the folder is missing, with a warning. Only fatal errors. The caller frees the
 * result with fb_device_names_deinit(). */
FB_MUST_CHECK struct fb_error *fb_sysfs_links_load(struct fb_kernel *kernel, uint64_t kobject,
						   struct fb_device_names *names_ret);
void fb_device_names_deinit(struct fb_device_names *names);

#endif
