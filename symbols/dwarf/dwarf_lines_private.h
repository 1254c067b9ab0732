/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What dwarf_lines*.c share. */
#ifndef FB_SYMBOLS_DWARF_LINES_PRIVATE_H
#define FB_SYMBOLS_DWARF_LINES_PRIVATE_H

#include <elfutils/libdw.h>

#include "symbols/dwarf/dwarf_functions.h"
#include "symbols/dwarf/dwarf_lines.h"

/* dwarf_paths.c: the folder of the kernel's sources, with its last slash, by where the first code
 * of the kernel comes from; empty where that is not among the first units. The caller frees it. */
FB_MUST_CHECK struct fb_error *fb_source_root(Dwarf *dwarf, char **root_ret);
/* A copy of path without root and without detours ("./", "x/../"). The caller frees it. */
FB_MUST_CHECK struct fb_error *fb_source_path(const char *path, const char *root, char **path_ret);

#endif
