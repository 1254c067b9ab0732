/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small files of a host, those of /proc and /sys too, whose sizes say nothing; below a root, which is "" for
 * the host itself, and a folder of made files in tests.
 */
#ifndef FB_BUNDLE_HOST_FILE_H
#define FB_BUNDLE_HOST_FILE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* Bytes of the longest such file that is read. */
#define FB_HOST_FILE_MAX (1u << 20)

/* root and path, put together: the caller frees it. */
FB_MUST_CHECK struct fb_error *fb_host_path(const char *root, const char *path, char **path_ret);

/* Appends the file to text, which the caller has made with fb_buf_init(), and a NUL that its size does not
 * count. FB_NOT_FOUND: there is none. */
FB_MUST_CHECK struct fb_error *fb_host_file_read(const char *root, const char *path,
						 struct fb_buf *text);

/* Puts bytes in place of a file that exists, whole or not at all; mode and owner stay. A symbolic link is
 * FB_INVALID. */
FB_MUST_CHECK struct fb_error *fb_host_file_replace(const char *root, const char *path,
						    const void *bytes, size_t length);

#endif
