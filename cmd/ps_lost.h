/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Threads that are known by number alone, and what cores tell of them; for ps.c. Cores must have been asked for
 * before (fb_input_cores()). */
#ifndef FB_CMD_PS_LOST_H
#define FB_CMD_PS_LOST_H

#include "base/json.h"
#include "bundle/input/input.h"
#include "cmd/shared/output.h"

/* Sets lost_tids and lost of an answer. */
FB_MUST_CHECK struct fb_error *fb_ps_lost_to_json(struct fb_input *input, json_t *answer);
/* Nothing where no thread is lost. */
FB_MUST_CHECK struct fb_error *fb_ps_lost_print(struct fb_input *input, struct fb_output *output);

#endif
