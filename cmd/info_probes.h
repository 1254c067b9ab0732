/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints what the program looks for in a kernel, and what this kernel lacks of it. Called by info.c. */
#ifndef FB_CMD_INFO_PROBES_H
#define FB_CMD_INFO_PROBES_H

#include "cmd/shared/command.h"

/* As text, or as JSON where the context's options say so. all: as text, what this kernel has is listed too. */
FB_MUST_CHECK struct fb_error *fb_info_print_probes(struct fb_context *context,
						    struct fb_input *input, bool all);

#endif
