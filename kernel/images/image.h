/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory images: the physical memory of a host or guest as other programs than the kernel write it, without
 * notes and registers. The reader of each format finds out which bytes of a file belong to which physical
 * address; kernel/dump/image_dump.c calls it and makes a dump of the result.
 */
#ifndef FB_KERNEL_IMAGES_IMAGE_H
#define FB_KERNEL_IMAGES_IMAGE_H

#include <stdint.h>

#include "base/error.h"
#include "base/files/file.h"
#include "base/warnings.h"
#include "kernel/images/extents.h"

struct fb_image {
	const char *format; /* static: "LiME", ... */
	const char *stream; /* the compression within the format; NULL: none. Static */
	/* The file in which the extents' sources are offsets; owned. NULL: it is the given file. */
	struct fb_file *file;
	/* Where `file` reads from the given file: the place at which the caller has to store the given
	 * file, which `file` then owns. NULL: `file` does not need it. */
	struct fb_file **inner;
	struct fb_extents memory; /* owned; what the file has, by physical address */
	struct fb_extents meant;  /* owned; memory and what is cut off; empty where nothing is */
};

/* A reader reads the image in file (borrowed) and fills *image_ret, which the caller frees with
 * fb_image_deinit(). FB_CORRUPT or FB_TRUNCATED where there is not one byte of memory. */
typedef struct fb_error *fb_image_reader(struct fb_file *file, struct fb_warnings *warnings,
					 struct fb_image *image_ret);

/* *reader_ret is the reader of the format that the first bytes of file have; NULL where they are of none. */
FB_MUST_CHECK struct fb_error *fb_image_detect(struct fb_file *file, fb_image_reader **reader_ret);

/* image may be all zeros. */
void fb_image_deinit(struct fb_image *image);

/* Pieces of memory that a reader has found, in the order of the file. */
struct fb_image_pieces {
	struct fb_extent *list; /* owned */
	size_t count, room;
	uint64_t file_size; /* of the file in which the sources are offsets */
};
/* Adds a piece: length bytes of memory from physical address start on, at offset source of the file. FB_CORRUPT
 * where it ends above all physical addresses. */
FB_MUST_CHECK struct fb_error *fb_image_add(struct fb_image_pieces *pieces, uint64_t start,
					    uint64_t length, uint64_t source);
/* Called by every reader at its end. Takes over err, the reader's own result. Where err is NULL, image gets extents
 * made of the pieces and is copied to *image_ret; else err is returned. The pieces are freed in any case, and image
 * on failure. FB_CORRUPT or FB_TRUNCATED where there is not one byte of memory. */
FB_MUST_CHECK struct fb_error *fb_image_finish(struct fb_error *err, struct fb_image_pieces *pieces,
					       struct fb_image *image, struct fb_image *image_ret);

/* The readers, each in the file of its format. */
fb_image_reader fb_lime_read;
fb_image_reader fb_avml_read;
fb_image_reader fb_qevm_read;
fb_image_reader fb_raw_image_read;

#endif
