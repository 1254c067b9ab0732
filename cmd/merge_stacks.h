/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes the stacks that are stored in a redacted bundle, from which they could not be unwound. Called by merge.c. */
#ifndef FB_CMD_MERGE_STACKS_H
#define FB_CMD_MERGE_STACKS_H

#include "base/json.h"
#include "cmd/shared/command.h"

/* *stacks_ret is the array "threads" of `bt --json` for all threads of the processes that the cores match, a new
 * reference. fb_input_cores() must have been called before. */
FB_MUST_CHECK struct fb_error *fb_merge_stacks(struct fb_context *context, struct fb_input *input,
					       json_t **stacks_ret);

#endif
