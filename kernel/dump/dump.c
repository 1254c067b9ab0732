// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads pages and physical memory of a dump of any format: through the cache of pages, and where a page is not in it,
 * by the functions of the format. Called by whatever reads memory of a dump; dump_open.c makes the dump.
 */
#include "kernel/dump/dump.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/dump/dump_private.h"

void fb_dump_destroy(struct fb_dump *dump)
{
	if (dump)
		dump->ops->destroy(dump);
}

const struct fb_dump_info *fb_dump_info(const struct fb_dump *dump)
{
	return &dump->info;
}

bool fb_dump_has_page(struct fb_dump *dump, uint64_t pfn)
{
	return pfn < dump->info.max_pfn && dump->ops->has_page(dump, pfn);
}

uint64_t fb_dump_next_page(struct fb_dump *dump, uint64_t pfn)
{
	return pfn < dump->info.max_pfn ? dump->ops->next(dump, pfn, true) : UINT64_MAX;
}

uint64_t fb_dump_run_end(struct fb_dump *dump, uint64_t pfn)
{
	const uint64_t end = dump->ops->next(dump, pfn, false);

	if (end > dump->info.max_pfn)
		return dump->info.max_pfn;
	return end > pfn ? end : pfn + 1;
}

void fb_dump_keep_failure(struct fb_dump *dump, struct fb_error *err)
{
	const bool kept = fb_error_is_fatal(err) || fb_error_is(err, FB_CORRUPT);
	struct fb_error *none = NULL;

	if (!kept || !atomic_compare_exchange_strong(&dump->failure, &none, err))
		fb_error_destroy(err);
}

struct fb_error *fb_dump_failure(const struct fb_dump *dump)
{
	const struct fb_error *failure = atomic_load(&dump->failure);

	return failure ? fb_error_create(fb_error_code(failure), "%s", fb_error_message(failure))
		       : NULL;
}

struct fb_error *fb_dump_absent(uint64_t pfn)
{
	return fb_error_create(FB_ABSENT, "page frame 0x%" PRIx64 ": not in the dump", pfn);
}

struct fb_error *fb_dump_read_page(struct fb_dump *dump, uint64_t pfn, void *page)
{
	if (pfn >= dump->info.max_pfn)
		return fb_dump_absent(pfn);
	return dump->ops->read_page(dump, pfn, page);
}

bool fb_dump_in_hole(struct fb_dump *dump, uint64_t pfn, uint64_t *end_ret)
{
	if (dump->ops->in_hole)
		return dump->ops->in_hole(dump, pfn, end_ret);
	*end_ret = UINT64_MAX;
	return false;
}

struct fb_error *fb_dump_survey(struct fb_dump *dump, struct fb_warnings *warnings)
{
	return dump->ops->survey ? dump->ops->survey(dump, warnings) : NULL;
}

uint64_t fb_dump_next_lost(struct fb_dump *dump, uint64_t pfn)
{
	const struct fb_dump_ops *ops = dump->ops;

	while (ops->next_meant && pfn < dump->info.known_pfn) {
		pfn = ops->next_meant(dump, pfn, true);
		if (pfn >= dump->info.known_pfn)
			break;
		if (!ops->has_page(dump, pfn))
			return pfn;
		pfn = ops->next(dump, pfn, false);
	}
	return UINT64_MAX;
}

/* A part of one page. Whole pages are read by scans, which would only sweep the cache clean. */
static struct fb_error *read_within(struct fb_dump *dump, uint64_t pfn, size_t offset, void *to,
				    size_t length)
{
	uint8_t page[FB_PAGE_SIZE];
	struct fb_error *err;

	if (fb_page_cache_read(dump->cache, pfn, offset, to, length))
		return NULL;
	if (length == FB_PAGE_SIZE)
		return fb_dump_read_page(dump, pfn, to);
	err = fb_dump_read_page(dump, pfn, page);
	if (err)
		return err;
	fb_page_cache_insert(dump->cache, pfn, page);
	memcpy(to, page + offset, length);
	return NULL;
}

static struct fb_dump *of_space(struct fb_space *space)
{
	return (struct fb_dump *)((char *)space - offsetof(struct fb_dump, physical));
}

static struct fb_error *physical_read(struct fb_space *space, uint64_t address, void *to,
				      size_t length)
{
	struct fb_dump *dump = of_space(space);
	struct fb_error *err = NULL;

	while (!err && length) {
		size_t offset = (size_t)(address % FB_PAGE_SIZE);
		size_t part = FB_PAGE_SIZE - offset < length ? FB_PAGE_SIZE - offset : length;

		err = read_within(dump, address >> FB_PAGE_SHIFT, offset, to, part);
		to = (char *)to + part;
		address += part;
		length -= part;
	}
	return err;
}

enum fb_absence fb_dump_page_absence(struct fb_dump *dump, uint64_t pfn)
{
	if (pfn >= dump->info.max_pfn)
		return FB_ABSENCE_UNMAPPED;
	if (dump->ops->next_meant && dump->ops->next_meant(dump, pfn, true) == pfn)
		return FB_ABSENCE_TRUNCATED;
	return FB_ABSENCE_FILTERED;
}

/* The exclusive end of the frames from pfn on, up to limit, that are like it. */
static uint64_t run_end(struct fb_dump *dump, uint64_t pfn, uint64_t limit, enum fb_absence absence)
{
	uint64_t end, other;

	if (absence == FB_ABSENCE_UNMAPPED)
		return limit;
	if (limit > dump->info.max_pfn)
		limit = dump->info.max_pfn;
	end = dump->ops->next(dump, pfn, absence != FB_ABSENCE_NONE);
	if (absence != FB_ABSENCE_NONE && dump->ops->next_meant) {
		other = dump->ops->next_meant(dump, pfn, absence == FB_ABSENCE_FILTERED);
		if (other < end)
			end = other;
	}
	return end < limit ? end : limit;
}

static struct fb_error *physical_locate(struct fb_space *space, uint64_t address, uint64_t length,
					struct fb_run *run_ret)
{
	struct fb_dump *dump = of_space(space);
	uint64_t pfn = address >> FB_PAGE_SHIFT, end;
	uint64_t limit = ((address + (length - 1)) >> FB_PAGE_SHIFT) + 1;
	bool readable = fb_dump_has_page(dump, pfn);
	struct fb_run run = {
		.start = address,
		.length = length,
		.origin =
			{
				.source = readable ? FB_SOURCE_VMCORE : FB_SOURCE_ABSENT,
				.absence = readable ? FB_ABSENCE_NONE
						    : fb_dump_page_absence(dump, pfn),
				.physical = address,
				.has_physical = true,
			},
	};

	end = run_end(dump, pfn, limit, run.origin.absence);
	if (end < limit)
		run.length = (end << FB_PAGE_SHIFT) - address;
	*run_ret = run;
	return NULL;
}

static const struct fb_space_ops physical_ops = {physical_read, physical_locate};

struct fb_error *fb_dump_init(struct fb_dump *dump, const struct fb_dump_ops *ops)
{
	dump->ops = ops;
	dump->physical = (struct fb_space){&physical_ops, "physical memory"};
	dump->info.dump_level = -1;
	dump->info.machine = "";
	dump->info.release = "";
	return fb_page_cache_create(&dump->cache);
}

void fb_dump_deinit(struct fb_dump *dump)
{
	fb_page_cache_destroy(dump->cache);
	fb_dump_notes_deinit(&dump->notes);
	fb_error_destroy(atomic_load(&dump->failure));
	free(dump->vmcoreinfo);
}

struct fb_error *fb_dump_set_vmcoreinfo(struct fb_dump *dump, const void *text, size_t size)
{
	if (dump->vmcoreinfo || !text || !size)
		return NULL;
	dump->vmcoreinfo = strndup(text, size);
	return dump->vmcoreinfo ? NULL : fb_error_nomem();
}

struct fb_space *fb_dump_physical(struct fb_dump *dump)
{
	return &dump->physical;
}

const char *fb_dump_vmcoreinfo(const struct fb_dump *dump)
{
	return dump->vmcoreinfo;
}

const void *fb_dump_notes(const struct fb_dump *dump, size_t *size_ret)
{
	*size_ret = dump->notes.size;
	return dump->notes.data;
}

const void *fb_dump_prstatus(const struct fb_dump *dump, size_t index, size_t *size_ret)
{
	if (index >= dump->notes.prstatus_count)
		return NULL;
	*size_ret = dump->notes.prstatus[index].size;
	return dump->notes.prstatus[index].desc;
}

size_t fb_dump_parts(const struct fb_dump *dump)
{
	return dump->ops->parts ? dump->ops->parts(dump) : 0;
}

/* For the functions that only kdump-compressed dumps have. */
static struct fb_error *not_stored(const struct fb_dump *dump)
{
	return fb_error_create(FB_UNSUPPORTED, "a dump of format %s has no stored pages",
			       dump->info.format);
}

struct fb_error *fb_dump_part(struct fb_dump *dump, size_t index, struct fb_dump_part *part_ret)
{
	return dump->ops->part ? dump->ops->part(dump, index, part_ret) : not_stored(dump);
}

struct fb_error *fb_dump_stored(struct fb_dump *dump, uint64_t pfn, struct fb_dump_stored *stored,
				size_t room, size_t *count_ret)
{
	if (!dump->ops->stored)
		return not_stored(dump);
	return dump->ops->stored(dump, pfn, stored, room, count_ret);
}

struct fb_file *fb_dump_file(const struct fb_dump *dump)
{
	return dump->ops->file ? dump->ops->file(dump) : NULL;
}

const void *fb_dump_kdump_header(const struct fb_dump *dump, size_t *size_ret)
{
	return dump->ops->header ? dump->ops->header(dump, size_ret) : NULL;
}

struct fb_error *fb_dump_existing_bitmap(struct fb_dump *dump, uint64_t offset, void *bits,
					 size_t length)
{
	if (!dump->ops->existing)
		return not_stored(dump);
	return dump->ops->existing(dump, offset, bits, length);
}
