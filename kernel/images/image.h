/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory images: the physical memory of a host or guest as others than the kernel write it, without
 * notes and registers. A reader per format finds which bytes of a file stand at which physical address;
 * kernel/dump/image_dump.c makes a dump of that.
 */
#ifndef FB_KERNEL_IMAGE_FORMATS_H
#define FB_KERNEL_IMAGE_FORMATS_H

#include <stdint.h>

#include "base/error.h"
#include "base/file.h"
#include "base/warnings.h"
#include "kernel/images/extents.h"

struct fb_image {
	const char *format;   /* static: "LiME", ... */
	const char *stream;   /* the compression within the format; NULL: none. Static */
	struct fb_file *file; /* what the extents' sources are offsets of; owned, or NULL for the
				   * file that was given */
	struct fb_file *
		*inner; /* where file stands over the one that was given: the place for that,
				 * which is file's own from then on. NULL: it does not */
	struct fb_extents memory; /* owned; by physical address, what the file holds */
	struct fb_extents meant;  /* owned; with what is cut off; empty if nothing is */
};

/* A reader takes the bytes of an image, which it only reads, and fills in *image_ret. FB_CORRUPT,
 * FB_TRUNCATED where not one byte of memory is there. */
typedef struct fb_error *fb_image_reader(struct fb_file *file, struct fb_warnings *warnings,
					 struct fb_image *image_ret);

/* The reader of the format that the file begins as; NULL where it is none of them. */
FB_MUST_CHECK struct fb_error *fb_image_detect(struct fb_file *file, fb_image_reader **reader_ret);

/* Takes a zeroed image too. */
void fb_image_deinit(struct fb_image *image);

/* Pieces of memory as a reader comes by them. */
struct fb_image_pieces {
	struct fb_extent *list; /* owned */
	size_t count, room;
	uint64_t file_size; /* of what the sources are offsets of */
};
/* length bytes of memory from physical address start on, at offset source. FB_CORRUPT where no memory is
 * that large. */
FB_MUST_CHECK struct fb_error *fb_image_add(struct fb_image_pieces *pieces, uint64_t start,
					    uint64_t length, uint64_t source);
/* The end of every reader. err is what reading came to: NULL, and image's extents are made of the pieces,
 * and it goes to *image_ret; or an error, which is returned. On failure what image holds is freed; the
 * pieces are freed in any case. FB_CORRUPT or FB_TRUNCATED where there is not one byte of memory. */
FB_MUST_CHECK struct fb_error *fb_image_finish(struct fb_error *err, struct fb_image_pieces *pieces,
					       struct fb_image *image, struct fb_image *image_ret);

/* The formats; see each file. */
fb_image_reader fb_lime_read;
fb_image_reader fb_avml_read;
fb_image_reader fb_qevm_read;
fb_image_reader fb_raw_image_read;

#endif
