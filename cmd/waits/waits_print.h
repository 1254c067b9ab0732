/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions that print parts of the text output of `fbundle waits`. Called by the files of this folder. */
#ifndef FB_CMD_WAITS_PRINT_H
#define FB_CMD_WAITS_PRINT_H

#include "bundle/stacks/thread_stack.h"
#include "cmd/waits/waits.h"

struct fb_output *fb_waits_output(const struct fb_waits_view *view);
/* "130 lock-ab" */
void fb_waits_print_thread(const struct fb_waits_view *view, int32_t tid, enum fb_style style);
/* Prints the end of a chain: the object's name, or the thread and, after separator, what it does. */
void fb_waits_print_root(const struct fb_waits_view *view, const struct fb_wait_root *root,
			 const char *separator);
/* Prints the owners that can end the wait: " <- 126 lock-ba", " <- any of 121 pipe-owner, 128 waiter". */
void fb_waits_print_owners(const struct fb_waits_view *view, const struct fb_wait *wait);
/* Prints a line with the thread, what it waits for, and the owners that can end the wait. */
void fb_waits_print_wait(const struct fb_waits_view *view, const struct fb_wait *wait);
/* Print the lines below it, indented by so many columns. */
void fb_waits_print_details(const struct fb_waits_view *view, const struct fb_wait *wait,
			    int indent);
void fb_waits_print_kernel_frames(const struct fb_waits_view *view, const struct fb_wait *wait,
				  int indent);
void fb_waits_print_user_frames(const struct fb_waits_view *view,
				const struct fb_thread_stacks *stacks, int32_t tid, int indent);
/* "sleeps and takes no signal", "is stopped" */
const char *fb_waits_state_text(const struct fb_task *task);

/* Unwinds the stacks of count threads (tasks is sorted in place) in one call, because each call loads modules and
 * unwind tables. *stacks_ret is NULL, with a warning, where they cannot be unwound. */
FB_MUST_CHECK struct fb_error *fb_waits_load_stacks(const struct fb_waits_view *view,
						    const struct fb_task **tasks, size_t count,
						    struct fb_thread_stacks **stacks_ret);

#endif
