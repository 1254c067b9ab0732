/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The output of `fbundle waits`. Included only by the files of this folder. */
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

/* The name of a thread, "lock-ab", printable; "?" for a TID that no task has. `to` has FB_WAITS_COMM bytes. Returns
 * `to`. */
#define FB_WAITS_COMM 65u
char *fb_waits_comm(const struct fb_waits_view *view, int32_t tid, char *to);

FB_MUST_CHECK struct fb_error *fb_waits_print_text(const struct fb_waits_view *view);
/* Prints at most three lines: what hangs, since when, which thread is the cause, and how many wait for it. */
void fb_waits_print_causes(const struct fb_waits_view *view);
/* Prints the chain of waits of each thread of a process, or of one thread. FB_NOT_FOUND: no such PID or TID. */
FB_MUST_CHECK struct fb_error *fb_waits_print_why(const struct fb_waits_view *view, int32_t tid);
/* Prints the graph in the language of Graphviz. */
FB_MUST_CHECK struct fb_error *fb_waits_print_dot(const struct fb_waits_view *view);
FB_MUST_CHECK struct fb_error *fb_waits_print_json(const struct fb_waits_view *view);

#endif
