/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * x86-64 page tables, 4 and 5 levels, huge pages at PMD and PUD, read through
 * a physical space (arch/x86/include/asm/pgtable_types.h, pgtable_64.h).
 *
 * An entry without the present bit is not nothing: PROT_NONE and NUMA-hint
 * entries keep their frame, and so does a huge entry that is being split. Since
 * the L1TF fix (6b28baca9b1f and f22cc87f6c1f, 4.18) the frame number of every
 * non-zero, non-present entry is stored inverted; swap entries likewise
 * (bcd11afa7ada).
 */
#ifndef FB_KERNEL_PAGE_TABLE_H
#define FB_KERNEL_PAGE_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/space.h"

enum fb_pt_state {
	FB_PT_NONE,     /* nothing mapped */
	FB_PT_PRESENT,  /* a frame, and the CPU may use it */
	FB_PT_PROTNONE, /* a frame that user space may not touch now: PROT_NONE, NUMA hint, split */
	FB_PT_SWAP,     /* swap_type, swap_offset */
	FB_PT_SPECIAL,  /* migration, hwpoison, device or marker entry (swap_type, swap_offset) */
	FB_PT_ABSENT,   /* a table on the way was left out of the dump */
	FB_PT_LOST,    /* a table on the way was to be in the dump: cut off, or in a missing part */
	FB_PT_CORRUPT, /* an entry with reserved bits, a table that cannot be read or is its own */
};

struct fb_pt_level {
	const char *name;       /* "PGD", "P4D", "PUD", "PMD", "PTE" */
	uint64_t entry_address; /* physical */
	uint64_t entry;
};

struct fb_pt_walk {
	struct fb_pt_level levels[5];
	unsigned level_count; /* entries that were read */
	enum fb_pt_state state;
	uint64_t physical;  /* of the address asked (PRESENT, PROTNONE) */
	uint64_t page_size; /* bytes that one entry at the last level maps, whatever its state */
	uint64_t entry;     /* the last one read */
	uint32_t swap_type;
	uint64_t swap_offset; /* pages */
};

/* The maps whose translation is a sum, for kernel addresses whose tables are not in the dump:
 * the image's at __START_KERNEL_map, and the direct map of all memory. */
struct fb_linear_maps {
	bool image;
	uint64_t phys_base;
	uint64_t direct_start; /* page_offset_base; 0: unknown */
	uint64_t direct_size;  /* bytes */
};

struct fb_page_tables {
	struct fb_space *physical; /* borrowed */
	uint64_t root;             /* physical address of the top table */
	unsigned levels;           /* 4 or 5 */
	uint64_t encryption_mask;  /* sme_me_mask: not part of a frame */
	bool zeros_excluded; /* a table that was left out is a page of zeros (dump level bit 1) */
	const struct fb_linear_maps *linear; /* borrowed; NULL: none */
};

/* One address. Damage is a state, so only a fatal error is returned. */
FB_MUST_CHECK struct fb_error *fb_pt_walk(const struct fb_page_tables *tables, uint64_t address,
					  struct fb_pt_walk *walk_ret);

/* A run of addresses with one state and, where there is a frame, consecutive physical addresses;
 * swapped pages come one by one. */
struct fb_pt_run {
	uint64_t start, end; /* end exclusive, both page-aligned */
	enum fb_pt_state state;
	uint64_t physical; /* of start */
	uint64_t page_size;
	bool writable;   /* by the entry itself; tables above may forbid what it allows */
	bool executable; /* likewise */
	uint32_t swap_type;
	uint64_t swap_offset;
};
struct fb_pt_visits;
/* Runs of [start, end) in order, FB_PT_NONE included; each table entry is read once. Stops at the
 * first error of the callback, which it returns. visits (NULL: none) counts the tables; a place of
 * one that may not be entered is FB_PT_CORRUPT. */
FB_MUST_CHECK struct fb_error *
fb_pt_for_each(const struct fb_page_tables *tables, uint64_t start, uint64_t end,
	       struct fb_pt_visits *visits,
	       struct fb_error *(*callback)(void *context, const struct fb_pt_run *run),
	       void *context);

/* "present", "prot-none", "swap", ... */
const char *fb_pt_state_name(enum fb_pt_state state);

/* A space over page tables: read, and locate with sources (vmcore, or absent and why). name is
 * copied. The caller destroys it. */
FB_MUST_CHECK struct fb_error *fb_mapped_space_create(const struct fb_page_tables *tables,
						      const char *name,
						      struct fb_space **space_ret);
void fb_mapped_space_destroy(struct fb_space *space);

#endif
