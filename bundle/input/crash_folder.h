/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The folder that kdump-tools leaves (/var/crash/STAMP): which of its files
 * are the dump. Names by kdump-config(8): dump.STAMP, vmcore.STAMP (the `cp`
 * fallback), dump-incomplete (died midway), dmesg.STAMP beside them.
 */
#ifndef FB_BUNDLE_CRASH_FOLDER_H
#define FB_BUNDLE_CRASH_FOLDER_H

#include <stddef.h>

#include "base/error.h"

struct fb_crash_folder {
	char **paths; /* owned; the parts of one dump, sorted by name */
	size_t count;
};

/* A path that is no folder gives itself. FB_NOT_FOUND where a folder has no dump; FB_INVALID
 * where it has several that are no numbered parts of one. */
FB_MUST_CHECK struct fb_error *fb_crash_folder_find(const char *path,
						    struct fb_crash_folder *folder_ret);
void fb_crash_folder_deinit(struct fb_crash_folder *folder);

#endif
