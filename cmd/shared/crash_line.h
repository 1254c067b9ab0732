/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints the first line of text output: which kernel crashed, when, and the size of the host. Called by info, merge and
 * report. */
#ifndef FB_CMD_CRASH_LINE_H
#define FB_CMD_CRASH_LINE_H

#include <stddef.h>

#include "bundle/input/input.h"
#include "cmd/shared/output.h"

/* "Linux 6.1.0-55-cloud-amd64 crashed 2026-11-23 15:33:04 UTC, up 1 min 11 s, 2 CPUs, 335 MiB" */
void fb_print_crash_line(struct fb_output *output, const struct fb_input *input);

/* "2026-11-23 15:33:04 UTC" for seconds since the epoch, or "unknown" for 0, in `to` (size bytes). Returns `to`. */
char *fb_format_time(int64_t seconds, char *to, size_t size);

#endif
