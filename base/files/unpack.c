// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unpacks an input that is compressed as a whole (kdump-tools' KDUMP_COMPRESSION,
 * systemd-coredump's .zst), once and to an unlinked temporary file, because readers
 * need random access. packed_stream.h decompresses. Called where dumps and cores are
 * opened (fb_file_open_unpacked()).
 *
 * zstd and lz4 streams may have skippable frames before and between the others (RFC 8878, 3.1.2): pzstd
 * writes one before each. libarchive does not recognise a stream that begins with one, so that one is skipped
 * here; libarchive skips the others.
 */
#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/files/file.h"
#include "base/files/packed_stream.h"
#include "base/files/temporary.h"
#include "base/limits.h"

struct compression {
	enum fb_packing packing;
	uint8_t magic[6];
	size_t magic_size;
};

static const struct compression compressions[] = {
	{FB_PACKING_GZIP, {0x1f, 0x8b, 0x08}, 3},
	{FB_PACKING_BZIP2, {'B', 'Z', 'h'}, 3},
	{FB_PACKING_XZ, {0xfd, '7', 'z', 'X', 'Z', 0x00}, 6},
	{FB_PACKING_LZ4, {0x04, 0x22, 0x4d, 0x18}, 4},
	{FB_PACKING_LZ4, {0x02, 0x21, 0x4c, 0x18}, 4}, /* lz4 -l */
	{FB_PACKING_ZSTD, {0x28, 0xb5, 0x2f, 0xfd}, 4},
};

/* A frame to be skipped: magic (its last 4 bits are free), size of what follows; little-endian. */
struct skipped_frame {
	uint32_t magic;
	uint32_t size;
};
#define SKIPPED_MAGIC 0x184d2a50u
#define SKIPPED_MASK 0xfffffff0u

/* Where the first frame is that is not to be skipped. */
static struct fb_error *skip_frames(struct fb_file *file, uint64_t *offset_ret)
{
	struct skipped_frame frame;
	uint64_t offset = 0;

	for (unsigned i = 0; i < FB_MAX_SKIPPED_FRAMES; i++) {
		size_t got;
		struct fb_error *err = fb_file_read_some(file, offset, &frame, sizeof(frame), &got);

		if (err)
			return err;
		if (got < sizeof(frame) || (le32toh(frame.magic) & SKIPPED_MASK) != SKIPPED_MAGIC ||
		    le32toh(frame.size) > file->size - offset - sizeof(frame))
			break;
		offset += sizeof(frame) + le32toh(frame.size);
	}
	*offset_ret = offset;
	return NULL;
}

/* NULL where the file is not compressed. *offset_ret: where the stream begins. */
static struct fb_error *find_compression(struct fb_file *file,
					 const struct compression **compression_ret,
					 uint64_t *offset_ret)
{
	struct fb_error *err;
	uint8_t magic[6];
	size_t size, i;

	err = skip_frames(file, offset_ret);
	if (!err)
		err = fb_file_read_some(file, *offset_ret, magic, sizeof(magic), &size);
	if (err)
		return err;
	*compression_ret = NULL;
	for (i = 0; i < FB_ARRAY_SIZE(compressions); i++) {
		const struct compression *candidate = &compressions[i];

		if (size >= candidate->magic_size &&
		    !memcmp(magic, candidate->magic, candidate->magic_size)) {
			*compression_ret = candidate;
			break;
		}
	}
	return NULL;
}

/* Writes the whole stream to the file; what comes behind a fault of the stream is lost. */
static struct fb_error *unpack_stream(struct fb_packed_stream *stream, const char *name,
				      struct fb_temporary *temporary, bool *truncated_ret)
{
	uint64_t total = 0;

	*truncated_ret = false;
	for (;;) {
		const void *block;
		size_t size;
		struct fb_error *err = fb_packed_stream_next(stream, &block, &size);

		if (err && !total)
			return fb_error_prefix(err, "%s stream: ends or breaks in its first block",
					       name);
		if (err) {
			fb_error_destroy(err);
			*truncated_ret = true;
			break;
		}
		if (!size)
			break;
		err = fb_temporary_write(temporary, total, block, size);
		if (err)
			return fb_error_prefix(err, "%s stream", name);
		total += size;
	}
	return fb_temporary_finish(temporary, total);
}

/* From offset of the packed file on. */
static struct fb_error *unpack_file(struct fb_file *packed, uint64_t offset,
				    const struct compression *compression, bool *truncated_ret,
				    struct fb_file **file_ret)
{
	FB_CLEANUP(fb_packed_stream_close_at) struct fb_packed_stream *stream = NULL;
	struct fb_temporary temporary = {.fd = -1};
	struct fb_error *err;

	if (lseek(packed->fd, (off_t)offset, SEEK_SET) < 0)
		return fb_error_os(errno, "%s", packed->path);
	err = fb_packed_stream_open_fd(compression->packing, packed->fd, &stream);
	if (!err)
		err = fb_temporary_create(packed->size, &temporary);
	if (!err)
		err = unpack_stream(stream, fb_packing_name(compression->packing), &temporary,
				    truncated_ret);
	if (!err)
		err = fb_file_from_fd(packed->path, temporary.fd, packed->mtime_ns, file_ret);
	if (err && temporary.fd >= 0)
		(void)close(temporary.fd);
	return err ? fb_error_prefix(err, "%s", packed->path) : NULL;
}

struct fb_error *fb_file_open_unpacked(const char *path, const char **compression_ret,
				       bool *truncated_ret, struct fb_file **file_ret)
{
	FB_CLEANUP(fb_file_destroy_at) struct fb_file *file = NULL;
	const struct compression *compression = NULL;
	bool truncated = false;
	struct fb_error *err;
	uint64_t offset;

	err = fb_file_open(path, &file);
	if (!err)
		err = find_compression(file, &compression, &offset);
	if (err)
		return err;
	if (compression) {
		struct fb_file *unpacked = NULL;

		err = unpack_file(file, offset, compression, &truncated, &unpacked);
		if (err)
			return err;
		fb_file_destroy(file);
		file = unpacked;
	}
	if (compression_ret)
		*compression_ret = compression ? fb_packing_name(compression->packing) : NULL;
	if (truncated_ret)
		*truncated_ret = truncated;
	*file_ret = file;
	file = NULL; /* the caller's now */
	return NULL;
}
