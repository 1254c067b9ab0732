// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unpacks an input that is compressed as a whole (kdump-tools' KDUMP_COMPRESSION,
 * systemd-coredump's .zst), once and to an unlinked temporary file, because readers
 * need random access. libarchive decompresses; only the one filter that fits the
 * file's first bytes is enabled, and none that would run another program. Called
 * where dumps and cores are opened (fb_file_open_unpacked()).
 *
 * zstd and lz4 streams may have skippable frames before and between the others (RFC 8878, 3.1.2): pzstd
 * writes one before each. libarchive does not recognise a stream that begins with one, so that one is skipped
 * here; libarchive skips the others.
 */
#include <archive.h>
#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/files/file.h"
#include "base/files/temporary.h"
#include "base/limits.h"

struct compression {
	const char *name;
	uint8_t magic[6];
	size_t magic_size;
	int (*enable)(struct archive *archive);
};

static const struct compression compressions[] = {
	{"gzip", {0x1f, 0x8b, 0x08}, 3, archive_read_support_filter_gzip},
	{"bzip2", {'B', 'Z', 'h'}, 3, archive_read_support_filter_bzip2},
	{"xz", {0xfd, '7', 'z', 'X', 'Z', 0x00}, 6, archive_read_support_filter_xz},
	{"lz4", {0x04, 0x22, 0x4d, 0x18}, 4, archive_read_support_filter_lz4},
	{"lz4", {0x02, 0x21, 0x4c, 0x18}, 4, archive_read_support_filter_lz4}, /* lz4 -l */
	{"zstd", {0x28, 0xb5, 0x2f, 0xfd}, 4, archive_read_support_filter_zstd},
};

/* Bytes of one read of the packed file. */
#define READ_BLOCK (256u << 10)

static void free_archive(struct archive **archive)
{
	(void)archive_read_free(*archive);
}

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

/* fd is read from its current position, the start of the stream. */
static struct fb_error *open_stream(int fd, const struct compression *compression,
				    struct archive **archive_ret)
{
	FB_CLEANUP(free_archive) struct archive *archive = archive_read_new();
	struct archive_entry *entry;
	const char *reason;
	int status;

	if (!archive)
		return fb_error_nomem();
	/* ARCHIVE_WARN would mean: by an external program. */
	if (compression->enable(archive) != ARCHIVE_OK)
		return fb_error_create(FB_UNSUPPORTED, "libarchive was built without %s",
				       compression->name);
	status = archive_read_support_format_raw(archive);
	if (status == ARCHIVE_OK)
		status = archive_read_open_fd(archive, fd, READ_BLOCK);
	if (status == ARCHIVE_OK)
		status = archive_read_next_header(archive, &entry);
	reason = archive_error_string(archive);
	if (status != ARCHIVE_OK)
		return fb_error_create(FB_CORRUPT, "%s stream: nothing can be unpacked: %s",
				       compression->name, reason ? reason : "it is empty");
	/* The raw format would pass on as it stands what the filter does not take for its own. */
	if (archive_filter_code(archive, 0) == ARCHIVE_FILTER_NONE)
		return fb_error_create(FB_CORRUPT, "%s stream: its header is damaged",
				       compression->name);
	*archive_ret = archive;
	archive = NULL;
	return NULL;
}

/* Writes the whole stream to the file; what comes behind a fault of the stream is lost. */
static struct fb_error *unpack_stream(struct archive *archive, const char *name,
				      struct fb_temporary *temporary, bool *truncated_ret)
{
	uint64_t total = 0;

	*truncated_ret = false;
	for (;;) {
		const void *block;
		size_t size;
		int64_t offset;
		int status = archive_read_data_block(archive, &block, &size, &offset);
		struct fb_error *err;

		if (status == ARCHIVE_EOF)
			break;
		if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
			const char *reason = archive_error_string(archive);

			if (!total)
				return fb_error_create(FB_TRUNCATED,
						       "%s stream: ends or breaks in its first "
						       "block: %s",
						       name, reason ? reason : "no reason given");
			*truncated_ret = true;
			break;
		}
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
	FB_CLEANUP(free_archive) struct archive *archive = NULL;
	struct fb_temporary temporary = {.fd = -1};
	struct fb_error *err;

	if (lseek(packed->fd, (off_t)offset, SEEK_SET) < 0)
		return fb_error_os(errno, "%s", packed->path);
	err = open_stream(packed->fd, compression, &archive);
	if (!err)
		err = fb_temporary_create(packed->size, &temporary);
	if (!err)
		err = unpack_stream(archive, compression->name, &temporary, truncated_ret);
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
		*compression_ret = compression ? compression->name : NULL;
	if (truncated_ret)
		*truncated_ret = truncated;
	*file_ret = file;
	file = NULL; /* the caller's now */
	return NULL;
}
