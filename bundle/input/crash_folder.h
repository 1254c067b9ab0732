/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds dumps, bundles and cores in a folder by the names of its files. It may be the folder that
 * kdump-tools writes (/var/crash/STAMP; kdump-config(8): dump.STAMP, vmcore.STAMP from the `cp`
 * fallback, dump-incomplete, and dmesg.STAMP), with the bundle and the cores that people put there, or
 * a folder of cores. Called by input.c and the command verify.
 */
#ifndef FB_BUNDLE_CRASH_FOLDER_H
#define FB_BUNDLE_CRASH_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* A list of paths, each owned. They are sorted by name, and numbers in names by their value. */
struct fb_path_list {
	char **list;
	size_t count, room;
};
void fb_path_list_deinit(struct fb_path_list *paths);

struct fb_crash_folder {
	struct fb_path_list dump;  /* the parts of one dump, or one bundle */
	struct fb_path_list cores; /* in the same folder as a dump; empty where it is a bundle */
	bool found;                /* path is a folder, and dump was found in it */
	bool bundle;               /* dump is a bundle */
};

/* For a folder, finds the bundle in it, or the dump where want_dump is set or there is no bundle. For a path that is no
 * folder the result is that path. FB_NOT_FOUND where a folder has neither; FB_INVALID where it has several bundles, or
 * several dumps that are not numbered parts of one. */
FB_MUST_CHECK struct fb_error *fb_crash_folder_find(const char *path, bool want_dump,
						    struct fb_crash_folder *folder_ret);
void fb_crash_folder_deinit(struct fb_crash_folder *folder);

/* Whether a file of this name (without its folder) is a dump, a part of one, or a bundle. */
bool fb_crash_folder_is_dump(const char *name);

/* Appends the cores in the folder at path, or path itself where it is no folder. FB_NOT_FOUND where a folder has no
 * core. */
FB_MUST_CHECK struct fb_error *fb_crash_folder_cores(const char *path, struct fb_path_list *cores);

/* Appends a copy of path. FB_LIMIT after FB_MAX_CORES paths; FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_path_list_add(struct fb_path_list *paths, const char *path);

#endif
