/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the stack of a worker tells of the item that it works on. Called by workqueues and the check of worker pools. */
#ifndef FB_BUNDLE_WORKER_FRAMES_H
#define FB_BUNDLE_WORKER_FRAMES_H

#include <stddef.h>

#include "bundle/stacks/thread_stack.h"

/* Functions of a worker's stack that are shown: the innermost ones. */
#define FB_WORKER_FRAMES 4u

/* The innermost functions of a worker's stack, those that every sleeping thread or worker has left out: writes at most
 * FB_WORKER_FRAMES names, borrowed from the stack, and gives their number. stack NULL: there is none. */
size_t fb_worker_frames(const struct fb_thread_stack *stack, const char **names);

#endif
