// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes the records of a flattened stream. Called by filtered_dump.c where the dump goes to a
 * pipe.
 */
#include "bundle/dump/flat_writer.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/dump/kdump_format.h"

struct fb_flat_writer {
	struct fb_outfile *file; /* borrowed, or NULL */
	int fd;
	const char *name; /* borrowed */
	struct fb_outfile *outfile;
};

static struct fb_error *put(struct fb_flat_writer *writer, const void *bytes, size_t length)
{
	const uint8_t *at = bytes;

	if (writer->file)
		return fb_outfile_write(writer->file, bytes, length);
	while (length) {
		ssize_t written = write(writer->fd, at, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return fb_error_os(written < 0 ? errno : ENOSPC, "cannot write %s",
					   writer->name);
		at += written;
		length -= (size_t)written;
	}
	return NULL;
}

static struct fb_error *put_record(void *context, uint64_t offset, const void *bytes, size_t length)
{
	const struct fb_flat_record record = {(int64_t)htobe64(offset), (int64_t)htobe64(length)};
	struct fb_error *err = put(context, &record, sizeof(record));

	return err ? err : put(context, bytes, length);
}

static struct fb_error *put_header(struct fb_flat_writer *writer)
{
	uint8_t block[FB_FLAT_HEADER_SIZE] = {0};
	struct fb_flat_header header = {.type = (int64_t)htobe64(1),
					.version = (int64_t)htobe64(1)};

	memcpy(header.signature, FB_FLAT_SIGNATURE, strlen(FB_FLAT_SIGNATURE));
	memcpy(block, &header, sizeof(header));
	return put(writer, block, sizeof(block));
}

struct fb_error *fb_flat_writer_create(struct fb_outfile *file, int fd, const char *name,
				       struct fb_flat_writer **writer_ret)
{
	struct fb_flat_writer *writer = calloc(1, sizeof(*writer));
	struct fb_error *err;

	if (!writer)
		return fb_error_nomem();
	writer->file = file;
	writer->fd = fd;
	writer->name = name;
	err = fb_outfile_create_sink(name, put_record, writer, &writer->outfile);
	if (!err)
		err = put_header(writer);
	if (err) {
		fb_flat_writer_destroy(writer);
		return err;
	}
	*writer_ret = writer;
	return NULL;
}

void fb_flat_writer_destroy(struct fb_flat_writer *writer)
{
	if (!writer)
		return;
	fb_outfile_destroy(writer->outfile);
	free(writer);
}

struct fb_outfile *fb_flat_writer_outfile(struct fb_flat_writer *writer)
{
	return writer->outfile;
}

struct fb_error *fb_flat_writer_finish(struct fb_flat_writer *writer)
{
	const struct fb_flat_record end = {-1, -1};
	struct fb_error *err = fb_outfile_commit(writer->outfile);

	return err ? err : put(writer, &end, sizeof(end));
}
