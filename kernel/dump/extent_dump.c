// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads dumps whose pages lie uncompressed in a file. Opened by elf_vmcore.c and image_dump.c. */
#include "kernel/dump/extent_dump.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define COUNT_TEXT 32

static struct fb_extent_dump *of_dump(struct fb_dump *dump)
{
	return (struct fb_extent_dump *)dump;
}

static uint64_t page_of(uint64_t address)
{
	return address >> FB_PAGE_SHIFT;
}

static uint64_t page_behind(uint64_t address)
{
	return (address + FB_PAGE_SIZE - 1) >> FB_PAGE_SHIFT;
}

/* Whether extents hold a byte of the frame. */
static bool holds(const struct fb_extents *extents, uint64_t pfn)
{
	size_t index = fb_extents_find(extents, pfn << FB_PAGE_SHIFT);

	return index < extents->count && extents->list[index].start < (pfn + 1) << FB_PAGE_SHIFT;
}

static bool extents_has_page(struct fb_dump *dump, uint64_t pfn)
{
	return holds(&of_dump(dump)->memory, pfn);
}

/* The first frame at or behind pfn of which extents hold a byte (or none). */
static uint64_t next_held(const struct fb_extents *extents, uint64_t pfn, bool held)
{
	size_t index = fb_extents_find(extents, pfn << FB_PAGE_SHIFT);

	if (held) {
		if (index == extents->count)
			return UINT64_MAX;
		return page_of(extents->list[index].start) > pfn
			       ? page_of(extents->list[index].start)
			       : pfn;
	}
	for (; index < extents->count && page_of(extents->list[index].start) <= pfn; index++)
		pfn = page_behind(extents->list[index].start + extents->list[index].length);
	return pfn;
}

static uint64_t extents_next(struct fb_dump *dump, uint64_t pfn, bool readable)
{
	return next_held(&of_dump(dump)->memory, pfn, readable);
}

static uint64_t extents_next_meant(struct fb_dump *dump, uint64_t pfn, bool meant)
{
	return next_held(&of_dump(dump)->meant, pfn, meant);
}

static struct fb_error *read_bytes(struct fb_extent_dump *vmcore, uint64_t offset, void *to,
				   size_t length)
{
	struct fb_error *err;

	if (!vmcore->dump.info.live)
		return fb_file_read(vmcore->file, offset, to, length);
	pthread_mutex_lock(&vmcore->live_lock);
	err = fb_file_read(vmcore->file, offset, to, length);
	pthread_mutex_unlock(&vmcore->live_lock);
	return err;
}

/* Where the file holds only a part of a frame, because memory ends within a page, the rest of
 * the frame reads as zeros. */
static struct fb_error *extents_read_page(struct fb_dump *dump, uint64_t pfn, void *page)
{
	struct fb_extent_dump *vmcore = of_dump(dump);
	uint64_t start = pfn << FB_PAGE_SHIFT, end = start + FB_PAGE_SIZE;
	const struct fb_extents *memory = &vmcore->memory;
	size_t index = fb_extents_find(memory, start);
	struct fb_error *err = NULL;

	if (!holds(memory, pfn)) {
		if (holds(&vmcore->meant, pfn))
			return fb_error_create(FB_TRUNCATED,
					       "page frame 0x%" PRIx64
					       ": its data lie behind the end of the file",
					       pfn);
		return fb_dump_absent(pfn);
	}
	memset(page, 0, FB_PAGE_SIZE);
	for (; !err && index < memory->count && memory->list[index].start < end; index++) {
		const struct fb_extent *extent = &memory->list[index];
		uint64_t from = extent->start > start ? extent->start : start;
		uint64_t to = extent->start + extent->length;

		if (to > end)
			to = end;
		err = read_bytes(vmcore, extent->source + (from - extent->start),
				 (char *)page + (from - start), (size_t)(to - from));
	}
	return fb_error_prefix(err, "page frame 0x%" PRIx64, pfn);
}

/* A frame that no extent holds whole counts as data. */
static bool extents_in_hole(struct fb_dump *dump, uint64_t pfn, uint64_t *end_ret)
{
	const struct fb_extent_dump *vmcore = of_dump(dump);
	uint64_t address = pfn << FB_PAGE_SHIFT, offset, whole, data, data_end, edge, pages;
	size_t index = fb_extents_find(&vmcore->memory, address);
	const struct fb_extent *extent;
	bool hole;

	*end_ret = pfn + 1;
	if (index == vmcore->memory.count)
		return false;
	extent = &vmcore->memory.list[index];
	if (extent->start > address)
		return false;
	offset = extent->source + (address - extent->start);
	whole = page_of(extent->length - (address - extent->start));
	if (!whole)
		return false;
	fb_file_next_data(vmcore->file, offset, &data, &data_end);
	hole = data > offset && page_of(data - offset);
	edge = hole ? data : data_end;
	pages = edge > offset ? page_of(edge - offset) : 0;
	if (pages > whole)
		pages = whole;
	if (pages > 1)
		*end_ret = pfn + pages;
	return hole;
}

static void extents_destroy(struct fb_dump *dump)
{
	struct fb_extent_dump *vmcore = of_dump(dump);

	fb_extents_deinit(&vmcore->memory);
	fb_extents_deinit(&vmcore->meant);
	fb_file_destroy(vmcore->file);
	pthread_mutex_destroy(&vmcore->live_lock);
	fb_dump_deinit(dump);
	free(vmcore);
}

static const struct fb_dump_ops extent_ops = {
	.has_page = extents_has_page,
	.next = extents_next,
	.read_page = extents_read_page,
	.next_meant = extents_next_meant,
	.in_hole = extents_in_hole,
	.destroy = extents_destroy,
};

/* Frames that extents hold a byte of. */
static uint64_t count_pages(const struct fb_extents *extents)
{
	uint64_t count = 0, next = 0;
	size_t i;

	for (i = 0; i < extents->count; i++) {
		uint64_t first = page_of(extents->list[i].start);
		uint64_t end = page_behind(extents->list[i].start + extents->list[i].length);

		if (first < next)
			first = next;
		if (end > first)
			count += end - first;
		if (end > next)
			next = end;
	}
	return count;
}

struct fb_error *fb_extent_dump_create(const char *format, const struct fb_dump_input *input,
				       struct fb_extent_dump **dump_ret)
{
	struct fb_extent_dump *dump = calloc(1, sizeof(*dump));
	struct fb_error *err;

	if (!dump)
		return fb_error_nomem();
	dump->dump.info.format = format;
	dump->dump.info.stream = input->stream;
	dump->dump.info.flattened = input->flattened;
	dump->dump.info.incomplete = input->truncated;
	pthread_mutex_init(&dump->live_lock, NULL);
	err = fb_dump_init(&dump->dump, &extent_ops);
	if (err)
		fb_dump_destroy(&dump->dump);
	else
		*dump_ret = dump;
	return err;
}

void fb_extent_dump_map(struct fb_extent_dump *dump, struct fb_extents memory,
			struct fb_extents meant)
{
	dump->memory = memory;
	dump->meant = meant;
}

struct fb_error *fb_extent_dump_measure(struct fb_extent_dump *dump, uint64_t end, const char *path,
					struct fb_warnings *warnings)
{
	struct fb_dump_info *info = &dump->dump.info;
	char lost[COUNT_TEXT], all[COUNT_TEXT];

	info->max_pfn = info->known_pfn = page_behind(end);
	info->pages_dumped = count_pages(&dump->memory);
	if (dump->meant.count) {
		info->incomplete = true;
		info->pages_lost = count_pages(&dump->meant) - info->pages_dumped;
		fb_text_count(info->pages_lost, lost, sizeof(lost));
		fb_text_count(info->pages_lost + info->pages_dumped, all, sizeof(all));
		fb_warn(warnings, "%s: the dump is cut off: %s of %s pages are lost", path, lost,
			all);
	}
	if (!info->pages_dumped)
		return fb_error_create(info->pages_lost ? FB_TRUNCATED : FB_INVALID,
				       "%s: a dump of format %s without one page of memory", path,
				       info->format);
	return NULL;
}
