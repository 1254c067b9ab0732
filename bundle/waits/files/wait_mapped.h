/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices of the device mapper: what their administrator calls them, and whether they hold requests back. Called by the
 * recognisers of waits for file systems and for devices. */
#ifndef FB_BUNDLE_WAIT_MAPPED_H
#define FB_BUNDLE_WAIT_MAPPED_H

#include "bundle/waits/finder/wait_blocked.h"

struct fb_wait_mapped {
	char name[160]; /* printable, as below /dev/mapper; "" where it cannot be read */
	bool suspended; /* it holds back all requests */
};

/* disk: the address of the struct gendisk of a device "dm-N". False in *found_ret where it is no mapped device, or
 * cannot be read. Only fatal errors. */
FB_MUST_CHECK struct fb_error *fb_wait_mapped_read(struct fb_wait_finder *finder, uint64_t disk,
						   struct fb_wait_mapped *mapped_ret,
						   bool *found_ret);

#endif
