/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Collects data about the files that a thread watches in epoll_wait(), poll() or select(): the processes that can make
 * them ready, and the connections on which a reply is owed (wait_debt.h). Filled by wait_epoll.c and wait_poll.c, file
 * by file.
 */
#ifndef FB_BUNDLE_WAIT_WATCHED_H
#define FB_BUNDLE_WAIT_WATCHED_H

#include <stdint.h>

#include "bundle/waits/finder/wait_absence.h"
#include "bundle/waits/finder/wait_blocked.h"

/* For all threads together. */
struct fb_watched_files {
	uint64_t count; /* how many watched files were examined, against FB_MAX_ALL_WATCHED */
};

struct fb_watched {
	struct fb_watched_files *all; /* owned by the finder */
	/* whether all processes that can make them ready are known */
	struct fb_wait_absence absence;
	struct fb_wait_finder *finder; /* borrowed, like blocked */
	const struct fb_blocked *blocked;
	size_t object;  /* index of the object in the graph, to which owners are added */
	uint64_t count; /* files */
	/* How many connections the thread owes a reply, how many owe it one, the struct file and descriptor of
	 * the last of these, and how many sockets listen. */
	uint64_t owes, owed, owed_file, listens;
	int64_t owed_fd;
	char names[256]; /* "fd 3, fd 4": the first FB_WATCHED_NAMED files */
	size_t used;
};
#define FB_WATCHED_NAMED 8u

/* One watched file. item and queue may be 0: unknown. */
struct fb_watched_file {
	uint64_t file;  /* address of the struct file */
	int64_t fd;     /* descriptor of the thread; -1: none, or unknown */
	uint64_t item;  /* address of its struct epitem in an epoll */
	uint64_t queue; /* address of the wait_queue_head in which the thread waits for it */
};

/* Begins with no file. The caller sets watched_ret->object when it is known. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_watched_begin(struct fb_wait_finder *finder,
						const struct fb_blocked *blocked,
						struct fb_watched *watched_ret);
/* Counts and names a file, and adds as owners of the object the processes that can make it ready. FB_CORRUPT where
 * there are more files than a limit allows. */
FB_MUST_CHECK struct fb_error *fb_watched_add(struct fb_watched *watched,
					      const struct fb_watched_file *at);
/* Counts files that will be examined, whether they are added or not. FB_CORRUPT as above. */
FB_MUST_CHECK struct fb_error *fb_watched_count(struct fb_watched *watched, uint64_t count);
/* Sets the object's name, and its detail to what was found for all files together. */
FB_MUST_CHECK struct fb_error *fb_watched_finish(struct fb_watched *watched, const char *name);

#endif
