/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole answers as text, held against texts that stand beside the tests: every field
 * of what a function gives for the sample, which never changes.
 */
#ifndef FB_TESTS_EXPECTED_H
#define FB_TESTS_EXPECTED_H

#include "base/attr.h"
#include "base/buf.h"

/* Appends to text; what cannot be, ends the test. */
void expected_add(struct fb_buf *text, const char *format, ...) FB_PRINTF(2, 3);
/* Compares text, which is emptied, with the file tests/NAME, and prints the first line that is another. Where
 * FB_TEST_ACTUAL names a folder, a text that is another is left there, so that what changed can be looked
 * through and, if it is right, put in the other's place. */
void expected_check(struct fb_buf *text, const char *name);

#endif
