// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opens a kdump-compressed dump: finds its parts, what is missing of them, and its notes and
 * VMCOREINFO. Called by dump_open.c.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "kernel/dump/kdump_private.h"

#define COUNT_TEXT 32

static int compare_parts(const void *left, const void *right)
{
	const struct fb_kdump_part *a = left, *b = right;

	if (a->layout.start_pfn != b->layout.start_pfn)
		return a->layout.start_pfn < b->layout.start_pfn ? -1 : 1;
	return (a->layout.end_pfn > b->layout.end_pfn) - (a->layout.end_pfn < b->layout.end_pfn);
}

/* Takes the files of inputs and reads their headers. */
static struct fb_error *take_inputs(struct fb_kdump *kdump, struct fb_dump_input *inputs,
				    size_t count, struct fb_warnings *warnings)
{
	struct fb_error *err;
	size_t i;

	err = fb_alloc_array(count, sizeof(*kdump->parts), FB_MAX_SPLIT_PARTS,
			     "parts of a split dump", &kdump->parts);
	for (i = 0; !err && i < count; i++) {
		struct fb_kdump_part *part = &kdump->parts[i];
		struct fb_dump_info *info = &kdump->dump.info;

		part->file = inputs[i].file;
		inputs[i].file = NULL;
		kdump->count++;
		if (inputs[i].stream)
			info->stream = inputs[i].stream;
		info->flattened |= inputs[i].flattened;
		info->incomplete |= inputs[i].truncated;
		err = fb_kdump_layout_read(part->file, inputs[i].stored_size, warnings,
					   &part->layout);
	}
	return err;
}

/* Whether two parts were written of one crash. */
static bool of_one_dump(const struct fb_kdump_layout *a, const struct fb_kdump_layout *b)
{
	return a->max_pfn == b->max_pfn && a->header.bitmap_blocks == b->header.bitmap_blocks &&
	       a->header.timestamp_sec == b->header.timestamp_sec &&
	       a->header.timestamp_usec == b->header.timestamp_usec &&
	       !memcmp(&a->header.utsname, &b->header.utsname, sizeof(a->header.utsname));
}

static struct fb_error *check_parts(struct fb_kdump *kdump)
{
	const struct fb_kdump_part *first = &kdump->parts[0];
	size_t i;

	for (i = 0; kdump->count > 1 && i < kdump->count; i++) {
		const struct fb_kdump_part *part = &kdump->parts[i];

		if (!part->layout.split)
			return fb_error_create(
				FB_INVALID,
				"%s: a whole dump, not a part of a split one: give it alone",
				part->file->path);
		if (!of_one_dump(&first->layout, &part->layout))
			return fb_error_create(FB_INVALID, "%s and %s are not parts of one dump",
					       first->file->path, part->file->path);
		if (i && part[-1].layout.end_pfn > part->layout.start_pfn)
			return fb_error_create(FB_INVALID,
					       "%s and %s hold the same page frames: the same part "
					       "twice, or parts of two splits",
					       part[-1].file->path, part->file->path);
	}
	return NULL;
}

/* A frame's descriptor is known by its rank in the bitmap; how many are lost is counted only
 * where the file looks cut off. */
static struct fb_error *open_part(struct fb_kdump *kdump, struct fb_kdump_part *part)
{
	const struct fb_kdump_layout *layout = &part->layout;
	struct fb_dump_info *info = &kdump->dump.info;
	bool cut_off = false;
	struct fb_error *err;

	part->bits_end = layout->end_pfn < layout->known_pfn ? layout->end_pfn : layout->known_pfn;
	if (part->bits_end < layout->start_pfn)
		part->bits_end = layout->start_pfn;
	err = fb_kdump_bitmap_create(part->file, layout->bitmap2, layout->start_pfn, part->bits_end,
				     &part->bitmap);
	if (!err)
		err = fb_kdump_descs_create(part->file, layout->descs,
					    fb_kdump_bitmap_count(part->bitmap), &part->descs);
	if (!err)
		err = fb_kdump_descs_cut_off(part->descs, &cut_off);
	if (err)
		return err;
	if (cut_off || layout->known_pfn < layout->max_pfn ||
	    layout->header.status & FB_KDUMP_STATUS_INCOMPLETE)
		info->incomplete = true;
	if (info->incomplete) {
		err = fb_kdump_descs_survey(part->descs, &part->survey);
		part->surveyed = !err;
	}
	info->pages_dumped += fb_kdump_bitmap_count(part->bitmap);
	if (part->surveyed)
		fb_kdump_count_losses(kdump, part);
	return err;
}

static bool has_gaps(const struct fb_kdump *kdump)
{
	uint64_t end = 0;
	size_t i;

	for (i = 0; i < kdump->count; i++) {
		if (kdump->parts[i].layout.start_pfn != end)
			return true;
		end = kdump->parts[i].layout.end_pfn;
	}
	return end != kdump->parts[0].layout.max_pfn;
}

/* makedumpfile may write the bitmap piece by piece, each with its pages (cyclic mode), but counts all of
 * them first: their data begin behind as many descriptors. Where the bitmap has fewer, it was not
 * finished. */
static bool bitmap_is_finished(const struct fb_kdump_part *part)
{
	return !part->surveyed || !fb_kdump_bitmap_count(part->bitmap) ||
	       (part->survey.good_end &&
		part->survey.data_start == fb_kdump_descs_end(part->descs));
}

/* The clear bits behind the last set one of an unfinished bitmap are what was never written. */
static struct fb_error *find_known_end(struct fb_kdump *kdump)
{
	bool finished = true;
	struct fb_error *err;
	uint64_t end;

	kdump->dump.info.known_pfn = kdump->parts[0].layout.known_pfn;
	for (size_t i = 0; i < kdump->count; i++)
		finished &= bitmap_is_finished(&kdump->parts[i]);
	if (finished)
		return NULL;
	err = fb_kdump_bitmap_end(kdump->meant, &end);
	if (!err && end < kdump->dump.info.known_pfn)
		kdump->dump.info.known_pfn = end;
	return err;
}

/* Every part has the bitmap of the whole dump, so what the missing ones held is known. */
static struct fb_error *count_missing(struct fb_kdump *kdump, struct fb_warnings *warnings)
{
	const struct fb_kdump_part *first = &kdump->parts[0];
	uint64_t count = fb_kdump_bitmap_count(kdump->whole);
	struct fb_dump_info *info = &kdump->dump.info;
	char lost[COUNT_TEXT], all[COUNT_TEXT];

	for (size_t i = 0; i < kdump->count; i++) {
		uint64_t here = fb_kdump_bitmap_count(kdump->parts[i].bitmap);

		count -= here < count ? here : count;
	}
	if (!count)
		return NULL;
	kdump->pages_missing = count;
	info->pages_lost += count;
	fb_warn(warnings, "%s: a part of the split dump is missing, and %s of %s pages with it",
		first->file->path, fb_text_count(count, lost, sizeof(lost)),
		fb_text_count(info->pages_dumped + info->pages_lost, all, sizeof(all)));
	return NULL;
}

/* What tells lost pages from those that were never dumped. */
static struct fb_error *find_losses(struct fb_kdump *kdump, struct fb_warnings *warnings)
{
	const struct fb_kdump_part *first = &kdump->parts[0];
	struct fb_error *err;

	if (kdump->count == 1 && !has_gaps(kdump)) {
		kdump->meant = first->bitmap;
		return find_known_end(kdump);
	}
	err = fb_kdump_bitmap_create(first->file, first->layout.bitmap2, 0, first->layout.known_pfn,
				     &kdump->whole);
	if (err)
		return err;
	kdump->meant = kdump->whole;
	err = find_known_end(kdump);
	return err ? err : count_missing(kdump, warnings);
}

/* Notes and VMCOREINFO stand where the sub-header says; a dump without them still has pages. */
static struct fb_error *read_texts(struct fb_kdump *kdump, struct fb_warnings *warnings)
{
	const struct fb_kdump_part *part = &kdump->parts[0];
	const struct fb_kdump_sub_header *sub = &part->layout.sub;
	struct fb_dump *dump = &kdump->dump;
	const char *path = part->file->path;
	struct fb_error *err;
	void *data;

	err = fb_kdump_read_area(part->file, sub->offset_vmcoreinfo, sub->size_vmcoreinfo,
				 FB_MAX_VMCOREINFO, "VMCOREINFO", warnings, &data);
	if (!err) {
		err = fb_dump_set_vmcoreinfo(dump, data, (size_t)sub->size_vmcoreinfo);
		free(data);
	}
	if (!err)
		err = fb_kdump_read_area(part->file, sub->offset_note, sub->size_note, FB_MAX_NOTES,
					 "the ELF notes", warnings, &data);
	if (!err && data)
		err = fb_dump_notes_init(data, (size_t)sub->size_note, path, warnings,
					 &dump->notes);
	if (!err)
		err = fb_dump_set_vmcoreinfo(dump, dump->notes.vmcoreinfo.desc,
					     dump->notes.vmcoreinfo.size);
	if (!err && (sub->offset_eraseinfo > part->file->size ||
		     sub->size_eraseinfo > part->file->size - sub->offset_eraseinfo))
		fb_warn(warnings, "%s: eraseinfo lies behind the end of the file", path);
	return err;
}

static struct fb_error *read_header_blocks(struct fb_kdump *kdump)
{
	const struct fb_kdump_part *part = &kdump->parts[0];

	kdump->header = malloc((size_t)part->layout.header_size);
	if (!kdump->header)
		return fb_error_nomem();
	return fb_file_read(part->file, 0, kdump->header, (size_t)part->layout.header_size);
}

static struct fb_error *fill_info(struct fb_kdump *kdump, struct fb_warnings *warnings)
{
	const struct fb_kdump_part *part = &kdump->parts[0];
	const struct fb_kdump_layout *layout = &part->layout;
	struct fb_dump_info *info = &kdump->dump.info;
	char lost[COUNT_TEXT], all[COUNT_TEXT];
	uint64_t lost_here;

	info->format = "kdump-compressed";
	info->split = layout->split;
	info->max_pfn = layout->max_pfn;
	info->dump_level = layout->sub.dump_level;
	info->machine = layout->header.utsname.machine;
	info->release = layout->header.utsname.release;
	info->crash_time = layout->header.timestamp_sec;
	if (info->pages_lost && !info->pages_dumped)
		return fb_error_create(
			FB_TRUNCATED,
			"%s: not one page of it can be read: it is cut off or overwritten, copy it again",
			part->file->path);
	lost_here = info->pages_lost - kdump->pages_missing;
	fb_text_count(lost_here, lost, sizeof(lost));
	fb_text_count(info->pages_lost + info->pages_dumped, all, sizeof(all));
	if (lost_here)
		fb_warn(warnings, "%s: the dump is incomplete: %s of %s pages are lost",
			part->file->path, lost, all);
	else if (info->incomplete)
		fb_warn(warnings,
			"%s: the dump is marked incomplete: makedumpfile did not finish it",
			part->file->path);
	info->incomplete |= info->pages_lost > 0;
	return fb_kdump_bitmap_popcount(part->file, layout->bitmap1, 0, layout->known_pfn,
					&info->pages_existing);
}

static struct fb_error *open_kdump(struct fb_kdump *kdump, struct fb_dump_input *inputs,
				   size_t count, struct fb_warnings *warnings)
{
	struct fb_error *err;
	size_t i;

	err = fb_kdump_unpackers_create(&kdump->unpackers);
	if (!err)
		err = take_inputs(kdump, inputs, count, warnings);
	if (err)
		return err;
	qsort(kdump->parts, count, sizeof(*kdump->parts), compare_parts);
	err = check_parts(kdump);
	for (i = 0; !err && i < count; i++)
		err = open_part(kdump, &kdump->parts[i]);
	if (!err)
		err = find_losses(kdump, warnings);
	if (!err)
		err = read_header_blocks(kdump);
	if (!err)
		err = read_texts(kdump, warnings);
	return err ? err : fill_info(kdump, warnings);
}

struct fb_error *fb_kdump_open(struct fb_dump_input *inputs, size_t count,
			       struct fb_warnings *warnings, struct fb_dump **dump_ret)
{
	struct fb_kdump *kdump = calloc(1, sizeof(*kdump));
	struct fb_error *err;

	if (!kdump)
		return fb_error_nomem();
	pthread_mutex_init(&kdump->survey_lock, NULL);
	err = fb_dump_init(&kdump->dump, &fb_kdump_ops);
	if (!err)
		err = open_kdump(kdump, inputs, count, warnings);
	if (err)
		fb_dump_destroy(&kdump->dump);
	else
		*dump_ret = &kdump->dump;
	return err;
}
