// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds the mapped device of a disk. Called by wait_freeze.c and wait_io.c. */
#include "bundle/waits/files/wait_mapped.h"

#include <string.h>

#include "base/part.h"
#include "base/text.h"
#include "bundle/waits/finder/wait_types.h"
#include "kernel/block/mapped.h"

struct fb_error *fb_wait_mapped_read(struct fb_wait_finder *finder, uint64_t disk,
				     struct fb_wait_mapped *mapped_ret, bool *found_ret)
{
	struct fb_driver_types types;
	struct fb_mapped mapped;
	uint64_t device = 0;
	struct fb_error *err = fb_wait_driver_types(finder, "dm_mod", &types);

	*mapped_ret = (struct fb_wait_mapped){.name = ""};
	*found_ret = false;
	if (!err)
		err = fb_kernel_field(finder->kernel, disk, &finder->layout->disk_private, &device);
	if (!err)
		err = fb_mapped_read_state(&types, disk, device, &mapped);
	if (err)
		return fb_part_skip(err);
	*found_ret = true;
	mapped_ret->suspended = mapped.suspended;
	fb_text_escape(mapped.name, strlen(mapped.name), mapped_ret->name,
		       sizeof(mapped_ret->name));
	return NULL;
}
