/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The goroutines in the output of `fbundle waits`. Included only by the files of this folder. */
#ifndef FB_CMD_WAITS_GOROUTINES_H
#define FB_CMD_WAITS_GOROUTINES_H

#include "cmd/waits/waits.h"

/* Prints, of each program in Go, which of its goroutines wait for each other, then what each waits on. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_waits_print_goroutines(const struct fb_waits_view *view);
/* The same as JSON: an object for each program. */
FB_MUST_CHECK struct fb_error *fb_waits_goroutines_json(const struct fb_waits_view *view,
							json_t **list_ret);

#endif
