/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A memory space: "read LENGTH bytes at ADDRESS, and say where they came from".
 * physical (pages of a dump) -> kernel virtual -> process -> joined. Whoever
 * needs memory takes a space, never a dump. Reads are safe from many threads.
 */
#ifndef FB_BASE_SPACE_H
#define FB_BASE_SPACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum fb_source {
	FB_SOURCE_VMCORE,
	FB_SOURCE_CORE,
	FB_SOURCE_FILE,
	FB_SOURCE_ZERO,
	FB_SOURCE_ABSENT,
};

/* Why a byte is FB_SOURCE_ABSENT. */
enum fb_absence {
	FB_ABSENCE_NONE,
	FB_ABSENCE_FILTERED,  /* has a frame, and the dump left that out */
	FB_ABSENCE_SWAPPED,   /* swap_type and swap_offset name the slot */
	FB_ABSENCE_UNTOUCHED, /* in a mapping, but no page was ever there, or it was dropped */
	FB_ABSENCE_UNMAPPED,  /* in no mapping */
	FB_ABSENCE_TRUNCATED, /* behind the end of a cut-off file, or in a missing part of the dump */
	FB_ABSENCE_DAMAGED,   /* a table or page on the way is corrupt */
};

struct fb_origin {
	enum fb_source source;
	enum fb_absence absence;
	const char *detail;   /* borrowed or NULL: path of the core or file, "zram" */
	uint64_t physical;    /* of the first byte, where has_physical */
	uint64_t file_offset; /* of the first byte, for CORE and FILE */
	uint64_t swap_offset; /* in pages, for SWAPPED */
	uint32_t swap_type;
	bool has_physical;
};

struct fb_run {
	uint64_t start;  /* address */
	uint64_t length; /* bytes, > 0 */
	struct fb_origin origin;
};

struct fb_space;

struct fb_space_ops {
	/* All of [address, address + length), or an error: FB_FAULT (not mapped), FB_ABSENT,
	 * FB_CORRUPT, FB_TRUNCATED, FB_OS. length > 0 and no wrap-around are ensured. */
	struct fb_error *(*read)(struct fb_space *space, uint64_t address, void *to, size_t length);
	/* The longest run from address on, at most length bytes, that has one origin. Fails only
	 * where it cannot tell (FB_NOMEM, FB_OS). May be NULL: then FB_UNSUPPORTED. */
	struct fb_error *(*locate)(struct fb_space *space, uint64_t address, uint64_t length,
				   struct fb_run *run_ret);
};

/* Embedded first in every space's own struct; whoever made that destroys it. */
struct fb_space {
	const struct fb_space_ops *ops;
	const char *name; /* borrowed; for messages: "physical memory", "PID 17" */
};

FB_MUST_CHECK struct fb_error *fb_space_read(struct fb_space *space, uint64_t address, void *to,
					     size_t length);
FB_MUST_CHECK struct fb_error *fb_space_locate(struct fb_space *space, uint64_t address,
					       uint64_t length, struct fb_run *run_ret);
FB_MUST_CHECK struct fb_error *fb_space_u8(struct fb_space *space, uint64_t address, uint8_t *ret);
FB_MUST_CHECK struct fb_error *fb_space_u32(struct fb_space *space, uint64_t address,
					    uint32_t *ret);
FB_MUST_CHECK struct fb_error *fb_space_u64(struct fb_space *space, uint64_t address,
					    uint64_t *ret);

/* Told of a page, or a part of one, that cannot be read: [address, address + length). Takes err, which says why and
 * is not fatal. */
typedef void fb_space_hole(void *context, uint64_t address, size_t length, struct fb_error *err);
/* All of [address, address + length), of which what cannot be read becomes zeros, page by page, and is told to hole in
 * order of address; hole may be NULL. Only a fatal error is returned. */
FB_MUST_CHECK struct fb_error *fb_space_read_holes(struct fb_space *space, uint64_t address,
						   void *to, size_t length, fb_space_hole *hole,
						   void *context);

/* Up to a NUL or size - 1 bytes; always NUL-terminated on success. A page that cannot be read
 * behind at least one byte ends the string there, unless the error is fatal. */
FB_MUST_CHECK struct fb_error *fb_space_string(struct fb_space *space, uint64_t address, char *to,
					       size_t size);
/* The same, but a page that cannot be read is an error there too: for names, which nobody would see to be cut. */
FB_MUST_CHECK struct fb_error *fb_space_string_whole(struct fb_space *space, uint64_t address,
						     char *to, size_t size);

/* The words that cli.md and the JSON use: "vmcore", "core", ... and "filtered", "swapped", ... */
const char *fb_source_name(enum fb_source source);
const char *fb_absence_name(enum fb_absence absence);

#endif
