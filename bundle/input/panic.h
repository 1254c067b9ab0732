/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who panicked, where, and with which words. */
#ifndef FB_BUNDLE_PANIC_H
#define FB_BUNDLE_PANIC_H

#include "base/error.h"
#include "bundle/input/input.h"

struct fb_panic {
	char *message;              /* owned; NULL: not in the log */
	int cpu;                    /* -1: unknown */
	const struct fb_task *task; /* the task on that CPU; NULL: unknown */
};

/* What cannot be found out is a warning. */
FB_MUST_CHECK struct fb_error *fb_panic_find(struct fb_input *input, struct fb_panic *panic_ret);
void fb_panic_deinit(struct fb_panic *panic);

#endif
