/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page tables in a small physical memory, for tests: tables are made on the way to an address as
 * they are needed, and any entry can be overwritten afterwards.
 */
#ifndef FB_TESTS_KERNEL_MADE_TABLES_H
#define FB_TESTS_KERNEL_MADE_TABLES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/space.h"
#include "kernel/paging/page_table.h"

#define TABLE_FRAMES 64u

/* Entries, arch/x86/include/asm/pgtable_types.h. */
#define ENTRY_TABLE 0x67ull /* present, writable, user, accessed, dirty */
#define ENTRY_READ_ONLY 0x25ull
#define ENTRY_HUGE 0xe7ull
#define ENTRY_NX (1ull << 63)

struct made_tables {
	struct fb_space physical;
	struct fb_page_tables tables; /* what the code under test gets */
	uint64_t frames_used;         /* frame 0 is none, 1 the top table */
	enum fb_code failure;         /* of frames in absent */
	bool absent[TABLE_FRAMES];
	uint64_t words[TABLE_FRAMES][FB_PAGE_SIZE / sizeof(uint64_t)];
};

struct made_tables *made_tables_create(unsigned levels);
void made_tables_destroy(struct made_tables *made);

/* Level 0 is the PTE, 1 the PMD... */
uint64_t *made_tables_entry(struct made_tables *made, uint64_t address, unsigned level);
void made_tables_set(struct made_tables *made, uint64_t address, unsigned level, uint64_t entry);
/* The frame of the table that has the entry of address at this level. */
uint64_t made_tables_frame(struct made_tables *made, uint64_t address, unsigned level);
/* A frame for bytes. */
uint64_t made_tables_page(struct made_tables *made);

/* PROT_NONE's inverted frame, and a swap entry. */
uint64_t made_protnone(uint64_t physical, uint64_t bits);
uint64_t made_swap(uint64_t type, uint64_t offset);

#endif
