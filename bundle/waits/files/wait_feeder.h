/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who can make a file readable or writable: the processes that have the other
 * end of a pipe or socket, or the same event descriptor; of a pidfd the process
 * whose end it waits for.
 */
#ifndef FB_BUNDLE_WAIT_FEEDER_H
#define FB_BUNDLE_WAIT_FEEDER_H

#include "bundle/waits/finder/wait_absence.h"
#include "bundle/waits/finder/wait_finder.h"

/* Adds to the object whoever can make the file ready: of a pipe its other end's holders, of a
 * connected socket its peer's. Sets `others` where that may be somebody else: a remote host, a timer,
 * a device. Notes in *absence what could not be looked through. */
FB_MUST_CHECK struct fb_error *fb_wait_add_feeders(struct fb_wait_finder *finder, size_t object,
						   uint64_t file, struct fb_wait_absence *absence);
/* The same where the file cannot be read, by the struct wait_queue_head that a thread waits in for it: one of a
 * socket, or of a pipe that some process has open. *known_ret: it is one of these. */
FB_MUST_CHECK struct fb_error *fb_wait_add_queue_feeders(struct fb_wait_finder *finder,
							 size_t object, uint64_t queue,
							 bool *known_ret,
							 struct fb_wait_absence *absence);

#endif
