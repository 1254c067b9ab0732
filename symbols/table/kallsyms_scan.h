/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the tables of kallsyms in a kernel whose VMCOREINFO does not name them
 * (before 6.0). docs/formats/kallsyms.md has the layout this relies on.
 */
#ifndef FB_SYMBOLS_KALLSYMS_SCAN_H
#define FB_SYMBOLS_KALLSYMS_SCAN_H

#include "base/error.h"
#include "symbols/table/kallsyms.h"
#include "symbols/table/recent_space.h"

/* Searches [hints->scan_start, hints->scan_end), where pages that cannot be read are holes, and
 * sets names, num_syms, token_table and token_index. recent is an empty window at scan_start; the
 * tables are in it afterwards. FB_NOT_FOUND. */
FB_MUST_CHECK struct fb_error *fb_kallsyms_scan(struct fb_recent_space *recent,
						struct fb_kallsyms_hints *hints);

#endif
