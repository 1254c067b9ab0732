/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Servers of NFS that threads wait for: all calls over one transport are one object. */
#ifndef FB_BUNDLE_WAIT_NFS_H
#define FB_BUNDLE_WAIT_NFS_H

#include "bundle/waits/finder/wait_blocked.h"

/* The object of the server that a super block is mounted from. FB_NOT_FOUND where it is no NFS. */
FB_MUST_CHECK struct fb_error *fb_wait_nfs_object(struct fb_wait_finder *finder,
						  uint64_t superblock, size_t *object_ret);

#endif
