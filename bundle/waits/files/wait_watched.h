/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files that a thread watches in epoll_wait(), poll() or select(), while they are gone through: who can make them
 * ready, and whom it works for. Filled by wait_epoll.c and wait_poll.c.
 */
#ifndef FB_BUNDLE_WAIT_WATCHED_H
#define FB_BUNDLE_WAIT_WATCHED_H

#include <stdint.h>

#include "bundle/waits/finder/wait_absence.h"
#include "bundle/waits/finder/wait_blocked.h"

/* Of all threads. */
struct fb_watched_files {
	uint64_t count; /* files looked at for epoll and poll */
};

struct fb_watched {
	struct fb_watched_files *all;   /* borrowed of the finder */
	struct fb_wait_absence absence; /* whether it can be known that nobody feeds them */
	struct fb_wait_finder *finder;  /* borrowed, as blocked is */
	const struct fb_blocked *blocked;
	size_t object; /* of the graph, that owners are added to */
	uint64_t count;
	/* Connections that it owes an answer on, and that it is owed one on; the last of these. */
	uint64_t owes, owed, owed_file, listens;
	int64_t owed_fd;
	char names[256]; /* "fd 3, fd 4": of the first FB_WATCHED_NAMED */
	size_t used;
};
#define FB_WATCHED_NAMED 8u

/* One file that is watched. Either of item and queue may be 0: unknown. */
struct fb_watched_file {
	uint64_t file;  /* struct file */
	int64_t fd;     /* of the thread; -1: none, or unknown */
	uint64_t item;  /* its epitem in an epoll */
	uint64_t queue; /* the wait_queue_head that is waited in for it */
};

/* watched->object is set when it is known. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_watched_begin(struct fb_wait_finder *finder,
						const struct fb_blocked *blocked,
						struct fb_watched *watched_ret);
/* Counts a file, names it, and makes owners of whoever can make it ready. FB_CORRUPT where there are more than there
 * can be. */
FB_MUST_CHECK struct fb_error *fb_watched_add(struct fb_watched *watched,
					      const struct fb_watched_file *at);
/* Counts files that are about to be gone through, whether they are added or not. FB_CORRUPT as above. */
FB_MUST_CHECK struct fb_error *fb_watched_count(struct fb_watched *watched, uint64_t count);
/* Names the object, and says what was found of all files together. */
FB_MUST_CHECK struct fb_error *fb_watched_finish(struct fb_watched *watched, const char *name);

#endif
