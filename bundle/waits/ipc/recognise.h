/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Recognisers of waits for queues and semaphores between processes; see struct fb_wait_recogniser. Called through
 * bundle/waits/recognisers.c. */
#ifndef FB_BUNDLE_WAIT_IPC_RECOGNISE_H
#define FB_BUNDLE_WAIT_IPC_RECOGNISE_H

#include "bundle/waits/finder/wait_blocked.h"

/* msgrcv() and msgsnd(). */
struct fb_error *fb_wait_message(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
/* POSIX message queues. */
struct fb_error *fb_wait_posix_queue(struct fb_wait_finder *finder,
				     const struct fb_blocked *blocked);
/* semop(). */
struct fb_error *fb_wait_semop(struct fb_wait_finder *finder, const struct fb_blocked *blocked);

#endif
