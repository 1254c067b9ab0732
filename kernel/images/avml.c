// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads AVML's version 2: ranges of memory in snappy's framing format, each after a header (lime_format.h). They are
 * unpacked one after the other to a temporary file, because readers need random access. Called by
 * kernel/dump/image_dump.c.
 *
 * The framing format (framing_format.txt of snappy) consists of chunks of {type: 1 byte, length: 3 bytes,
 * little-endian}, of at most 64 KiB unpacked. Type 0xff begins a stream, 0x00 is compressed and 0x01 plain data, both
 * after a CRC-32C, which is not checked: damaged data do not unpack, and memory that changed while it was copied has
 * inconsistencies anyway. Types 0x80 to 0xfe are skipped.
 */
#include <endian.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files/temporary.h"
#include "base/limits.h"
#include "base/snappy.h"
#include "kernel/images/image.h"
#include "kernel/images/lime.h"
#include "kernel/images/lime_format.h"

#define CHUNK_HEAD 4u
#define CHUNK_PACKED 0x00u
#define CHUNK_PLAIN 0x01u
#define CHUNK_FIRST_SKIPPED 0x80u
#define CHUNK_CRC 4u
#define CHUNK_UNPACKED (64u << 10)
/* snappy_max_compressed_length() of that, and the CRC: what is longer is no chunk of data. */
#define CHUNK_MOST (32u + CHUNK_UNPACKED + CHUNK_UNPACKED / 6u + CHUNK_CRC)

struct unpacking {
	struct fb_file *file; /* borrowed */
	struct fb_temporary temporary;
	struct fb_snappy snappy;
	uint64_t offset;  /* of the next chunk in the file */
	uint64_t written; /* bytes in the temporary file */
	uint64_t left;    /* bytes of the range that are still to come */
	unsigned empty;   /* chunks without data since the last with some */
	uint8_t packed[CHUNK_MOST];
	uint8_t plain[CHUNK_UNPACKED];
};

static struct fb_error *corrupt(const struct unpacking *unpacking)
{
	return fb_error_create(FB_CORRUPT, "no chunk of snappy's framing format at offset %" PRIu64,
			       unpacking->offset);
}

/* The bytes of a chunk of data behind its CRC. */
static struct fb_error *unpack_data(struct unpacking *unpacking, bool packed, const uint8_t *data,
				    size_t size)
{
	size_t plain = sizeof(unpacking->plain);
	struct fb_error *err;

	if (packed &&
	    unpacking->snappy.call.snappy_uncompress((const char *)data, size,
						     (char *)unpacking->plain, &plain) != SNAPPY_OK)
		return corrupt(unpacking);
	if (!packed) {
		if (size > plain)
			return corrupt(unpacking);
		memcpy(unpacking->plain, data, size);
		plain = size;
	}
	if (plain > unpacking->left)
		return corrupt(unpacking);
	err = fb_temporary_write(&unpacking->temporary, unpacking->written, unpacking->plain,
				 plain);
	if (err)
		return err;
	unpacking->written += plain;
	unpacking->left -= plain;
	if (plain)
		unpacking->empty = 0;
	return NULL;
}

static struct fb_error *unpack_chunk(struct unpacking *unpacking)
{
	uint8_t head[CHUNK_HEAD];
	struct fb_error *err;
	uint32_t length;

	if (++unpacking->empty > FB_MAX_SKIPPED_FRAMES)
		return corrupt(unpacking);
	err = fb_file_read(unpacking->file, unpacking->offset, head, sizeof(head));
	if (err)
		return err;
	length = head[1] | (uint32_t)head[2] << 8 | (uint32_t)head[3] << 16;
	if (head[0] == CHUNK_PACKED || head[0] == CHUNK_PLAIN) {
		if (length < CHUNK_CRC || length > sizeof(unpacking->packed))
			return corrupt(unpacking);
		err = fb_file_read(unpacking->file, unpacking->offset + CHUNK_HEAD,
				   unpacking->packed, length);
		if (!err)
			err = unpack_data(unpacking, head[0] == CHUNK_PACKED,
					  unpacking->packed + CHUNK_CRC, length - CHUNK_CRC);
	} else if (head[0] < CHUNK_FIRST_SKIPPED) {
		err = corrupt(unpacking);
	}
	if (!err)
		unpacking->offset += CHUNK_HEAD + length;
	return err;
}

/* The range whose header is at unpacking->offset. *damage_ret: why it, or what follows, is lost. */
static struct fb_error *unpack_range(struct unpacking *unpacking, struct fb_warnings *warnings,
				     struct fb_image_pieces *pieces, bool *more_ret,
				     struct fb_error **damage_ret)
{
	uint64_t start, length;
	struct fb_error *err;

	err = fb_lime_range(unpacking->file, unpacking->offset, FB_AVML_MAGIC, FB_AVML_VERSION,
			    warnings, more_ret, &start, &length);
	if (err || !*more_ret)
		return err;
	err = fb_image_add(pieces, start, length, unpacking->written);
	if (err)
		return err;
	unpacking->offset += sizeof(struct fb_lime_header);
	unpacking->left = length;
	while (!err && unpacking->left)
		err = unpack_chunk(unpacking);
	unpacking->offset += sizeof(struct fb_avml_trailer);
	if (fb_error_is(err, FB_CORRUPT) || fb_error_is(err, FB_TRUNCATED)) {
		*damage_ret = err;
		*more_ret = false;
		return NULL;
	}
	return err;
}

static struct fb_error *unpack_all(struct unpacking *unpacking, struct fb_warnings *warnings,
				   struct fb_image_pieces *pieces)
{
	struct fb_error *err = NULL, *damage = NULL;
	bool more = true;

	while (!err && more)
		err = unpack_range(unpacking, warnings, pieces, &more, &damage);
	if (damage)
		fb_warn_error(warnings, damage, "%s: what follows is lost", unpacking->file->path);
	pieces->file_size = unpacking->written;
	return err ? err : fb_temporary_finish(&unpacking->temporary, unpacking->written);
}

struct fb_error *fb_avml_read(struct fb_file *file, struct fb_warnings *warnings,
			      struct fb_image *image_ret)
{
	struct fb_image image = {.format = "AVML", .stream = "snappy"};
	FB_CLEANUP(fb_free_at) struct unpacking *unpacking = calloc(1, sizeof(*unpacking));
	struct fb_image_pieces pieces = {0};
	struct fb_error *err;

	if (!unpacking)
		return fb_error_nomem();
	unpacking->file = file;
	err = fb_snappy_load(&unpacking->snappy);
	if (err)
		return fb_error_prefix(err, "%s", file->path);
	err = fb_temporary_create(file->size, &unpacking->temporary);
	if (err) {
		fb_snappy_deinit(&unpacking->snappy);
		return err;
	}
	err = unpack_all(unpacking, warnings, &pieces);
	if (!err)
		err = fb_file_from_fd(file->path, unpacking->temporary.fd, file->mtime_ns,
				      &image.file);
	fb_snappy_deinit(&unpacking->snappy);
	if (err)
		(void)close(unpacking->temporary.fd);
	return fb_image_finish(err, &pieces, &image, image_ret);
}
