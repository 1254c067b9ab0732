/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stacks that a redacted bundle keeps, because they cannot be had from it any more. */
#ifndef FB_CMD_MERGE_STACKS_H
#define FB_CMD_MERGE_STACKS_H

#include "base/json.h"
#include "cmd/shared/command.h"

/* "threads" of `bt --json` for all threads of the processes that the cores are of, which must have been asked for before. A new
 * reference. */
FB_MUST_CHECK struct fb_error *fb_merge_stacks(struct fb_context *context, struct fb_input *input,
					       json_t **stacks_ret);

#endif
