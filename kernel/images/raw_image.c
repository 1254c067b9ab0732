// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads raw images (dd of a memory device, qemu's pmemsave, LiME's "padded", a .vmem of less than 3 GiB): the
 * byte at an offset of the file is the byte at that physical address. Holes of the file are memory of zeros, because
 * programs that copy sparsely make holes of zeros. Called by kernel/dump/image_dump.c.
 */
#include <inttypes.h>

#include "base/limits.h"
#include "kernel/images/image.h"

struct fb_error *fb_raw_image_read(struct fb_file *file, struct fb_warnings *warnings,
				   struct fb_image *image_ret)
{
	struct fb_image_pieces pieces = {.file_size = file->size};
	struct fb_image image = {.format = "raw"};
	uint64_t data = fb_file_data_size(file), size = file->size;
	struct fb_error *err;

	/* A few bytes may claim any number of them. */
	if (data < size / FB_MAX_HOLES) {
		size = data * FB_MAX_HOLES;
		fb_warn(warnings, "%s: is nearly nothing but a hole: read to 0x%" PRIx64 " only",
			file->path, size);
	}
	err = fb_image_add(&pieces, 0, size, 0);
	return fb_image_finish(err, &pieces, &image, image_ret);
}
