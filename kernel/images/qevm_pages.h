/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file that consists of the pages of a saved guest in the order of its stream: page n of the file is the n-th page
 * of the stream. Called by qevm.c.
 */
#ifndef FB_KERNEL_QEVM_PAGES_H
#define FB_KERNEL_QEVM_PAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/files/file.h"

struct fb_qevm_pages;

/* An empty list of pages. stream is borrowed until fb_qevm_pages_file() is called. */
FB_MUST_CHECK struct fb_error *fb_qevm_pages_create(struct fb_file *stream,
						    struct fb_qevm_pages **pages_ret);
void fb_qevm_pages_destroy(struct fb_qevm_pages *pages);

/* Adds the next page. Its bytes are at offset of the stream; or, where filled is set, each of its bytes has the value
 * of the one byte at that offset. FB_LIMIT, FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_qevm_pages_add(struct fb_qevm_pages *pages, uint64_t offset,
						 bool filled);
uint64_t fb_qevm_pages_count(const struct fb_qevm_pages *pages);

/* The file of these pages, which takes over pages. *stream_ret is the place at which the caller has to store the
 * stream, which the file then owns. */
struct fb_file *fb_qevm_pages_file(struct fb_qevm_pages *pages, struct fb_file ***stream_ret);

#endif
