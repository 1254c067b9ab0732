/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host that is checked: a made kernel with some threads, and what was found. */
#ifndef FB_TESTS_BUNDLE_CHECKED_H
#define FB_TESTS_BUNDLE_CHECKED_H

#include "bundle/check/checks.h"
#include "tests/bundle/waits/made_waits.h"

struct checked {
	struct made_waits made;
	struct fb_findings findings;
	struct fb_check_options options; /* nothing is there already */
	struct fb_check check;
};

void checked_begin(struct checked *checked);
void checked_end(struct checked *checked);

/* Compares all findings, in the order in which they were added, with lines "WEIGHT KIND COMMAND: TEXT", each followed
 * by its evidence, lines that begin with a tab. A last line "\t+N" stands for the evidence that was left out. */
void checked_expect(const struct checked *checked, const char *expected);

#endif
