/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each page frame is used for, by its struct page, as far as a filter wants to know: what
 * makedumpfile(8) calls cache, user and free pages. The kernel's own words decide: enum pageflags,
 * enum pagetype and enum compound_dtor_id of its types, else VMCOREINFO's numbers. bundle/dump asks.
 */
#ifndef FB_KERNEL_PAGE_CLASS_H
#define FB_KERNEL_PAGE_CLASS_H

#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

enum fb_page_class {
	FB_PAGE_UNKNOWN, /* its struct page cannot be read, or cannot be */
	FB_PAGE_KERNEL,  /* none of the following */
	FB_PAGE_FREE,    /* in the buddy allocator */
	FB_PAGE_CACHE,   /* of a file, shared memory or the swap cache, without private data */
	FB_PAGE_CACHE_PRIVATE, /* the same with private data: its file system keeps something of it */
	FB_PAGE_USER,          /* anonymous memory, and hugetlbfs's */
	FB_PAGE_OFFLINE,       /* given back to the hypervisor: reading it may fail or stall */
	FB_PAGE_POISONED,      /* its memory is broken: reading it stops the machine */
	FB_PAGE_CLASSES,
};

/* "kernel", "free", "cache"...: for messages and JSON. Static. */
const char *fb_page_class_name(enum fb_page_class class);

/* Frames that are told at a time: blocks of the buddy allocator (of up to 2^10 pages on x86-64,
 * MAX_PAGE_ORDER) lie within. */
#define FB_PAGE_CLASS_WINDOW 1024u

struct fb_page_classifier;

/* kernel is borrowed. FB_NOT_FOUND where its types do not describe struct page; which flags and types of
 * pages this kernel has not is no error: no page is of them. */
FB_MUST_CHECK struct fb_error *
fb_page_classifier_create(struct fb_kernel *kernel, struct fb_page_classifier **classifier_ret);
void fb_page_classifier_destroy(struct fb_page_classifier *classifier);

/* Frames first (a multiple of FB_PAGE_CLASS_WINDOW) to first + FB_PAGE_CLASS_WINDOW. Fails only with
 * FB_NOMEM. Not for concurrent use. */
FB_MUST_CHECK struct fb_error *fb_page_classify(struct fb_page_classifier *classifier,
						uint64_t first,
						uint8_t classes[FB_PAGE_CLASS_WINDOW]);

#endif
