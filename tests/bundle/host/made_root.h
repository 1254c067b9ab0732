/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A folder of made files that stands for a host's root. What fails here ends the running test.
 */
#ifndef FB_TESTS_MADE_ROOT_H
#define FB_TESTS_MADE_ROOT_H

#include <limits.h>

struct fb_made_root {
	char path[PATH_MAX / 2];
	char full[PATH_MAX]; /* what fb_made_root_path() gave last */
	char text[1 << 16];  /* what fb_made_root_text() read last */
};

void fb_made_root_create(struct fb_made_root *root);
void fb_made_root_destroy(struct fb_made_root *root); /* and all that is in it */

/* Where path of that host is; good until the next call. */
const char *fb_made_root_path(struct fb_made_root *root, const char *path);

/* Writes a file, with the folders that lead to it. */
void fb_made_root_file(struct fb_made_root *root, const char *path, const char *text);

/* What is in a file, of 64 KiB at most; good until the next call. */
char *fb_made_root_text(struct fb_made_root *root, const char *path);

#endif
