/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An index, by name, of the kernel functions in which threads sleep, made from the table of recognisers
 * (bundle/waits/recognisers.c). A recogniser is a function that finds out what a thread waits for when it
 * sleeps in one of certain kernel functions.
 */
#ifndef FB_BUNDLE_WAIT_SITES_H
#define FB_BUNDLE_WAIT_SITES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct fb_wait_finder;
struct fb_blocked;

/* The most functions in one row of the table. */
#define FB_WAIT_FUNCTIONS 16u

/* A row of the table: a recogniser, and the kernel functions in which threads sleep in such a wait. */
struct fb_wait_recogniser {
	/* The kind of the wait (fb_wait.kind) where find fails or is NULL. Where both are NULL, threads in these
	 * functions idle. */
	const char *kind;
	/* Adds the waits of the thread to the graph. Where it fails, a wait without an object is added, with the
	 * error as what would be needed. */
	struct fb_error *(*find)(struct fb_wait_finder *finder, const struct fb_blocked *blocked);
	bool weak; /* used only where no function further out on the stack has a recogniser */
	const char *functions[FB_WAIT_FUNCTIONS]; /* NULL behind the last */
};

struct fb_wait_sites;

/* Makes the index of count rows, which are borrowed. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_wait_sites_create(const struct fb_wait_recogniser *rows,
						    size_t count, struct fb_wait_sites **sites_ret);
void fb_wait_sites_destroy(struct fb_wait_sites *sites);

/* Looks a function up by its name, without a suffix such as ".constprop.0". NULL if no
 * recogniser has it. */
const struct fb_wait_recogniser *fb_wait_sites_find(const struct fb_wait_sites *sites,
						    const char *function);

#endif
