/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compresses the pages that are added to a dump, by default like the pages of the input, because that method was chosen
 * for the dump, and the reader's tools support it. lzo and snappy take a third of zlib's time; every reader supports
 * zlib. Called by kdump_data.c.
 */
#ifndef FB_BUNDLE_PAGE_CODEC_H
#define FB_BUNDLE_PAGE_CODEC_H

#include <stdbool.h>
#include <stdint.h>

#include "bundle/merge/scratch.h"
#include "kernel/dump/dump.h"

/* The method of the input's pages, one of FB_KDUMP_PAGE_* (kernel/dump/kdump_format.h), which are flags of the dump's
 * header too; zlib for an input that is not kdump-compressed, or whose pages are uncompressed. */
uint32_t fb_page_codec_of(struct fb_dump *dump);

/* The method with this name: "zlib", "lzo", "snappy", "zstd", or "none", which is 0 and leaves pages uncompressed.
 * False for another name, and where the installed library of the method cannot be used. */
bool fb_page_codec_named(const char *name, uint32_t *codec_ret);

/* Compresses the page at the start of scratch->bytes to `to`, which has room for FB_PAGE_SIZE bytes; the rest of
 * scratch->bytes is overwritten. Returns the number of bytes. Where the page does not become smaller, it is copied
 * uncompressed, and the result is FB_PAGE_SIZE. */
uint32_t fb_page_codec_pack(uint32_t codec, struct fb_scratch *scratch, uint8_t *to);

#endif
