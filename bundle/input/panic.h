/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the task that panicked, its CPU, and the message of the panic. Called by the commands info, bt and
 * report. */
#ifndef FB_BUNDLE_PANIC_H
#define FB_BUNDLE_PANIC_H

#include "base/error.h"
#include "bundle/input/input.h"
#include "kernel/log/log_reports.h"

/* A report in the kernel's log: an oops, a warning, a lockup... */
struct fb_panic_report {
	char *text; /* owned; its first line, escaped by fb_text_escape(); NULL: there is no report */
	uint64_t time_ns;
	enum fb_log_kind kind;
	int cpu;     /* that it is about; -1: it does not say */
	int32_t tid; /* of the task that it is about; -1: it does not say */
};

struct fb_panic {
	char *message; /* owned; the line in the kernel's log; NULL: there is none */
	enum fb_log_kind cause;
	/* that led to the panic; of several close to each other the first */
	struct fb_panic_report report;
	struct fb_panic_report first; /* the first of all in the log, which may be that one */
	size_t reports;               /* in the log */
	uint64_t time_ns; /* of the log's last line: what the reports' times are told from */
	int cpu;          /* -1: unknown */
	const struct fb_task *task; /* the task on that CPU; NULL: unknown */
};

/* What cannot be found is a warning; only fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_panic_find(struct fb_input *input, struct fb_panic *panic_ret);
void fb_panic_deinit(struct fb_panic *panic);

#endif
