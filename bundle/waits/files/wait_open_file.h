/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the open file for which a thread waits. The wait queue in which it sleeps is a member of the file's
 * pipe, socket or context, and proves which file it is. Where the queue cannot be found, the descriptor in
 * the system call's arguments is used, provided that it is a file of the expected sort. That is no proof: the
 * descriptor may have been closed since, or the thread may wait for another file than that of its system call
 * (a thread that dumps core writes to a pipe outside any system call).
 */
#ifndef FB_BUNDLE_WAIT_OPEN_FILE_H
#define FB_BUNDLE_WAIT_OPEN_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "bundle/waits/finder/wait_blocked.h"

/* The sort of file that is expected. */
enum fb_wait_file_sort {
	FB_WAIT_PIPE,
	FB_WAIT_SOCKET,
	FB_WAIT_EVENTFD,
	FB_WAIT_RING, /* of io_uring; for fb_wait_file_at() */
};

struct fb_wait_file {
	/* address of the pipe_inode_info, socket, eventfd_ctx, io_ring_ctx */
	uint64_t private_data;
	uint64_t file; /* address of a struct file of it; 0: none is found in any process */
	int64_t fd;    /* of the thread; -1: none, or unknown */
	bool proven;   /* by the wait queue */
};

/* writes: the thread waits until it can write, else until it can read. FB_NOT_FOUND where neither way leads to such a
 * file. */
FB_MUST_CHECK struct fb_error *fb_wait_file_find(struct fb_wait_finder *finder,
						 const struct fb_blocked *blocked,
						 enum fb_wait_file_sort sort, bool writes,
						 struct fb_wait_file *file_ret);

/* The file of a descriptor of the thread, which does not prove that the thread waits for it. FB_NOT_FOUND where it is
 * of another sort, or closed. */
FB_MUST_CHECK struct fb_error *fb_wait_file_at(struct fb_wait_finder *finder,
					       const struct fb_blocked *blocked, uint32_t fd,
					       enum fb_wait_file_sort sort,
					       struct fb_wait_file *file_ret);

/* The descriptor from which a system call reads, or, where writes is set, to which it writes; -1: it has none. */
int64_t fb_wait_descriptor(const struct fb_blocked *blocked, bool writes);

#endif
