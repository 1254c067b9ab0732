/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which open file a thread waits at. The wait queue that it sleeps in is a member of what the file
 * stands for (a pipe, a socket, a context), and proves it; the descriptor among the system call's
 * arguments is asked only where the queue cannot be had, and is believed only where it is a file of
 * that sort: a thread may have closed it since, or sleep for another file than its call names (one
 * that dumps core writes to a pipe from within no system call at all).
 */
#ifndef FB_BUNDLE_WAIT_OPEN_FILE_H
#define FB_BUNDLE_WAIT_OPEN_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "bundle/waits/finder/wait_blocked.h"

/* What the file is to be. */
enum fb_wait_file_sort {
	FB_WAIT_PIPE,
	FB_WAIT_SOCKET,
	FB_WAIT_EVENTFD,
	FB_WAIT_RING, /* of io_uring; for fb_wait_file_at() */
};

struct fb_wait_file {
	uint64_t
		private_data; /* address of the pipe_inode_info, socket, eventfd_ctx, io_ring_ctx */
	uint64_t file;        /* a struct file of it; 0: no process that can be read has one */
	int64_t fd;           /* of the thread; -1: none, or unknown */
	bool proven;          /* by the wait queue */
};

/* writes: the thread waits until it can. FB_NOT_FOUND where neither way leads to such a file. */
FB_MUST_CHECK struct fb_error *fb_wait_file_find(struct fb_wait_finder *finder,
						 const struct fb_blocked *blocked,
						 enum fb_wait_file_sort sort, bool writes,
						 struct fb_wait_file *file_ret);

/* The file that a descriptor of the thread is, which proves nothing of what it waits for. FB_NOT_FOUND where it
 * is of another sort, or closed. */
FB_MUST_CHECK struct fb_error *fb_wait_file_at(struct fb_wait_finder *finder,
					       const struct fb_blocked *blocked, uint32_t fd,
					       enum fb_wait_file_sort sort,
					       struct fb_wait_file *file_ret);

/* The descriptor that a system call reads from, or (writes) writes to; -1: it names none. */
int64_t fb_wait_descriptor(const struct fb_blocked *blocked, bool writes);

#endif
