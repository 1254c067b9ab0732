/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names a lock of the kernel by the structure in which it is embedded. Called by the recognisers of this folder. */
#ifndef FB_BUNDLE_WAIT_LOCK_NAME_H
#define FB_BUNDLE_WAIT_LOCK_NAME_H

#include "bundle/waits/finder/wait_finder.h"

/* Sets the object's name: "i_rwsem:/in/d (ext4 on loop1)", "mmap_lock of PID 17", "s_umount:/mnt", a symbol, or the
 * lock's address. kind: that of the wait. */
FB_MUST_CHECK struct fb_error *fb_wait_lock_name(struct fb_wait_finder *finder, const char *kind,
						 uint64_t lock, struct fb_wait_object *object);

#endif
