// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `fbundle waits` for people: deadlocks, each with its threads, locks and
 * decisive frames; then where the longest chains end; then every wait, those for
 * one object together.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/part.h"
#include "base/text.h"
#include "bundle/stacks/thread_stack.h"
#include "cmd/waits/waits.h"

/* What is shown of each; the JSON has all. */
#define CYCLES_SHOWN 20u
#define THREADS_SHOWN 16u
#define ROOTS_SHOWN 10u
#define CHAIN_SHOWN 12u
#define OWNERS_SHOWN 8u
#define USER_FRAMES 3u

static struct fb_output *output_of(const struct fb_waits_view *view)
{
	return view->context->output;
}

/* "130 lock-ab" */
static void print_thread(const struct fb_waits_view *view, int32_t tid, enum fb_style style)
{
	char comm[FB_WAITS_COMM];

	fb_print(output_of(view), style, "%" PRId32 " %s", tid, fb_waits_comm(view, tid, comm));
}

/* " held by 126 lock-ba", "; by any of 121 pipe-owner, 128 waiter": owners of an object. */
static void print_owners(const struct fb_waits_view *view, const struct fb_wait *wait)
{
	const struct fb_wait_object *object = &view->graph->objects[wait->object];
	struct fb_output *output = output_of(view);
	size_t count = fb_wait_count_owners(wait, object), shown = 0;

	for (size_t i = 0; i < object->owner_count && shown < OWNERS_SHOWN; i++) {
		const char *before = shown       ? ", "
				     : count > 1 ? object->all ? " <- all of " : " <- any of "
						 : " <- ";

		if (!fb_wait_owner_counts(wait, object, &object->owners[i]))
			continue;
		shown++;
		fb_print(output, FB_STYLE_PLAIN, "%s", before);
		print_thread(view, object->owners[i].tid, FB_STYLE_BOLD);
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

static void print_wait(const struct fb_waits_view *view, const struct fb_wait *wait)
{
	const struct fb_wait_object *object = &view->graph->objects[wait->object];

	print_thread(view, wait->tid, FB_STYLE_BOLD);
	fb_print(output_of(view), FB_STYLE_PLAIN, "  %s %s", wait->kind,
		 object->name ? object->name : "?");
	print_owners(view, wait);
	fb_print(output_of(view), FB_STYLE_PLAIN, "\n");
}

static void print_wrapped(struct fb_output *output, int indent, const char *text)
{
	fb_print(output, FB_STYLE_PLAIN, "%*s", indent, "");
	fb_print_wrapped(output, FB_STYLE_DIM, (size_t)indent, (size_t)indent, text);
}

static void print_details(const struct fb_waits_view *view, const struct fb_wait *wait, int indent)
{
	const struct fb_wait_object *object = &view->graph->objects[wait->object];

	if (wait->detail)
		print_wrapped(output_of(view), indent, wait->detail);
	if (object->detail)
		print_wrapped(output_of(view), indent, object->detail);
	if (object->need)
		print_wrapped(output_of(view), indent, object->need);
}

/* The frames of the C library that every lock passes say nothing. */
static bool is_user_frame_shown(const struct fb_user_frame *frame)
{
	return frame->symbol && strncmp(frame->symbol, "__", 2) != 0 &&
	       strncmp(frame->symbol, "syscall", 7) != 0;
}

static void print_user_frames(const struct fb_waits_view *view,
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
			fb_print(output_of(view), FB_STYLE_DIM, " < %s", name);
		else
			fb_print(output_of(view), FB_STYLE_DIM, "%*suser    %s", indent, "", name);
	}
	if (shown)
		fb_print(output_of(view), FB_STYLE_DIM, "\n");
}

static void print_kernel_frames(const struct fb_waits_view *view, const struct fb_wait *wait,
				int indent)
{
	char name[256];

	for (size_t i = 0; i < FB_WAIT_FRAMES && wait->frames[i]; i++) {
		fb_text_escape(wait->frames[i], strlen(wait->frames[i]), name, sizeof(name));
		if (i)
			fb_print(output_of(view), FB_STYLE_DIM, " < %s", name);
		else
			fb_print(output_of(view), FB_STYLE_DIM, "%*skernel  %s", indent, "", name);
	}
	if (wait->frames[0])
		fb_print(output_of(view), FB_STYLE_DIM, "\n");
}

static int by_process(const void *a, const void *b)
{
	const struct fb_task *const *x = a, *const *y = b;

	if ((*x)->pid != (*y)->pid)
		return (*x)->pid < (*y)->pid ? -1 : 1;
	return (*x)->tid < (*y)->tid ? -1 : (*x)->tid > (*y)->tid;
}

/* The stacks of all threads that deadlocks are shown with, read at once: each reading loads modules and
 * unwind tables. NULL where they cannot be had. */
static struct fb_error *load_stacks(const struct fb_waits_view *view,
				    struct fb_thread_stacks **stacks_ret)
{
	const struct fb_thread_stacks_options options = {
		.files = view->sources.files,
		.swap = view->sources.swap,
		.debug_dirs = view->context->options.debug_dirs,
		.debug_dir_count = view->context->options.debug_dir_count,
	};
	const struct fb_task *tasks[CYCLES_SHOWN * THREADS_SHOWN];
	size_t count = 0;
	struct fb_error *err;

	for (size_t i = 0; i < view->analysis->cycle_count && i < CYCLES_SHOWN; i++) {
		const struct fb_wait_cycle *cycle = &view->analysis->cycles[i];

		for (size_t k = 0; k < cycle->count && k < THREADS_SHOWN; k++) {
			tasks[count] = fb_tasks_by_tid(view->tasks,
						       view->graph->waits[cycle->waits[k]].tid);
			count += tasks[count] != NULL;
		}
	}
	*stacks_ret = NULL;
	if (!count)
		return NULL;
	qsort(tasks, count, sizeof(tasks[0]), by_process);
	err = fb_thread_stacks_load(view->input, &options, tasks, count, stacks_ret);
	return fb_part_warn(view->context->warnings, err, "user stacks");
}

static bool is_on_way(const struct fb_waits_view *view, const struct fb_wait_cycle *cycle,
		      int32_t tid)
{
	for (size_t i = 0; i < cycle->count; i++)
		if (view->graph->waits[cycle->waits[i]].tid == tid)
			return true;
	return false;
}

/* Those that are not on the shortest way round. */
static void print_members(const struct fb_waits_view *view, const struct fb_wait_cycle *cycle)
{
	size_t shown = 0;

	for (size_t i = 0; i < cycle->member_count && shown < THREADS_SHOWN; i++) {
		const struct fb_wait *wait;
		size_t count;

		if (cycle->count <= THREADS_SHOWN && is_on_way(view, cycle, cycle->members[i]))
			continue;
		wait = fb_waits_of(view->waits, cycle->members[i], &count);
		if (!wait)
			continue;
		if (!shown++)
			fb_print(output_of(view), FB_STYLE_PLAIN, "  and with them\n");
		fb_print(output_of(view), FB_STYLE_PLAIN, "  ");
		print_wait(view, wait);
	}
	if (cycle->member_count > cycle->count + shown)
		fb_print(output_of(view), FB_STYLE_DIM, "  ... %zu more\n",
			 cycle->member_count - cycle->count - shown);
}

static void print_cycle(const struct fb_waits_view *view, const struct fb_wait_cycle *cycle,
			const struct fb_thread_stacks *stacks)
{
	struct fb_output *output = output_of(view);

	fb_print(output, FB_STYLE_BAD, "Deadlock: %zu thread%s for each other", cycle->member_count,
		 cycle->member_count == 1 ? " waits" : "s wait");
	if (cycle->behind)
		fb_print(output, FB_STYLE_BAD, ", and %zu behind %s", cycle->behind,
			 cycle->member_count == 1 ? "it" : "them");
	fb_print(output, FB_STYLE_PLAIN, "\n");
	for (size_t i = 0; i < cycle->count && i < THREADS_SHOWN; i++) {
		const struct fb_wait *wait = &view->graph->waits[cycle->waits[i]];

		fb_print(output, FB_STYLE_PLAIN, "  ");
		print_wait(view, wait);
		print_details(view, wait, 6);
		print_kernel_frames(view, wait, 6);
		print_user_frames(view, stacks, wait->tid, 6);
	}
	if (cycle->count > THREADS_SHOWN)
		fb_print(output, FB_STYLE_DIM, "  ... %zu more\n", cycle->count - THREADS_SHOWN);
	print_members(view, cycle);
	fb_print(output, FB_STYLE_PLAIN, "\n");
}

static struct fb_error *print_cycles(const struct fb_waits_view *view)
{
	size_t count = view->analysis->cycle_count;
	struct fb_thread_stacks *stacks;
	struct fb_error *err = load_stacks(view, &stacks);

	if (err)
		return err;
	for (size_t i = 0; i < count && i < CYCLES_SHOWN; i++)
		print_cycle(view, &view->analysis->cycles[i], stacks);
	if (count > CYCLES_SHOWN)
		fb_print(output_of(view), FB_STYLE_WARN, "%zu more deadlocks\n\n",
			 count - CYCLES_SHOWN);
	fb_thread_stacks_destroy(stacks);
	return NULL;
}

static const char *state_text(const struct fb_task *task)
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

static void print_root(const struct fb_waits_view *view, const struct fb_wait_root *root)
{
	struct fb_output *output = output_of(view);
	const struct fb_task *task =
		root->tid >= 0 ? fb_tasks_by_tid(view->tasks, root->tid) : NULL;
	size_t at = root->deepest;

	fb_print(output, FB_STYLE_PLAIN, "%zu thread%s%s for ", root->threads,
		 root->threads == 1 ? " waits" : "s wait",
		 root->depth > 1 ? ", directly or not," : "");
	if (root->tid >= 0) {
		print_thread(view, root->tid, FB_STYLE_BOLD);
		fb_print(output, FB_STYLE_PLAIN, ", which %s",
			 root->loose ? "waits for events"
			 : task      ? state_text(task)
				     : "is gone");
	} else {
		const char *name = view->graph->objects[root->object].name;

		fb_print(output, FB_STYLE_BOLD, "%s", name ? name : "?");
	}
	fb_print(output, FB_STYLE_PLAIN, "\n");
	for (size_t shown = 0; at != FB_WAIT_NONE && shown < CHAIN_SHOWN; shown++) {
		fb_print(output, FB_STYLE_PLAIN, "  ");
		print_wait(view, &view->graph->waits[at]);
		print_details(view, &view->graph->waits[at], 6);
		at = view->analysis->next[at];
	}
}

/* Chains of one thread are in the list of all waits: here are those of two threads and more, and
 * what more than one waits for. */
static void print_roots(const struct fb_waits_view *view)
{
	size_t shown = 0, left = 0;

	for (size_t i = 0; i < view->analysis->root_count; i++) {
		const struct fb_wait_root *root = &view->analysis->roots[i];

		if (root->threads < 2)
			continue;
		if (shown == ROOTS_SHOWN) {
			left++;
			continue;
		}
		if (!shown++)
			fb_print(output_of(view), FB_STYLE_BOLD, "Chains\n");
		print_root(view, root);
	}
	if (left)
		fb_print(output_of(view), FB_STYLE_DIM, "%zu more\n", left);
	if (shown)
		fb_print(output_of(view), FB_STYLE_PLAIN, "\n");
}

struct listed {
	const struct fb_wait *wait;
	size_t waiters; /* of its object */
};

/* Kinds together; in each the object with most waiters first, and its waits in order of TID. */
static int by_kind(const void *a, const void *b)
{
	const struct listed *x = a, *y = b;
	int kinds = strcmp(x->wait->kind, y->wait->kind);

	if (kinds)
		return kinds;
	if (x->waiters != y->waiters)
		return x->waiters < y->waiters ? 1 : -1;
	if (x->wait->object != y->wait->object)
		return x->wait->object < y->wait->object ? -1 : 1;
	return x->wait->tid < y->wait->tid ? -1 : x->wait->tid > y->wait->tid;
}

/* Whether a deadlock above shows it with its details. */
static bool is_shown_above(const struct fb_waits_view *view, const struct fb_wait *wait)
{
	for (size_t i = 0; i < view->analysis->cycle_count && i < CYCLES_SHOWN; i++) {
		const struct fb_wait_cycle *cycle = &view->analysis->cycles[i];

		for (size_t j = 0; j < cycle->count && j < THREADS_SHOWN; j++)
			if (&view->graph->waits[cycle->waits[j]] == wait)
				return true;
	}
	return false;
}

/* The threads that wait for one object in one way. */
static void print_group(const struct fb_waits_view *view, const struct listed *first, size_t count)
{
	struct fb_output *output = output_of(view);
	const struct fb_wait_object *object = &view->graph->objects[first->wait->object];
	double longest = 0;
	char text[32];

	fb_print(output, FB_STYLE_PLAIN, "  %-12s  ", first->wait->kind);
	fb_print(output, FB_STYLE_PLAIN, "%s", object->name ? object->name : "?");
	print_owners(view, first->wait);
	fb_print(output, FB_STYLE_PLAIN, "\n                ");
	for (size_t i = 0; i < count; i++) {
		if (first[i].wait->seconds > longest)
			longest = first[i].wait->seconds;
		if (i >= THREADS_SHOWN)
			continue;
		fb_print(output, FB_STYLE_PLAIN, "%s", i ? ", " : "");
		print_thread(view, first[i].wait->tid, FB_STYLE_BOLD);
	}
	if (count > THREADS_SHOWN)
		fb_print(output, FB_STYLE_PLAIN, " and %zu more", count - THREADS_SHOWN);
	if (longest > 0)
		fb_print(output, FB_STYLE_DIM, ", for %s",
			 fb_text_duration(longest, text, sizeof(text)));
	fb_print(output, FB_STYLE_PLAIN, "\n");
	if (is_shown_above(view, first->wait))
		fb_print(output, FB_STYLE_DIM, "%16sin a deadlock, above\n", "");
	else
		print_details(view, first->wait, 16);
}

static struct fb_error *print_all(const struct fb_waits_view *view)
{
	size_t count = view->graph->wait_count, end;
	struct listed *list = malloc((count + 1) * sizeof(*list));

	if (!list)
		return fb_error_nomem();
	for (size_t i = 0; i < count; i++)
		list[i] =
			(struct listed){&view->graph->waits[i],
					view->graph->objects[view->graph->waits[i].object].waiters};
	if (count) {
		qsort(list, count, sizeof(*list), by_kind);
		fb_print(output_of(view), FB_STYLE_BOLD, "All waits\n");
	}
	for (size_t i = 0; i < count; i = end) {
		for (end = i + 1; end < count && list[end].wait->object == list[i].wait->object &&
				  !strcmp(list[end].wait->kind, list[i].wait->kind);
		     end++)
			;
		print_group(view, &list[i], end - i);
	}
	free(list);
	return NULL;
}

struct fb_error *fb_waits_print_text(const struct fb_waits_view *view)
{
	struct fb_output *output = output_of(view);
	size_t cycles = view->analysis->cycle_count;
	struct fb_error *err;

	fb_print(output, FB_STYLE_PLAIN, "%zu wait%s, %zu deadlock%s\n\n", view->graph->wait_count,
		 view->graph->wait_count == 1 ? "" : "s", cycles, cycles == 1 ? "" : "s");
	err = print_cycles(view);
	if (err)
		return err;
	print_roots(view);
	return print_all(view);
}
