/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes a dump like makedumpfile -F: as a stream of pieces, each with its offset (kdump_format.h), for a pipe, in
 * which nothing can be overwritten later. Called by filtered_dump.c.
 */
#ifndef FB_BUNDLE_FLAT_WRITER_H
#define FB_BUNDLE_FLAT_WRITER_H

#include "base/error.h"
#include "base/files/outfile.h"

struct fb_flat_writer;

/* Everything is appended to file, or, where file is NULL, written to the descriptor fd; both are borrowed. name is for
 * messages. */
FB_MUST_CHECK struct fb_error *fb_flat_writer_create(struct fb_outfile *file, int fd,
						     const char *name,
						     struct fb_flat_writer **writer_ret);
void fb_flat_writer_destroy(struct fb_flat_writer *writer);

/* The outfile to which the dump has to be written; owned by the writer. */
struct fb_outfile *fb_flat_writer_outfile(struct fb_flat_writer *writer);
/* To be called after the last byte: writes what is buffered, and the record that ends the stream. */
FB_MUST_CHECK struct fb_error *fb_flat_writer_finish(struct fb_flat_writer *writer);

#endif
