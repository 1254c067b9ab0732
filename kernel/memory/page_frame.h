/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel says of a page frame: its struct page in the vmemmap
 * (include/linux/mm_types.h, page-flags.h).
 */
#ifndef FB_KERNEL_PAGE_FRAME_H
#define FB_KERNEL_PAGE_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

struct fb_page_frame {
	bool known;       /* false: the struct page is not in the dump, or cannot be found */
	uint64_t address; /* of the struct page */
	/* Of a tail of a compound page, whose state its first struct page keeps: that one's
	 * address; else 0. Flags, type and references are then that one's. */
	uint64_t head;
	uint64_t flags_bits;
	char flags[256];  /* "uptodate lru swapbacked"; names by the kernel's own enum */
	const char *type; /* static: "anonymous", "file or shared memory", "slab", "free",
			    * "kernel" */
	int64_t references;
	uint64_t private_data; /* page->private */
	int64_t map_count;     /* mappings of the page; 0 where it is of another use */
};

/* What is known of a frame, given by its number (physical address / 4 KiB). What is not in the dump is
 * unknown; only a fatal error is returned. */
FB_MUST_CHECK struct fb_error *fb_page_frame_read(struct fb_kernel *kernel, uint64_t pfn,
						  struct fb_page_frame *frame_ret);

/* Of the struct page at address, whose word compound_head is word: the head of the compound page that it is a
 * tail of; 0: it is no tail. FB_CORRUPT for a word that leads to none. */
FB_MUST_CHECK struct fb_error *fb_page_frame_head(struct fb_kernel *kernel, uint64_t address,
						  uint64_t word, uint64_t *head_ret);

/* The bit of page->flags that has this name in enum pageflags ("PG_uptodate"); 0: this kernel has none. types may
 * be NULL. */
uint64_t fb_page_flag(const struct fb_btf *types, const char *name);

/* The kernel address of a frame's struct page, of which nothing is read. Fails where the place of all struct pages
 * cannot be read. */
FB_MUST_CHECK struct fb_error *fb_page_frame_address(struct fb_kernel *kernel, uint64_t pfn,
						     uint64_t *address_ret);

/* The frame whose struct page is at address. FB_CORRUPT where none can be. */
FB_MUST_CHECK struct fb_error *fb_page_frame_number(struct fb_kernel *kernel, uint64_t address,
						    uint64_t *pfn_ret);

#endif
