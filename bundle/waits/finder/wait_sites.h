/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel functions that threads sleep in, by name: an index over the table of recognisers
 * (bundle/waits/recognisers.c).
 */
#ifndef FB_BUNDLE_WAIT_SITES_H
#define FB_BUNDLE_WAIT_SITES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct fb_wait_finder;
struct fb_blocked;

/* The functions of one row of the table, NULL behind the last. */
#define FB_WAIT_FUNCTIONS 16u

/* A sort of wait: who recognises it, and below which functions threads sleep in it. */
struct fb_wait_recogniser {
	/* As fb_wait.kind has it where find fails, or is none. NULL, find too: these threads idle. */
	const char *kind;
	/* Adds the waits of the thread to the graph. Where it fails the wait is there without an
	 * object, and the error says what would be needed. */
	struct fb_error *(*find)(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
	bool weak; /* only where no function further out says more */
	const char *functions[FB_WAIT_FUNCTIONS];
};

struct fb_wait_sites;

/* rows are borrowed. */
FB_MUST_CHECK struct fb_error *fb_wait_sites_create(const struct fb_wait_recogniser *rows,
						    size_t count, struct fb_wait_sites **sites_ret);
void fb_wait_sites_destroy(struct fb_wait_sites *sites);

/* Looks a function up by its name, without a suffix such as ".constprop.0". NULL if no
 * recogniser has it. */
const struct fb_wait_recogniser *fb_wait_sites_find(const struct fb_wait_sites *sites,
						    const char *function);

#endif
