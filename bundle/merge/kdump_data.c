// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes the pages of a bundle's dump: those of the input as they are stored, and those that cores add.
 * The work is done in rounds: some pages are taken in order of their frames; the pool compresses
 * those that need it, and copies some chunks of the input's data at the same time; then their descriptors and
 * the compressed bytes are written, in order, so that equal input gives equal output. Called by
 * bundle_writer.c.
 */
#include "bundle/merge/kdump_data.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/limits.h"
#include "base/parallel.h"
#include "bundle/merge/page_codec.h"
#include "bundle/merge/page_merge.h"

#define ROUND_PAGES 4096u
#define ROUND_COMPRESSED 1024u /* of them, to be compressed: 4 MiB before, at most as much after */
#define ROUND_CHUNKS 8u        /* copied beside */
#define SLICE_PAGES 32u        /* compressed as one part of the work */

struct compressed_page {
	const struct fb_merged_page *page;
	uint8_t *bytes; /* FB_PAGE_SIZE */
	uint32_t size;  /* 0: could not be read, and is lost */
	bool zero;      /* its bytes are the ones that all pages of zeros share */
};

struct writing {
	const struct fb_bundle_plan *plan;
	struct fb_dump *dump;
	struct fb_outfile *outfile;
	pthread_mutex_t write_lock; /* outfile is for one thread at a time */
	struct fb_scratches *scratches;
	uint32_t codec; /* of added pages */
	struct fb_kdump_tables *tables;
	struct fb_kdump_data data;
	struct fb_page_merge merge;

	struct fb_merged_page *pages; /* of this round */
	size_t page_count;
	struct compressed_page *compressed;
	size_t compressed_count;
	uint8_t *bytes; /* of the compressed pages, and where they are put behind one another */

	/* The next chunk to copy, and how many in this round. */
	size_t next_part, next_chunk;
	struct {
		size_t part, chunk;
	} copies[ROUND_CHUNKS];
	size_t copy_count;

	/* A page of zeros, compressed; its descriptor once it has been written. */
	uint8_t zero_bytes[FB_PAGE_SIZE];
	uint32_t zero_size;
	bool has_zero;
	struct fb_kdump_page_desc zero;
};

static struct fb_error *copy_chunk(struct writing *writing, size_t part_index, size_t chunk)
{
	struct fb_region_sums *region = &writing->data.copied[part_index];
	uint64_t offset = (uint64_t)chunk * FB_FIBER_CHUNK;
	uint64_t left = region->length - offset;
	size_t length = left < FB_FIBER_CHUNK ? (size_t)left : FB_FIBER_CHUNK;
	const struct fb_dump_part *part = &writing->merge.parts[part_index];
	struct fb_scratch *scratch;
	struct fb_error *err;

	err = fb_scratch_take(writing->scratches, &scratch);
	if (err)
		return err;
	err = fb_error_prefix(
		fb_file_read(part->file, part->data_start + offset, scratch->bytes, length), "%s",
		part->file->path);
	if (!err) {
		fb_region_set(region, chunk, scratch->bytes, length);
		(void)pthread_mutex_lock(&writing->write_lock);
		err = fb_outfile_write_at(writing->outfile, region->offset + offset, scratch->bytes,
					  length);
		(void)pthread_mutex_unlock(&writing->write_lock);
	}
	fb_scratch_give(writing->scratches, scratch);
	return err;
}

/* A page of the input that cannot be read is lost, with a warning; *read_ret says. */
static struct fb_error *read_page(struct writing *writing, const struct fb_merged_page *page,
				  void *to, bool *read_ret)
{
	struct fb_error *err;

	*read_ret = true;
	if (page->kind == FB_MERGED_PLACED) {
		struct fb_core *core = writing->plan->cores[page->placed->core].core;

		return fb_error_prefix(fb_file_read(fb_core_file(core), page->placed->file_offset,
						    to, FB_PAGE_SIZE),
				       "%s", fb_core_info(core)->path);
	}
	err = fb_dump_read_page(writing->dump, page->pfn, to);
	/* A page that cannot be read is lost, and the others are still written: in a capture kernel
	 * there is no second attempt. */
	if (!err || fb_error_is_fatal(err))
		return err;
	*read_ret = false;
	fb_warn_error(fb_kernel_warnings(writing->plan->kernel), err, "frame 0x%" PRIx64 " is lost",
		      page->pfn);
	return NULL;
}

static struct fb_error *compress_zero(struct writing *writing)
{
	struct fb_scratch *scratch;
	struct fb_error *err = fb_scratch_take(writing->scratches, &scratch);

	if (err)
		return err;
	memset(scratch->bytes, 0, FB_PAGE_SIZE);
	writing->zero_size = fb_page_codec_pack(writing->codec, scratch, writing->zero_bytes);
	fb_scratch_give(writing->scratches, scratch);
	return NULL;
}

static struct fb_error *compress_page(struct writing *writing, struct fb_scratch *scratch,
				      struct compressed_page *compressed)
{
	struct fb_error *err;
	bool read;

	compressed->zero = false;
	compressed->size = 0;
	err = read_page(writing, compressed->page, scratch->bytes, &read);
	if (err || !read)
		return err;
	compressed->zero = fb_all_zero(scratch->bytes, FB_PAGE_SIZE);
	compressed->size = compressed->zero
				   ? writing->zero_size
				   : fb_page_codec_pack(writing->codec, scratch, compressed->bytes);
	return NULL;
}

static struct fb_error *compress_slice(struct writing *writing, size_t slice)
{
	size_t first = slice * SLICE_PAGES, end = first + SLICE_PAGES;
	struct fb_scratch *scratch;
	struct fb_error *err;

	err = fb_scratch_take(writing->scratches, &scratch);
	if (err)
		return err;
	if (end > writing->compressed_count)
		end = writing->compressed_count;
	for (size_t i = first; i < end && !err; i++)
		err = compress_page(writing, scratch, &writing->compressed[i]);
	fb_scratch_give(writing->scratches, scratch);
	return err;
}

static struct fb_error *run_part(void *context, size_t index)
{
	struct writing *writing = context;

	if (index < writing->copy_count)
		return copy_chunk(writing, writing->copies[index].part,
				  writing->copies[index].chunk);
	return compress_slice(writing, index - writing->copy_count);
}

static struct fb_error *take_pages(struct writing *writing)
{
	struct fb_error *err = NULL;
	bool more = true;

	writing->page_count = writing->compressed_count = 0;
	while (writing->page_count < ROUND_PAGES && writing->compressed_count < ROUND_COMPRESSED) {
		struct fb_merged_page *page = &writing->pages[writing->page_count];

		err = fb_page_merge_next(&writing->merge, &more, page);
		if (err || !more)
			break;
		writing->page_count++;
		if (page->kind == FB_MERGED_DUMPED || page->kind == FB_MERGED_PLACED)
			writing->compressed[writing->compressed_count++].page = page;
	}
	return err;
}

static void take_copies(struct writing *writing)
{
	writing->copy_count = 0;
	while (writing->copy_count < ROUND_CHUNKS &&
	       writing->next_part < writing->data.copied_count) {
		if (writing->next_chunk == writing->data.copied[writing->next_part].count) {
			writing->next_part++;
			writing->next_chunk = 0;
			continue;
		}
		writing->copies[writing->copy_count].part = writing->next_part;
		writing->copies[writing->copy_count++].chunk = writing->next_chunk++;
	}
}

/* Puts compressed bytes behind one another, at the front of bytes. *used: bytes so far. */
static void place_bytes(struct writing *writing, const uint8_t *bytes, uint32_t size, size_t *used,
			struct fb_kdump_page_desc *desc)
{
	const struct fb_region_sums *added = &writing->data.added;

	memset(desc, 0, sizeof(*desc));
	desc->offset = added->offset + added->length + *used;
	desc->size = size;
	if (size < FB_PAGE_SIZE) {
		desc->flags = writing->codec;
		writing->data.added_flags |= writing->codec;
	}
	memmove(writing->bytes + *used, bytes, size);
	*used += size;
}

/* The first page of zeros is written, the others share it. */
static void place_zero(struct writing *writing, size_t *used, struct fb_kdump_page_desc *desc)
{
	if (!writing->has_zero) {
		place_bytes(writing, writing->zero_bytes, writing->zero_size, used, &writing->zero);
		writing->has_zero = true;
	}
	*desc = writing->zero;
}

static void place_stored(const struct writing *writing, const struct fb_dump_stored *stored,
			 struct fb_kdump_page_desc *desc)
{
	desc->offset = stored->offset - writing->merge.parts[stored->part].data_start +
		       writing->data.copied[stored->part].offset;
	desc->size = stored->size;
	desc->flags = stored->flags;
	desc->page_flags = stored->page_flags;
}

/* Whether a page that is compressed here is a core's: of this merge, or of the one that made the input. */
static struct fb_error *is_of_core(const struct fb_bundle_plan *plan,
				   const struct fb_merged_page *page, bool *is_ret)
{
	*is_ret = page->kind == FB_MERGED_PLACED;
	if (*is_ret || !plan->fiber)
		return NULL;
	return fb_fiber_page_added(plan->fiber, page->pfn, is_ret);
}

/* What becomes of a chosen page. */
static void count_page(struct fb_page_choice *choice, bool written, bool zero)
{
	if (!choice)
		return;
	choice->unread += !written;
	choice->written += written;
	choice->zeros += written && zero;
}

/* The page's descriptor; *next is the next of the compressed pages, *used as above. *placed_ret: false where the page
 * is lost. */
static struct fb_error *place_page(struct writing *writing, const struct fb_merged_page *page,
				   const struct compressed_page **next, size_t *used,
				   struct fb_kdump_page_desc *desc, bool *placed_ret)
{
	const struct compressed_page *compressed;
	bool of_core = false;
	struct fb_error *err;

	*placed_ret = page->kind != FB_MERGED_LOST;
	switch (page->kind) {
	case FB_MERGED_LOST:
		return NULL;
	case FB_MERGED_STORED:
		place_stored(writing, &page->stored, desc);
		return NULL;
	case FB_MERGED_ZERO:
		count_page(writing->plan->choice, true, true);
		place_zero(writing, used, desc);
		return NULL;
	case FB_MERGED_DUMPED:
	case FB_MERGED_PLACED:
		break;
	}
	compressed = (*next)++;
	count_page(writing->plan->choice, compressed->size > 0, compressed->zero);
	*placed_ret = compressed->size > 0;
	if (!*placed_ret)
		return NULL;
	if (compressed->zero)
		place_zero(writing, used, desc);
	else
		place_bytes(writing, compressed->bytes, compressed->size, used, desc);
	err = is_of_core(writing->plan, page, &of_core);
	desc->page_flags = of_core ? FB_FIBER_PAGE_FROM_CORE : 0;
	return err;
}

/* The descriptors of this round's pages, and the compressed bytes. */
static struct fb_error *put_round(struct writing *writing)
{
	const struct compressed_page *compressed = writing->compressed;
	struct fb_error *err = NULL;
	size_t used = 0;

	for (size_t i = 0; i < writing->page_count && !err; i++) {
		const struct fb_merged_page *page = &writing->pages[i];
		struct fb_kdump_page_desc desc;
		bool placed;

		err = place_page(writing, page, &compressed, &used, &desc, &placed);
		if (err)
			break;
		if (placed)
			err = fb_kdump_tables_add(writing->tables, page->pfn, &desc);
		else
			err = fb_kdump_tables_add_lost(writing->tables, page->pfn);
	}
	return err ? err
		   : fb_region_write(&writing->data.added, writing->outfile, writing->bytes, used);
}

static uint64_t round_bytes(const struct writing *writing)
{
	uint64_t bytes = writing->compressed_count * (uint64_t)FB_PAGE_SIZE;

	for (size_t i = 0; i < writing->copy_count; i++) {
		uint64_t length = writing->data.copied[writing->copies[i].part].length;
		uint64_t left = length - (uint64_t)writing->copies[i].chunk * FB_FIBER_CHUNK;

		bytes += left < FB_FIBER_CHUNK ? left : FB_FIBER_CHUNK;
	}
	return bytes;
}

static struct fb_error *write_rounds(struct writing *writing,
				     void (*done)(void *context, uint64_t bytes),
				     void *done_context)
{
	struct fb_error *err = NULL;

	while (!err) {
		err = take_pages(writing);
		if (err)
			break;
		take_copies(writing);
		if (!writing->page_count && !writing->copy_count) {
			err = fb_dump_failure(writing->dump);
			return err ? err : fb_kdump_tables_finish(writing->tables);
		}
		err = fb_parallel_for(writing->plan->pool,
				      writing->copy_count +
					      (writing->compressed_count + SLICE_PAGES - 1) /
						      SLICE_PAGES,
				      run_part, writing);
		if (!err)
			err = put_round(writing);
		if (!err && done)
			done(done_context, round_bytes(writing));
	}
	return err;
}

/* Where the data of each part of the input will stand, and the added pages behind it. */
static struct fb_error *lay_out(struct writing *writing, uint64_t start)
{
	struct fb_kdump_data *data = &writing->data;
	const struct fb_page_merge *merge = &writing->merge;
	struct fb_error *err;

	err = fb_alloc_array(merge->part_count, sizeof(*data->copied), FB_MAX_SPLIT_PARTS,
			     "parts of the dump", &data->copied);
	for (size_t i = 0; i < merge->part_count && !err; i++) {
		uint64_t length = merge->parts[i].data_end - merge->parts[i].data_start;

		err = fb_region_init_sized(&data->copied[i], FB_FIBER_REGION_COPIED, start, length);
		if (!err)
			data->copied_count++;
		start += length;
	}
	return err ? err : fb_region_init(&data->added, FB_FIBER_REGION_ADDED, start);
}

static struct fb_error *make_room(struct writing *writing)
{
	writing->pages = calloc(ROUND_PAGES, sizeof(*writing->pages));
	writing->compressed = calloc(ROUND_COMPRESSED, sizeof(*writing->compressed));
	/* One page is left free in front, for the page of zeros, which may be written before the
	 * other pages of its round. */
	writing->bytes = malloc((size_t)(ROUND_COMPRESSED + 1) * FB_PAGE_SIZE);
	if (!writing->pages || !writing->compressed || !writing->bytes)
		return fb_error_nomem();
	for (size_t i = 0; i < ROUND_COMPRESSED; i++)
		writing->compressed[i].bytes = writing->bytes + (i + 1) * FB_PAGE_SIZE;
	return compress_zero(writing);
}

static void writing_destroy(struct writing *writing)
{
	if (!writing)
		return;
	fb_kdump_data_deinit(&writing->data);
	(void)pthread_mutex_destroy(&writing->write_lock);
	fb_page_merge_deinit(&writing->merge);
	free(writing->bytes);
	free(writing->compressed);
	free(writing->pages);
	free(writing);
}
FB_DESTROY_AT(struct writing, writing_destroy);

struct fb_error *fb_kdump_data_write(const struct fb_bundle_plan *plan, struct fb_outfile *outfile,
				     struct fb_scratches *scratches, struct fb_kdump_tables *tables,
				     uint64_t start, void (*done)(void *context, uint64_t bytes),
				     void *done_context, struct fb_kdump_data *data_ret)
{
	FB_CLEANUP(writing_destroy_at) struct writing *writing = calloc(1, sizeof(*writing));
	struct fb_error *err;

	if (!writing)
		return fb_error_nomem();
	writing->plan = plan;
	writing->dump = fb_kernel_dump(plan->kernel);
	writing->outfile = outfile;
	writing->scratches = scratches;
	if (!plan->compression || !fb_page_codec_named(plan->compression, &writing->codec))
		writing->codec = fb_page_codec_of(writing->dump);
	writing->tables = tables;
	(void)pthread_mutex_init(&writing->write_lock, NULL);
	err = fb_page_merge_init(&writing->merge, writing->dump, plan->placement, plan->choice);
	if (!err)
		err = lay_out(writing, start);
	if (!err)
		err = make_room(writing);
	if (!err)
		err = write_rounds(writing, done, done_context);
	if (!err)
		err = fb_region_close(&writing->data.added);
	if (err)
		return err;
	*data_ret = writing->data;
	writing->data = (struct fb_kdump_data){0}; /* the caller's from now on */
	return NULL;
}

void fb_kdump_data_deinit(struct fb_kdump_data *data)
{
	for (size_t i = 0; i < data->copied_count; i++)
		fb_region_deinit(&data->copied[i]);
	free(data->copied);
	fb_region_deinit(&data->added);
	memset(data, 0, sizeof(*data));
}

uint64_t fb_kdump_data_end(const struct fb_kdump_data *data)
{
	return data->added.offset + data->added.length;
}
