/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Source lines and inlined functions of code addresses, from the DWARF of a
 * vmlinux or a module's debug file. Only the units that are asked for are read,
 * so that half a gigabyte of debug information answers within some ms.
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
	const char
		*file; /* of the source, from the root of the kernel's where that is known; NULL */
	uint32_t line; /* 0: unknown */
};

struct fb_source_location {
	/* Innermost first: all but the last are inlined into the next. Owned by the fb_dwarf_lines. */
	const struct fb_source_frame *frames;
	size_t count; /* 0: nothing is known of the address */
};

struct fb_dwarf_lines;

/* Reads the file with libdw; it must not shrink while it is open. A relocatable file (a module's)
 * is laid out at addresses of its own: fb_dwarf_lines_symbol() tells them. FB_OS, FB_INVALID where
 * it is no ELF file, FB_NOT_FOUND where it has no DWARF. */
FB_MUST_CHECK struct fb_error *fb_dwarf_lines_open(const char *path,
						   struct fb_dwarf_lines **lines_ret);
void fb_dwarf_lines_destroy(struct fb_dwarf_lines *lines);

/* address: as the file has it; that of a call, not the one behind it. What the file does not know
 * gives an empty location. Safe from many threads. Errors: FB_NOMEM; FB_LIMIT where more locations were
 * asked for than FB_MAX_SOURCE_LOCATIONS. */
FB_MUST_CHECK struct fb_error *fb_dwarf_lines_find(struct fb_dwarf_lines *lines, uint64_t address,
						   struct fb_source_location *location_ret);

/* Where the function of this name and size (bytes) begins; false where there is none, or several.
 * Safe from many threads. */
bool fb_dwarf_lines_symbol(struct fb_dwarf_lines *lines, const char *name, uint64_t size,
			   uint64_t *address_ret);

#endif
