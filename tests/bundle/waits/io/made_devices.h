/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Block devices of a made kernel, and the kernel threads that serve them. */
#ifndef FB_TESTS_BUNDLE_MADE_DEVICES_H
#define FB_TESTS_BUNDLE_MADE_DEVICES_H

#include "tests/bundle/waits/made_waits.h"

/* Puts the members of block devices, wait queues, kernel threads and workers. */
void made_devices_members(struct made_waits *waits);
/* A struct block_device of a disk of this name, whose private_data is given. */
uint64_t made_device(struct made_waits *waits, const char *name, uint64_t private_data);
/* That of a device "dm-3" of the device mapper with these flags, which its administrator calls name (NULL: nothing
 * leads to the name). own: it is the device of this disk, not of another. Begins the kernel's types, and ends them. */
uint64_t made_mapped_device(struct made_waits *waits, uint64_t flags, const char *name, bool own);
/* A kernel thread at this work: a worker of a workqueue, or (old) one that was started with it. */
struct fb_task *made_device_worker(struct made_waits *waits, int32_t tid, const char *comm,
				   uint64_t work, bool old);

#endif
