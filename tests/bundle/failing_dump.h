/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A dump of which one call fails: of reading a page, and for the kdump-compressed format of its parts, its stored pages
 * and its bitmap.
 */
#ifndef FB_TESTS_BUNDLE_FAILING_DUMP_H
#define FB_TESTS_BUNDLE_FAILING_DUMP_H

#include "kernel/dump/dump.h"
#include "tests/base/failing.h"

/* Until failing_dump_end() each of these calls is a step of failure, which is borrowed. One dump at a time. */
void failing_dump_begin(struct fb_dump *dump, struct failure *failure);
void failing_dump_end(struct fb_dump *dump);

#endif
