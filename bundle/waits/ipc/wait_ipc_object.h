/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the recognisers of waits for System V objects share: in which list a thread is queued, and the object to which
 * the list belongs. */
#ifndef FB_BUNDLE_WAIT_IPC_OBJECT_H
#define FB_BUNDLE_WAIT_IPC_OBJECT_H

#include "bundle/waits/finder/wait_blocked.h"
#include "kernel/ipc/ipc.h"

/* Finds the structure by which the thread is queued on its stack, and the head of the list that this is in. list and
 * task: where such a structure has its link and its task. FB_NOT_FOUND. */
FB_MUST_CHECK struct fb_error *fb_wait_ipc_queue(struct fb_wait_finder *finder,
						 const struct fb_blocked *blocked,
						 const struct fb_field *list,
						 const struct fb_field *task, uint64_t *waiter_ret,
						 uint64_t *head_ret);
/* As fb_ipc_read_at(). */
FB_MUST_CHECK struct fb_error *fb_wait_ipc_read(struct fb_wait_finder *finder,
						enum fb_ipc_kind kind, uint64_t address,
						struct fb_ipc_object *object_ret);

#endif
