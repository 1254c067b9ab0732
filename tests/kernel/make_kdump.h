/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes small kernel dumps from a recipe, for tests: kdump-compressed with any
 * method, split, flattened, and ELF. A wrong dump is a right one with a field
 * changed afterwards, or cut short.
 */
#ifndef FB_TESTS_KERNEL_MAKE_KDUMP_H
#define FB_TESTS_KERNEL_MAKE_KDUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/warnings.h"
#include "kernel/dump/dump.h"
#include "kernel/dump/kdump_format.h"

/* Each page by the next of the methods, none included. */
#define MK_MIXED UINT32_MAX

struct mk_recipe {
	uint64_t max_pfn;
	bool (*dumped)(uint64_t pfn); /* whether the page is in the dump */
	uint32_t method;              /* FB_KDUMP_PAGE_*, 0, or MK_MIXED */
	int version;                  /* of the header; 0: the newest */
	bool split;                   /* a part, of [start_pfn, end_pfn) */
	uint64_t start_pfn, end_pfn;
	uint32_t status;        /* added to the header's */
	unsigned cpus;          /* NT_PRSTATUS notes */
	const char *vmcoreinfo; /* NULL: none */
	/* Its pages, notes and VMCOREINFO instead of made ones; dumped and cpus are not looked at. */
	struct fb_dump *source;
	/* Of a source, as makedumpfile's dump levels differ: pages of zeros that it lacks (a bit for
	 * each frame below max_pfn, or NULL), and whether its own are left out. */
	const uint8_t *zeros;
	bool without_zeros;
};

struct mk_bytes {
	uint8_t *data; /* the caller free()s it */
	size_t size;
	/* Of a kdump-compressed file: offsets, and the number of pages. */
	size_t bitmap1, bitmap2, descs, pages_start;
	size_t pages;
};

/* What page pfn holds in every dump made here: zeros, text, noise... */
void mk_page(uint64_t pfn, uint8_t page[FB_PAGE_SIZE]);

/* Patterns for recipes. */
bool mk_every_third(uint64_t pfn);
bool mk_runs(uint64_t pfn); /* 37 pages in, 21 out */

/* Whether a dump of this recipe has the page of a frame. */
bool mk_is_dumped(const struct mk_recipe *recipe, uint64_t pfn);

void mk_kdump(const struct mk_recipe *recipe, struct mk_bytes *bytes);
/* A PT_LOAD for each run of pages; the gap behind it is p_memsz beyond p_filesz. */
void mk_elf(const struct mk_recipe *recipe, struct mk_bytes *bytes);
/* Records of at most record_size bytes, the first record written twice, wrong at first, as
 * makedumpfile rewrites the header. */
void mk_flatten(const struct mk_bytes *plain, size_t record_size, struct mk_bytes *bytes);
void mk_gzip(const struct mk_bytes *plain, struct mk_bytes *bytes);

struct fb_kdump_header *mk_header(struct mk_bytes *bytes);
struct fb_kdump_sub_header *mk_sub_header(struct mk_bytes *bytes);
struct fb_kdump_page_desc *mk_desc(struct mk_bytes *bytes, size_t index);

/* A file of the test's folder with these bytes; the caller free()s the path. */
char *mk_file(const char *name, const struct mk_bytes *bytes);

/* Opens bytes in memory as fb_dump_open() does a file. Takes a copy. */
struct fb_error *mk_open(const struct mk_bytes *bytes, struct fb_warnings *warnings,
			 struct fb_dump **dump_ret);

/* Checks every frame of [0, max_pfn + 8): has_page, next_page, and the bytes. A frame that lost()
 * names (NULL: none) has to be FB_TRUNCATED. Returns the number of pages read. */
size_t mk_check(struct fb_dump *dump, const struct mk_recipe *recipe, bool (*lost)(uint64_t pfn));

#endif
