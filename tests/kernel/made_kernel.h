/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel without a dump, for tests of what reads its structs: some memory that
 * the test fills, members where the test puts them, symbols that it names.
 */
#ifndef FB_TESTS_KERNEL_MADE_KERNEL_H
#define FB_TESTS_KERNEL_MADE_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#include "kernel/image/kernel_private.h"

#define MADE_BASE 0xffff888000000000ull
#define MADE_PAGES 64u /* of memory, or as many as a test hands out */
#define MADE_MOST_PAGES 4096u

#define MADE_BYTES (MADE_MOST_PAGES * FB_PAGE_SIZE)

struct made_kernel {
	struct fb_kernel kernel; /* what the code under test gets a pointer to */
	struct fb_space space;
	struct fb_warnings *warnings;
	uint64_t used;          /* bytes handed out */
	_Atomic uint64_t reads; /* of the memory, by the code under test */
	bool absent[MADE_MOST_PAGES];
	uint8_t *memory; /* MADE_BYTES, mapped: pages that are not used cost nothing */
};

/* An empty kernel: no member is found, one CPU, no symbols before made_symbols(). */
struct made_kernel *made_kernel_create(void);
void made_kernel_destroy(struct made_kernel *made);

/* Ends the program's symbols: pairs of name and address, NULL behind the last. */
void made_symbols(struct made_kernel *made, const char *const names[], const uint64_t addresses[]);

/* size zeroed bytes, aligned to 64; on pages of their own where own_pages. */
uint64_t made_alloc(struct made_kernel *made, uint64_t size);
uint64_t made_alloc_pages(struct made_kernel *made, uint64_t size);
/* Where an address is in this program's memory. */
void *made_at(struct made_kernel *made, uint64_t address);
void made_put(struct made_kernel *made, uint64_t address, uint64_t value, size_t size);
uint64_t made_string(struct made_kernel *made, const char *text);
/* The page that holds address is not in the dump. */
void made_lose(struct made_kernel *made, uint64_t address);
/* An empty list_head, and one linked behind the last entry of the list. */
void made_list_init(struct made_kernel *made, uint64_t head);
void made_list_add(struct made_kernel *made, uint64_t head, uint64_t entry);

/* Puts a member at an offset, and writes to it. */
#define MADE_FIELD(made, id, at, bytes) \
	((made)->kernel.layout.id =     \
		 (struct fb_field){.offset = (at), .size = (bytes), .found = true, .name = #id})
#define MADE_SET(made, base, id, value)                                     \
	made_put((made), (base) + (made)->kernel.layout.id.offset, (value), \
		 (made)->kernel.layout.id.size)

#endif
