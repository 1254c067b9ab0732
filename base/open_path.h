/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files by a path that may stand for an open one: who reads a file by its path
 * reads so one that somebody else opened, and that the sandbox would not let it
 * open by itself.
 */
#ifndef FB_BASE_OPEN_PATH_H
#define FB_BASE_OPEN_PATH_H

/* Opens path for reading; -1 with errno. "/dev/fd/N" is the open file N itself, whose place it shares, not
 * opened again; N stays open. */
int fb_open_path(const char *path);

#endif
