// SPDX-License-Identifier: GPL-2.0-or-later
/* Collects the pieces of memory that a reader finds, and makes an image of them. Called by all readers of images. */
#include "kernel/images/image.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"

void fb_image_deinit(struct fb_image *image)
{
	fb_extents_deinit(&image->memory);
	fb_extents_deinit(&image->meant);
	fb_file_destroy(image->file);
	*image = (struct fb_image){0};
}

struct fb_error *fb_image_add(struct fb_image_pieces *pieces, uint64_t start, uint64_t length,
			      uint64_t source)
{
	const uint64_t end = FB_MAX_PFN << FB_PAGE_SHIFT;
	struct fb_error *err;

	if (!length)
		return NULL;
	if (length > end || start > end - length || source > (uint64_t)INT64_MAX - length)
		return fb_error_create(FB_CORRUPT,
				       "memory of 0x%" PRIx64 " bytes at physical 0x%" PRIx64
				       " cannot be",
				       length, start);
	err = fb_grow_array(&pieces->list, &pieces->room, pieces->count, sizeof(*pieces->list),
			    FB_MAX_IMAGE_RANGES, "ranges of memory");
	if (!err)
		pieces->list[pieces->count++] = (struct fb_extent){start, length, source};
	return err;
}

/* Leaves of each piece what the file holds; gives whether that is less. */
static bool clip(struct fb_image_pieces *pieces)
{
	bool cut = false;
	size_t kept = 0;

	for (size_t i = 0; i < pieces->count; i++) {
		struct fb_extent piece = pieces->list[i];
		uint64_t left =
			pieces->file_size > piece.source ? pieces->file_size - piece.source : 0;

		cut |= piece.length > left;
		if (piece.length > left)
			piece.length = left;
		if (piece.length)
			pieces->list[kept++] = piece;
	}
	pieces->count = kept;
	return cut;
}

struct fb_error *fb_image_finish(struct fb_error *err, struct fb_image_pieces *pieces,
				 struct fb_image *image, struct fb_image *image_ret)
{
	if (!err)
		err = fb_extents_create(pieces->list, pieces->count, &image->meant);
	if (!err && clip(pieces))
		err = fb_extents_create(pieces->list, pieces->count, &image->memory);
	else if (!err) {
		image->memory = image->meant;
		image->meant = (struct fb_extents){0};
	}
	free(pieces->list);
	*pieces = (struct fb_image_pieces){0};
	if (!err && !image->memory.count)
		err = fb_error_create(image->meant.count ? FB_TRUNCATED : FB_CORRUPT,
				      "a %s image without one byte of memory", image->format);
	if (err)
		fb_image_deinit(image);
	else
		*image_ret = *image;
	return err;
}
