/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Limits a walk over all page tables of a process. In a damaged dump many entries can lead to the same
 * table, so that three tables make 2^36 pages. So each time that a table is entered through another entry
 * than the first one is counted, and refused beyond a limit.
 *
 * x86-64 shares only the PMD tables of hugetlb mappings (huge_pmd_share(), mm/hugetlb.c), and within one
 * process only where it maps the same file twice. Every other table has one entry that leads to it.
 * Called by bundle/match and bundle/process.
 */
#ifndef FB_KERNEL_PAGE_TABLE_VISITS_H
#define FB_KERNEL_PAGE_TABLE_VISITS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/paging/page_table.h"

struct fb_pt_visits;

/* pages: how many pages the dump has, on which the limit for parts of huge pages depends. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_pt_visits_create(uint64_t pages,
						   struct fb_pt_visits **visits_ret);
/* visits may be NULL. */
void fb_pt_visits_destroy(struct fb_pt_visits *visits);

/* Records that the walk to this address entered its tables. Where a table is refused, walk is changed to end above it
 * with FB_PT_CORRUPT. Safe from many threads. */
FB_MUST_CHECK struct fb_error *fb_pt_visits_enter(struct fb_pt_visits *visits,
						  const struct fb_page_tables *tables,
						  uint64_t address, struct fb_pt_walk *walk);

/* The same for one table, given by its physical address, on the way to address (virtual). level: 0 for a table of
 * pages, 1 for a table above it, and so on. *may_ret is false where it is refused. */
FB_MUST_CHECK struct fb_error *fb_pt_visits_enter_table(struct fb_pt_visits *visits, unsigned level,
							uint64_t table, uint64_t address,
							bool *may_ret);

/* Counts a part of a huge page that has to be treated separately, because the dump has only some of the huge page's
 * frames. False where there were more such parts than FB_MAX_PIECES_PER_PAGE allows. */
bool fb_pt_visits_piece(struct fb_pt_visits *visits);

/* Whether anything was refused. */
bool fb_pt_visits_refused(struct fb_pt_visits *visits);

#endif
