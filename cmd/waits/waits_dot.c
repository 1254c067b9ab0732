// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Prints the wait graph for Graphviz. Threads and processes are boxes; objects are
 * ellipses, dashed where no owner is known; everything in a deadlock is red. A process
 * with one thread is shown as that thread. Arrows lead from a thread to the object that it
 * waits for, and from an object to its owners, dashed where that is not certain.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/waits/waits.h"

/* Waiters of one object that are drawn; the others are one node that counts them. */
#define WAITERS_DRAWN 16u

struct drawing {
	const struct fb_waits_view *view;
	size_t *drawn;     /* of each object: waiters */
	int32_t *in_cycle; /* TIDs, ascending */
	size_t cycle_size;
	int32_t *processes; /* PIDs of processes that own something, ascending */
	size_t process_count;
};

/* A label in quotes: text is printable, so only quotes and backslashes are left to escape. */
static void put_text(const char *text)
{
	while (*text) {
		size_t plain = strcspn(text, "\"\\");

		fb_put("%.*s", (int)plain, text);
		text += plain;
		if (*text)
			fb_put("\\%c", *text++);
	}
}

static int by_tid(const void *a, const void *b)
{
	const int32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static bool is_listed(const int32_t *list, size_t count, int32_t tid)
{
	return count && bsearch(&tid, list, count, sizeof(tid), by_tid) != NULL;
}

static bool in_cycle(const struct drawing *drawing, int32_t tid)
{
	return is_listed(drawing->in_cycle, drawing->cycle_size, tid);
}

static struct fb_error *list_processes(struct drawing *drawing)
{
	const struct fb_wait_graph *graph = drawing->view->graph;
	size_t count = 0;

	for (size_t i = 0; i < graph->object_count; i++)
		count += graph->objects[i].owner_count;
	drawing->processes = malloc((count + 1) * sizeof(*drawing->processes));
	if (!drawing->processes)
		return fb_error_nomem();
	for (size_t i = 0; i < graph->object_count; i++)
		for (size_t k = 0; k < graph->objects[i].owner_count; k++)
			if (graph->objects[i].owners[k].process)
				drawing->processes[drawing->process_count++] =
					graph->objects[i].owners[k].tid;
	if (drawing->process_count)
		qsort(drawing->processes, drawing->process_count, sizeof(int32_t), by_tid);
	return NULL;
}

static struct fb_error *list_cycles(struct drawing *drawing)
{
	const struct fb_wait_analysis *analysis = drawing->view->analysis;
	size_t count = 0;

	for (size_t i = 0; i < analysis->cycle_count; i++)
		count += analysis->cycles[i].member_count;
	drawing->in_cycle = malloc((count + 1) * sizeof(*drawing->in_cycle));
	if (!drawing->in_cycle)
		return fb_error_nomem();
	for (size_t i = 0; i < analysis->cycle_count; i++)
		for (size_t k = 0; k < analysis->cycles[i].member_count; k++)
			drawing->in_cycle[drawing->cycle_size++] = analysis->cycles[i].members[k];
	if (drawing->cycle_size)
		qsort(drawing->in_cycle, drawing->cycle_size, sizeof(int32_t), by_tid);
	return NULL;
}

static void draw_thread(const struct drawing *drawing, int32_t tid, bool process)
{
	char comm[FB_WAITS_COMM];

	fb_put("\t\"%c%" PRId32 "\" [shape=box%s label=\"", process ? 'p' : 't', tid,
	       in_cycle(drawing, tid) ? " color=red penwidth=2" : "");
	put_text(fb_waits_comm(drawing->view, tid, comm));
	fb_put("\\n%s%" PRId32 "\"]\n", process ? "PID " : "", tid);
}

/* Whether a process has no thread but the one with its PID. */
static bool is_single(const struct drawing *drawing, int32_t pid)
{
	size_t first, count;

	fb_tasks_group(drawing->view->tasks, pid, &first, &count);
	return count == 1 && fb_tasks_get(drawing->view->tasks, first)->tid == pid;
}

static void draw_object(const struct drawing *drawing, size_t index)
{
	const struct fb_wait_object *object = &drawing->view->graph->objects[index];

	fb_put("\t\"o%zu\" [%slabel=\"", index, object->owner_count ? "" : "style=dashed ");
	put_text(object->name ? object->name : "?");
	fb_put("\"]\n");
	for (size_t i = 0; i < object->owner_count && i < WAITERS_DRAWN; i++) {
		int32_t tid = object->owners[i].tid;
		bool process = object->owners[i].process && !is_single(drawing, tid);

		draw_thread(drawing, tid, process);
		fb_put("\t\"o%zu\" -> \"%c%" PRId32 "\"%s\n", index, process ? 'p' : 't', tid,
		       object->certain ? "" : " [style=dashed]");
	}
	if (object->waiters > WAITERS_DRAWN)
		fb_put("\t\"more%zu\" [shape=box style=dotted label=\"%zu more threads\"]\n"
		       "\t\"more%zu\" -> \"o%zu\"\n",
		       index, object->waiters - WAITERS_DRAWN, index, index);
}

/* A process that owns something is joined to those of its threads that wait. */
static void draw_wait(struct drawing *drawing, const struct fb_wait *wait)
{
	if (drawing->drawn[wait->object]++ >= WAITERS_DRAWN && !in_cycle(drawing, wait->tid))
		return;
	draw_thread(drawing, wait->tid, false);
	if (is_listed(drawing->processes, drawing->process_count, wait->pid) &&
	    !is_single(drawing, wait->pid))
		fb_put("\t\"p%" PRId32 "\" -> \"t%" PRId32 "\" [style=dotted arrowhead=none]\n",
		       wait->pid, wait->tid);
	fb_put("\t\"t%" PRId32 "\" -> \"o%zu\" [label=\"%s\"%s]\n", wait->tid, wait->object,
	       wait->kind, in_cycle(drawing, wait->tid) ? " color=red" : "");
}

struct fb_error *fb_waits_print_dot(const struct fb_waits_view *view)
{
	struct drawing drawing = {.view = view};
	struct fb_error *err;

	drawing.drawn = calloc(view->graph->object_count + 1, sizeof(*drawing.drawn));
	if (!drawing.drawn)
		return fb_error_nomem();
	err = list_cycles(&drawing);
	if (!err)
		err = list_processes(&drawing);
	if (!err) {
		fb_put("digraph waits {\n\trankdir=LR\n\tnode [fontsize=10 fontname=\"sans-serif\"]\n"
		       "\tedge [fontsize=9 fontname=\"sans-serif\"]\n");
		for (size_t i = 0; i < view->graph->object_count; i++)
			if (view->graph->objects[i].waiters)
				draw_object(&drawing, i);
		for (size_t i = 0; i < view->graph->wait_count; i++)
			draw_wait(&drawing, &view->graph->waits[i]);
		fb_put("}\n");
	}
	free(drawing.in_cycle);
	free(drawing.processes);
	free(drawing.drawn);
	return err;
}
