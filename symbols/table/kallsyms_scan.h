/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the tables of kallsyms in a kernel whose VMCOREINFO does not name them
 * (before 6.0), by the layout that docs/formats/kallsyms.md describes. Called by
 * kallsyms.c.
 */
#ifndef FB_SYMBOLS_KALLSYMS_SCAN_H
#define FB_SYMBOLS_KALLSYMS_SCAN_H

#include "base/error.h"
#include "symbols/table/kallsyms.h"
#include "symbols/table/recent_space.h"

/* Searches [hints->scan_start, hints->scan_end) and sets names, num_syms, token_table and token_index of
 * hints. Pages that cannot be read are passed over. recent is an empty window at scan_start, in which the
 * tables lie afterwards. FB_NOT_FOUND where there are none; FB_ABSENT, FB_CORRUPT and FB_LIMIT as
 * fb_kallsyms_load(). */
FB_MUST_CHECK struct fb_error *fb_kallsyms_scan(struct fb_recent_space *recent,
						struct fb_kallsyms_hints *hints);

#endif
