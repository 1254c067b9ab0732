/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opens files by a path that may stand for a descriptor that is open already. A file
 * that the sandbox does not allow to be opened, such as one that the fetcher sent, can
 * so be handed on by its path. Called where files are opened for libelf and libdw.
 */
#ifndef FB_BASE_OPEN_PATH_H
#define FB_BASE_OPEN_PATH_H

/* Opens path for reading. Returns a descriptor that the caller closes, or -1 with errno set. For "/dev/fd/N"
 * the descriptor N is duplicated, so that both share one file offset; N stays open. */
int fb_open_path(const char *path);

#endif
