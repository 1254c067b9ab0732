/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Open files of threads of a made kernel: descriptors, pipes, sockets, and their wait queues. */
#ifndef FB_TESTS_BUNDLE_MADE_OPEN_FILES_H
#define FB_TESTS_BUNDLE_MADE_OPEN_FILES_H

#include "tests/bundle/waits/made_waits.h"

#define MADE_FDS 16u

/* Puts the members of files, descriptor tables, pipes, sockets and wait queues; a file system for what
 * has no name in one. */
void made_open_files_members(struct made_waits *waits);

/* A struct file of what private_data is, and of this mode (S_IFIFO, S_IFSOCK). */
uint64_t made_open_file(struct made_waits *waits, uint64_t private_data, uint64_t mode,
			uint64_t fmode);
/* Descriptor fd of the thread's table, which is its own. */
void made_open_fd(struct made_waits *waits, const struct fb_task *task, unsigned fd, uint64_t file);

uint64_t made_pipe(struct made_waits *waits);
/* A pipe of which one thread has the reading end at a descriptor, the other its writing end (NULL: nobody
 * has). Gives the file of the reading end. */
uint64_t made_pipe_between(struct made_waits *waits, const struct fb_task *reader, unsigned fd,
			   const struct fb_task *writer, unsigned writer_fd);
/* The kernel's tables of TCP sockets, of one bucket each and empty: the list of connections is at the address that is
 * given, that of listeners MADE_TCP_LISTENERS behind it. *info_ret (NULL: not asked for): the struct inet_hashinfo. */
#define MADE_TCP_LISTENERS 24u
uint64_t made_tcp_tables(struct made_waits *waits, uint64_t *info_ret);
/* Queues the thread in the wait queue of which list_head is at head. */
void made_sleep_in(struct made_waits *waits, const struct fb_task *task, uint64_t head);

#endif
