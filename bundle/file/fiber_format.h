/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The format of the fiber section (fiber.h); docs/formats/bundle.md describes the
 * purpose of each field. All integers are little-endian, all checksums are XXH64 with
 * seed 0, all offsets are in bytes from the start of the file. There is no padding
 * between parts.
 *
 *   [0, section_offset)    the dump: what other programs read
 *   section_offset..       the parts, one after the other
 *   table_offset..         a struct fb_fiber_part for each part
 *   last 64 bytes          struct fb_fiber_trailer
 */
#ifndef FB_BUNDLE_FIBER_FORMAT_H
#define FB_BUNDLE_FIBER_FORMAT_H

#include <stdint.h>

#define FB_FIBER_VERSION 1u

#define FB_FIBER_MAGIC "FBFIBER" /* 8 bytes with its NUL */
struct fb_fiber_trailer {        /* the file's last bytes */
	char magic[8];
	uint32_t version;
	uint32_t part_count;
	uint64_t section_offset;
	uint64_t section_size; /* bytes, this trailer included: the section ends the file */
	uint64_t table_offset;
	uint64_t table_xxh64;
	uint64_t reserved; /* 0 */
	uint64_t xxh64;    /* of the trailer's bytes before this field */
};

/* The last bytes of the sub-header's blocks in the dump. It shows that a file is a bundle even where the trailer is cut
 * off. */
#define FB_FIBER_MARK_MAGIC "FBUNDLE" /* 8 bytes with its NUL */
struct fb_fiber_mark {
	char magic[8];
	uint32_t version;
	uint32_t reserved; /* 0 */
	uint64_t section_offset;
	uint64_t xxh64; /* of the mark's bytes before this field */
};

/* The page_flags in the descriptor of a page that came from a core. makedumpfile writes 0 there, and no reader uses the
 * field. Further merges preserve it. */
#define FB_FIBER_PAGE_FROM_CORE 0x45524f4342460000ull /* "\0\0FBCORE" */

enum fb_fiber_part_type {
	FB_FIBER_MANIFEST = 1,     /* JSON text */
	FB_FIBER_DUMP_SUMS = 2,    /* struct fb_fiber_sums... */
	FB_FIBER_CORE = 3,         /* struct fb_fiber_core_record, then the name */
	FB_FIBER_LITERALS = 4,     /* a core's bytes that are in no page: headers, notes */
	FB_FIBER_EXTENTS = 5,      /* struct fb_fiber_extent... */
	FB_FIBER_STORE = 6,        /* groups of stored pages that no earlier core has */
	FB_FIBER_STORE_INDEX = 7,  /* struct fb_fiber_group... */
	FB_FIBER_OBJECT = 8,       /* what stacks need of a file (user/elf/stored_object.h) */
	FB_FIBER_OBJECT_INDEX = 9, /* the file of each such part, in the same order */
};

enum fb_fiber_encoding {
	FB_FIBER_PLAIN = 0,
	FB_FIBER_ZSTD = 1,   /* one zstd frame */
	FB_FIBER_GROUPS = 2, /* several groups, whose bounds and checksums are in the store index */
};

#define FB_FIBER_NO_CORE UINT32_MAX
struct fb_fiber_part {
	uint32_t type;
	uint32_t core; /* index, or FB_FIBER_NO_CORE */
	uint64_t offset;
	uint64_t stored_size;
	uint64_t raw_size; /* bytes when decoded */
	uint64_t xxh64;    /* of the stored bytes; 0 for FB_FIBER_GROUPS */
	uint32_t encoding;
	uint32_t reserved; /* 0 */
};

struct fb_fiber_core_record {
	uint64_t size; /* bytes of the core */
	int64_t mtime_ns;
	uint32_t name_length; /* bytes; the name follows, without a NUL */
	uint32_t reserved;    /* 0 */
};

enum fb_fiber_extent_kind {
	FB_FIBER_EXTENT_ZERO = 0,    /* value 0 */
	FB_FIBER_EXTENT_LITERAL = 1, /* value: offset in the core's literals */
	FB_FIBER_EXTENT_FRAME = 2,   /* value: pfn of the first; length in whole pages */
	FB_FIBER_EXTENT_STORED = 3,  /* value: slot of the first; the last page may be cut */
};
#define FB_FIBER_EXTENT_KIND_SHIFT 56
#define FB_FIBER_EXTENT_LENGTH_MASK ((1ull << FB_FIBER_EXTENT_KIND_SHIFT) - 1)

/* A piece of a core. The extents of a core cover [0, size) in order, without a gap. */
struct fb_fiber_extent {
	uint64_t kind_length; /* kind in the top byte, bytes (> 0) below */
	uint64_t value;
};

/* Stored pages: page n of group g has slot g * FB_FIBER_GROUP_PAGES + n. */
#define FB_FIBER_GROUP_PAGES 16u
struct fb_fiber_group {
	uint64_t offset;
	uint32_t stored_size;
	uint16_t pages;    /* 1 to FB_FIBER_GROUP_PAGES */
	uint16_t encoding; /* FB_FIBER_PLAIN or FB_FIBER_ZSTD */
	uint64_t xxh64;    /* of the stored bytes */
};

/* Checksums of the dump. Its regions cover [0, section_offset) in order, and each region is divided into chunks, of
 * which the last may be shorter. */
#define FB_FIBER_CHUNK_SHIFT 20u
enum fb_fiber_region_kind {
	FB_FIBER_REGION_HEADER = 1,   /* header and sub-header blocks */
	FB_FIBER_REGION_EXISTING = 2, /* bitmap 1 */
	FB_FIBER_REGION_DUMPED = 3,   /* bitmap 2 */
	FB_FIBER_REGION_DESCRIPTORS = 4,
	FB_FIBER_REGION_COPIED = 5, /* page data copied from a part of the input */
	FB_FIBER_REGION_ADDED = 6,  /* page data compressed by this program */
};
struct fb_fiber_sums { /* the regions follow, then a uint64_t for each chunk of each region */
	uint32_t region_count;
	uint32_t chunk_shift;
};
struct fb_fiber_region {
	uint32_t kind;
	uint32_t reserved; /* 0 */
	uint64_t offset;
	uint64_t length;
};

_Static_assert(sizeof(struct fb_fiber_trailer) == 64, "trailer");
_Static_assert(sizeof(struct fb_fiber_mark) == 32, "mark");
_Static_assert(sizeof(struct fb_fiber_part) == 48, "part");
_Static_assert(sizeof(struct fb_fiber_core_record) == 24, "core record");
_Static_assert(sizeof(struct fb_fiber_extent) == 16, "extent");
_Static_assert(sizeof(struct fb_fiber_group) == 24, "group");
_Static_assert(sizeof(struct fb_fiber_sums) == 8, "sums");
_Static_assert(sizeof(struct fb_fiber_region) == 24, "region");

#endif
