/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What to do with an extracted core: which program it is of, and the command that opens both. */
#ifndef FB_CMD_EXTRACT_GDB_H
#define FB_CMD_EXTRACT_GDB_H

#include "cmd/shared/command.h"
#include "user/core/core.h"

/* The path of the program that a core is of, as its notes name it, owned by the core; NULL: they do
 * not. */
const char *fb_extract_program(const struct fb_core_info *info);

/* A line: "gdb PROGRAM CORE", quoted for a shell, with --sysroot where that is given. program may be
 * NULL. */
FB_MUST_CHECK struct fb_error *fb_extract_print_gdb(struct fb_context *context, const char *path,
						    const char *program);

#endif
