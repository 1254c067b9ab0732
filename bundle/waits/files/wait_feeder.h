/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the processes that can make a file readable or writable: those that have the other
 * end of a pipe or socket, or the same eventfd; for a pidfd the process whose exit is
 * waited for. Called by the recognisers of epoll and poll.
 */
#ifndef FB_BUNDLE_WAIT_FEEDER_H
#define FB_BUNDLE_WAIT_FEEDER_H

#include "bundle/waits/finder/wait_absence.h"
#include "bundle/waits/finder/wait_finder.h"

/* Adds to the object, as owners, the processes that can make the file (the address of a struct file) ready: for a pipe
 * those that have its other end, for a connected socket those that have its peer. Sets `others` where something else
 * may do so: a remote host, a timer, a device. Records in *absence what could not be searched. */
FB_MUST_CHECK struct fb_error *fb_wait_add_feeders(struct fb_wait_finder *finder, size_t object,
						   uint64_t file, struct fb_wait_absence *absence);
/* The same for a file that cannot be read, by the address of the struct wait_queue_head in which a thread waits for it.
 * *known_ret: the queue is that of a socket, or of a pipe that some process has open. */
FB_MUST_CHECK struct fb_error *fb_wait_add_queue_feeders(struct fb_wait_finder *finder,
							 size_t object, uint64_t queue,
							 bool *known_ret,
							 struct fb_wait_absence *absence);

#endif
