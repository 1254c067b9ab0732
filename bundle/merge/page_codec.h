/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How added pages are compressed: as the input's are. Whoever made the dump chose that for speed or
 * size, and its readers know it. lzo and snappy take a third of zlib's time; zlib every reader has.
 */
#ifndef FB_BUNDLE_PAGE_CODEC_H
#define FB_BUNDLE_PAGE_CODEC_H

#include <stdbool.h>
#include <stdint.h>

#include "bundle/merge/scratch.h"
#include "kernel/dump/dump.h"

/* One of FB_KDUMP_PAGE_* (kernel/dump/kdump_format.h), which are the flags of the dump's header too: the input's
 * own; zlib for an input that is not kdump-compressed, or whose pages are not. */
uint32_t fb_page_codec_of(struct fb_dump *dump);

/* By name: "zlib", "lzo", "snappy", "zstd", or "none", 0, which leaves pages as they are. False for another name,
 * and where the library of that method does not fit this program. */
bool fb_page_codec_named(const char *name, uint32_t *codec_ret);

/* Compresses the page at the front of scratch->bytes, whose rest is used, to `to`, which has room for
 * FB_PAGE_SIZE bytes. Returns the bytes there: FB_PAGE_SIZE, of the page as it is, where it does not become at
 * least one byte smaller. */
uint32_t fb_page_codec_pack(uint32_t codec, struct fb_scratch *scratch, uint8_t *to);

#endif
