/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opens files of the host below --sysroot. Whether such a file is the one that a process
 * had mapped is checked by its size or build-id. Called for the joined space and for
 * user stacks.
 */
#ifndef FB_BUNDLE_HOST_FILES_H
#define FB_BUNDLE_HOST_FILES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/files/file.h"

struct fb_host_files;

/* sysroot may be NULL: then nothing is found. */
FB_MUST_CHECK struct fb_error *fb_host_files_create(const char *sysroot,
						    struct fb_host_files **files_ret);
void fb_host_files_destroy(struct fb_host_files *files);

/* The file at this path of the host, if it has size bytes. It stays open and is owned by files. FB_NOT_FOUND: there is
 * none, or one of another size. Symbolic links are followed only within sysroot. */
FB_MUST_CHECK struct fb_error *fb_host_files_find(struct fb_host_files *files, const char *path,
						  uint64_t size, struct fb_file **file_ret);
/* The same for a file of any size, for callers that compare build-ids. */
FB_MUST_CHECK struct fb_error *fb_host_files_find_any(struct fb_host_files *files, const char *path,
						      struct fb_file **file_ret);

#endif
