/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Struct pages of a made kernel, as kernels of three ages describe them, for tests of page classes.
 */
#ifndef FB_TESTS_KERNEL_MADE_PAGES_H
#define FB_TESTS_KERNEL_MADE_PAGES_H

#include "kernel/memory/page_class.h"
#include "tests/kernel/made_kernel.h"

#define PAGE_BYTES 64u
#define LRU (1ull << 5)
#define PRIVATE (1ull << 13)
#define SWAP_CACHE (1ull << 10)
#define SWAP_BACKED (1ull << 19)
#define SLAB (1ull << 9)
#define RESERVED (1ull << 11)
#define POISONED (1ull << 21)
#define NO_TYPE 0xffffffffu
#define HUGETLB_DESTRUCTOR 2u

enum made_age {
	MASKS, /* 6.1: types are masks, told by VMCOREINFO alone; slabs by a flag, hugetlb by its destructor */
	BYTES,      /* 6.12: enum pagetype */
	HEAD_MASKS, /* 7.1: as BYTES, and tails have a mask */
	AGES,
};

struct made_pages {
	struct made_kernel *made;
	struct fb_page_classifier *classifier;
	uint64_t pages;
	enum made_age age;
	uint8_t classes[FB_PAGE_CLASS_WINDOW];
};

/* A window of free struct pages without words, and a classifier of it. The caller ends it with
 * made_pages_destroy(). */
void made_pages_create(struct made_pages *world, enum made_age age);
void made_pages_destroy(struct made_pages *world);

/* The types of a kernel of this age; the caller's to destroy. */
struct fb_btf *made_pages_types(enum made_age age);
/* Another classifier, by these types, which are taken over. */
void made_pages_renew(struct made_pages *world, struct fb_btf *types);
/* Fills world->classes. */
void made_pages_classify(struct made_pages *world);

uint64_t made_page_at(const struct made_pages *world, uint64_t pfn);
void made_page_put(struct made_pages *world, uint64_t pfn, uint64_t flags, uint64_t mapping);
/* The type of a page: by a mask, as the oldest has it, or in a byte. */
void made_page_type(struct made_pages *world, uint64_t pfn, uint32_t masks, uint32_t bytes);
/* Pages first + 1 to first + count - 1 become tails of first. */
void made_page_tails(struct made_pages *world, uint64_t first, uint64_t count);

#endif
