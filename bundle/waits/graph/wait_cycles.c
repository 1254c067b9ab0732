// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the cycles among stuck nodes, as strongly connected components (Tarjan, without recursion),
 * and in each component one shortest cycle. Called by wait_analysis.c.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "bundle/waits/graph/wait_nodes.h"

struct search {
	const struct fb_wait_nodes *nodes;
	size_t *number; /* order of visit, from 1; 0: not visited */
	size_t *low;    /* lowest number that can be reached */
	size_t *edge;   /* next edge to follow */
	size_t *stack;  /* nodes that are in no component yet */
	size_t *path;   /* nodes from where the search began */
	size_t *set;    /* component of each node that is in one with others; FB_WAIT_NONE */
	size_t *parent; /* for the way round */
	bool *on_stack;
	size_t visited, stacked, depth;
	struct fb_wait_cycle *cycles;
	size_t cycle_count, cycle_room;
};

static void search_deinit(struct search *search)
{
	free(search->number);
	free(search->low);
	free(search->edge);
	free(search->stack);
	free(search->path);
	free(search->set);
	free(search->parent);
	free(search->on_stack);
}

static struct fb_error *search_init(struct search *search, const struct fb_wait_nodes *nodes)
{
	size_t **const arrays[] = {&search->number, &search->low, &search->edge,  &search->stack,
				   &search->path,   &search->set, &search->parent};
	bool complete = true;

	memset(search, 0, sizeof(*search));
	search->nodes = nodes;
	for (size_t i = 0; i < FB_ARRAY_SIZE(arrays); i++) {
		*arrays[i] = calloc(nodes->count + 1, sizeof(size_t));
		complete = complete && *arrays[i];
	}
	search->on_stack = calloc(nodes->count + 1, sizeof(bool));
	if (!complete || !search->on_stack)
		return fb_error_nomem();
	for (size_t i = 0; i < nodes->count; i++)
		search->set[i] = search->parent[i] = FB_WAIT_NONE;
	return NULL;
}

static int by_tid(const void *a, const void *b)
{
	const int32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* The nodes of the stack from index `first` on are a component. It is a cycle where it has more
 * than one node, since no node leads to itself. Every cycle passes a thread, so a component
 * without threads cannot occur. */
static struct fb_error *close_component(struct search *search, size_t first)
{
	const struct fb_wait_nodes *nodes = search->nodes;
	size_t size = search->stacked - first;
	struct fb_wait_cycle cycle = {0};
	struct fb_error *err;

	search->stacked = first;
	for (size_t i = first; i < first + size; i++)
		search->on_stack[search->stack[i]] = false;
	if (size < 2)
		return NULL;
	err = fb_grow_array(&search->cycles, &search->cycle_room, search->cycle_count,
			    sizeof(cycle), FB_MAX_WAITS, "cycles");
	if (err)
		return err;
	cycle.members = malloc(size * sizeof(*cycle.members));
	if (!cycle.members)
		return fb_error_nomem();
	for (size_t i = first; i < first + size; i++) {
		search->set[search->stack[i]] = search->cycle_count;
		if (search->stack[i] < nodes->threads)
			cycle.members[cycle.member_count++] = nodes->list[search->stack[i]].tid;
	}
	qsort(cycle.members, cycle.member_count, sizeof(*cycle.members), by_tid);
	search->cycles[search->cycle_count++] = cycle;
	return NULL;
}

static void enter(struct search *search, size_t node)
{
	search->number[node] = search->low[node] = ++search->visited;
	search->stack[search->stacked++] = node;
	search->on_stack[node] = true;
	search->path[search->depth++] = node;
}

/* Follows the next edge of the node at the end of the path, or leaves it. */
static struct fb_error *step(struct search *search)
{
	size_t node = search->path[search->depth - 1], next, first;

	if (search->edge[node] < fb_wait_nodes_degree(search->nodes, node)) {
		next = fb_wait_nodes_next(search->nodes, node, search->edge[node]++);
		if (search->nodes->may[next])
			return NULL;
		if (!search->number[next])
			enter(search, next);
		else if (search->on_stack[next] && search->number[next] < search->low[node])
			search->low[node] = search->number[next];
		return NULL;
	}
	search->depth--;
	if (search->depth) {
		size_t parent = search->path[search->depth - 1];

		if (search->low[node] < search->low[parent])
			search->low[parent] = search->low[node];
	}
	if (search->low[node] != search->number[node])
		return NULL;
	for (first = search->stacked; search->stack[--first] != node;)
		;
	return close_component(search, first);
}

/* The wait of `thread` for the object that the next node is. */
static size_t wait_for(const struct fb_wait_nodes *nodes, size_t thread, size_t object)
{
	for (size_t i = 0; i < nodes->waits[thread]; i++)
		if (fb_wait_nodes_next(nodes, thread, i) == object)
			return nodes->first_wait[thread] + i;
	return nodes->first_wait[thread];
}

/* last leads back to start; parents lead from last to start. */
static struct fb_error *take_way(struct search *search, size_t start, size_t last,
				 struct fb_wait_cycle *cycle)
{
	size_t threads = 0, at;

	for (size_t node = last;; node = search->parent[node]) {
		threads += node < search->nodes->threads;
		if (node == start)
			break;
	}
	cycle->waits = calloc(threads + 1, sizeof(*cycle->waits));
	if (!cycle->waits)
		return fb_error_nomem();
	cycle->count = at = threads;
	for (size_t node = last, from = start;; from = node, node = search->parent[node]) {
		if (node < search->nodes->threads)
			cycle->waits[--at] = wait_for(search->nodes, node, from);
		if (node == start)
			break;
	}
	return NULL;
}

/* Breadth first from a thread of the set until an edge leads back to it. The queue is stack[]. */
static struct fb_error *way_round(struct search *search, size_t start, struct fb_wait_cycle *cycle)
{
	size_t done = 0, queued = 0, set = search->set[start];

	search->stack[queued++] = start;
	while (done < queued) {
		size_t node = search->stack[done++];

		for (size_t i = 0; i < fb_wait_nodes_degree(search->nodes, node); i++) {
			size_t next = fb_wait_nodes_next(search->nodes, node, i);

			if (next == start)
				return take_way(search, start, node, cycle);
			if (search->set[next] != set || search->parent[next] != FB_WAIT_NONE)
				continue;
			search->parent[next] = node;
			search->stack[queued++] = next;
		}
	}
	return fb_error_create(FB_CORRUPT, "a cycle of waits that does not close");
}

static struct fb_error *find_components(struct search *search)
{
	struct fb_error *err = NULL;

	for (size_t node = 0; node < search->nodes->threads && !err; node++) {
		if (search->nodes->may[node] || search->number[node])
			continue;
		enter(search, node);
		while (search->depth && !err)
			err = step(search);
	}
	return err;
}

struct fb_error *fb_wait_nodes_cycles(const struct fb_wait_nodes *nodes, size_t *sets,
				      struct fb_wait_cycle **cycles_ret, size_t *count_ret)
{
	struct search search;
	struct fb_error *err = search_init(&search, nodes);

	if (!err)
		err = find_components(&search);
	for (size_t thread = 0; thread < nodes->threads && !err; thread++) {
		sets[thread] = search.set[thread];
		if (sets[thread] != FB_WAIT_NONE && !search.cycles[sets[thread]].waits)
			err = way_round(&search, thread, &search.cycles[sets[thread]]);
	}
	*cycles_ret = search.cycles;
	*count_ret = search.cycle_count;
	search_deinit(&search);
	return err;
}
