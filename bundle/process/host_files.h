/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of the host that are at hand: under --sysroot, and separate debug files
 * under --debug-dir. A file counts only where it is provably the one that was
 * mapped.
 */
#ifndef FB_BUNDLE_HOST_FILES_H
#define FB_BUNDLE_HOST_FILES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/file.h"

struct fb_host_files;

/* sysroot may be NULL: then nothing is found. */
FB_MUST_CHECK struct fb_error *fb_host_files_create(const char *sysroot,
						    struct fb_host_files **files_ret);
void fb_host_files_destroy(struct fb_host_files *files);

/* The file that a process knew as path, if its size is size. Kept open, owned by files.
 * FB_NOT_FOUND: none there, or one of another size. Links are followed inside sysroot only. */
FB_MUST_CHECK struct fb_error *fb_host_files_find(struct fb_host_files *files, const char *path,
						  uint64_t size, struct fb_file **file_ret);
/* The same whatever its size: for a caller that compares build-ids. */
FB_MUST_CHECK struct fb_error *fb_host_files_find_any(struct fb_host_files *files, const char *path,
						      struct fb_file **file_ret);

#endif
