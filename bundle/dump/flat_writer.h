/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes a dump as makedumpfile -F does: a stream of pieces, each with its offset (kdump_format.h), for a
 * pipe, where nothing can be written again once it is gone.
 */
#ifndef FB_BUNDLE_FLAT_WRITER_H
#define FB_BUNDLE_FLAT_WRITER_H

#include "base/error.h"
#include "base/outfile.h"

struct fb_flat_writer;

/* To file, to which all is appended, or where that is NULL to the descriptor fd; both borrowed. name is for
 * messages. */
FB_MUST_CHECK struct fb_error *fb_flat_writer_create(struct fb_outfile *file, int fd,
						     const char *name,
						     struct fb_flat_writer **writer_ret);
void fb_flat_writer_destroy(struct fb_flat_writer *writer);

/* What the dump is written to; owned by the writer. */
struct fb_outfile *fb_flat_writer_outfile(struct fb_flat_writer *writer);
/* After the last byte: what is left, and the record that ends the stream. */
FB_MUST_CHECK struct fb_error *fb_flat_writer_finish(struct fb_flat_writer *writer);

#endif
