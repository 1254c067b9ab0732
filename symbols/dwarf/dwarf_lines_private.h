/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions of dwarf_paths.c, called by dwarf_lines.c. */
#ifndef FB_SYMBOLS_DWARF_LINES_PRIVATE_H
#define FB_SYMBOLS_DWARF_LINES_PRIVATE_H

#include <elfutils/libdw.h>

#include "symbols/dwarf/dwarf_functions.h"
#include "symbols/dwarf/dwarf_lines.h"

/* The folder in which the kernel's sources lay when it was built, with a slash at its end. It is derived
 * from the path of the kernel's first source file; "" where that is not among the first units. The caller
 * frees it. */
FB_MUST_CHECK struct fb_error *fb_source_root(Dwarf *dwarf, char **root_ret);
/* A copy of path without root in front and without detours ("./", "x/../"). The caller frees it. */
FB_MUST_CHECK struct fb_error *fb_source_path(const char *path, const char *root, char **path_ret);

#endif
