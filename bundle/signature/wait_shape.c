// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Describes a deadlock or a chain of waits without what differs between hosts. Called by signature.c.
 */
#include "bundle/signature/wait_shape.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bundle/signature/function_class.h"

struct finder {
	const struct fb_tasks *tasks;
	const struct fb_wait_graph *graph;
	const struct fb_wait_analysis *analysis;
};

char *fb_wait_shape_comm(const char *comm, char *to, size_t size)
{
	static const char worker[] = "kworker/";
	size_t used = 0;

	if (strncmp(comm, worker, strlen(worker)) == 0)
		comm = "kworker";
	while (*comm && used + 1 < size) {
		const bool digit = isdigit((unsigned char)*comm) != 0;

		to[used++] = digit ? '#' : *comm;
		comm++;
		while (digit && isdigit((unsigned char)*comm))
			comm++;
	}
	to[used] = '\0';
	return to;
}

static void append(char *to, size_t size, const char *text)
{
	const size_t used = strlen(to);

	snprintf(to + used, size - used, "%s%s", used ? " > " : "", text);
}

/* The innermost function of a wait that is no wait itself; "?": none is known. */
static char *function_of(const struct fb_wait *wait, char *to, size_t size)
{
	for (size_t i = 0; i < FB_WAIT_FRAMES && wait->frames[i]; i++)
		if (fb_function_class(fb_signature_name(wait->frames[i], to, size)) ==
		    FB_FUNCTION_CODE)
			return to;
	snprintf(to, size, "?");
	return to;
}

static char *comm_of(const struct finder *finder, int32_t tid, char *to, size_t size)
{
	const struct fb_task *task = fb_tasks_by_tid(finder->tasks, tid);

	return fb_wait_shape_comm(task ? fb_task_comm(task).text : "?", to, size);
}

struct text {
	char text[256];
};

static struct text describe(const struct finder *finder, size_t index)
{
	const struct fb_wait *wait = &finder->graph->waits[index];
	char function[FB_SIGNATURE_NAME], comm[64];
	struct text text;

	snprintf(text.text, sizeof(text.text), "%s in %s (%s)", wait->kind,
		 function_of(wait, function, sizeof(function)),
		 comm_of(finder, wait->tid, comm, sizeof(comm)));
	return text;
}

/* Describes a deadlock from each of its waits on, and keeps the lowest text. */
static void describe_cycle(const struct finder *finder, const struct fb_wait_cycle *cycle,
			   struct fb_wait_shape *shape)
{
	const size_t count = cycle->count < FB_SHAPE_WAITS ? cycle->count : FB_SHAPE_WAITS;

	for (size_t first = 0; first < cycle->count; first++) {
		struct fb_wait_shape from = {.kind = FB_SHAPE_DEADLOCK};

		for (size_t i = 0; i < count; i++) {
			const size_t index = cycle->waits[(first + i) % cycle->count];

			append(from.actors, sizeof(from.actors), describe(finder, index).text);
			append(from.kinds, sizeof(from.kinds), finder->graph->waits[index].kind);
		}
		from.tid = finder->graph->waits[cycle->waits[first]].tid;
		from.threads = cycle->member_count + cycle->behind;
		if (shape->kind == FB_SHAPE_NONE || strcmp(from.actors, shape->actors) < 0)
			*shape = from;
		/* A larger one is not looked at from all sides. */
		if (cycle->count > FB_SHAPE_WAITS)
			break;
	}
}

static bool has_uninterruptible(const struct finder *finder, const struct fb_wait_cycle *cycle)
{
	for (size_t i = 0; i < cycle->member_count; i++) {
		const struct fb_task *task = fb_tasks_by_tid(finder->tasks, cycle->members[i]);

		if (task && task->state == 'D')
			return true;
	}
	return false;
}

/* The deadlock that matters most. Equal ones are ordered by their description, not by numbers of threads. Returns
 * whether it has a thread in state D. */
static bool describe_worst_cycle(const struct finder *finder, struct fb_wait_shape *shape)
{
	bool worst_hangs = false;
	size_t worst_members = 0;

	for (size_t i = 0; i < finder->analysis->cycle_count; i++) {
		const struct fb_wait_cycle *cycle = &finder->analysis->cycles[i];
		const bool hangs = has_uninterruptible(finder, cycle);
		struct fb_wait_shape other = {0};

		if (hangs < worst_hangs ||
		    (hangs == worst_hangs && cycle->member_count < worst_members))
			continue;
		describe_cycle(finder, cycle, &other);
		if (hangs == worst_hangs && cycle->member_count == worst_members &&
		    strcmp(other.actors, shape->actors) >= 0)
			continue;
		worst_hangs = hangs;
		worst_members = cycle->member_count;
		*shape = other;
	}
	return worst_hangs;
}

/* The deadlock of which a thread is a member; NULL: of none. */
static const struct fb_wait_cycle *cycle_of(const struct finder *finder, int32_t tid)
{
	for (size_t i = 0; i < finder->analysis->cycle_count; i++) {
		const struct fb_wait_cycle *cycle = &finder->analysis->cycles[i];

		for (size_t k = 0; k < cycle->member_count; k++)
			if (cycle->members[k] == tid)
				return cycle;
	}
	return NULL;
}

/* Describes the chain from a wait on to its end: the last waits of it, each further one of a queue for the same kind of
 * thing left out. Where it leads into a deadlock, that is described instead. */
static void describe_chain(const struct finder *finder, size_t first, struct fb_wait_shape *shape)
{
	size_t last[FB_SHAPE_WAITS], count = 0, steps = 0, end = first;
	const char *before = NULL;

	for (size_t at = first; at != FB_WAIT_NONE && steps <= finder->graph->wait_count;
	     at = finder->analysis->next[at], steps++) {
		const struct fb_wait *wait = &finder->graph->waits[at];
		const struct fb_wait_cycle *cycle = cycle_of(finder, wait->tid);

		if (cycle) {
			describe_cycle(finder, cycle, shape);
			return;
		}
		/* Of a queue the wait nearest to the end stays. */
		if (before && strcmp(before, wait->kind) == 0)
			count--;
		before = wait->kind;
		if (count == FB_SHAPE_WAITS) {
			memmove(last, last + 1, sizeof(last) - sizeof(last[0]));
			count--;
		}
		last[count++] = end = at;
	}
	for (size_t i = 0; i < count; i++) {
		append(shape->kinds, sizeof(shape->kinds), finder->graph->waits[last[i]].kind);
		append(shape->actors, sizeof(shape->actors), describe(finder, last[i]).text);
	}
	shape->kind = FB_SHAPE_CHAIN;
	shape->tid = finder->graph->waits[end].tid;
}

/* The worst root behind which threads in state D wait; NULL: there is none. Roots are in order of that. */
static const struct fb_wait_root *worst_root(const struct finder *finder)
{
	const struct fb_wait_analysis *analysis = finder->analysis;

	return analysis->root_count && analysis->roots[0].hung ? &analysis->roots[0] : NULL;
}

static void describe_root(const struct finder *finder, const struct fb_wait_root *root,
			  struct fb_wait_shape *shape)
{
	char comm[64], text[128];

	describe_chain(finder, root->deepest, shape);
	shape->threads = root->threads;
	if (shape->kind != FB_SHAPE_CHAIN || root->tid < 0)
		return;
	shape->tid = root->tid;
	snprintf(text, sizeof(text), "%s %s", root->stopped ? "stopped" : "thread",
		 comm_of(finder, root->tid, comm, sizeof(comm)));
	append(shape->actors, sizeof(shape->actors), text);
	append(shape->kinds, sizeof(shape->kinds), root->stopped ? "stopped" : "thread");
}

void fb_wait_shape_find(const struct fb_tasks *tasks, const struct fb_waits *waits, int32_t tid,
			struct fb_wait_shape *shape_ret)
{
	const struct finder finder = {tasks, fb_waits_graph(waits), fb_waits_analysis(waits)};
	struct fb_wait_shape *shape = shape_ret;
	const struct fb_wait_root *root;

	memset(shape, 0, sizeof(*shape));
	shape->tid = -1;
	if (tid >= 0) {
		size_t count;
		const struct fb_wait *wait = fb_waits_of(waits, tid, &count);

		if (wait)
			describe_chain(&finder, (size_t)(wait - finder.graph->waits), shape);
		return;
	}
	if (describe_worst_cycle(&finder, shape))
		return;
	root = worst_root(&finder);
	if (root) {
		memset(shape, 0, sizeof(*shape));
		describe_root(&finder, root, shape);
	}
}
