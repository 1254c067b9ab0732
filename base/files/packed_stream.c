// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Decompresses streams by libarchive, which is loaded for it. Called for inputs that are compressed as a whole
 * (unpack.c) and for sections of programs (user/elf/mini_debuginfo.c).
 */
#include "base/files/packed_stream.h"

#include <archive.h>
#include <stdlib.h>

#include "base/shared_library.h"

/* Bytes of one read of the packed file. */
#define READ_BLOCK (256u << 10)

#define FUNCTIONS(each)                                                                      \
	each(archive_read_new) each(archive_read_free) each(archive_read_support_format_raw) \
		each(archive_read_open_fd) each(archive_read_open_memory)                    \
			each(archive_read_next_header) each(archive_read_data_block)         \
				each(archive_filter_code) each(archive_error_string)

struct functions {
	FUNCTIONS(FB_LIBRARY_POINTER)
};

static const char *const function_names[] = {FUNCTIONS(FB_LIBRARY_NAME)};

static const struct {
	const char *name;
	const char *filter; /* the function that enables it */
} packings[] = {
	[FB_PACKING_GZIP] = {"gzip", "archive_read_support_filter_gzip"},
	[FB_PACKING_BZIP2] = {"bzip2", "archive_read_support_filter_bzip2"},
	[FB_PACKING_XZ] = {"xz", "archive_read_support_filter_xz"},
	[FB_PACKING_LZ4] = {"lz4", "archive_read_support_filter_lz4"},
	[FB_PACKING_ZSTD] = {"zstd", "archive_read_support_filter_zstd"},
};

struct fb_packed_stream {
	struct fb_shared_library *library;
	struct functions functions;
	struct archive *archive;
};

const char *fb_packing_name(enum fb_packing packing)
{
	return packings[packing].name;
}

/* A stream that reads nothing yet. */
static struct fb_error *create(enum fb_packing packing, struct fb_packed_stream **stream_ret)
{
	FB_CLEANUP(fb_packed_stream_close_at)
	struct fb_packed_stream *stream = calloc(1, sizeof(*stream));
	const char *names[FB_ARRAY_SIZE(function_names) + 1];
	struct {
		struct functions functions;
		int (*enable)(struct archive *archive);
	} loaded;
	struct fb_error *err;

	if (!stream)
		return fb_error_nomem();
	for (size_t i = 0; i < FB_ARRAY_SIZE(function_names); i++)
		names[i] = function_names[i];
	names[FB_ARRAY_SIZE(function_names)] = packings[packing].filter;
	err = fb_shared_library_open(FB_LIBARCHIVE, names, FB_ARRAY_SIZE(names), &loaded,
				     &stream->library);
	if (err)
		return err;
	stream->functions = loaded.functions;
	stream->archive = stream->functions.archive_read_new();
	if (!stream->archive)
		return fb_error_nomem();
	/* ARCHIVE_WARN would mean: by an external program. */
	if (loaded.enable(stream->archive) != ARCHIVE_OK)
		return fb_error_create(FB_UNSUPPORTED, "libarchive was built without %s",
				       packings[packing].name);
	*stream_ret = fb_take(stream);
	return NULL;
}

static const char *reason_of(const struct fb_packed_stream *stream, const char *otherwise)
{
	const char *reason = stream->functions.archive_error_string(stream->archive);

	return reason ? reason : otherwise;
}

/* Finds the stream in what is to be read: fd, or where that is negative the bytes. */
static struct fb_error *begin(struct fb_packed_stream *stream, enum fb_packing packing, int fd,
			      const void *data, size_t size)
{
	const struct functions *call = &stream->functions;
	struct archive_entry *entry;
	int status = call->archive_read_support_format_raw(stream->archive);

	if (status == ARCHIVE_OK && fd >= 0)
		status = call->archive_read_open_fd(stream->archive, fd, READ_BLOCK);
	else if (status == ARCHIVE_OK)
		status = call->archive_read_open_memory(stream->archive, data, size);
	if (status == ARCHIVE_OK)
		status = call->archive_read_next_header(stream->archive, &entry);
	if (status != ARCHIVE_OK)
		return fb_error_create(FB_CORRUPT, "%s stream: nothing can be unpacked: %s",
				       packings[packing].name, reason_of(stream, "it is empty"));
	/* The raw format would pass on as it stands what the filter does not take for its own. */
	if (call->archive_filter_code(stream->archive, 0) == ARCHIVE_FILTER_NONE)
		return fb_error_create(FB_CORRUPT, "%s stream: its header is damaged",
				       packings[packing].name);
	return NULL;
}

static struct fb_error *open_stream(enum fb_packing packing, int fd, const void *data, size_t size,
				    struct fb_packed_stream **stream_ret)
{
	FB_CLEANUP(fb_packed_stream_close_at) struct fb_packed_stream *stream = NULL;
	struct fb_error *err = create(packing, &stream);

	if (!err)
		err = begin(stream, packing, fd, data, size);
	if (!err)
		*stream_ret = fb_take(stream);
	return err;
}

struct fb_error *fb_packed_stream_open_fd(enum fb_packing packing, int fd,
					  struct fb_packed_stream **stream_ret)
{
	return open_stream(packing, fd, NULL, 0, stream_ret);
}

struct fb_error *fb_packed_stream_open_memory(enum fb_packing packing, const void *data,
					      size_t size, struct fb_packed_stream **stream_ret)
{
	return open_stream(packing, -1, data, size, stream_ret);
}

void fb_packed_stream_close(struct fb_packed_stream *stream)
{
	if (!stream)
		return;
	if (stream->archive)
		(void)stream->functions.archive_read_free(stream->archive);
	fb_shared_library_close(stream->library);
	free(stream);
}

struct fb_error *fb_packed_stream_next(struct fb_packed_stream *stream, const void **block_ret,
				       size_t *size_ret)
{
	int64_t offset;
	int status = stream->functions.archive_read_data_block(stream->archive, block_ret, size_ret,
							       &offset);

	if (status == ARCHIVE_EOF)
		*size_ret = 0;
	else if (status != ARCHIVE_OK && status != ARCHIVE_WARN)
		return fb_error_create(FB_TRUNCATED, "%s", reason_of(stream, "no reason given"));
	return NULL;
}
