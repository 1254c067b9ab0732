/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opening a file of another root (--sysroot): links and ".." lead to what they would name if the folder
 * were "/", and never out of it.
 */
#ifndef FB_BASE_OPEN_IN_ROOT_H
#define FB_BASE_OPEN_IN_ROOT_H

#include <errno.h>
#include <stdbool.h>

/* Whether an open that failed with this errno says nothing of the file: the process or the system had no
 * descriptor or memory left to look with. Any other says that there is no such file to be had. */
static inline bool fb_open_told_nothing(int errnum)
{
	return errnum == EMFILE || errnum == ENFILE || errnum == ENOMEM;
}

/* root: a folder; path: from it, with or without a slash in front. For reading, close-on-exec, without
 * waiting for what has no data. Returns a descriptor that the caller closes, or -1 with errno as
 * openat(2) sets it. By openat2() where that is to be had (5.6; refused in children without Landlock),
 * else name by name. */
int fb_open_in_root(int root, const char *path);

/* The second way, for tests. */
int fb_open_in_root_by_names(int root, const char *path);

#endif
