/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which processes map a page frame, and at which addresses, by the page tables of all processes: so it holds for memory
 * of every kind, and where the kernel's own reverse map is broken. Called by the command page.
 */
#ifndef FB_KERNEL_REVERSE_MAP_H
#define FB_KERNEL_REVERSE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/tasks/task.h"

/* One place at which a process maps the frame. */
struct fb_frame_user {
	const struct fb_task *task; /* of the process; owned by the task table */
	uint64_t address;           /* of the frame's first byte */
	uint64_t page_size;         /* bytes that the entry maps */
	bool writable;              /* by the entry itself */
	bool accessible; /* false: an access faults (PROT_NONE, NUMA hint, being split) */
};

struct fb_frame_users {
	struct fb_frame_user *users; /* owned; by PID and address */
	size_t count;
	size_t unread; /* processes of whose page tables a part cannot be read: they may map it too */
};

/* Only fatal errors are returned, and FB_LIMIT where there are more than FB_MOST_FRAME_USERS. The caller frees the
 * result with fb_frame_users_deinit(), after an error too. */
#define FB_MOST_FRAME_USERS (1u << 20)
FB_MUST_CHECK struct fb_error *fb_frame_users_load(struct fb_kernel *kernel,
						   const struct fb_tasks *tasks, uint64_t pfn,
						   struct fb_frame_users *users_ret);
void fb_frame_users_deinit(struct fb_frame_users *users);

#endif
