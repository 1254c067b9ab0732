/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads and replaces small files of a host, those of /proc and /sys too, whose st_size is useless. Paths are below a
 * root, which is "" for the host itself, and a folder of made-up files in tests. Called by the other files of this
 * folder.
 */
#ifndef FB_BUNDLE_HOST_FILE_H
#define FB_BUNDLE_HOST_FILE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* The most bytes that such a file may have. */
#define FB_HOST_FILE_MAX (1u << 20)

/* *path_ret is root followed by path; the caller frees it. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_host_path(const char *root, const char *path, char **path_ret);

/* Appends the file to text, which the caller has initialised with fb_buf_init(), and a NUL that is not counted in its
 * size. FB_NOT_FOUND: there is no such file; FB_ABSENT: this user may not read it; FB_LIMIT, FB_OS. */
FB_MUST_CHECK struct fb_error *fb_host_file_read(const char *root, const char *path,
						 struct fb_buf *text);

/* Replaces an existing file by length bytes, whole or not at all; mode and owner stay. FB_INVALID where it is a
 * symbolic link; FB_OS. */
FB_MUST_CHECK struct fb_error *fb_host_file_replace(const char *root, const char *path,
						    const void *bytes, size_t length);

#endif
