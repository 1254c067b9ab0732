// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the deadlocks of a wait graph and where its chains end. Its nodes are the threads, then the
 * processes, then the objects: edges lead from a thread to the objects that it waits for, from an
 * object to its owners, and from a process to its threads. Called by waits.c when all waits are
 * known.
 */
#include "bundle/waits/graph/wait_analysis.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "bundle/waits/graph/wait_nodes.h"

/* Steps of a chain that are looked at for its longest wait. */
#define STEPS 64u

/* Threads that wait for a thread: of each the next on its likeliest chain. */
struct chains {
	size_t *next;    /* thread, or FB_WAIT_NONE */
	size_t *behind;  /* threads that lead here */
	size_t *hung;    /* of these those in state D */
	size_t *depth;   /* of the longest chain that leads here, in threads */
	size_t *deepest; /* thread at its far end */
	size_t *degree;  /* chains that lead here and have not been followed */
	size_t *order;   /* threads, each before its next; those on loops are missing */
	size_t order_count;
};

static void chains_deinit(struct chains *chains)
{
	free(chains->next);
	free(chains->behind);
	free(chains->hung);
	free(chains->depth);
	free(chains->deepest);
	free(chains->degree);
	free(chains->order);
}

static struct fb_error *chains_init(struct chains *chains, size_t threads)
{
	size_t **const arrays[] = {&chains->next,    &chains->behind, &chains->hung, &chains->depth,
				   &chains->deepest, &chains->degree, &chains->order};

	memset(chains, 0, sizeof(*chains));
	for (size_t i = 0; i < FB_ARRAY_SIZE(arrays); i++) {
		*arrays[i] = calloc(threads + 1, sizeof(size_t));
		if (!*arrays[i]) {
			chains_deinit(chains);
			return fb_error_nomem();
		}
	}
	return NULL;
}

/* How likely it is that a thread will release what it owns: one that waits for nothing, one that
 * may go on, a stuck one. */
static unsigned rank(const struct fb_wait_nodes *nodes, size_t thread)
{
	if (fb_wait_nodes_degree(nodes, thread) == 0)
		return 0;
	return nodes->may[thread] ? 1 : 2;
}

/* The thread of a process, or of the owners of an object, that is the likeliest to release it;
 * `not` is left out. */
static size_t pick_thread(const struct fb_wait_nodes *nodes, size_t node, size_t not,
			  size_t *of_process)
{
	size_t best = FB_WAIT_NONE, count = fb_wait_nodes_degree(nodes, node);

	for (size_t i = 0; i < count; i++) {
		size_t thread = fb_wait_nodes_next(nodes, node, i);

		if (thread >= nodes->threads) {
			size_t *known = &of_process[thread - nodes->threads];

			if (*known == FB_WAIT_NONE)
				*known = pick_thread(nodes, thread, FB_WAIT_NONE, of_process);
			thread = *known;
		}
		if (thread != FB_WAIT_NONE &&
		    thread !=
			    not &&(best == FB_WAIT_NONE || rank(nodes, thread) < rank(nodes, best)))
			best = thread;
	}
	return best;
}

static struct fb_error *follow(const struct fb_wait_nodes *nodes, struct chains *chains)
{
	size_t *of_process, *of_object, processes = nodes->first_object - nodes->threads;
	size_t objects = nodes->count - nodes->first_object;

	of_process = malloc((processes + objects + 1) * sizeof(*of_process));
	if (!of_process)
		return fb_error_nomem();
	of_object = of_process + processes;
	for (size_t i = 0; i < processes; i++)
		of_process[i] = FB_WAIT_NONE;
	for (size_t i = 0; i < objects; i++)
		of_object[i] =
			pick_thread(nodes, nodes->first_object + i, FB_WAIT_NONE, of_process);
	for (size_t thread = 0; thread < nodes->threads; thread++) {
		chains->next[thread] = FB_WAIT_NONE;
		chains->deepest[thread] = thread;
		for (size_t i = 0; i < fb_wait_nodes_degree(nodes, thread); i++) {
			size_t node = fb_wait_nodes_next(nodes, thread, i);
			size_t object = node - nodes->first_object, next = of_object[object];

			if (nodes->graph->objects[object].loose)
				continue;
			/* A thread that could end its own wait does not do so, because it
			 * sleeps. */
			if (next == thread)
				next = pick_thread(nodes, node, thread, of_process);
			if (chains->next[thread] == FB_WAIT_NONE)
				chains->next[thread] = next;
		}
		if (chains->next[thread] != FB_WAIT_NONE)
			chains->degree[chains->next[thread]]++;
	}
	free(of_process);
	return NULL;
}

/* Adds up from the far ends of the chains. */
static void add_up(const struct fb_wait_nodes *nodes, struct chains *chains)
{
	for (size_t i = 0; i < nodes->threads; i++)
		if (!chains->degree[i])
			chains->order[chains->order_count++] = i;
	for (size_t i = 0; i < chains->order_count; i++) {
		size_t thread = chains->order[i], next = chains->next[thread];

		if (next == FB_WAIT_NONE)
			continue;
		chains->behind[next] += chains->behind[thread] + 1;
		chains->hung[next] += chains->hung[thread] + (nodes->list[thread].state == 'D');
		if (chains->depth[thread] + 1 > chains->depth[next]) {
			chains->depth[next] = chains->depth[thread] + 1;
			chains->deepest[next] = chains->deepest[thread];
		}
		if (!--chains->degree[next])
			chains->order[chains->order_count++] = next;
	}
}

static size_t wait_of(const struct fb_wait_nodes *nodes, size_t thread)
{
	return fb_wait_nodes_degree(nodes, thread) ? nodes->first_wait[thread] : FB_WAIT_NONE;
}

/* Adds the threads that a thread's chain brings to a root, and, where the root is what it waits for,
 * the thread itself. */
static void merge_root(struct fb_wait_root *root, const struct chains *chains,
		       const struct fb_wait_nodes *nodes, size_t thread, bool itself)
{
	size_t depth = chains->depth[thread] + itself;

	root->threads += chains->behind[thread] + itself;
	root->hung += chains->hung[thread] + (nodes->list[thread].state == 'D');
	if (depth > root->depth) {
		root->depth = depth;
		root->deepest = wait_of(nodes, chains->deepest[thread]);
	}
}

/* The lower, the worse. */
static unsigned class_of(const struct fb_wait_root *root)
{
	return root->hung || root->stopped ? 0 : root->loose ? 2 : 1;
}

static int worst(const void *a, const void *b)
{
	const struct fb_wait_root *x = a, *y = b;

	if (class_of(x) != class_of(y))
		return class_of(x) < class_of(y) ? -1 : 1;
	if (x->threads != y->threads)
		return x->threads < y->threads ? 1 : -1;
	if (x->tid != y->tid)
		return x->tid < y->tid ? -1 : 1;
	return x->object < y->object ? -1 : x->object > y->object;
}

/* Whether all that the thread waits for is loose. */
static bool is_loose(const struct fb_wait_nodes *nodes, size_t thread)
{
	size_t count = fb_wait_nodes_degree(nodes, thread);

	for (size_t i = 0; i < count; i++) {
		size_t object = fb_wait_nodes_next(nodes, thread, i) - nodes->first_object;

		if (!nodes->graph->objects[object].loose)
			return false;
	}
	return count;
}

/* A thread that chains end at. */
static struct fb_wait_root root_of_thread(const struct fb_wait_nodes *nodes, size_t thread)
{
	const struct fb_wait_thread *at = &nodes->list[thread];

	return (struct fb_wait_root){
		.tid = at->tid,
		.object = FB_WAIT_NONE,
		.loose = is_loose(nodes, thread),
		.stopped = at->state == 'T' || at->state == 't',
		.deepest = FB_WAIT_NONE,
	};
}

/* Threads that wait for nothing, or like a server, and for whom others wait, and objects without an
 * owner. */
static struct fb_error *find_roots(const struct fb_wait_nodes *nodes, const struct chains *chains,
				   struct fb_wait_analysis *analysis)
{
	size_t objects = nodes->count - nodes->first_object, count = 0;
	struct fb_wait_root *roots = calloc(objects + nodes->threads + 1, sizeof(*roots));

	if (!roots)
		return fb_error_nomem();
	for (size_t i = 0; i < objects; i++)
		roots[i] = (struct fb_wait_root){.tid = -1, .object = i, .deepest = FB_WAIT_NONE};
	for (size_t i = 0; i < chains->order_count; i++) {
		size_t thread = chains->order[i];
		struct fb_wait_root *root = &roots[objects + thread];

		if (chains->next[thread] != FB_WAIT_NONE)
			continue;
		*root = root_of_thread(nodes, thread);
		if (!fb_wait_nodes_degree(nodes, thread) || root->loose)
			merge_root(root, chains, nodes, thread, false);
		else
			merge_root(
				&roots[fb_wait_nodes_next(nodes, thread, 0) - nodes->first_object],
				chains, nodes, thread, true);
	}
	for (size_t i = 0; i < objects + nodes->threads; i++)
		if (roots[i].threads)
			roots[count++] = roots[i];
	qsort(roots, count, sizeof(*roots), worst);
	analysis->roots = roots;
	analysis->root_count = count;
	return NULL;
}

static int most_members(const void *a, const void *b)
{
	const struct fb_wait_cycle *x = a, *y = b;
	size_t all_x = x->member_count + x->behind, all_y = y->member_count + y->behind;

	if (all_x != all_y)
		return all_x < all_y ? 1 : -1;
	return x->members[0] < y->members[0] ? -1 : x->members[0] > y->members[0];
}

/* Counts the threads whose chains lead into each deadlock. In chains->order a thread stands before the
 * one that it waits for. The loop goes through it from its end, so that where the next one leads is
 * known already. */
static struct fb_error *count_behind(const struct fb_wait_nodes *nodes, const struct chains *chains,
				     const size_t *sets, struct fb_wait_analysis *analysis)
{
	size_t *leads_to = malloc((nodes->threads + 1) * sizeof(*leads_to));

	if (!leads_to)
		return fb_error_nomem();
	memcpy(leads_to, sets, nodes->threads * sizeof(*leads_to));
	for (size_t i = chains->order_count; i-- > 0;) {
		size_t thread = chains->order[i], next = chains->next[thread];

		if (sets[thread] != FB_WAIT_NONE || next == FB_WAIT_NONE)
			continue;
		leads_to[thread] = leads_to[next];
		if (leads_to[thread] != FB_WAIT_NONE)
			analysis->cycles[leads_to[thread]].behind++;
	}
	free(leads_to);
	return NULL;
}

static struct fb_error *per_wait(const struct fb_wait_graph *graph,
				 const struct fb_wait_nodes *nodes, const struct chains *chains,
				 struct fb_wait_analysis *analysis)
{
	analysis->next = malloc((graph->wait_count + 1) * sizeof(*analysis->next));
	analysis->stuck = calloc(graph->wait_count + 1, sizeof(*analysis->stuck));
	if (!analysis->next || !analysis->stuck)
		return fb_error_nomem();
	for (size_t i = 0; i < graph->wait_count; i++)
		analysis->next[i] = FB_WAIT_NONE;
	for (size_t thread = 0; thread < nodes->threads; thread++)
		for (size_t i = 0; i < fb_wait_nodes_degree(nodes, thread); i++) {
			size_t wait = nodes->first_wait[thread] + i;

			analysis->stuck[wait] = !nodes->may[thread];
			if (chains->next[thread] != FB_WAIT_NONE)
				analysis->next[wait] = wait_of(nodes, chains->next[thread]);
		}
	return NULL;
}

static struct fb_error *analyse(const struct fb_wait_graph *graph,
				const struct fb_wait_nodes *nodes, struct chains *chains,
				size_t *sets, struct fb_wait_analysis *analysis)
{
	struct fb_error *err = follow(nodes, chains);

	if (err)
		return err;
	add_up(nodes, chains);
	err = find_roots(nodes, chains, analysis);
	if (!err)
		err = fb_wait_nodes_cycles(nodes, sets, &analysis->cycles, &analysis->cycle_count);
	if (!err)
		err = count_behind(nodes, chains, sets, analysis);
	if (!err)
		err = per_wait(graph, nodes, chains, analysis);
	if (!err && analysis->cycle_count)
		qsort(analysis->cycles, analysis->cycle_count, sizeof(*analysis->cycles),
		      most_members);
	return err;
}

struct fb_error *fb_wait_analyse(const struct fb_wait_graph *graph,
				 const struct fb_wait_thread *threads, size_t count,
				 struct fb_wait_analysis *analysis_ret)
{
	struct fb_wait_analysis analysis = {0};
	struct fb_wait_nodes nodes;
	struct chains chains;
	size_t *sets;
	struct fb_error *err = fb_wait_nodes_init(&nodes, graph, threads, count);

	if (err)
		return err;
	sets = malloc((nodes.threads + 1) * sizeof(*sets));
	err = sets ? chains_init(&chains, nodes.threads) : fb_error_nomem();
	if (!err) {
		err = analyse(graph, &nodes, &chains, sets, &analysis);
		chains_deinit(&chains);
	}
	free(sets);
	fb_wait_nodes_deinit(&nodes);
	if (err)
		fb_wait_analysis_deinit(&analysis);
	else
		*analysis_ret = analysis;
	return err;
}

double fb_wait_root_longest(const struct fb_wait_graph *graph,
			    const struct fb_wait_analysis *analysis,
			    const struct fb_wait_root *root)
{
	double longest = root->object == FB_WAIT_NONE ? 0 : graph->objects[root->object].longest;
	size_t at = root->deepest;

	for (size_t i = 0; i < STEPS && at != FB_WAIT_NONE; i++) {
		if (graph->waits[at].seconds > longest)
			longest = graph->waits[at].seconds;
		at = analysis->next[at];
	}
	return longest;
}

void fb_wait_analysis_deinit(struct fb_wait_analysis *analysis)
{
	for (size_t i = 0; i < analysis->cycle_count; i++) {
		free(analysis->cycles[i].waits);
		free(analysis->cycles[i].members);
	}
	free(analysis->cycles);
	free(analysis->roots);
	free(analysis->next);
	free(analysis->stuck);
	memset(analysis, 0, sizeof(*analysis));
}
