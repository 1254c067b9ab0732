// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A core of a bundle as a file: its extents, found by the offset, lead to the literals, to frames
 * of the dump, to stored pages, or are zeros. Read like any other core by user/core.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/search.h"
#include "bundle/file/fiber_private.h"

/* An extent as it is used: from the end of the one before. */
struct piece {
	uint64_t end; /* offset in the core's file, exclusive */
	uint64_t value;
};

struct core_file {
	struct fb_file file; /* first */
	struct fb_dump *dump;
	struct fb_fiber_store *store;
	struct piece *pieces; /* owned */
	uint8_t *kinds;       /* owned; enum fb_fiber_extent_kind of each */
	size_t piece_count;
	uint8_t *literals; /* owned */
	size_t literals_size;
};

static uint64_t piece_start(const struct core_file *core, size_t piece)
{
	return piece ? core->pieces[piece - 1].end : 0;
}

/* The piece that holds offset, which is in the file. */
static size_t find_piece(const struct core_file *core, uint64_t offset)
{
	return FB_LOWER_BOUND(i, core->piece_count, core->pieces[i].end <= offset);
}

/* length bytes at `at` of a piece of frames, within one page. */
static struct fb_error *read_frame(struct core_file *core, uint64_t pfn, size_t in_page, void *to,
				   size_t length)
{
	if (length == FB_PAGE_SIZE)
		return fb_dump_read_page(core->dump, pfn, to);
	/* Small reads come in numbers: the physical space keeps the page decompressed. */
	return fb_space_read(fb_dump_physical(core->dump), (pfn << FB_PAGE_SHIFT) + in_page, to,
			     length);
}

/* length bytes from `at` in the piece, which holds them. */
static struct fb_error *read_piece(struct core_file *core, size_t index, uint64_t at, uint8_t *to,
				   size_t length)
{
	uint64_t value = core->pieces[index].value;
	struct fb_error *err = NULL;

	if (core->kinds[index] == FB_FIBER_EXTENT_ZERO) {
		memset(to, 0, length);
		return NULL;
	}
	if (core->kinds[index] == FB_FIBER_EXTENT_LITERAL) {
		memcpy(to, core->literals + value + at, length);
		return NULL;
	}
	while (length && !err) {
		size_t in_page = at % FB_PAGE_SIZE;
		size_t room = FB_PAGE_SIZE - in_page;
		size_t part = length < room ? length : room;
		uint64_t page = value + (at >> FB_PAGE_SHIFT);

		if (core->kinds[index] == FB_FIBER_EXTENT_FRAME)
			err = read_frame(core, page, in_page, to, part);
		else
			err = fb_fiber_store_read(core->store, page, in_page, to, part);
		at += part;
		to += part;
		length -= part;
	}
	return err;
}

static struct fb_error *core_file_read(struct fb_file *file, uint64_t offset, void *to,
				       size_t length, size_t *read_ret)
{
	struct core_file *core = (struct core_file *)file;
	size_t done = 0, index = find_piece(core, offset);
	struct fb_error *err;

	if (length > file->size - offset)
		length = (size_t)(file->size - offset);
	while (done < length) {
		uint64_t left = core->pieces[index].end - offset;
		size_t part = length - done < left ? length - done : (size_t)left;

		err = read_piece(core, index, offset - piece_start(core, index),
				 (uint8_t *)to + done, part);
		if (err)
			return fb_error_prefix(err, "%s: offset 0x%" PRIx64, file->path, offset);
		done += part;
		offset += part;
		index++;
	}
	*read_ret = done;
	return NULL;
}

static void core_file_next_data(struct fb_file *file, uint64_t offset, uint64_t *start_ret,
				uint64_t *end_ret)
{
	const struct core_file *core = (const struct core_file *)file;
	size_t index = find_piece(core, offset);

	while (index < core->piece_count && core->kinds[index] == FB_FIBER_EXTENT_ZERO)
		offset = core->pieces[index++].end;
	*start_ret = offset;
	while (index < core->piece_count && core->kinds[index] != FB_FIBER_EXTENT_ZERO)
		offset = core->pieces[index++].end;
	*end_ret = offset;
}

static void core_file_destroy(struct fb_file *file)
{
	struct core_file *core = (struct core_file *)file;

	free(core->pieces);
	free(core->kinds);
	free(core->literals);
	free(file->path);
	free(core);
}

static const struct fb_file_ops core_file_ops = {
	.read = core_file_read,
	.next_data = core_file_next_data,
	.destroy = core_file_destroy,
};

static bool extent_is_valid(const struct core_file *core, unsigned kind, uint64_t length,
			    uint64_t value)
{
	uint64_t pages = (length + FB_PAGE_SIZE - 1) >> FB_PAGE_SHIFT;

	switch (kind) {
	case FB_FIBER_EXTENT_ZERO:
		return value == 0;
	case FB_FIBER_EXTENT_LITERAL:
		return value <= core->literals_size && length <= core->literals_size - value;
	case FB_FIBER_EXTENT_FRAME:
		return length % FB_PAGE_SIZE == 0 && value < FB_MAX_PFN &&
		       pages <= FB_MAX_PFN - value;
	case FB_FIBER_EXTENT_STORED:
		return value / FB_FIBER_GROUP_PAGES < core->store->count;
	default:
		return false;
	}
}

/* Checks the extents and turns them into pieces. */
static struct fb_error *take_extents(struct core_file *core, const struct fb_fiber_extent *extents,
				     size_t count)
{
	uint64_t offset = 0;

	core->pieces = calloc(count + 1, sizeof(*core->pieces));
	core->kinds = calloc(count + 1, 1);
	if (!core->pieces || !core->kinds)
		return fb_error_nomem();
	for (size_t i = 0; i < count; i++) {
		uint64_t length = extents[i].kind_length & FB_FIBER_EXTENT_LENGTH_MASK;
		unsigned kind = (unsigned)(extents[i].kind_length >> FB_FIBER_EXTENT_KIND_SHIFT);

		if (!length || length > core->file.size - offset ||
		    !extent_is_valid(core, kind, length, extents[i].value))
			return fb_error_create(FB_CORRUPT, "extent %zu leads nowhere", i);
		offset += length;
		core->pieces[i] = (struct piece){.end = offset, .value = extents[i].value};
		core->kinds[i] = (uint8_t)kind;
	}
	core->piece_count = count;
	if (offset != core->file.size)
		return fb_error_create(FB_CORRUPT,
				       "the extents cover %" PRIu64 " of %" PRIu64 " bytes", offset,
				       core->file.size);
	return NULL;
}

static struct fb_error *load_core(struct fb_fiber *fiber, size_t index, struct core_file *core)
{
	const struct fb_fiber_core_parts *parts = &fiber->table.cores[index];
	struct fb_error *err;
	void *raw;
	size_t size;

	core->file.path = strdup(fiber->cores[index].name);
	if (!core->file.path)
		return fb_error_nomem();
	core->file.size = fiber->cores[index].size;
	core->file.mtime_ns = fiber->cores[index].mtime_ns;
	core->dump = fiber->dump;
	err = fb_fiber_get_store(fiber, &core->store);
	if (err)
		return err;
	err = fb_fiber_part_load(&fiber->table, parts->literals, FB_MAX_LITERALS, &raw,
				 &core->literals_size);
	if (err)
		return err;
	core->literals = raw;
	err = fb_fiber_part_load(&fiber->table, parts->extents,
				 FB_MAX_EXTENTS * sizeof(struct fb_fiber_extent), &raw, &size);
	if (err)
		return err;
	err = take_extents(core, raw, size / sizeof(struct fb_fiber_extent));
	free(raw);
	return err;
}

/* A whole core_file, or an error. */
static struct fb_error *open_core(struct fb_fiber *fiber, size_t index, struct core_file **core_ret)
{
	struct core_file *core;
	struct fb_error *err;

	if (index >= fiber->table.core_count)
		return fb_error_create(FB_INVALID, "the bundle has %zu cores",
				       fiber->table.core_count);
	core = calloc(1, sizeof(*core));
	if (!core)
		return fb_error_nomem();
	core->file.ops = &core_file_ops;
	core->file.fd = -1;
	err = load_core(fiber, index, core);
	if (err) {
		core_file_destroy(&core->file);
		return fb_error_prefix(err, "%s: core %zu", fiber->table.file->path, index);
	}
	*core_ret = core;
	return NULL;
}

struct fb_error *fb_fiber_core_file(struct fb_fiber *fiber, size_t index, struct fb_file **file_ret)
{
	struct core_file *core;
	struct fb_error *err = open_core(fiber, index, &core);

	if (!err)
		*file_ret = &core->file;
	return err;
}

/* Names the first page of a piece that is not there. */
static void check_piece(const struct core_file *core, size_t index, size_t piece,
			struct fb_warnings *problems)
{
	uint64_t start = piece_start(core, piece), value = core->pieces[piece].value;
	uint64_t pages = (core->pieces[piece].end - start + FB_PAGE_SIZE - 1) >> FB_PAGE_SHIFT;

	if (core->kinds[piece] == FB_FIBER_EXTENT_STORED &&
	    !fb_fiber_store_has(core->store, value, pages))
		fb_warn(problems, "core %zu: offset 0x%" PRIx64 ": its stored page is not there",
			index, start);
	if (core->kinds[piece] != FB_FIBER_EXTENT_FRAME)
		return;
	for (uint64_t i = 0; i < pages; i++)
		if (!fb_dump_has_page(core->dump, value + i)) {
			fb_warn(problems,
				"core %zu: offset 0x%" PRIx64 ": frame 0x%" PRIx64
				" is not in the dump",
				index, start + (i << FB_PAGE_SHIFT), value + i);
			return;
		}
}

struct fb_error *fb_fiber_core_check(struct fb_fiber *fiber, size_t index,
				     struct fb_warnings *problems)
{
	struct core_file *core;
	struct fb_error *err = open_core(fiber, index, &core);

	if (err)
		return err;
	for (size_t i = 0; i < core->piece_count; i++)
		check_piece(core, index, i, problems);
	core_file_destroy(&core->file);
	return NULL;
}
