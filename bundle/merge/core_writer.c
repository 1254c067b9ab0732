// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Cuts the file of a core into pieces: pages that a frame of the dump holds, other pages, and what
 * lies between the segments. The other pages go to the page store in batches; the extents of the
 * pieces of a batch are written when the batch is stored. Called by fiber_writer.c for each core.
 */
#include "bundle/merge/core_writer.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "bundle/match/core_ranges.h"

#define MAX_PIECES 4096u

struct piece {
	bool loose;
	enum fb_fiber_extent_kind kind; /* where not loose */
	uint64_t length;
	uint64_t value; /* of the extent; index in the batch where loose */
};

struct core_writer {
	struct fb_section *section;
	struct fb_page_store *store;
	const struct fb_core *core;
	struct fb_file *file; /* of core */
	uint32_t index;
	struct fb_buf literals;
	struct fb_fiber_extent *extents; /* owned */
	size_t extent_count, extent_room;
	struct piece pieces[MAX_PIECES];
	size_t piece_count;
	struct fb_loose_page loose[FB_STORE_BATCH];
	size_t loose_count;
	/* [known, data_start) is a hole of the file, [data_start, data_end) is not. */
	uint64_t known, data_start, data_end;
	uint64_t stored; /* pages */
	void (*done)(void *context, uint64_t bytes);
	void *done_context;
};

/* Whether an extent of that kind and value goes on where last ends. */
static bool continues(const struct fb_fiber_extent *last, enum fb_fiber_extent_kind kind,
		      uint64_t value)
{
	uint64_t length = last->kind_length & FB_FIBER_EXTENT_LENGTH_MASK;

	if (last->kind_length >> FB_FIBER_EXTENT_KIND_SHIFT != kind)
		return false;
	switch (kind) {
	case FB_FIBER_EXTENT_ZERO:
		return true;
	case FB_FIBER_EXTENT_LITERAL:
		return last->value + length == value;
	case FB_FIBER_EXTENT_FRAME:
	case FB_FIBER_EXTENT_STORED:
		return length % FB_PAGE_SIZE == 0 &&
		       last->value + (length >> FB_PAGE_SHIFT) == value;
	}
	return false;
}

static struct fb_error *add_extent(struct core_writer *writer, enum fb_fiber_extent_kind kind,
				   uint64_t length, uint64_t value)
{
	struct fb_error *err;

	if (writer->extent_count &&
	    continues(&writer->extents[writer->extent_count - 1], kind, value)) {
		writer->extents[writer->extent_count - 1].kind_length += length;
		return NULL;
	}
	err = fb_grow_array(&writer->extents, &writer->extent_room, writer->extent_count,
			    sizeof(*writer->extents), FB_MAX_EXTENTS, "pieces of a core");
	if (!err)
		writer->extents[writer->extent_count++] = (struct fb_fiber_extent){
			.kind_length = (uint64_t)kind << FB_FIBER_EXTENT_KIND_SHIFT | length,
			.value = value};
	return err;
}

static struct fb_error *add_loose_extent(struct core_writer *writer,
					 const struct fb_loose_page *page)
{
	if (page->zero)
		return add_extent(writer, FB_FIBER_EXTENT_ZERO, page->length, 0);
	return add_extent(writer, FB_FIBER_EXTENT_STORED, page->length, page->slot);
}

static struct fb_error *flush(struct core_writer *writer)
{
	uint64_t bytes = 0;
	size_t stored;
	struct fb_error *err;

	err = fb_page_store_put(writer->store, writer->index, writer->loose, writer->loose_count,
				&stored);
	if (!err)
		writer->stored += stored;
	for (size_t i = 0; i < writer->piece_count && !err; i++) {
		const struct piece *piece = &writer->pieces[i];

		bytes += piece->length;
		err = piece->loose ? add_loose_extent(writer, &writer->loose[piece->value])
				   : add_extent(writer, piece->kind, piece->length, piece->value);
	}
	writer->piece_count = writer->loose_count = 0;
	if (!err && writer->done)
		writer->done(writer->done_context, bytes);
	return err;
}

static struct fb_error *add_piece(struct core_writer *writer, const struct piece *piece)
{
	if (writer->piece_count == MAX_PIECES) {
		struct fb_error *err = flush(writer);

		if (err)
			return err;
	}
	writer->pieces[writer->piece_count++] = *piece;
	return NULL;
}

/* Bytes of the hole that the file has at offset; 0: none. */
static uint64_t hole_at(struct core_writer *writer, uint64_t offset)
{
	if (offset < writer->known || offset >= writer->data_end) {
		writer->known = offset;
		fb_file_next_data(writer->file, offset, &writer->data_start, &writer->data_end);
	}
	return offset < writer->data_start ? writer->data_start - offset : 0;
}

static struct fb_error *add_zeros(struct core_writer *writer, uint64_t length)
{
	return add_piece(writer, &(struct piece){.kind = FB_FIBER_EXTENT_ZERO, .length = length});
}

static struct fb_error *add_loose_pages(struct core_writer *writer, uint64_t offset,
					uint64_t length)
{
	struct fb_error *err = NULL;

	while (length && !err) {
		uint32_t size = length < FB_PAGE_SIZE ? (uint32_t)length : FB_PAGE_SIZE;
		struct piece piece = {.loose = true, .length = size};

		if (writer->loose_count == FB_STORE_BATCH || writer->piece_count == MAX_PIECES)
			err = flush(writer);
		if (err)
			break;
		piece.value = writer->loose_count;
		writer->loose[writer->loose_count++] =
			(struct fb_loose_page){.file_offset = offset, .length = size};
		err = add_piece(writer, &piece);
		offset += size;
		length -= size;
	}
	return err;
}

/* Pages, the last of which may be cut short; what lies in a hole is not read. */
static struct fb_error *add_loose(struct core_writer *writer, uint64_t offset, uint64_t length)
{
	struct fb_error *err = NULL;

	while (length && !err) {
		uint64_t hole = hole_at(writer, offset), part;

		if (hole >= length)
			return add_zeros(writer, length);
		/* A page of which some is data is read. */
		part = hole & FB_PAGE_MASK;
		if (part) {
			err = add_zeros(writer, part);
		} else {
			part = (writer->data_end - offset + FB_PAGE_SIZE - 1) & FB_PAGE_MASK;
			if (part > length)
				part = length;
			err = add_loose_pages(writer, offset, part);
		}
		offset += part;
		length -= part;
	}
	return err;
}

/* A piece that is no page and lies in no hole. It is kept as a literal, or in the page store
 * where there is no more room for literals. */
static struct fb_error *add_literals(struct core_writer *writer, uint64_t offset, uint64_t length)
{
	size_t room = writer->literals.maximum - writer->literals.size;
	struct piece piece = {.kind = FB_FIBER_EXTENT_LITERAL, .value = writer->literals.size};
	struct fb_error *err;
	void *to;

	piece.length = length < room ? length : room;
	if (piece.length) {
		err = fb_buf_reserve(&writer->literals, (size_t)piece.length, &to);
		if (!err)
			err = fb_file_read(writer->file, offset, to, (size_t)piece.length);
		if (err)
			return err;
		fb_buf_commit(&writer->literals, (size_t)piece.length);
		err = add_piece(writer, &piece);
		if (err)
			return err;
	}
	return add_loose(writer, offset + piece.length, length - piece.length);
}

/* Bytes that are in no page. */
static struct fb_error *add_gap(struct core_writer *writer, uint64_t offset, uint64_t length)
{
	struct fb_error *err = NULL;

	while (length && !err) {
		uint64_t hole = hole_at(writer, offset);
		uint64_t part = hole ? hole : writer->data_end - offset;

		if (part > length)
			part = length;
		err = hole ? add_zeros(writer, part) : add_literals(writer, offset, part);
		offset += part;
		length -= part;
	}
	return err;
}

/* The runs of frames that are not used up yet. A run may go on in the next range. */
struct frame_cursor {
	const struct fb_core_frames *frames;
	size_t run;
	uint64_t page; /* in the run */
};

static struct fb_error *add_range(struct core_writer *writer, const struct fb_core_range *range,
				  struct frame_cursor *next)
{
	uint64_t at = range->file_offset;
	uint64_t end = at + (range->pages << FB_PAGE_SHIFT);
	struct fb_error *err = NULL;

	while (at < end && !err) {
		const struct fb_frame_run *run;
		struct piece piece = {.kind = FB_FIBER_EXTENT_FRAME};
		uint64_t pages, start;

		if (next->run == next->frames->count)
			return add_loose(writer, at, end - at);
		run = &next->frames->runs[next->run];
		if (run->file_offset + (next->page << FB_PAGE_SHIFT) >= end)
			return add_loose(writer, at, end - at);
		start = run->file_offset + (next->page << FB_PAGE_SHIFT);
		pages = (end - start) >> FB_PAGE_SHIFT;
		if (pages > run->pages - next->page)
			pages = run->pages - next->page;
		piece.length = pages << FB_PAGE_SHIFT;
		piece.value = run->pfn + next->page;
		err = add_loose(writer, at, start - at);
		if (!err)
			err = add_piece(writer, &piece);
		at = start + piece.length;
		next->page += pages;
		if (next->page == run->pages) {
			next->page = 0;
			next->run++;
		}
	}
	return err;
}

static struct fb_error *add_file(struct core_writer *writer, const struct fb_core *core,
				 const struct fb_core_frames *frames)
{
	struct frame_cursor next = {.frames = frames};
	struct fb_core_ranges ranges;
	uint64_t at = 0;
	struct fb_error *err;

	err = fb_core_ranges_create(core, &ranges);
	if (err)
		return err;
	for (size_t i = 0; i < ranges.count && !err; i++) {
		const struct fb_core_range *range = &ranges.list[i];

		err = add_gap(writer, at, range->file_offset - at);
		if (!err)
			err = add_range(writer, range, &next);
		at = range->file_offset + (range->pages << FB_PAGE_SHIFT);
	}
	fb_core_ranges_deinit(&ranges);
	if (!err)
		err = add_gap(writer, at, writer->file->size - at);
	return err ? err : flush(writer);
}

static struct fb_error *write_record(struct core_writer *writer)
{
	const char *name = fb_core_name(writer->core);
	struct fb_fiber_core_record record = {
		.size = writer->file->size,
		.mtime_ns = writer->file->mtime_ns,
		.name_length = (uint32_t)strnlen(name, FB_MAX_STRING),
	};
	struct fb_error *err;
	struct fb_buf raw;

	fb_buf_init(&raw, sizeof(record) + FB_MAX_STRING);
	err = fb_buf_append(&raw, &record, sizeof(record));
	if (!err)
		err = fb_buf_append(&raw, name, record.name_length);
	if (!err)
		err = fb_section_part(writer->section, FB_FIBER_CORE, writer->index, raw.data,
				      raw.size, NULL);
	fb_buf_deinit(&raw);
	return err;
}

static struct fb_error *write_parts(struct core_writer *writer)
{
	struct fb_scratch *scratch;
	struct fb_error *err;

	err = fb_scratch_take(writer->store->scratches, &scratch);
	if (err)
		return err;
	err = write_record(writer);
	if (!err)
		err = fb_section_part(writer->section, FB_FIBER_LITERALS, writer->index,
				      writer->literals.data, writer->literals.size, scratch);
	if (!err)
		err = fb_section_part(writer->section, FB_FIBER_EXTENTS, writer->index,
				      writer->extents,
				      writer->extent_count * sizeof(*writer->extents), scratch);
	fb_scratch_give(writer->store->scratches, scratch);
	return err;
}

struct fb_error *fb_core_write(struct fb_section *section, struct fb_page_store *store,
			       struct fb_core *core, uint32_t index,
			       const struct fb_core_frames *frames,
			       void (*done)(void *context, uint64_t bytes), void *done_context)
{
	struct core_writer *writer = calloc(1, sizeof(*writer));
	uint64_t start = section->end;
	struct fb_error *err;

	if (!writer)
		return fb_error_nomem();
	writer->section = section;
	writer->store = store;
	writer->core = core;
	writer->file = fb_core_file(core);
	writer->index = index;
	writer->done = done;
	writer->done_context = done_context;
	fb_buf_init(&writer->literals, FB_MAX_LITERALS);
	err = add_file(writer, core, frames);
	if (!err && section->end > start)
		err = fb_section_groups(section, index, start, writer->stored << FB_PAGE_SHIFT);
	if (!err)
		err = write_parts(writer);
	fb_buf_deinit(&writer->literals);
	free(writer->extents);
	free(writer);
	return fb_error_prefix(err, "%s", fb_core_info(core)->path);
}
