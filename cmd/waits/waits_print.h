/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the texts of `fbundle waits` are put together from. */
#ifndef FB_CMD_WAITS_PRINT_H
#define FB_CMD_WAITS_PRINT_H

#include "bundle/stacks/thread_stack.h"
#include "cmd/waits/waits.h"

struct fb_output *fb_waits_output(const struct fb_waits_view *view);
/* "130 lock-ab" */
void fb_waits_print_thread(const struct fb_waits_view *view, int32_t tid, enum fb_style style);
/* What a chain ends at: the object's name, or the thread and, behind separator, what it does. */
void fb_waits_print_root(const struct fb_waits_view *view, const struct fb_wait_root *root,
			 const char *separator);
/* " <- 126 lock-ba", " <- any of 121 pipe-owner, 128 waiter": who can end the wait. */
void fb_waits_print_owners(const struct fb_waits_view *view, const struct fb_wait *wait);
/* A line: the thread, what it waits for, who can end that. */
void fb_waits_print_wait(const struct fb_waits_view *view, const struct fb_wait *wait);
/* Lines below it, indented. */
void fb_waits_print_details(const struct fb_waits_view *view, const struct fb_wait *wait,
			    int indent);
void fb_waits_print_kernel_frames(const struct fb_waits_view *view, const struct fb_wait *wait,
				  int indent);
void fb_waits_print_user_frames(const struct fb_waits_view *view,
				const struct fb_thread_stacks *stacks, int32_t tid, int indent);
/* "sleeps and takes no signal", "is stopped" */
const char *fb_waits_state_text(const struct fb_task *task);

/* The stacks of these threads (sorted in place), read at once: each reading loads modules and unwind
 * tables. NULL where they cannot be had, with a warning. */
FB_MUST_CHECK struct fb_error *fb_waits_load_stacks(const struct fb_waits_view *view,
						    const struct fb_task **tasks, size_t count,
						    struct fb_thread_stacks **stacks_ret);

#endif
