/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which function of a unit an address is in, and what was inlined there: by the tree of the unit's
 * entries, because libdw's dwarf_getscopes() does not look into namespaces, where Rust and C++ have their
 * functions. Called for kernel addresses (dwarf_lines.c) and user frames (user/unwind/unwind_frames.c).
 */
#ifndef FB_SYMBOLS_DWARF_FUNCTIONS_H
#define FB_SYMBOLS_DWARF_FUNCTIONS_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* A range of a function's code; a function that was split has several. */
struct fb_function_range {
	uint64_t start, end; /* end exclusive */
	Dwarf_Off entry;     /* of its DIE */
};

/* The functions of one unit. */
struct fb_unit_functions {
	Dwarf_Off unit;                   /* of the unit's DIE */
	struct fb_function_range *ranges; /* owned; in order of start */
	size_t count, room;
};

/* Reads those of a unit. FB_LIMIT where it has more entries than units have. */
FB_MUST_CHECK struct fb_error *fb_unit_functions_load(Dwarf_Die *unit,
						      struct fb_unit_functions *functions_ret);
void fb_unit_functions_deinit(struct fb_unit_functions *functions);
/* The DIE of the function that holds address; false where there is none. */
bool fb_unit_functions_find(const struct fb_unit_functions *functions, Dwarf *dwarf,
			    uint64_t address, Dwarf_Die *function_ret);
/* The functions inlined at address into function: outermost first, at most room of them. Returns
 * how many. */
size_t fb_inlined_at(Dwarf_Die *function, uint64_t address, Dwarf_Die *inlined, size_t room);

#endif
