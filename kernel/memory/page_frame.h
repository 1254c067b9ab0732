/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel has recorded about a page frame: its struct page in the vmemmap
 * (include/linux/mm_types.h, page-flags.h). Called by the command vtop and others that
 * need the struct page of a frame. A pfn is a physical address divided by 4 KiB.
 */
#ifndef FB_KERNEL_PAGE_FRAME_H
#define FB_KERNEL_PAGE_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/memory/page_type.h"

struct fb_page_frame {
	bool known;       /* false: the struct page is not in the dump, or cannot be found */
	uint64_t address; /* of the struct page */
	/* Where the page is a tail of a compound page: the address of the compound page's first struct page,
	 * from which flags, type and references are then taken. Else 0. */
	uint64_t head;
	uint64_t flags_bits;
	char flags[256];  /* "uptodate lru swapbacked": names from the kernel's enum pageflags */
	const char *type; /* static: "anonymous", "file or shared memory", "slab", "free",
			    * "kernel" */
	int64_t references;
	uint64_t private_data; /* page->private */
	int64_t map_count;     /* how often it is mapped; 0 where the field has another use */
};

/* What is known of a frame. What is not in the dump stays unknown; only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_page_frame_read(struct fb_kernel *kernel, uint64_t pfn,
						  struct fb_page_frame *frame_ret);

/* address is that of a struct page whose member compound_head has the value word. *head_ret is the address of the first
 * struct page of its compound page, or 0 where it is no tail of one. FB_CORRUPT where word cannot be. */
FB_MUST_CHECK struct fb_error *fb_page_frame_head(struct fb_kernel *kernel, uint64_t address,
						  uint64_t word, uint64_t *head_ret);

/* The mask with the bit of page->flags that has this name in enum pageflags ("PG_uptodate"); 0 where this kernel has
 * none. types may be NULL. */
uint64_t fb_page_flag(const struct fb_btf *types, const char *name);

/* How this kernel marks the pages of slabs: by a flag (PG_slab) until 46df8e73a4a3 (6.10), by a page type since. */
struct fb_slab_mark {
	uint64_t flag; /* 0: none */
	struct fb_page_type type;
};
struct fb_slab_mark fb_slab_mark_find(const struct fb_kernel *kernel);
/* Whether a page with these flags and this page_type (or _mapcount) is of a slab. */
bool fb_slab_mark_is(const struct fb_slab_mark *mark, uint64_t flags, uint32_t word);

/* The order of the compound page whose first frame is head: it has 1 << order frames; 0 where it is no compound page.
 * Fatal errors only; where a struct page cannot be read the order is that of the tails before it. */
FB_MUST_CHECK struct fb_error *fb_page_frame_order(struct fb_kernel *kernel, uint64_t head,
						   uint32_t *order_ret);

/* The address of a frame's struct page (kernel virtual), which is not read. Fails as fb_space_read() where vmemmap_base
 * cannot be read. */
FB_MUST_CHECK struct fb_error *fb_page_frame_address(struct fb_kernel *kernel, uint64_t pfn,
						     uint64_t *address_ret);

/* The frame whose struct page is at address. FB_CORRUPT where no struct page can be there. */
FB_MUST_CHECK struct fb_error *fb_page_frame_number(struct fb_kernel *kernel, uint64_t address,
						    uint64_t *pfn_ret);

/* The frame behind the last one that the kernel has a struct page for, by its page tables: frames from there on are no
 * memory of the kernel's, as the firmware that a hypervisor's dump has below 4 GiB. It is at most the dump's max_pfn,
 * and that where the tables do not tell. Only a fatal error is returned. */
FB_MUST_CHECK struct fb_error *fb_page_frames_end(struct fb_kernel *kernel, uint64_t *end_ret);

#endif
