/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What bounds looking at all of a process's addresses: tables that share children would make 2^36
 * pages of three tables. A table is counted where it is entered from a place other than its first.
 *
 * x86-64 shares the PMD tables of hugetlb mappings alone (huge_pmd_share(), mm/hugetlb.c), and within
 * one process only where that maps the same file twice. All other tables stand at one place.
 */
#ifndef FB_KERNEL_PAGE_TABLE_VISITS_H
#define FB_KERNEL_PAGE_TABLE_VISITS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/paging/page_table.h"

struct fb_pt_visits;

/* pages: that the dump holds. */
FB_MUST_CHECK struct fb_error *fb_pt_visits_create(uint64_t pages,
						   struct fb_pt_visits **visits_ret);
/* Takes NULL. */
void fb_pt_visits_destroy(struct fb_pt_visits *visits);

/* Enters the tables of a walk of these tables to that address, or turns the walk into one that ends
 * with FB_PT_CORRUPT above the first that may not be entered. Safe for concurrent use. */
FB_MUST_CHECK struct fb_error *fb_pt_visits_enter(struct fb_pt_visits *visits,
						  const struct fb_page_tables *tables,
						  uint64_t address, struct fb_pt_walk *walk);

/* As fb_pt_visits_enter() for one table, given by its physical address, that maps address. level: 0
 * for a table of pages, 1 for one above it, and so on. */
FB_MUST_CHECK struct fb_error *fb_pt_visits_enter_table(struct fb_pt_visits *visits, unsigned level,
							uint64_t table, uint64_t address,
							bool *may_ret);

/* Counts a piece of a huge page that was looked at by itself, as the dump has some of its frames and
 * lacks others. False: there have been more than the dump's pages can make. */
bool fb_pt_visits_piece(struct fb_pt_visits *visits);

/* Whether anything was refused. */
bool fb_pt_visits_refused(struct fb_pt_visits *visits);

#endif
