// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VMCOREINFO where no note holds it (a dump by a hypervisor, a stripped
 * header): the kernel builds it in a page of its own (vmcoreinfo_data,
 * kernel/crash_core.c), so some page begins with its first line.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/kernel_private.h"

#define FIRST_KEY "OSRELEASE="
#define PAGES_PER_PART 8192u

struct scan {
	struct fb_dump *dump;
	_Atomic uint64_t found; /* pfn */
};

static bool is_vmcoreinfo(const char *page)
{
	return memcmp(page, FIRST_KEY, strlen(FIRST_KEY)) == 0 &&
	       memmem(page, FB_PAGE_SIZE, "SYMBOL(swapper_pg_dir)=", 23) &&
	       memmem(page, FB_PAGE_SIZE, "SYMBOL(_stext)=", 15);
}

/* The lowest page that fits wins, whatever the order of the parts. */
static void note_found(struct scan *scan, uint64_t pfn)
{
	uint64_t found = atomic_load(&scan->found);

	while (pfn < found && !atomic_compare_exchange_weak(&scan->found, &found, pfn))
		;
}

static struct fb_error *scan_part(void *context, size_t index)
{
	struct scan *scan = context;
	uint64_t end = ((uint64_t)index + 1) * PAGES_PER_PART;
	uint64_t pfn = (uint64_t)index * PAGES_PER_PART;
	char page[FB_PAGE_SIZE];

	for (; pfn < atomic_load(&scan->found); pfn++) {
		pfn = fb_dump_next_page(scan->dump, pfn);
		if (pfn >= end)
			break;
		struct fb_error *err = fb_dump_read_page(scan->dump, pfn, page);

		if (fb_error_is(err, FB_NOMEM))
			return err;
		if (!err && is_vmcoreinfo(page))
			note_found(scan, pfn);
		fb_error_destroy(err);
	}
	return NULL;
}

struct fb_error *fb_vmcoreinfo_scan(struct fb_dump *dump, struct fb_pool *pool, char **text_ret)
{
	uint64_t parts = (fb_dump_info(dump)->max_pfn + PAGES_PER_PART - 1) / PAGES_PER_PART;
	struct scan scan = {.dump = dump, .found = UINT64_MAX};
	char *text;
	struct fb_error *err = NULL;

	if (pool)
		err = fb_pool_for(pool, parts, scan_part, &scan);
	else
		for (uint64_t i = 0; i < parts && !err; i++)
			err = scan_part(&scan, i);
	if (err)
		return err;
	if (scan.found == UINT64_MAX)
		return fb_error_create(FB_NOT_FOUND,
				       "the dump has no VMCOREINFO, neither as a note nor in its "
				       "pages: it cannot be read without; take the dump with "
				       "makedumpfile or kdump, or qemu with -device vmcoreinfo");
	text = calloc(1, FB_PAGE_SIZE + 1);
	if (!text)
		return fb_error_nomem();
	err = fb_dump_read_page(dump, scan.found, text);
	if (err) {
		free(text);
		return err;
	}
	*text_ret = text;
	return NULL;
}
