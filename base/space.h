/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A memory space: an address space from which bytes can be read, and which tells
 * where they came from. Spaces are stacked: physical memory (the pages of a dump), on
 * it the kernel's virtual memory and that of each process (through page tables), and
 * on those a process joined from dump, core and files. Code that needs memory takes a
 * space as its parameter, never a dump. Reads are safe from many threads.
 */
#ifndef FB_BASE_SPACE_H
#define FB_BASE_SPACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Where a byte came from. */
enum fb_source {
	FB_SOURCE_VMCORE, /* a page of the dump */
	FB_SOURCE_CORE,   /* a process's core */
	FB_SOURCE_FILE,   /* a program or library on disk */
	FB_SOURCE_ZERO,   /* nothing was ever written there: it reads as zeros */
	FB_SOURCE_ABSENT, /* it cannot be read; enum fb_absence has the reason */
};

/* Why a byte is FB_SOURCE_ABSENT. */
enum fb_absence {
	FB_ABSENCE_NONE,
	FB_ABSENCE_FILTERED,  /* has a page frame, which the dump was written without */
	FB_ABSENCE_SWAPPED,   /* was swapped out to the slot of swap_type and swap_offset */
	FB_ABSENCE_UNTOUCHED, /* in a mapping, but no page was ever there, or it was dropped */
	FB_ABSENCE_UNMAPPED,  /* in no mapping */
	FB_ABSENCE_TRUNCATED, /* behind the end of a cut-off file, or in a missing part of a dump */
	FB_ABSENCE_DAMAGED,   /* the page, or a page table that leads to it, is corrupt */
};

struct fb_origin {
	enum fb_source source;
	enum fb_absence absence;
	const char *detail;   /* borrowed or NULL: path of the core or file, "zram" */
	uint64_t physical;    /* address of the first byte; valid where has_physical is set */
	uint64_t file_offset; /* of the first byte, in bytes; for FB_SOURCE_CORE and _FILE */
	uint64_t swap_offset; /* slot in the swap area; for FB_ABSENCE_SWAPPED */
	uint32_t swap_type;   /* number of the swap area; for FB_ABSENCE_SWAPPED */
	bool has_physical;
};

/* A range of addresses whose bytes have the same origin. */
struct fb_run {
	uint64_t start;  /* address */
	uint64_t length; /* bytes, > 0 */
	struct fb_origin origin;
};

struct fb_space;

struct fb_space_ops {
	/* Reads all of [address, address + length), or fails with FB_FAULT (not mapped), FB_ABSENT,
	 * FB_CORRUPT, FB_TRUNCATED or FB_OS. The caller ensures that length > 0 and that address + length
	 * does not wrap around. */
	struct fb_error *(*read)(struct fb_space *space, uint64_t address, void *to, size_t length);
	/* Finds the longest run from address on, of at most length bytes, that has one origin. Fails only
	 * with fatal errors (FB_NOMEM, FB_OS). May be NULL: fb_space_locate() is then FB_UNSUPPORTED. */
	struct fb_error *(*locate)(struct fb_space *space, uint64_t address, uint64_t length,
				   struct fb_run *run_ret);
};

/* The first member of the struct of every kind of space, which the code that made it destroys. */
struct fb_space {
	const struct fb_space_ops *ops;
	const char *name; /* borrowed; for messages: "physical memory", "PID 17" */
};

/* Read bytes or a little-endian integer, and find the origin of bytes, as the functions of struct fb_space_ops
 * above. Where length is 0, reading does nothing. */
FB_MUST_CHECK struct fb_error *fb_space_read(struct fb_space *space, uint64_t address, void *to,
					     size_t length);
FB_MUST_CHECK struct fb_error *fb_space_locate(struct fb_space *space, uint64_t address,
					       uint64_t length, struct fb_run *run_ret);
FB_MUST_CHECK struct fb_error *fb_space_u8(struct fb_space *space, uint64_t address, uint8_t *ret);
FB_MUST_CHECK struct fb_error *fb_space_u32(struct fb_space *space, uint64_t address,
					    uint32_t *ret);
FB_MUST_CHECK struct fb_error *fb_space_u64(struct fb_space *space, uint64_t address,
					    uint64_t *ret);

/* Called for a page, or a part of one, that cannot be read: [address, address + length). Takes over err, which
 * is the reason and is not fatal. */
typedef void fb_space_hole(void *context, uint64_t address, size_t length, struct fb_error *err);
/* Reads all of [address, address + length). Each page in it that cannot be read is filled with zeros, and hole
 * (may be NULL) is called for it, in order of address. Only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_space_read_holes(struct fb_space *space, uint64_t address,
						   void *to, size_t length, fb_space_hole *hole,
						   void *context);

/* Reads a string, up to its NUL or at most size - 1 bytes; `to` is always NUL-terminated on success. Where
 * at least one byte was read and the next page cannot be read, the string ends there; a fatal error is
 * returned. */
FB_MUST_CHECK struct fb_error *fb_space_string(struct fb_space *space, uint64_t address, char *to,
					       size_t size);
/* The same, but any page that cannot be read is an error: for names, since a name that was cut would be taken
 * for another one. */
FB_MUST_CHECK struct fb_error *fb_space_string_whole(struct fb_space *space, uint64_t address,
						     char *to, size_t size);

/* The words that docs/cli.md and the JSON use: "vmcore", "core", ... and "filtered", "swapped", ...; static. */
const char *fb_source_name(enum fb_source source);
const char *fb_absence_name(enum fb_absence absence);

#endif
