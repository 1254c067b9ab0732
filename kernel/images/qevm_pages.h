/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pages of a saved guest in the order in which its stream has them, as one file: page n of that file is the
 * stream's n-th. For qevm.c.
 */
#ifndef FB_KERNEL_QEVM_PAGES_H
#define FB_KERNEL_QEVM_PAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/file.h"

struct fb_qevm_pages;

/* stream is borrowed while pages are added. */
FB_MUST_CHECK struct fb_error *fb_qevm_pages_create(struct fb_file *stream,
						    struct fb_qevm_pages **pages_ret);
void fb_qevm_pages_destroy(struct fb_qevm_pages *pages);

/* The next page: its bytes at an offset of the stream, or, filled, all of its bytes the one at that offset.
 * FB_LIMIT, FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_qevm_pages_add(struct fb_qevm_pages *pages, uint64_t offset,
						 bool filled);
uint64_t fb_qevm_pages_count(const struct fb_qevm_pages *pages);

/* The file. It takes pages, and, once that is put at *stream_ret, the stream. */
struct fb_file *fb_qevm_pages_file(struct fb_qevm_pages *pages, struct fb_file ***stream_ret);

#endif
