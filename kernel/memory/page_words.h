/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What /proc/kpageflags says of a page frame, in its words (Documentation/admin-guide/mm/pagemap.rst), and the block of
 * pages that it belongs to. Called by the command page.
 */
#ifndef FB_KERNEL_PAGE_WORDS_H
#define FB_KERNEL_PAGE_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/memory/page_frame.h"

/* Bits of /proc/kpageflags that depend on more than one flag of the page (include/uapi/linux/kernel-page-flags.h). */
#define FB_KPF_SLAB (1ull << 7)
#define FB_KPF_BUDDY (1ull << 10)
#define FB_KPF_MMAP (1ull << 11)
#define FB_KPF_ANON (1ull << 12)
#define FB_KPF_SWAPCACHE (1ull << 13)
#define FB_KPF_HEAD (1ull << 15)
#define FB_KPF_TAIL (1ull << 16)
#define FB_KPF_HUGE (1ull << 17)
#define FB_KPF_NOPAGE (1ull << 20)
#define FB_KPF_KSM (1ull << 21)
#define FB_KPF_OFFLINE (1ull << 23)
#define FB_KPF_PGTABLE (1ull << 26)

struct fb_page_words {
	bool known;    /* false: the struct page cannot be read */
	uint64_t bits; /* as /proc/kpageflags */
	/* first frame of the block of pages that it belongs to; its own where it is none */
	uint64_t head;
	uint32_t order; /* that block has 1 << order frames */
	uint64_t mapping,
		index; /* page->mapping and index of the first frame, as the kernel has them */
	uint64_t memcg_data;       /* memcg_data, mem_cgroup before 5.11; 0: not accounted */
	int64_t references;        /* of the block */
	int64_t map_count;         /* of this page by itself */
	int64_t whole_map_count;   /* of the block as a whole, as a huge page */
	struct fb_page_frame page; /* of this page */
};

/* Names the next bit from *bit on that is set; NULL where there is none. *bit is then behind it. Static: "locked". */
const char *fb_page_word(uint64_t bits, unsigned *bit);

/* Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_page_words_read(struct fb_kernel *kernel, uint64_t pfn,
						  struct fb_page_words *words_ret);

#endif
