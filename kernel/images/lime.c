// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads LiME images, which AVML writes too: uncompressed ranges of memory, each after a header (lime_format.h).
 * Called by kernel/dump/image_dump.c.
 */
#include "kernel/images/lime.h"

#include <endian.h>
#include <inttypes.h>

#include "kernel/images/image.h"
#include "kernel/images/lime_format.h"

struct fb_error *fb_lime_range(struct fb_file *file, uint64_t offset, uint32_t magic,
			       uint32_t version, struct fb_warnings *warnings, bool *more_ret,
			       uint64_t *start_ret, uint64_t *length_ret)
{
	struct fb_lime_header header;
	struct fb_error *err;
	uint64_t start, last;
	size_t got;

	*more_ret = false;
	err = fb_file_read_some(file, offset, &header, sizeof(header), &got);
	if (err || !got)
		return err;
	start = le64toh(header.start);
	last = le64toh(header.last);
	if (got < sizeof(header) || le32toh(header.magic) != magic ||
	    le32toh(header.version) != version || last < start || last - start == UINT64_MAX) {
		fb_warn(warnings,
			"%s: no header of a range of memory at offset %" PRIu64
			": what follows is lost",
			file->path, offset);
		return NULL;
	}
	*more_ret = true;
	*start_ret = start;
	*length_ret = last - start + 1;
	return NULL;
}

struct fb_error *fb_lime_read(struct fb_file *file, struct fb_warnings *warnings,
			      struct fb_image *image_ret)
{
	struct fb_image_pieces pieces = {.file_size = file->size};
	struct fb_image image = {.format = "LiME"};
	uint64_t offset = 0, start, length;
	struct fb_error *err;
	bool more;

	for (;;) {
		err = fb_lime_range(file, offset, FB_LIME_MAGIC, FB_LIME_VERSION, warnings, &more,
				    &start, &length);
		if (err || !more)
			break;
		offset += sizeof(struct fb_lime_header);
		err = fb_image_add(&pieces, start, length, offset);
		if (err)
			break;
		offset += length;
	}
	return fb_image_finish(err, &pieces, &image, image_ret);
}
