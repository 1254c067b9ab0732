// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads a flattened stream as the file that it holds. One scan reads the headers of its records and
 * steps over their contents; the records become a sorted list of extents, and a read is a search in
 * it. Called by dump_open.c.
 */
#include "kernel/dump/flattened.h"

#include <endian.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "kernel/dump/kdump_format.h"
#include "kernel/images/extents.h"

/* A payload is 64 KiB as a rule: a header costs one read of this, or none where payloads are
 * small. */
#define SCAN_BYTES 4096u

#define FLAT_TYPE 1
#define FLAT_VERSION 1
#define FLAT_END (-1)

struct flattened {
	struct fb_file file;
	struct fb_file *stream; /* owned */
	struct fb_extents extents;
};

struct scan {
	struct fb_file *stream; /* borrowed */
	uint64_t offset;        /* of the next record header */
	uint64_t window;        /* offset of bytes[0] */
	size_t size;            /* bytes in the window */
	uint8_t bytes[SCAN_BYTES];

	struct fb_extent *records;
	size_t count, room;
	unsigned empty; /* records without a byte */
	bool complete;
};

/* The record header at scan->offset; *found_ret false where the stream ends before it does. */
static struct fb_error *scan_header(struct scan *scan, int64_t *offset_ret, int64_t *size_ret,
				    bool *found_ret)
{
	struct fb_flat_record record;
	struct fb_error *err;
	uint64_t at = scan->offset - scan->window;

	if (at > scan->size || scan->size - at < sizeof(record)) {
		err = fb_file_read_some(scan->stream, scan->offset, scan->bytes, SCAN_BYTES,
					&scan->size);
		if (err)
			return err;
		scan->window = scan->offset;
		at = 0;
	}
	*found_ret = scan->size - at >= sizeof(record);
	if (!*found_ret)
		return NULL;
	memcpy(&record, scan->bytes + at, sizeof(record));
	*offset_ret = (int64_t)be64toh((uint64_t)record.offset);
	*size_ret = (int64_t)be64toh((uint64_t)record.buf_size);
	return NULL;
}

static struct fb_error *keep_record(struct scan *scan, uint64_t start, uint64_t length)
{
	struct fb_error *err;

	if (!length)
		return NULL;
	err = fb_grow_array(&scan->records, &scan->room, scan->count, sizeof(*scan->records),
			    FB_MAX_FLAT_RECORDS, "flattened records");
	if (err)
		return fb_error_prefix(err, "%s", scan->stream->path);
	scan->records[scan->count++] = (struct fb_extent){start, length, scan->offset};
	return NULL;
}

/* One record; *more_ret false at the end of what can be read. */
static struct fb_error *scan_record(struct scan *scan, struct fb_warnings *warnings, bool *more_ret)
{
	const char *path = scan->stream->path;
	struct fb_error *err;
	int64_t start, size;
	uint64_t left;
	bool found;

	*more_ret = false;
	err = scan_header(scan, &start, &size, &found);
	if (err)
		return err;
	if (!found) {
		fb_warn(warnings, "%s: the flattened dump is cut off at %" PRIu64 " bytes", path,
			scan->stream->size);
		return NULL;
	}
	if (start == FLAT_END && size == FLAT_END) {
		scan->complete = true;
		return NULL;
	}
	if (!size && ++scan->empty > FB_MAX_EMPTY_FLAT_RECORDS) {
		fb_warn(warnings,
			"%s: the flattened dump is corrupt from offset %" PRIu64
			" on at the latest (%u records that hold nothing)",
			path, scan->offset, scan->empty);
		return NULL;
	}
	if (start < 0 || size < 0 || size > INT64_MAX - start) {
		fb_warn(warnings,
			"%s: the flattened dump is corrupt from offset %" PRIu64
			" on (a record of %" PRId64 " bytes for offset %" PRId64 ")",
			path, scan->offset, size, start);
		return NULL;
	}
	scan->offset += sizeof(struct fb_flat_record);
	left = scan->stream->size - scan->offset;
	if ((uint64_t)size > left) {
		fb_warn(warnings, "%s: the flattened dump is cut off at %" PRIu64 " bytes", path,
			scan->stream->size);
		return keep_record(scan, (uint64_t)start, left);
	}
	err = keep_record(scan, (uint64_t)start, (uint64_t)size);
	scan->offset += (uint64_t)size;
	*more_ret = !err;
	return err;
}

static struct fb_error *check_header(struct fb_file *stream)
{
	struct fb_flat_header header;
	struct fb_error *err;
	int64_t type, version;

	if (stream->size < FB_FLAT_HEADER_SIZE)
		return fb_error_create(FB_TRUNCATED,
				       "%s: the flattened dump ends inside its header (%" PRIu64
				       " bytes)",
				       stream->path, stream->size);
	err = fb_file_read(stream, 0, &header, sizeof(header));
	if (err)
		return err;
	type = (int64_t)be64toh((uint64_t)header.type);
	version = (int64_t)be64toh((uint64_t)header.version);
	if (type != FLAT_TYPE || version != FLAT_VERSION)
		return fb_error_create(FB_UNSUPPORTED,
				       "%s: a flattened dump of type %" PRId64 ", version %" PRId64
				       "; only type 1, version 1 is known",
				       stream->path, type, version);
	return NULL;
}

static struct fb_error *scan_stream(struct scan *scan, struct fb_warnings *warnings,
				    struct fb_extents *extents_ret)
{
	struct fb_error *err = NULL;
	bool more = true;

	while (!err && more)
		err = scan_record(scan, warnings, &more);
	if (err)
		return err;
	if (!scan->count)
		return fb_error_create(FB_TRUNCATED, "%s: the flattened dump holds no data",
				       scan->stream->path);
	return fb_extents_create(scan->records, scan->count, extents_ret);
}

/* What no record covers is a hole, which -R leaves as zeros. */
static struct fb_error *flattened_read(struct fb_file *file, uint64_t offset, void *to,
				       size_t length, size_t *read_ret)
{
	struct flattened *flattened = (struct flattened *)file;
	struct fb_error *err;

	err = fb_extents_read(&flattened->extents, flattened->stream, offset, to, length);
	if (!err)
		*read_ret = length;
	return err;
}

static void flattened_next_data(struct fb_file *file, uint64_t offset, uint64_t *start_ret,
				uint64_t *end_ret)
{
	struct flattened *flattened = (struct flattened *)file;
	const struct fb_extents *extents = &flattened->extents;

	*start_ret = *end_ret = file->size;
	for (size_t i = fb_extents_find(extents, offset); i < extents->count; i++) {
		const struct fb_extent *extent = &extents->list[i];
		uint64_t into = offset > extent->start ? offset - extent->start : 0, start, end;

		fb_file_next_data(flattened->stream, extent->source + into, &start, &end);
		if (start - extent->source >= extent->length)
			continue;
		if (end - extent->source > extent->length)
			end = extent->source + extent->length;
		*start_ret = extent->start + (start - extent->source);
		*end_ret = extent->start + (end - extent->source);
		return;
	}
}

static void flattened_destroy(struct fb_file *file)
{
	struct flattened *flattened = (struct flattened *)file;

	fb_extents_deinit(&flattened->extents);
	fb_file_destroy(flattened->stream);
	free(file->path);
	free(flattened);
}

static const struct fb_file_ops flattened_ops = {
	.read = flattened_read,
	.next_data = flattened_next_data,
	.destroy = flattened_destroy,
};

static struct fb_error *make_file(struct fb_file *stream, struct fb_extents *extents,
				  struct fb_file **file_ret)
{
	struct flattened *flattened = calloc(1, sizeof(*flattened));
	char *path = strdup(stream->path);

	if (!flattened || !path) {
		free(flattened);
		free(path);
		return fb_error_nomem();
	}
	flattened->file = (struct fb_file){
		.ops = &flattened_ops,
		.path = path,
		.size = fb_extents_end(extents),
		.mtime_ns = stream->mtime_ns,
		.fd = -1,
	};
	flattened->stream = stream;
	flattened->extents = *extents;
	*file_ret = &flattened->file;
	return NULL;
}

struct fb_error *fb_flattened_detect(struct fb_file *file, bool *flattened_ret)
{
	char signature[sizeof(((struct fb_flat_header *)0)->signature)];
	struct fb_error *err;
	size_t got;

	err = fb_file_read_some(file, 0, signature, sizeof(signature), &got);
	if (!err)
		*flattened_ret = got == sizeof(signature) &&
				 !memcmp(signature, FB_FLAT_SIGNATURE, sizeof(FB_FLAT_SIGNATURE));
	return err;
}

struct fb_error *fb_flattened_open(struct fb_file *file, struct fb_warnings *warnings,
				   bool *complete_ret, struct fb_file **file_ret)
{
	struct fb_extents extents = {0};
	struct fb_error *err;
	struct scan *scan;
	bool complete;

	err = check_header(file);
	if (err)
		return err;
	scan = calloc(1, sizeof(*scan));
	if (!scan)
		return fb_error_nomem();
	scan->stream = file;
	scan->offset = FB_FLAT_HEADER_SIZE;
	err = scan_stream(scan, warnings, &extents);
	complete = scan->complete;
	free(scan->records);
	free(scan);
	if (!err)
		err = make_file(file, &extents, file_ret);
	if (err)
		fb_extents_deinit(&extents);
	else
		*complete_ret = complete;
	return err;
}
