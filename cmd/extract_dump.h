/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builds a core from the dump for a process of which there is no core. Called by extract.c. */
#ifndef FB_CMD_EXTRACT_DUMP_H
#define FB_CMD_EXTRACT_DUMP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "cmd/shared/command.h"

/* Writes the core of process pid to path (NULL: core.PID), and prints what is in it. What is missing in it is a
 * warning. */
FB_MUST_CHECK struct fb_error *fb_extract_from_dump(struct fb_context *context,
						    struct fb_input *input, int32_t pid,
						    const char *path, bool force);

#endif
