// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VMCOREINFO where no note holds it (a dump by a hypervisor, a stripped header): the kernel builds
 * it in a page of its own (vmcoreinfo_data, kernel/crash_core.c), so some page begins with its
 * first line. Called by kernel_open.c.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "kernel/image/kernel_private.h"

#define FIRST_KEY "OSRELEASE="
#define PAGES_PER_PART 8192u

struct scan {
	struct fb_dump *dump;
	uint64_t *parts; /* owned; those that have a page: pfn / PAGES_PER_PART */
	size_t count, room;
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
	uint64_t pfn = scan->parts[index] * PAGES_PER_PART, end = pfn + PAGES_PER_PART;
	char page[FB_PAGE_SIZE];

	for (; pfn < atomic_load(&scan->found); pfn++) {
		pfn = fb_dump_next_page(scan->dump, pfn);
		if (pfn >= end)
			break;
		struct fb_error *err = fb_dump_read_page(scan->dump, pfn, page);

		if (fb_error_is_fatal(err))
			return err;
		if (!err && is_vmcoreinfo(page))
			note_found(scan, pfn);
		fb_error_destroy(err);
	}
	return NULL;
}

/* An address space that is claimed may be far larger than what is there. */
static struct fb_error *list_parts(struct scan *scan)
{
	uint64_t pfn = fb_dump_next_page(scan->dump, 0);
	struct fb_error *err = NULL;

	while (pfn != UINT64_MAX && !err) {
		uint64_t part = pfn / PAGES_PER_PART;

		err = fb_grow_array(&scan->parts, &scan->room, scan->count, sizeof(*scan->parts),
				    FB_MAX_PFN / PAGES_PER_PART + 1, "parts of a dump");
		if (!err)
			scan->parts[scan->count++] = part;
		pfn = fb_dump_next_page(scan->dump, (part + 1) * PAGES_PER_PART);
	}
	return err ? err : fb_dump_failure(scan->dump);
}

static struct fb_error *scan_parts(struct scan *scan, struct fb_pool *pool)
{
	struct fb_error *err = list_parts(scan);

	if (!err && pool)
		err = fb_pool_for(pool, scan->count, scan_part, scan);
	else
		for (size_t i = 0; i < scan->count && !err; i++)
			err = scan_part(scan, i);
	free(scan->parts);
	return err;
}

struct fb_error *fb_vmcoreinfo_scan(struct fb_dump *dump, struct fb_pool *pool, char **text_ret)
{
	struct scan scan = {.dump = dump, .found = UINT64_MAX};
	char *text;
	struct fb_error *err = scan_parts(&scan, pool);

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
