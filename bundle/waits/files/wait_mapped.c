// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads what the device mapper has of a device (drivers/md/dm-core.h, dm-ioctl.c). Called by wait_freeze.c and
 * wait_io.c. */
#include "bundle/waits/files/wait_mapped.h"

#include "base/part.h"
#include "bundle/waits/finder/wait_types.h"

#define DMF_SUSPENDED 2u /* bit 1 of mapped_device.flags */

struct fb_error *fb_wait_mapped_read(struct fb_wait_finder *finder, uint64_t disk,
				     struct fb_wait_mapped *mapped_ret, bool *found_ret)
{
	uint64_t device, own_disk, flags, cell = 0;
	struct fb_error *err;

	*mapped_ret = (struct fb_wait_mapped){.name = ""};
	*found_ret = false;
	err = fb_kernel_field(finder->kernel, disk, &finder->layout->disk_private, &device);
	if (!err)
		err = fb_wait_value(finder, device, "mapped_device", "disk", &own_disk);
	if (!err && own_disk != disk)
		err = fb_error_create(FB_CORRUPT, "a mapped device of another disk");
	if (!err)
		err = fb_wait_value(finder, device, "mapped_device", "flags", &flags);
	if (err)
		return fb_part_skip(err);
	*found_ret = true;
	mapped_ret->suspended = flags & DMF_SUSPENDED;
	err = fb_wait_value(finder, device, "mapped_device", "interface_ptr", &cell);
	if (!err && cell)
		err = fb_wait_value_text(finder, cell, "hash_cell", "name", mapped_ret->name,
					 sizeof(mapped_ret->name));
	return fb_part_skip(err);
}
