/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How `fbundle waits` shows its answer; for cmd/waits*.c only. */
#ifndef FB_CMD_WAITS_H
#define FB_CMD_WAITS_H

#include "bundle/waits/waits.h"
#include "cmd/shared/command.h"
#include "cmd/shared/memory_sources.h"

struct fb_waits_view {
	struct fb_context *context;
	struct fb_input *input;
	const struct fb_tasks *tasks;
	const struct fb_waits *waits;
	const struct fb_wait_graph *graph;
	const struct fb_wait_analysis *analysis;
	struct fb_memory_sources sources;
};

/* "lock-ab", printable; "?" for a TID that is no task. to holds FB_WAITS_COMM. */
#define FB_WAITS_COMM 65u
char *fb_waits_comm(const struct fb_waits_view *view, int32_t tid, char *to);

FB_MUST_CHECK struct fb_error *fb_waits_print_text(const struct fb_waits_view *view);
/* Three lines at most: what hangs, since when, who is at fault, how many wait. */
void fb_waits_print_causes(const struct fb_waits_view *view);
/* The chain of each thread of a process, or of one thread. FB_NOT_FOUND: no such PID or TID. */
FB_MUST_CHECK struct fb_error *fb_waits_print_why(const struct fb_waits_view *view, int32_t tid);
/* Graphviz, on stdout. */
FB_MUST_CHECK struct fb_error *fb_waits_print_dot(const struct fb_waits_view *view);
FB_MUST_CHECK struct fb_error *fb_waits_print_json(const struct fb_waits_view *view);

#endif
