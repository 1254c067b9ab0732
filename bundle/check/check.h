/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looks through a dump for what is unusual: threads that hang and for whom they wait, CPUs that are locked up, pools of
 * workers that are stalled, I/O that is stuck, exhausted memory, file systems in trouble, what the kernel's log
 * reports, full tables, damaged stacks. A dump of a host where nothing of this is wrong gives no finding, and no
 * finding is without evidence. Called by the commands check and report.
 */
#ifndef FB_BUNDLE_CHECK_H
#define FB_BUNDLE_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "bundle/check/finding.h"
#include "bundle/input/input.h"
#include "bundle/waits/waits.h"
#include "kernel/log/log.h"
#include "kernel/modules/module.h"

/* More than there are. */
#define FB_MOST_CHECKS 16u

struct fb_check_result {
	struct fb_findings findings; /* the gravest first */
	struct {
		const char *name; /* static: "waits", "log"... */
		/* False: it could not be made, and a warning says why. What it looks for may be there. */
		bool done;
	} checks[FB_MOST_CHECKS]; /* in the order in which they were made */
	size_t check_count;
};

struct fb_check_options {
	/* What the caller has already; NULL: it is loaded. */
	const struct fb_waits *waits;
	const struct fb_log *log;
	const struct fb_modules *modules;
	struct fb_wait_options wait_options; /* to find the waits */
};

/* Makes all checks; what is in options is borrowed for the call. A check that fails is a warning; only fatal errors are
 * returned. The caller frees the result with fb_check_result_deinit(), also after an error. */
FB_MUST_CHECK struct fb_error *fb_check(struct fb_input *input,
					const struct fb_check_options *options,
					struct fb_check_result *result);
void fb_check_result_deinit(struct fb_check_result *result);

#endif
