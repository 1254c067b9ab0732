// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Numbers the nodes of a wait graph and finds out which of them may go on. Called by
 * wait_analysis.c.
 */
#include "bundle/waits/graph/wait_nodes.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/u64_map.h"

/* The edges turned round: who leads to a node. */
struct reverse {
	size_t *first; /* of each node, in from[]; one more as the end */
	size_t *from;
};

static bool is_object(const struct fb_wait_nodes *nodes, size_t node)
{
	return node >= nodes->first_object;
}

size_t fb_wait_nodes_degree(const struct fb_wait_nodes *nodes, size_t node)
{
	if (node < nodes->threads)
		return nodes->waits[node];
	if (!is_object(nodes, node)) {
		const size_t *first = &nodes->process_first[node - nodes->threads];

		return first[1] - first[0];
	}
	node -= nodes->first_object;
	return nodes->owner_first[node + 1] - nodes->owner_first[node];
}

size_t fb_wait_nodes_next(const struct fb_wait_nodes *nodes, size_t node, size_t index)
{
	if (node < nodes->threads)
		return nodes->first_object +
		       nodes->graph->waits[nodes->first_wait[node] + index].object;
	if (!is_object(nodes, node))
		return nodes->process_first[node - nodes->threads] + index;
	return nodes->owners[nodes->owner_first[node - nodes->first_object] + index];
}

/* The node of a TID or PID; FB_WAIT_NONE: it has none. */
static size_t find_node(const struct fb_u64_map *map, int32_t number)
{
	const uint64_t *node = fb_u64_map_find(map, (uint32_t)number);

	return node ? (size_t)*node : FB_WAIT_NONE;
}

static void number_processes(struct fb_wait_nodes *nodes)
{
	size_t processes = 0;

	for (size_t i = 0; i < nodes->threads; i++)
		if (!i || nodes->list[i].pid != nodes->list[i - 1].pid)
			nodes->process_first[processes++] = i;
	nodes->process_first[processes] = nodes->threads;
	nodes->first_object = nodes->threads + processes;
	nodes->count = nodes->first_object + nodes->graph->object_count;
}

static void number_waits(struct fb_wait_nodes *nodes, const struct fb_u64_map *threads)
{
	for (size_t i = 0; i < nodes->graph->wait_count; i++) {
		size_t thread = find_node(threads, nodes->graph->waits[i].tid);

		if (thread == FB_WAIT_NONE)
			continue;
		if (!nodes->waits[thread])
			nodes->first_wait[thread] = i;
		if (nodes->first_wait[thread] + nodes->waits[thread] == i)
			nodes->waits[thread]++;
	}
}

static void number_owners(struct fb_wait_nodes *nodes, const struct fb_u64_map *threads,
			  const struct fb_u64_map *processes)
{
	size_t used = 0;

	for (size_t i = 0; i < nodes->graph->object_count; i++) {
		const struct fb_wait_object *object = &nodes->graph->objects[i];

		nodes->owner_first[i] = used;
		for (size_t k = 0; k < object->owner_count; k++) {
			const struct fb_wait_owner *owner = &object->owners[k];
			size_t node = find_node(owner->process ? processes : threads, owner->tid);

			if (node == FB_WAIT_NONE)
				nodes->unknown_owner[i] = true;
			else
				nodes->owners[used++] = node;
		}
	}
	nodes->owner_first[nodes->graph->object_count] = used;
}

static struct fb_error *number(struct fb_wait_nodes *nodes)
{
	struct fb_u64_map threads = {0}, processes = {0};
	struct fb_error *err = NULL;

	number_processes(nodes);
	/* The first of a number stays. */
	for (size_t i = 0; !err && i < nodes->threads; i++)
		err = fb_u64_map_add(&threads, (uint32_t)nodes->list[i].tid, i, FB_MAX_TASKS,
				     "threads", NULL);
	for (size_t i = nodes->threads; !err && i < nodes->first_object; i++)
		err = fb_u64_map_add(
			&processes,
			(uint32_t)nodes->list[nodes->process_first[i - nodes->threads]].pid, i,
			FB_MAX_TASKS, "processes", NULL);
	if (!err) {
		number_waits(nodes, &threads);
		number_owners(nodes, &threads, &processes);
	}
	fb_u64_map_deinit(&threads);
	fb_u64_map_deinit(&processes);
	return err;
}

static struct fb_error *turn_round(const struct fb_wait_nodes *nodes, struct reverse *reverse)
{
	size_t edges = 0, used = 0;

	reverse->first = calloc(nodes->count + 2, sizeof(*reverse->first));
	if (!reverse->first)
		return fb_error_nomem();
	for (size_t node = 0; node < nodes->count; node++) {
		edges += fb_wait_nodes_degree(nodes, node);
		for (size_t i = 0; i < fb_wait_nodes_degree(nodes, node); i++)
			reverse->first[fb_wait_nodes_next(nodes, node, i)]++;
	}
	reverse->from = malloc((edges + 1) * sizeof(*reverse->from));
	if (!reverse->from)
		return fb_error_nomem();
	/* Counts become ends, which move down to the starts as the edges are put in. */
	for (size_t node = 0; node <= nodes->count; node++) {
		used += reverse->first[node];
		reverse->first[node] = used;
	}
	for (size_t node = nodes->count; node-- > 0;)
		for (size_t i = fb_wait_nodes_degree(nodes, node); i-- > 0;)
			reverse->from[--reverse->first[fb_wait_nodes_next(nodes, node, i)]] = node;
	return NULL;
}

/* Whether the node may go on, or may be released, whatever becomes of the others. */
static bool starts(const struct fb_wait_nodes *nodes, size_t node)
{
	const struct fb_wait_object *object;
	size_t degree = fb_wait_nodes_degree(nodes, node);

	if (node < nodes->threads) {
		for (size_t i = 0; i < degree; i++)
			if (nodes->graph->waits[nodes->first_wait[node] + i].timeout)
				return true;
		return !degree;
	}
	if (!is_object(nodes, node))
		return false;
	object = &nodes->graph->objects[node - nodes->first_object];
	if (!degree || object->others)
		return true;
	return !object->all && nodes->unknown_owner[node - nodes->first_object];
}

static struct fb_error *spread(struct fb_wait_nodes *nodes, const struct reverse *reverse)
{
	FB_CLEANUP(fb_free_at) size_t *queue = NULL;
	FB_CLEANUP(fb_free_at) size_t *pending = NULL;
	size_t done = 0, queued = 0;
	struct fb_error *err = fb_alloc_array(nodes->count + 1, sizeof(*queue), SIZE_MAX,
					      "nodes of waits", &queue);

	if (!err)
		err = fb_alloc_array(nodes->count + 1, sizeof(*pending), SIZE_MAX, "nodes of waits",
				     &pending);
	if (err)
		return err;
	for (size_t node = 0; node < nodes->count; node++) {
		pending[node] =
			is_object(nodes, node) &&
					nodes->graph->objects[node - nodes->first_object].all
				? fb_wait_nodes_degree(nodes, node)
				: 1;
		nodes->may[node] = starts(nodes, node);
		if (nodes->may[node])
			queue[queued++] = node;
	}
	while (done < queued) {
		size_t node = queue[done++];

		for (size_t i = reverse->first[node]; i < reverse->first[node + 1]; i++) {
			size_t from = reverse->from[i];

			if (nodes->may[from] || --pending[from])
				continue;
			nodes->may[from] = true;
			queue[queued++] = from;
		}
	}
	return NULL;
}

struct fb_error *fb_wait_nodes_init(struct fb_wait_nodes *nodes, const struct fb_wait_graph *graph,
				    const struct fb_wait_thread *threads, size_t count)
{
	struct reverse reverse = {0};
	size_t owners = 0;
	struct fb_error *err;

	memset(nodes, 0, sizeof(*nodes));
	nodes->graph = graph;
	nodes->list = threads;
	nodes->threads = count;
	for (size_t i = 0; i < graph->object_count; i++)
		owners += graph->objects[i].owner_count;
	nodes->first_wait = calloc(count + 1, sizeof(*nodes->first_wait));
	nodes->waits = calloc(count + 1, sizeof(*nodes->waits));
	nodes->process_first = calloc(count + 1, sizeof(*nodes->process_first));
	nodes->owner_first = calloc(graph->object_count + 1, sizeof(*nodes->owner_first));
	nodes->owners = calloc(owners + 1, sizeof(*nodes->owners));
	nodes->unknown_owner = calloc(graph->object_count + 1, sizeof(*nodes->unknown_owner));
	nodes->may = calloc(2 * count + graph->object_count + 1, sizeof(*nodes->may));
	if (!nodes->first_wait || !nodes->waits || !nodes->process_first || !nodes->owner_first ||
	    !nodes->owners || !nodes->unknown_owner || !nodes->may)
		err = fb_error_nomem();
	else
		err = number(nodes);
	if (!err)
		err = turn_round(nodes, &reverse);
	if (!err)
		err = spread(nodes, &reverse);
	free(reverse.first);
	free(reverse.from);
	if (err)
		fb_wait_nodes_deinit(nodes);
	return err;
}

void fb_wait_nodes_deinit(struct fb_wait_nodes *nodes)
{
	free(nodes->first_wait);
	free(nodes->waits);
	free(nodes->process_first);
	free(nodes->owner_first);
	free(nodes->owners);
	free(nodes->unknown_owner);
	free(nodes->may);
	memset(nodes, 0, sizeof(*nodes));
}
