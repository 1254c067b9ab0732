/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the task that panicked, its CPU, and the message of the panic. Called by the commands info, bt and
 * report. */
#ifndef FB_BUNDLE_PANIC_H
#define FB_BUNDLE_PANIC_H

#include "base/error.h"
#include "bundle/input/input.h"

struct fb_panic {
	char *message;              /* owned; the line in the kernel's log; NULL: there is none */
	int cpu;                    /* -1: unknown */
	const struct fb_task *task; /* the task on that CPU; NULL: unknown */
};

/* What cannot be found is a warning; only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_panic_find(struct fb_input *input, struct fb_panic *panic_ret);
void fb_panic_deinit(struct fb_panic *panic);

#endif
