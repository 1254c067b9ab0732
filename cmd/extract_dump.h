/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A core that nobody took, built from the dump. */
#ifndef FB_CMD_EXTRACT_DUMP_H
#define FB_CMD_EXTRACT_DUMP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "cmd/shared/command.h"

/* Writes the core of process pid to path (NULL: core.PID), and says what is in it. What it lacks
 * is a warning. */
FB_MUST_CHECK struct fb_error *fb_extract_from_dump(struct fb_context *context,
						    struct fb_input *input, int32_t pid,
						    const char *path, bool force);

#endif
