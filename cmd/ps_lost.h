/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shows threads of which only the TID is known, with what cores have of them. Called by ps.c, after
 * fb_input_cores(). */
#ifndef FB_CMD_PS_LOST_H
#define FB_CMD_PS_LOST_H

#include "base/json.h"
#include "bundle/input/input.h"
#include "cmd/shared/output.h"

/* Sets the members lost_tids and lost of the JSON object answer. */
FB_MUST_CHECK struct fb_error *fb_ps_lost_to_json(struct fb_input *input, json_t *answer);
/* Prints the same as text; nothing where no thread is lost. */
FB_MUST_CHECK struct fb_error *fb_ps_lost_print(struct fb_input *input, struct fb_output *output);

#endif
