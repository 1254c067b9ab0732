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

#include "base/text.h"
#include "cmd/waits/waits_goroutines.h"
#include "cmd/waits/waits_print.h"

/* What is shown of each; the JSON has all. */
#define CYCLES_SHOWN 20u
#define THREADS_SHOWN 16u
#define ROOTS_SHOWN 10u
#define CHAIN_SHOWN 12u

/* The stacks of all threads that deadlocks are shown with. */
static struct fb_error *load_stacks(const struct fb_waits_view *view,
				    struct fb_thread_stacks **stacks_ret)
{
	const struct fb_task *tasks[CYCLES_SHOWN * THREADS_SHOWN];
	size_t count = 0;

	for (size_t i = 0; i < view->analysis->cycle_count && i < CYCLES_SHOWN; i++) {
		const struct fb_wait_cycle *cycle = &view->analysis->cycles[i];

		for (size_t k = 0; k < cycle->count && k < THREADS_SHOWN; k++) {
			tasks[count] = fb_tasks_by_tid(view->tasks,
						       view->graph->waits[cycle->waits[k]].tid);
			count += tasks[count] != NULL;
		}
	}
	return fb_waits_load_stacks(view, tasks, count, stacks_ret);
}

static bool is_on_way(const struct fb_waits_view *view, const struct fb_wait_cycle *cycle,
		      int32_t tid)
{
	for (size_t i = 0; i < cycle->count; i++)
		if (view->graph->waits[cycle->waits[i]].tid == tid)
			return true;
	return false;
}

/* Prints the threads of a deadlock that are not on the cycle shown. */
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
			fb_print(fb_waits_output(view), FB_STYLE_PLAIN, "  and with them\n");
		fb_print(fb_waits_output(view), FB_STYLE_PLAIN, "  ");
		fb_waits_print_wait(view, wait);
	}
	if (cycle->member_count > cycle->count + shown)
		fb_print(fb_waits_output(view), FB_STYLE_DIM, "  ... %zu more\n",
			 cycle->member_count - cycle->count - shown);
}

static void print_cycle(const struct fb_waits_view *view, const struct fb_wait_cycle *cycle,
			const struct fb_thread_stacks *stacks)
{
	struct fb_output *output = fb_waits_output(view);

	fb_print(output, FB_STYLE_BAD, "Deadlock: %zu thread%s for each other", cycle->member_count,
		 cycle->member_count == 1 ? " waits" : "s wait");
	if (cycle->behind)
		fb_print(output, FB_STYLE_BAD, ", and %zu behind %s", cycle->behind,
			 cycle->member_count == 1 ? "it" : "them");
	fb_print(output, FB_STYLE_PLAIN, "\n");
	for (size_t i = 0; i < cycle->count && i < THREADS_SHOWN; i++) {
		const struct fb_wait *wait = &view->graph->waits[cycle->waits[i]];

		fb_print(output, FB_STYLE_PLAIN, "  ");
		fb_waits_print_wait(view, wait);
		fb_waits_print_details(view, wait, 6);
		fb_waits_print_kernel_frames(view, wait, 6);
		fb_waits_print_user_frames(view, stacks, wait->tid, 6);
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
		fb_print(fb_waits_output(view), FB_STYLE_WARN, "%zu more deadlocks\n\n",
			 count - CYCLES_SHOWN);
	fb_thread_stacks_destroy(stacks);
	return NULL;
}

static void print_root(const struct fb_waits_view *view, const struct fb_wait_root *root)
{
	struct fb_output *output = fb_waits_output(view);
	size_t at = root->deepest;

	fb_print(output, FB_STYLE_PLAIN, "%zu thread%s%s for ", root->threads,
		 root->threads == 1 ? " waits" : "s wait",
		 root->depth > 1 ? ", directly or not," : "");
	fb_waits_print_root(view, root, ", which ");
	fb_print(output, FB_STYLE_PLAIN, "\n");
	for (size_t shown = 0; at != FB_WAIT_NONE && shown < CHAIN_SHOWN; shown++) {
		fb_print(output, FB_STYLE_PLAIN, "  ");
		fb_waits_print_wait(view, &view->graph->waits[at]);
		fb_waits_print_details(view, &view->graph->waits[at], 6);
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
			fb_print(fb_waits_output(view), FB_STYLE_BOLD, "Chains\n");
		print_root(view, root);
	}
	if (left)
		fb_print(fb_waits_output(view), FB_STYLE_DIM, "%zu more\n", left);
	if (shown)
		fb_print(fb_waits_output(view), FB_STYLE_PLAIN, "\n");
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
	struct fb_output *output = fb_waits_output(view);
	const struct fb_wait_object *object = &view->graph->objects[first->wait->object];
	double longest = 0;
	char text[32];

	fb_print(output, FB_STYLE_PLAIN, "  %-12s  ", first->wait->kind);
	fb_print(output, FB_STYLE_PLAIN, "%s", object->name ? object->name : "?");
	fb_waits_print_owners(view, first->wait);
	fb_print(output, FB_STYLE_PLAIN, "\n                ");
	for (size_t i = 0; i < count; i++) {
		if (first[i].wait->seconds > longest)
			longest = first[i].wait->seconds;
		if (i >= THREADS_SHOWN)
			continue;
		fb_print(output, FB_STYLE_PLAIN, "%s", i ? ", " : "");
		fb_waits_print_thread(view, first[i].wait->tid, FB_STYLE_BOLD);
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
		fb_waits_print_details(view, first->wait, 16);
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
		fb_print(fb_waits_output(view), FB_STYLE_BOLD, "All waits\n");
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
	struct fb_output *output = fb_waits_output(view);
	size_t cycles = view->analysis->cycle_count;
	struct fb_error *err;

	fb_waits_print_causes(view);
	fb_print(output, FB_STYLE_PLAIN, "%zu wait%s, %zu deadlock%s\n\n", view->graph->wait_count,
		 view->graph->wait_count == 1 ? "" : "s", cycles, cycles == 1 ? "" : "s");
	err = print_cycles(view);
	if (err)
		return err;
	print_roots(view);
	err = print_all(view);
	return err ? err : fb_waits_print_goroutines(view);
}
