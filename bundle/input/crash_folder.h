/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a folder stands for, by the names of its files: the one that kdump-tools leaves
 * (/var/crash/STAMP; kdump-config(8): dump.STAMP, vmcore.STAMP from the `cp` fallback,
 * dump-incomplete, dmesg.STAMP beside them) with the bundle and the cores that people put beside
 * the dump, or a folder of cores. input.c and verify ask.
 */
#ifndef FB_BUNDLE_CRASH_FOLDER_H
#define FB_BUNDLE_CRASH_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Paths, each owned; sorted by name, numbers in names by their value. */
struct fb_path_list {
	char **list;
	size_t count, room;
};
void fb_path_list_deinit(struct fb_path_list *paths);

struct fb_crash_folder {
	struct fb_path_list dump;  /* the parts of one dump, or one bundle */
	struct fb_path_list cores; /* that lie beside a dump; none beside a bundle */
	bool found;                /* the path was a folder's: dump was found in it */
	bool bundle;
};

/* A folder means the bundle in it, unless want_dump says otherwise or there is none, else its dump.
 * A path that is no folder gives itself. FB_NOT_FOUND where a folder has neither; FB_INVALID where
 * it has several bundles, or dumps that are no numbered parts of one. */
FB_MUST_CHECK struct fb_error *fb_crash_folder_find(const char *path, bool want_dump,
						    struct fb_crash_folder *folder_ret);
void fb_crash_folder_deinit(struct fb_crash_folder *folder);

/* Appends the cores in the folder at path; path itself where it is no folder. FB_NOT_FOUND where a
 * folder has none. */
FB_MUST_CHECK struct fb_error *fb_crash_folder_cores(const char *path, struct fb_path_list *cores);

/* Appends a copy of path; FB_LIMIT past FB_MAX_CORES. */
FB_MUST_CHECK struct fb_error *fb_path_list_add(struct fb_path_list *paths, const char *path);

#endif
