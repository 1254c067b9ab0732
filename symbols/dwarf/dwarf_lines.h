/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Source lines and inlined functions of code addresses, from the DWARF of a
 * vmlinux or a module's debug file. Only the units that hold a wanted address are
 * read, so that half a gigabyte of debug information takes a few milliseconds.
 */
#ifndef FB_SYMBOLS_DWARF_LINES_H
#define FB_SYMBOLS_DWARF_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* One function at an address. */
struct fb_source_frame {
	const char *function; /* NULL: unknown */
	/* The source file, relative to the root of the kernel's tree where that is known; NULL: unknown. */
	const char *file;
	uint32_t line; /* 0: unknown */
};

struct fb_source_location {
	/* Innermost first: all but the last are inlined into the next. Owned by the fb_dwarf_lines. */
	const struct fb_source_frame *frames;
	size_t count; /* 0: nothing is known of the address */
};

struct fb_dwarf_lines;

/* Opens the file with libdw, which maps it: it must not shrink while it is open. A relocatable file (a
 * module's) is laid out at addresses that libdw chooses: fb_dwarf_lines_symbol() returns them. Errors: FB_OS,
 * FB_INVALID where it is no ELF file, FB_NOT_FOUND where it has no DWARF. */
FB_MUST_CHECK struct fb_error *fb_dwarf_lines_open(const char *path,
						   struct fb_dwarf_lines **lines_ret);
void fb_dwarf_lines_destroy(struct fb_dwarf_lines *lines);

/* The location of an address as the file has it (without the KASLR offset). For a return address give the
 * address of the call, not the one behind it. An address that the file does not describe gives an empty
 * location. Safe from many threads. Errors: FB_NOMEM; FB_LIMIT after FB_MAX_SOURCE_LOCATIONS addresses. */
FB_MUST_CHECK struct fb_error *fb_dwarf_lines_find(struct fb_dwarf_lines *lines, uint64_t address,
						   struct fb_source_location *location_ret);

/* Where the function of this name and size (bytes) begins; false where there is none or more than one.
 * Safe from many threads. */
bool fb_dwarf_lines_symbol(struct fb_dwarf_lines *lines, const char *name, uint64_t size,
			   uint64_t *address_ret);

#endif
