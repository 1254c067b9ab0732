/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opens a file below a folder (--sysroot) as if that folder were "/": symbolic links and ".." are resolved
 * within the folder and never lead out of it. Called where files of the dumped host are opened.
 */
#ifndef FB_BASE_OPEN_IN_ROOT_H
#define FB_BASE_OPEN_IN_ROOT_H

#include <errno.h>
#include <stdbool.h>

/* Whether an open() that failed with this errno says nothing about the file, because the process or the
 * system had no descriptor or memory left. Any other errno means that the file cannot be had. */
static inline bool fb_open_told_nothing(int errnum)
{
	return errnum == EMFILE || errnum == ENFILE || errnum == ENOMEM;
}

/* Opens path, which is relative to the folder root (a descriptor), with or without a slash in front: for
 * reading, close-on-exec, and non-blocking. Returns a descriptor that the caller closes, or -1 with errno as
 * openat(2) sets it. Calls openat2() where the kernel has it (5.6) and the sandbox allows it (not in children
 * without Landlock); otherwise opens the folders on the way one by one. */
int fb_open_in_root(int root, const char *path);

/* The same without openat2(), for tests. */
int fb_open_in_root_by_names(int root, const char *path);

#endif
