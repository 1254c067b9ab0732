/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the program of an extracted core, and prints the command that opens both in gdb. Called by extract.c and
 * extract_dump.c. */
#ifndef FB_CMD_EXTRACT_GDB_H
#define FB_CMD_EXTRACT_GDB_H

#include "cmd/shared/command.h"
#include "user/core/core.h"

/* The path of a core's program, from its notes, owned by the core; NULL: the notes do not have it. */
const char *fb_extract_program(const struct fb_core_info *info);

/* Prints a line "gdb PROGRAM CORE", quoted for a shell, with the sysroot where --sysroot was given. program may be
 * NULL. */
FB_MUST_CHECK struct fb_error *fb_extract_print_gdb(struct fb_context *context, const char *path,
						    const char *program);

#endif
