/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What dwarf_lines*.c share. */
#ifndef FB_SYMBOLS_DWARF_LINES_PRIVATE_H
#define FB_SYMBOLS_DWARF_LINES_PRIVATE_H

#include <elfutils/libdw.h>

#include "symbols/dwarf/dwarf_lines.h"

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

/* dwarf_functions.c: reads those of a unit. */
FB_MUST_CHECK struct fb_error *fb_unit_functions_load(Dwarf_Die *unit,
						      struct fb_unit_functions *functions_ret);
void fb_unit_functions_deinit(struct fb_unit_functions *functions);
/* The DIE of the function that holds address; false where there is none. */
bool fb_unit_functions_find(const struct fb_unit_functions *functions, Dwarf *dwarf,
			    uint64_t address, Dwarf_Die *function_ret);
/* The functions inlined at address into function: outermost first, at most room of them. Returns
 * how many. */
size_t fb_inlined_at(Dwarf_Die *function, uint64_t address, Dwarf_Die *inlined, size_t room);

/* dwarf_paths.c: the folder of the kernel's sources, with its last slash, by where the first code
 * of the kernel comes from; empty where that is not among the first units. The caller frees it. */
FB_MUST_CHECK struct fb_error *fb_source_root(Dwarf *dwarf, char **root_ret);
/* A copy of path without root and without detours ("./", "x/../"). The caller frees it. */
FB_MUST_CHECK struct fb_error *fb_source_path(const char *path, const char *root, char **path_ret);

#endif
