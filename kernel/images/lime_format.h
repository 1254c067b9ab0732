/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * LiME, version 1: each range of memory follows a header of its own (lime_mem_range_header in lime.h of
 * https://github.com/504ensicsLabs/LiME). AVML writes the same as its version 1. AVML's version 2 has another
 * magic; the header is followed by the range in snappy's framing format and the number of those bytes
 * (src/image.rs of https://github.com/microsoft/avml). Little-endian.
 */
#ifndef FB_KERNEL_LIME_FORMAT_H
#define FB_KERNEL_LIME_FORMAT_H

#include <stdint.h>

#define FB_LIME_MAGIC 0x4c694d45u /* "EMiL" */
#define FB_LIME_VERSION 1u
#define FB_AVML_MAGIC 0x4c4d5641u /* "AVML" */
#define FB_AVML_VERSION 2u

struct fb_lime_header {
	uint32_t magic;
	uint32_t version;
	uint64_t start; /* physical address */
	uint64_t last;  /* physical address of the last byte */
	uint8_t reserved[8];
};
_Static_assert(sizeof(struct fb_lime_header) == 32, "packed as it is");

/* Follows each range of AVML's version 2. */
struct fb_avml_trailer {
	uint64_t packed_size;
};

#endif
