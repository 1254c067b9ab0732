// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the pages of a kdump-compressed dump. A frame is looked up in the part of a split dump that
 * covers it; the number of set bits in front of its bit in the bitmap of that part is the index of
 * its descriptor. Called through dump.c.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/limits.h"
#include "base/search.h"
#include "base/text.h"
#include "kernel/dump/kdump_private.h"

#define COUNT_TEXT 32
/* Descriptors read at a time by fb_dump_stored(). */
#define STORED_CHUNK 8192u

static struct fb_kdump *of_dump(const struct fb_dump *dump)
{
	return (struct fb_kdump *)dump;
}

/* Index of the first part that ends behind pfn, which may start behind it too; or count. */
static size_t part_index(const struct fb_kdump *kdump, uint64_t pfn)
{
	return FB_LOWER_BOUND(i, kdump->count, kdump->parts[i].layout.end_pfn <= pfn);
}

static struct fb_kdump_part *find_part(const struct fb_kdump *kdump, uint64_t pfn)
{
	size_t index = part_index(kdump, pfn);

	if (index == kdump->count || kdump->parts[index].layout.start_pfn > pfn)
		return NULL;
	return &kdump->parts[index];
}

/* The page's descriptor and its index; *found_ret false where the bitmap has no such page. */
static struct fb_error *find_desc(struct fb_kdump_part *part, uint64_t pfn, bool *found_ret,
				  uint64_t *index_ret, struct fb_kdump_page_desc *desc_ret)
{
	struct fb_error *err;

	err = fb_kdump_bitmap_test(part->bitmap, pfn, found_ret, index_ret);
	if (!err && *found_ret)
		err = fb_kdump_descs_get(part->descs, *index_ret, desc_ret);
	return err;
}

static bool part_has_page(struct fb_dump *dump, struct fb_kdump_part *part, uint64_t pfn)
{
	struct fb_kdump_page_desc desc;
	struct fb_error *err;
	bool found = false;
	uint64_t index;

	err = find_desc(part, pfn, &found, &index, &desc);
	found = !err && found && fb_kdump_desc_good(part->descs, &desc);
	fb_dump_keep_failure(dump, err);
	return found;
}

static bool kdump_has_page(struct fb_dump *dump, uint64_t pfn)
{
	struct fb_kdump_part *part = find_part(of_dump(dump), pfn);

	return part && part_has_page(dump, part, pfn);
}

/* Whether no page of the part from pfn on is readable: its descriptor is behind the last good. */
static bool in_lost_tail(struct fb_dump *dump, struct fb_kdump_part *part, uint64_t pfn)
{
	struct fb_error *err;
	bool set, tail;
	uint64_t rank;

	if (!part->lossy)
		return false;
	err = fb_kdump_bitmap_test(part->bitmap, pfn, &set, &rank);
	tail = !err && set && rank >= part->survey.good_end;
	fb_dump_keep_failure(dump, err);
	return tail;
}

/* The first readable frame of the part at or behind pfn, or its end_pfn. */
static uint64_t next_readable(struct fb_dump *dump, struct fb_kdump_part *part, uint64_t pfn)
{
	struct fb_error *err;

	for (; pfn < part->bits_end; pfn++) {
		err = fb_kdump_bitmap_next(part->bitmap, pfn, true, &pfn);
		if (err) {
			fb_dump_keep_failure(dump, err);
			break;
		}
		if (pfn == part->bits_end || in_lost_tail(dump, part, pfn))
			break;
		if (part_has_page(dump, part, pfn))
			return pfn;
	}
	return part->layout.end_pfn;
}

/* The first frame of the part at or behind pfn that is not readable, or its end_pfn. */
static uint64_t next_unreadable(struct fb_dump *dump, struct fb_kdump_part *part, uint64_t pfn)
{
	struct fb_error *err;
	uint64_t clear;

	if (pfn >= part->bits_end)
		return pfn;
	err = fb_kdump_bitmap_next(part->bitmap, pfn, false, &clear);
	if (err) {
		fb_dump_keep_failure(dump, err);
		return pfn;
	}
	if (!part->lossy)
		return clear;
	while (pfn < clear && part_has_page(dump, part, pfn))
		pfn++;
	return pfn;
}

static uint64_t kdump_next(struct fb_dump *dump, uint64_t pfn, bool readable)
{
	struct fb_kdump *kdump = of_dump(dump);
	size_t index = part_index(kdump, pfn);
	uint64_t found;

	for (; index < kdump->count; index++) {
		struct fb_kdump_part *part = &kdump->parts[index];

		if (pfn < part->layout.start_pfn) {
			if (!readable)
				return pfn;
			pfn = part->layout.start_pfn;
		}
		found = readable ? next_readable(dump, part, pfn)
				 : next_unreadable(dump, part, pfn);
		if (found < part->layout.end_pfn)
			return found;
		pfn = found;
	}
	return readable ? UINT64_MAX : pfn;
}

static uint64_t kdump_next_meant(struct fb_dump *dump, uint64_t pfn, bool meant)
{
	struct fb_kdump *kdump = of_dump(dump);
	struct fb_error *err;
	uint64_t found;

	/* Of frames whose bits were never written nothing is known: they may have been dumped. */
	if (pfn >= dump->info.known_pfn)
		return meant ? pfn : UINT64_MAX;
	err = fb_kdump_bitmap_next(kdump->meant, pfn, meant, &found);
	if (err || (!meant && found >= dump->info.known_pfn && found < dump->info.max_pfn))
		found = UINT64_MAX;
	fb_dump_keep_failure(dump, err);
	return found;
}

static struct fb_error *page_missing(struct fb_dump *dump, uint64_t pfn)
{
	if (kdump_next_meant(dump, pfn, true) != pfn)
		return fb_dump_absent(pfn);
	if (pfn >= dump->info.known_pfn)
		return fb_error_create(
			FB_TRUNCATED,
			"page frame 0x%" PRIx64
			": the dump was not written far enough to say whether it has it",
			pfn);
	return fb_error_create(FB_TRUNCATED,
			       "page frame 0x%" PRIx64 ": in a part of the dump that is missing",
			       pfn);
}

static struct fb_error *read_stored(struct fb_kdump *kdump, struct fb_kdump_part *part,
				    const struct fb_kdump_page_desc *desc, void *page)
{
	const bool plain = !desc->flags && desc->size == FB_PAGE_SIZE;
	uint8_t data[FB_MAX_STORED_PAGE];
	struct fb_error *err;

	if (plain && desc->offset == atomic_load_explicit(&part->zeros, memory_order_relaxed)) {
		memset(page, 0, FB_PAGE_SIZE);
		return NULL;
	}
	err = fb_file_read(part->file, desc->offset, data, desc->size);
	if (!err)
		err = fb_kdump_unpack(kdump->unpackers, desc->flags, data, desc->size, page);
	if (!err && plain && fb_all_zero(page, FB_PAGE_SIZE))
		atomic_store_explicit(&part->zeros, desc->offset, memory_order_relaxed);
	return err;
}

static struct fb_error *kdump_read_page(struct fb_dump *dump, uint64_t pfn, void *page)
{
	struct fb_kdump *kdump = of_dump(dump);
	struct fb_kdump_part *part = find_part(kdump, pfn);
	struct fb_kdump_page_desc desc;
	struct fb_error *err;
	uint64_t index;
	bool found;

	if (!part)
		return page_missing(dump, pfn);
	err = find_desc(part, pfn, &found, &index, &desc);
	if (!err && !found)
		return page_missing(dump, pfn);
	if (!err)
		err = fb_kdump_desc_check(part->descs, &desc);
	if (!err)
		err = read_stored(kdump, part, &desc, page);
	return fb_error_prefix(err, "page frame 0x%" PRIx64, pfn);
}

static void kdump_destroy(struct fb_dump *dump)
{
	struct fb_kdump *kdump = of_dump(dump);
	size_t i;

	for (i = 0; i < kdump->count; i++) {
		fb_kdump_descs_destroy(kdump->parts[i].descs);
		fb_kdump_bitmap_destroy(kdump->parts[i].bitmap);
		fb_file_destroy(kdump->parts[i].file);
	}
	fb_kdump_bitmap_destroy(kdump->whole);
	fb_kdump_unpackers_destroy(kdump->unpackers);
	free(kdump->parts);
	free(kdump->header);
	pthread_mutex_destroy(&kdump->survey_lock);
	fb_dump_deinit(dump);
	free(kdump);
}

static struct fb_file *kdump_file(const struct fb_dump *dump)
{
	const struct fb_kdump *kdump = of_dump(dump);

	return kdump->count == 1 ? kdump->parts[0].file : NULL;
}

static size_t kdump_parts(const struct fb_dump *dump)
{
	return of_dump(dump)->count;
}

static struct fb_error *survey_part(struct fb_kdump *kdump, struct fb_kdump_part *part)
{
	struct fb_error *err = NULL;

	pthread_mutex_lock(&kdump->survey_lock);
	if (!part->surveyed)
		err = fb_kdump_descs_survey(part->descs, &part->survey);
	if (!err)
		part->surveyed = true;
	pthread_mutex_unlock(&kdump->survey_lock);
	return err;
}

static struct fb_error *kdump_part(struct fb_dump *dump, size_t index,
				   struct fb_dump_part *part_ret)
{
	struct fb_kdump *kdump = of_dump(dump);
	struct fb_error *err = NULL;
	struct fb_kdump_part *part;

	if (index >= kdump->count)
		return fb_error_create(FB_INVALID, "part %zu of a dump of %zu", index,
				       kdump->count);
	part = &kdump->parts[index];
	err = survey_part(kdump, part);
	if (!err)
		*part_ret = (struct fb_dump_part){part->file, fb_kdump_descs_end(part->descs),
						  part->survey.data_end};
	return err;
}

void fb_kdump_count_losses(struct fb_kdump *kdump, struct fb_kdump_part *part)
{
	struct fb_dump_info *info = &kdump->dump.info;

	part->lossy = part->survey.bad > 0;
	info->pages_dumped -= part->survey.bad;
	info->pages_lost += part->survey.bad;
	info->pages_damaged += part->survey.damaged;
}

/* A dump that seems to be cut off was surveyed when it was opened. */
static struct fb_error *kdump_survey(struct fb_dump *dump, struct fb_warnings *warnings)
{
	struct fb_kdump *kdump = of_dump(dump);
	char lost[COUNT_TEXT], all[COUNT_TEXT];
	struct fb_error *err = NULL;

	for (size_t i = 0; i < kdump->count && !err; i++) {
		struct fb_kdump_part *part = &kdump->parts[i];

		if (part->surveyed)
			continue;
		err = survey_part(kdump, part);
		if (err || !part->survey.bad)
			continue;
		fb_kdump_count_losses(kdump, part);
		dump->info.incomplete = true;
		fb_text_count(part->survey.bad, lost, sizeof(lost));
		fb_text_count(fb_kdump_bitmap_count(part->bitmap), all, sizeof(all));
		fb_warn(warnings,
			"%s: %s of %s pages are lost: no page has such a descriptor (size, flags or "
			"offset)",
			part->file->path, lost, all);
	}
	return err;
}

/* Frames of the part with a set bit, from *pfn on, into stored[].pfn; *pfn: where to go on. */
static struct fb_error *list_frames(struct fb_kdump_part *part, uint64_t *pfn,
				    struct fb_dump_stored *stored, size_t room, size_t *count_ret)
{
	struct fb_error *err;
	uint64_t at = *pfn, clear;
	size_t count = 0;

	while (count < room && at < part->bits_end) {
		err = fb_kdump_bitmap_next(part->bitmap, at, true, &at);
		if (!err)
			err = fb_kdump_bitmap_next(part->bitmap, at, false, &clear);
		if (err)
			return err;
		while (at < clear && count < room)
			stored[count++].pfn = at++;
	}
	*pfn = at;
	*count_ret = count;
	return NULL;
}

/* Fills in what list_frames() listed, without the pages that cannot be read. */
static struct fb_error *fill_stored(struct fb_kdump *kdump, struct fb_kdump_part *part,
				    struct fb_dump_stored *stored, size_t count, size_t *count_ret)
{
	struct fb_kdump_page_desc *list;
	struct fb_error *err;
	uint64_t rank = 0;
	size_t i, kept = 0;
	bool set;

	err = fb_kdump_bitmap_test(part->bitmap, stored[0].pfn, &set, &rank);
	if (err)
		return err;
	list = malloc(count * sizeof(*list));
	if (!list)
		return fb_error_nomem();
	/* A caller that asks for one page at a time usually goes on with its neighbours, whose
	 * descriptors fb_kdump_descs_get() keeps. Where many pages are asked for, all their
	 * descriptors are read at once. */
	err = count == 1 ? fb_kdump_descs_get(part->descs, rank, list)
			 : fb_kdump_descs_read(part->descs, rank, count, list);
	for (i = 0; !err && i < count; i++) {
		if (!fb_kdump_desc_good(part->descs, &list[i]))
			continue;
		stored[kept++] = (struct fb_dump_stored){
			.pfn = stored[i].pfn,
			.offset = list[i].offset,
			.size = list[i].size,
			.flags = list[i].flags,
			.page_flags = list[i].page_flags,
			.part = (uint32_t)(part - kdump->parts),
		};
	}
	free(list);
	*count_ret = kept;
	return err;
}

static struct fb_error *kdump_stored(struct fb_dump *dump, uint64_t pfn,
				     struct fb_dump_stored *stored, size_t room, size_t *count_ret)
{
	struct fb_kdump *kdump = of_dump(dump);
	size_t index = part_index(kdump, pfn), done = 0, some;
	struct fb_error *err = NULL;

	while (!err && done < room && index < kdump->count) {
		struct fb_kdump_part *part = &kdump->parts[index];

		if (pfn < part->layout.start_pfn)
			pfn = part->layout.start_pfn;
		some = room - done < STORED_CHUNK ? room - done : STORED_CHUNK;
		err = list_frames(part, &pfn, stored + done, some, &some);
		if (!err && some)
			err = fill_stored(kdump, part, stored + done, some, &some);
		if (!err)
			done += some;
		if (pfn >= part->bits_end)
			index++;
	}
	if (!err)
		*count_ret = done;
	return err;
}

static const void *kdump_header(const struct fb_dump *dump, size_t *size_ret)
{
	const struct fb_kdump *kdump = of_dump(dump);

	*size_ret = (size_t)kdump->parts[0].layout.header_size;
	return kdump->header;
}

static struct fb_error *kdump_existing(struct fb_dump *dump, uint64_t offset, void *bits,
				       size_t length)
{
	const struct fb_kdump_part *part = &of_dump(dump)->parts[0];
	uint64_t size = (part->layout.max_pfn + 7) / 8;
	size_t part_length = 0, got = 0;
	struct fb_error *err = NULL;

	if (offset < size) {
		part_length = size - offset < length ? (size_t)(size - offset) : length;
		err = fb_file_read_some(part->file, part->layout.bitmap1 + offset, bits,
					part_length, &got);
	}
	if (!err)
		memset((char *)bits + got, 0, length - got);
	return err;
}

const struct fb_dump_ops fb_kdump_ops = {
	.has_page = kdump_has_page,
	.next = kdump_next,
	.read_page = kdump_read_page,
	.next_meant = kdump_next_meant,
	.survey = kdump_survey,
	.destroy = kdump_destroy,
	.file = kdump_file,
	.parts = kdump_parts,
	.part = kdump_part,
	.stored = kdump_stored,
	.header = kdump_header,
	.existing = kdump_existing,
};
