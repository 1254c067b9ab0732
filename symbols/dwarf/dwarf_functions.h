/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the function of a compilation unit that holds an address, and the functions that were inlined
 * there. It walks the tree of the unit's entries (DIEs) itself, because libdw's dwarf_getscopes() does not
 * look into namespaces, in which Rust and C++ have their functions. Called for kernel addresses
 * (dwarf_lines.c) and user frames (user/unwind/unwind_frames.c).
 */
#ifndef FB_SYMBOLS_DWARF_FUNCTIONS_H
#define FB_SYMBOLS_DWARF_FUNCTIONS_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* A range of a function's code; a function that was split into hot and cold parts has several. */
struct fb_function_range {
	uint64_t start, end; /* addresses as the file has them; end exclusive */
	Dwarf_Off entry;     /* offset of the function's DIE */
};

/* The functions of one unit. */
struct fb_unit_functions {
	Dwarf_Off unit;                   /* offset of the unit's DIE */
	struct fb_function_range *ranges; /* owned; in order of start */
	size_t count, room;
};

/* Reads the functions of a unit. FB_LIMIT where it has more than FB_MAX_UNIT_ENTRIES entries; FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_unit_functions_load(Dwarf_Die *unit,
						      struct fb_unit_functions *functions_ret);
void fb_unit_functions_deinit(struct fb_unit_functions *functions);
/* The DIE of the function that holds address; false where there is none. */
bool fb_unit_functions_find(const struct fb_unit_functions *functions, Dwarf *dwarf,
			    uint64_t address, Dwarf_Die *function_ret);
/* Fills `inlined` with the DIEs of the functions that are inlined into function at address, outermost
 * first, at most room of them. Returns how many. */
size_t fb_inlined_at(Dwarf_Die *function, uint64_t address, Dwarf_Die *inlined, size_t room);

#endif
