// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Appending a stretch of another file to one that is being written: in the kernel where that pays, and
 * with its holes. Called by merge for what a bundle takes over of the dump and the cores, and by extract.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <unistd.h>

#include "base/files/outfile_private.h"

/* Copies of at least this go through the kernel: below it, a flush costs more than a copy. */
#define KERNEL_COPY_MIN (64u << 10)
/* And from here on it is looked where the input has holes. */
#define SPARSE_COPY_MIN (1u << 20)

/* Copies in the kernel as far as that works; *copied_ret may be anything up to length. The
 * buffer is empty. */
static struct fb_error *kernel_copy(struct fb_outfile *outfile, int fd, uint64_t offset,
				    uint64_t length, uint64_t *copied_ret)
{
	uint64_t copied = 0;

	while (copied < length) {
		uint64_t left = length - copied;
		off_t from = (off_t)(offset + copied), to = (off_t)outfile->flushed;
		ssize_t count = copy_file_range(fd, &from, outfile->fd, &to,
						left < SSIZE_MAX ? left : SSIZE_MAX, 0);

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0 && (errno == ENOSPC || errno == EDQUOT))
			return fb_outfile_write_error(outfile, errno);
		/* Other file systems, old kernels, the input's end: read() tells which it is. */
		if (count <= 0)
			break;
		copied += (uint64_t)count;
		outfile->flushed += (uint64_t)count;
	}
	*copied_ret = copied;
	return NULL;
}

static struct fb_error *buffered_copy(struct fb_outfile *outfile, struct fb_file *file,
				      uint64_t offset, uint64_t length)
{
	while (length) {
		size_t room = FB_OUTFILE_BUFFER - outfile->used;
		size_t chunk = length < room ? (size_t)length : room;
		struct fb_error *err;

		/* A small copy that fits whole is not cut in two reads. */
		if (chunk < length && outfile->used) {
			err = fb_outfile_flush(outfile);
			if (err)
				return err;
			continue;
		}
		err = fb_file_read(file, offset, outfile->buffer + outfile->used, chunk);
		if (err) {
			outfile->failed = true;
			return err;
		}
		outfile->used += chunk;
		offset += chunk;
		length -= chunk;
		if (outfile->used == FB_OUTFILE_BUFFER) {
			err = fb_outfile_flush(outfile);
			if (err)
				return err;
		}
	}
	return NULL;
}

static struct fb_error *copy_data(struct fb_outfile *outfile, struct fb_file *file, uint64_t offset,
				  uint64_t length)
{
	uint64_t copied = 0;
	struct fb_error *err;

	if (file->fd >= 0 && !outfile->sink && length >= KERNEL_COPY_MIN) {
		err = fb_outfile_flush(outfile);
		if (!err)
			err = kernel_copy(outfile, file->fd, offset, length, &copied);
		if (err)
			return err;
	}
	return buffered_copy(outfile, file, offset + copied, length - copied);
}

/* Leaves a hole behind what was written. */
static struct fb_error *skip(struct fb_outfile *outfile, uint64_t length)
{
	struct fb_error *err = fb_outfile_flush(outfile);

	if (err)
		return err;
	if (length > INT64_MAX - outfile->flushed)
		return fb_outfile_write_error(outfile, EFBIG);
	outfile->flushed += length;
	outfile->ends_in_hole = true;
	return NULL;
}

struct fb_error *fb_outfile_copy(struct fb_outfile *outfile, struct fb_file *file, uint64_t offset,
				 uint64_t length)
{
	struct fb_error *err = NULL;

	if (offset > file->size || length > file->size - offset)
		return fb_error_create(FB_TRUNCATED,
				       "%s: %" PRIu64 " bytes wanted at offset %" PRIu64
				       ", but it ends at %" PRIu64,
				       file->path, length, offset, file->size);
	if (length < SPARSE_COPY_MIN)
		return copy_data(outfile, file, offset, length);
	for (uint64_t last = offset + length, start, end; offset < last && !err; offset = end) {
		fb_file_next_data(file, offset, &start, &end);
		start = start < last ? start : last;
		end = end < last ? end : last;
		if (start > offset)
			err = skip(outfile, start - offset);
		if (!err && end > start)
			err = copy_data(outfile, file, start, end - start);
	}
	return err;
}
