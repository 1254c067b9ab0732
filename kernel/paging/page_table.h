/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * x86-64 page tables, 4 and 5 levels, huge pages at PMD and PUD, read through
 * a physical space (arch/x86/include/asm/pgtable_types.h, pgtable_64.h).
 *
 * An entry without the present bit may still have a page frame: PROT_NONE and
 * NUMA-hint entries do, and so does a huge entry that is being split. Since the
 * L1TF fix (6b28baca9b1f and f22cc87f6c1f, 4.18) the frame number of every
 * non-zero, non-present entry is stored inverted, and so is the offset of swap
 * entries (bcd11afa7ada). Called for all virtual memory, by kernel/image and
 * bundle/match.
 */
#ifndef FB_KERNEL_PAGE_TABLE_H
#define FB_KERNEL_PAGE_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/space.h"

enum fb_pt_state {
	FB_PT_NONE,     /* nothing mapped */
	FB_PT_PRESENT,  /* a frame that the CPU may access */
	FB_PT_PROTNONE, /* a frame that causes a fault on access: PROT_NONE, NUMA hint, split */
	FB_PT_SWAP,     /* swap_type, swap_offset */
	FB_PT_SPECIAL,  /* migration, hwpoison, device or marker entry (swap_type, swap_offset) */
	FB_PT_ABSENT,   /* a table on the way was left out of the dump by its filter */
	FB_PT_LOST,    /* a table on the way should be in the dump: cut off, or in a missing part */
	FB_PT_CORRUPT, /* an entry has reserved bits; a table cannot be read or contains itself */
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
	uint64_t physical;    /* address that the walked address maps to (PRESENT, PROTNONE) */
	uint64_t page_size;   /* bytes that one entry at the last level maps, whatever its state */
	uint64_t entry;       /* the last one read */
	uint32_t swap_type;   /* number of the swap area (SWAP, SPECIAL) */
	uint64_t swap_offset; /* slot in the area, in pages (SWAP, SPECIAL) */
};

/* The kernel's mappings that add a constant to the physical address: that of the kernel image at
 * __START_KERNEL_map, and the direct map of all memory. They are used where page tables for kernel addresses are
 * not in the dump. */
struct fb_linear_maps {
	bool image; /* the mapping of the image is known */
	uint64_t phys_base;
	uint64_t direct_start; /* page_offset_base; 0: unknown */
	uint64_t direct_size;  /* bytes */
};

struct fb_page_tables {
	struct fb_space *physical; /* borrowed */
	uint64_t root;             /* physical address of the top table */
	unsigned levels;           /* 4 or 5 */
	uint64_t encryption_mask;  /* sme_me_mask: bits of an entry that are not of the frame */
	bool zeros_excluded; /* the dump leaves out pages of zeros, so a missing table is one */
	const struct fb_linear_maps *linear; /* borrowed; NULL: none */
};

/* Walks the tables for one address. Damage is a state of the walk; only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_pt_walk(const struct fb_page_tables *tables, uint64_t address,
					  struct fb_pt_walk *walk_ret);

/* The page frame at the address, where it is FB_PT_PRESENT; 0: none, or not to be read. Fatal errors only. */
FB_MUST_CHECK struct fb_error *fb_pt_frame(const struct fb_page_tables *tables, uint64_t address,
					   uint64_t *pfn_ret);

/* A run of addresses with one state and, where there is a frame, consecutive physical addresses;
 * swapped pages come one by one. */
struct fb_pt_run {
	uint64_t start, end; /* end exclusive, both page-aligned */
	enum fb_pt_state state;
	uint64_t physical;  /* address that start maps to */
	uint64_t page_size; /* bytes */
	bool writable;      /* by the entry itself; the entries of tables above may forbid it */
	bool executable;    /* likewise */
	uint32_t swap_type;
	uint64_t swap_offset;
};
struct fb_pt_visits;
/* Calls callback for each run of [start, end) in order, FB_PT_NONE included; each table entry is read once. Stops at
 * the first error of the callback, and returns it. visits (NULL: no limit) limits the tables that are entered; where
 * it refuses one, the run is FB_PT_CORRUPT. */
FB_MUST_CHECK struct fb_error *
fb_pt_for_each(const struct fb_page_tables *tables, uint64_t start, uint64_t end,
	       struct fb_pt_visits *visits,
	       struct fb_error *(*callback)(void *context, const struct fb_pt_run *run),
	       void *context);

/* "present", "prot-none", "swap", ... Static. */
const char *fb_pt_state_name(enum fb_pt_state state);

/* A memory space of the addresses that these page tables map. fb_space_locate() gives FB_SOURCE_VMCORE, or
 * FB_SOURCE_ABSENT with the reason. tables and name are copied. The caller destroys it. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_mapped_space_create(const struct fb_page_tables *tables,
						      const char *name,
						      struct fb_space **space_ret);
void fb_mapped_space_destroy(struct fb_space *space);

#endif
