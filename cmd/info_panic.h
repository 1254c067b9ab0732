/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints what `info` shows of the panic below its first lines: taints, the stack, and the modules in it. Called by
 * info.c. */
#ifndef FB_CMD_INFO_PANIC_H
#define FB_CMD_INFO_PANIC_H

#include "base/error.h"
#include "bundle/input/panic.h"
#include "cmd/shared/command.h"

FB_MUST_CHECK struct fb_error *fb_info_print_panic_stack(struct fb_context *context,
							 struct fb_input *input,
							 const struct fb_panic *panic);

#endif
