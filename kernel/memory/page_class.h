/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each page frame is used for, by its struct page, in the classes by which dumps are filtered: what
 * makedumpfile(8) calls cache, user and free pages. The flags and types of pages are those of the dump's
 * kernel: enum pageflags, enum pagetype and enum compound_dtor_id of its types, else numbers of
 * VMCOREINFO. Called by bundle/dump.
 */
#ifndef FB_KERNEL_PAGE_CLASS_H
#define FB_KERNEL_PAGE_CLASS_H

#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

enum fb_page_class {
	FB_PAGE_UNKNOWN, /* its struct page cannot be read, or is impossible */
	FB_PAGE_KERNEL,  /* none of the following */
	FB_PAGE_FREE,    /* in the buddy allocator, or set aside for the capture kernel */
	FB_PAGE_CACHE,   /* of a file, shared memory or the swap cache, without private data */
	FB_PAGE_CACHE_PRIVATE, /* the same with private data of the file system */
	FB_PAGE_USER,          /* anonymous memory, and that of hugetlbfs */
	FB_PAGE_OFFLINE,       /* given back to the hypervisor: reading it may fail or stall */
	FB_PAGE_POISONED,      /* the memory is defective: reading it can crash the machine */
	FB_PAGE_OUTSIDE, /* behind the last frame that this kernel has a struct page for: firmware */
	FB_PAGE_CLASSES,
};

/* "kernel", "free", "cache"...: for messages and JSON. Static. */
const char *fb_page_class_name(enum fb_page_class class);

/* How many frames are classified by one call. A block of the buddy allocator (up to 2^10 pages on x86-64,
 * MAX_PAGE_ORDER) never crosses a multiple of this. */
#define FB_PAGE_CLASS_WINDOW 1024u

struct fb_page_classifier;

/* kernel is borrowed. FB_NOT_FOUND where its types do not describe struct page. Where this kernel lacks a flag or
 * type of pages, that is no error: no page has it then. */
FB_MUST_CHECK struct fb_error *
fb_page_classifier_create(struct fb_kernel *kernel, struct fb_page_classifier **classifier_ret);
void fb_page_classifier_destroy(struct fb_page_classifier *classifier);

/* Fills classes (enum fb_page_class) for the frames [first, first + FB_PAGE_CLASS_WINDOW); first must be a multiple of
 * FB_PAGE_CLASS_WINDOW. Fails only with FB_NOMEM. Not for several threads at once. */
FB_MUST_CHECK struct fb_error *fb_page_classify(struct fb_page_classifier *classifier,
						uint64_t first,
						uint8_t classes[FB_PAGE_CLASS_WINDOW]);

#endif
