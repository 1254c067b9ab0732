// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Stores where the pages of a stream are, as runs of pages at equal distances: in most streams page follows page, each
 * after its word of eight bytes. Called by qevm.c, and for every read of the image.
 */
#include "kernel/images/qevm_pages.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/search.h"

struct run {
	uint64_t first;    /* number of its first page */
	uint64_t offset;   /* of that page in the stream */
	uint64_t distance; /* from one page to the next, bytes; 0: there is one page so far */
	bool filled;
};

struct fb_qevm_pages {
	struct fb_file file; /* first */
	struct fb_file *stream;
	struct fb_file *taken; /* the same, once it is owned */
	struct run *runs;      /* owned */
	size_t run_count, room;
	uint64_t count; /* pages */
};

static void pages_destroy(struct fb_file *file)
{
	struct fb_qevm_pages *pages = (struct fb_qevm_pages *)file;

	fb_file_destroy(pages->taken);
	free(pages->runs);
	free(pages->file.path);
	free(pages);
}

static const struct run *run_of(const struct fb_qevm_pages *pages, uint64_t page)
{
	size_t behind = FB_LOWER_BOUND(i, pages->run_count, pages->runs[i].first <= page);

	return &pages->runs[behind - 1];
}

static uint64_t offset_of(const struct run *run, uint64_t page)
{
	return run->offset + (page - run->first) * run->distance;
}

static struct fb_error *pages_read(struct fb_file *file, uint64_t offset, void *to, size_t length,
				   size_t *read_ret)
{
	const struct fb_qevm_pages *pages = (const struct fb_qevm_pages *)file;
	size_t done = 0, part;
	struct fb_error *err = NULL;

	for (; done < length && !err; done += part, offset += part) {
		const struct run *run = run_of(pages, offset >> FB_PAGE_SHIFT);
		uint64_t at = offset_of(run, offset >> FB_PAGE_SHIFT),
			 in_page = offset % FB_PAGE_SIZE;
		uint8_t byte;

		part = FB_PAGE_SIZE - in_page < length - done ? FB_PAGE_SIZE - in_page
							      : length - done;
		if (!run->filled) {
			err = fb_file_read(pages->stream, at + in_page, (char *)to + done, part);
			continue;
		}
		err = fb_file_read(pages->stream, at, &byte, 1);
		if (!err)
			memset((char *)to + done, byte, part);
	}
	if (!err)
		*read_ret = length;
	return err;
}

static const struct fb_file_ops pages_ops = {.read = pages_read, .destroy = pages_destroy};

struct fb_error *fb_qevm_pages_create(struct fb_file *stream, struct fb_qevm_pages **pages_ret)
{
	struct fb_qevm_pages *pages = calloc(1, sizeof(*pages));
	char *path = strdup(stream->path);

	if (!pages || !path) {
		free(pages);
		free(path);
		return fb_error_nomem();
	}
	pages->file = (struct fb_file){
		.ops = &pages_ops, .path = path, .mtime_ns = stream->mtime_ns, .fd = -1};
	pages->stream = stream;
	*pages_ret = pages;
	return NULL;
}

void fb_qevm_pages_destroy(struct fb_qevm_pages *pages)
{
	if (pages)
		pages_destroy(&pages->file);
}

struct fb_error *fb_qevm_pages_add(struct fb_qevm_pages *pages, uint64_t offset, bool filled)
{
	struct run *last = pages->run_count ? &pages->runs[pages->run_count - 1] : NULL;
	struct fb_error *err;

	if (last && last->filled == filled &&
	    (!last->distance || offset == offset_of(last, pages->count))) {
		if (!last->distance)
			last->distance = offset - last->offset;
		pages->count++;
		return NULL;
	}
	err = fb_grow_array(&pages->runs, &pages->room, pages->run_count, sizeof(*pages->runs),
			    FB_MAX_QEVM_RUNS, "runs of pages");
	if (err)
		return err;
	pages->runs[pages->run_count++] =
		(struct run){.first = pages->count++, .offset = offset, .filled = filled};
	return NULL;
}

uint64_t fb_qevm_pages_count(const struct fb_qevm_pages *pages)
{
	return pages->count;
}

struct fb_file *fb_qevm_pages_file(struct fb_qevm_pages *pages, struct fb_file ***stream_ret)
{
	pages->file.size = pages->count << FB_PAGE_SHIFT;
	*stream_ret = &pages->taken;
	return &pages->file;
}
