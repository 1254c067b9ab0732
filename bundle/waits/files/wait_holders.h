/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adds the processes that have a file open as owners of the object that is waited for. Called by recognisers. */
#ifndef FB_BUNDLE_WAIT_HOLDERS_H
#define FB_BUNDLE_WAIT_HOLDERS_H

#include "bundle/waits/finder/wait_absence.h"
#include "bundle/waits/finder/wait_finder.h"
#include "kernel/files/held_files.h"

/* The index of all open files, made by the first call; owned by the finder. */
FB_MUST_CHECK struct fb_error *fb_wait_held(struct fb_wait_finder *finder,
					    struct fb_held_files **held_ret);

/* Adds as owners of the object all processes that have the struct file (0: any file of the inode) open in a mode with
 * one of these bits of FMODE_* (0: in any mode). Where some descriptor tables cannot be read, sets `others`. */
FB_MUST_CHECK struct fb_error *fb_wait_add_holders(struct fb_wait_finder *finder, size_t object,
						   uint64_t file, uint64_t inode, uint32_t mode);
/* The same for all that have a file with this private_data open: a pipe, a socket, a context. */
FB_MUST_CHECK struct fb_error *fb_wait_add_private_holders(struct fb_wait_finder *finder,
							   size_t object, uint64_t private_data,
							   uint32_t mode);
/* Whether it is certain that a file that was not found is open nowhere, because all descriptor tables were read. */
FB_MUST_CHECK struct fb_error *fb_wait_holders_absence(struct fb_wait_finder *finder,
						       struct fb_wait_absence *absence_ret);

#endif
