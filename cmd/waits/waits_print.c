// SPDX-License-Identifier: GPL-2.0-or-later
/* Prints threads, waits and frames for the text outputs of `fbundle waits`. */
#include "cmd/waits/waits_print.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/part.h"
#include "base/text.h"

/* What is shown of each; the JSON has all. */
#define OWNERS_SHOWN 8u
#define USER_FRAMES 3u

struct fb_output *fb_waits_output(const struct fb_waits_view *view)
{
	return view->context->output;
}

/* "130 lock-ab" */
void fb_waits_print_thread(const struct fb_waits_view *view, int32_t tid, enum fb_style style)
{
	char comm[FB_WAITS_COMM];

	fb_print(fb_waits_output(view), style, "%" PRId32 " %s", tid,
		 fb_waits_comm(view, tid, comm));
}

void fb_waits_print_root(const struct fb_waits_view *view, const struct fb_wait_root *root,
			 const char *separator)
{
	struct fb_output *output = fb_waits_output(view);

	if (root->tid >= 0) {
		const struct fb_task *task = fb_tasks_by_tid(view->tasks, root->tid);

		fb_waits_print_thread(view, root->tid, FB_STYLE_BOLD);
		fb_print(output, FB_STYLE_PLAIN, "%s%s", separator,
			 root->loose ? "waits for events"
			 : task      ? fb_waits_state_text(task)
				     : "is gone");
	} else {
		const char *name = view->graph->objects[root->object].name;

		fb_print(output, FB_STYLE_BOLD, "%s", name ? name : "?");
	}
}

/* " held by 126 lock-ba", "; by any of 121 pipe-owner, 128 waiter": owners of an object. */
void fb_waits_print_owners(const struct fb_waits_view *view, const struct fb_wait *wait)
{
	const struct fb_wait_object *object = &view->graph->objects[wait->object];
	struct fb_output *output = fb_waits_output(view);
	size_t count = fb_wait_count_owners(wait, object), shown = 0;

	for (size_t i = 0; i < object->owner_count && shown < OWNERS_SHOWN; i++) {
		const char *before = shown       ? ", "
				     : count > 1 ? object->all ? " <- all of " : " <- any of "
						 : " <- ";

		if (!fb_wait_owner_counts(wait, object, &object->owners[i]))
			continue;
		shown++;
		fb_print(output, FB_STYLE_PLAIN, "%s", before);
		fb_waits_print_thread(view, object->owners[i].tid, FB_STYLE_BOLD);
	}
	if (count > shown)
		fb_print(output, FB_STYLE_PLAIN, " and %zu more", count - shown);
	if (count && object->others)
		fb_print(output, FB_STYLE_DIM, ", or others");
	if (!count)
		fb_print(output, FB_STYLE_WARN, " <- unknown");
	else if (!object->certain)
		fb_print(output, FB_STYLE_WARN, " (likely)");
}

void fb_waits_print_wait(const struct fb_waits_view *view, const struct fb_wait *wait)
{
	const struct fb_wait_object *object = &view->graph->objects[wait->object];

	fb_waits_print_thread(view, wait->tid, FB_STYLE_BOLD);
	fb_print(fb_waits_output(view), FB_STYLE_PLAIN, "  %s %s", wait->kind,
		 object->name ? object->name : "?");
	fb_waits_print_owners(view, wait);
	fb_print(fb_waits_output(view), FB_STYLE_PLAIN, "\n");
}

static void print_wrapped(struct fb_output *output, int indent, const char *text)
{
	fb_print(output, FB_STYLE_PLAIN, "%*s", indent, "");
	fb_print_wrapped(output, FB_STYLE_DIM, (size_t)indent, (size_t)indent, text);
}

void fb_waits_print_details(const struct fb_waits_view *view, const struct fb_wait *wait,
			    int indent)
{
	const struct fb_wait_object *object = &view->graph->objects[wait->object];

	if (wait->detail)
		print_wrapped(fb_waits_output(view), indent, wait->detail);
	if (object->detail)
		print_wrapped(fb_waits_output(view), indent, object->detail);
	if (object->need)
		print_wrapped(fb_waits_output(view), indent, object->need);
}

/* The frames of the C library that every lock passes say nothing. */
static bool is_user_frame_shown(const struct fb_user_frame *frame)
{
	return frame->symbol && strncmp(frame->symbol, "__", 2) != 0 &&
	       strncmp(frame->symbol, "syscall", 7) != 0;
}

void fb_waits_print_user_frames(const struct fb_waits_view *view,
				const struct fb_thread_stacks *stacks, int32_t tid, int indent)
{
	const struct fb_thread_stack *stack = NULL;
	unsigned shown = 0;
	const char *text;
	char name[256];

	for (size_t i = 0; stacks && i < fb_thread_stacks_count(stacks) && !stack; i++)
		if (fb_thread_stacks_get(stacks, i)->task->tid == tid)
			stack = fb_thread_stacks_get(stacks, i);
	for (size_t i = 0; stack && i < stack->user.count && shown < USER_FRAMES; i++) {
		const struct fb_user_frame *frame = &stack->user.frames[i];

		if (!is_user_frame_shown(frame))
			continue;
		text = frame->demangled ? frame->demangled : frame->symbol;
		fb_text_escape(text, strlen(text), name, sizeof(name));
		if (shown++)
			fb_print(fb_waits_output(view), FB_STYLE_DIM, " < %s", name);
		else
			fb_print(fb_waits_output(view), FB_STYLE_DIM, "%*suser    %s", indent, "",
				 name);
	}
	if (shown)
		fb_print(fb_waits_output(view), FB_STYLE_DIM, "\n");
}

void fb_waits_print_kernel_frames(const struct fb_waits_view *view, const struct fb_wait *wait,
				  int indent)
{
	char name[256];

	for (size_t i = 0; i < FB_WAIT_FRAMES && wait->frames[i]; i++) {
		fb_text_escape(wait->frames[i], strlen(wait->frames[i]), name, sizeof(name));
		if (i)
			fb_print(fb_waits_output(view), FB_STYLE_DIM, " < %s", name);
		else
			fb_print(fb_waits_output(view), FB_STYLE_DIM, "%*skernel  %s", indent, "",
				 name);
	}
	if (wait->frames[0])
		fb_print(fb_waits_output(view), FB_STYLE_DIM, "\n");
}

static int by_process(const void *a, const void *b)
{
	const struct fb_task *const *x = a, *const *y = b;

	if ((*x)->pid != (*y)->pid)
		return (*x)->pid < (*y)->pid ? -1 : 1;
	return (*x)->tid < (*y)->tid ? -1 : (*x)->tid > (*y)->tid;
}

struct fb_error *fb_waits_load_stacks(const struct fb_waits_view *view,
				      const struct fb_task **tasks, size_t count,
				      struct fb_thread_stacks **stacks_ret)
{
	const struct fb_thread_stacks_options options = {
		.files = view->sources.files,
		.swap = view->sources.swap,
		.debug_dirs = view->context->options.debug_dirs,
		.debug_dir_count = view->context->options.debug_dir_count,
	};
	struct fb_error *err;

	*stacks_ret = NULL;
	if (!count)
		return NULL;
	qsort(tasks, count, sizeof(tasks[0]), by_process);
	err = fb_thread_stacks_load(view->input, &options, tasks, count, stacks_ret);
	return fb_part_warn(view->context->warnings, err, "user stacks");
}

const char *fb_waits_state_text(const struct fb_task *task)
{
	switch (task->state) {
	case 'R':
		return task->on_cpu ? "runs" : "is ready to run";
	case 'T':
		return "is stopped";
	case 't':
		return "is stopped by its tracer";
	case 'Z':
	case 'X':
		return "has exited";
	case 'D':
		return "sleeps and takes no signal";
	default:
		return "sleeps, and waits for nobody";
	}
}
