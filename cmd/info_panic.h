/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `info` shows of the panic: its cause and the reports in the log; taints, the stack, and the modules in it.
 * Called by info.c. */
#ifndef FB_CMD_INFO_PANIC_H
#define FB_CMD_INFO_PANIC_H

#include <jansson.h>

#include "base/error.h"
#include "bundle/input/panic.h"
#include "cmd/shared/command.h"

json_t *fb_info_panic_json(const struct fb_panic *panic);
/* The lines "cause" and "first report"; nothing where the log tells of neither. */
void fb_info_print_reports(struct fb_output *output, const struct fb_panic *panic);

FB_MUST_CHECK struct fb_error *fb_info_print_panic_stack(struct fb_context *context,
							 struct fb_input *input,
							 const struct fb_panic *panic);

#endif
