// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checks who waits for whom: deadlocks, threads that have been in state D for long, and threads that wait for a stopped
 * one. Called by check.c.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "bundle/check/checks.h"

/* What is shown of the deadlocks, and of the roots of chains. */
#define SHOWN 8u
/* Threads of a deadlock that the text names. */
#define NAMED 4u
/* A thread in state D normally waits for a device, which takes milliseconds. */
#define HANGS_S 10.0
/* The kernel reports tasks that hang for so long (kernel/hung_task.c, CONFIG_DEFAULT_HUNG_TASK_TIMEOUT). */
#define HUNG_S 120.0

/* "130 lock-ab". */
static char *thread_text(const struct fb_check *check, int32_t tid, char *to, size_t size)
{
	const struct fb_task *task = fb_tasks_by_tid(check->tasks, tid);

	snprintf(to, size, "%d %s", tid, task ? fb_task_comm(task).text : "?");
	return to;
}

/* "130 lock-ab waits for A (0x55...), mutex, for 2 min". */
static struct fb_error *add_wait(const struct fb_check *check, const struct fb_wait_graph *graph,
				 const struct fb_wait *wait, struct fb_finding *finding)
{
	const char *name = graph->objects[wait->object].name;
	char who[80], time[32];

	thread_text(check, wait->tid, who, sizeof(who));
	if (!(wait->seconds > 0))
		return fb_finding_evidence(finding, "%s waits for %s (%s)", who, name ? name : "?",
					   wait->kind);
	return fb_finding_evidence(finding, "%s waits for %s (%s), for %s", who, name ? name : "?",
				   wait->kind, fb_text_duration(wait->seconds, time, sizeof(time)));
}

static bool is_certain(const struct fb_wait_graph *graph, const struct fb_wait_cycle *cycle)
{
	for (size_t i = 0; i < cycle->count; i++) {
		const struct fb_wait *wait = &graph->waits[cycle->waits[i]];

		if (!wait->certain || !graph->objects[wait->object].certain)
			return false;
	}
	return true;
}

static struct fb_error *add_cycle(const struct fb_check *check, const struct fb_wait_graph *graph,
				  const struct fb_wait_cycle *cycle)
{
	struct fb_finding *finding;
	char names[NAMED * 84] = "", one[80], behind[64] = "";
	struct fb_error *err;

	for (size_t i = 0; i < cycle->count && i < NAMED; i++) {
		size_t used = strlen(names);

		snprintf(names + used, sizeof(names) - used, "%s%s", i ? ", " : "",
			 thread_text(check, graph->waits[cycle->waits[i]].tid, one, sizeof(one)));
	}
	if (cycle->behind)
		snprintf(behind, sizeof(behind), "; %zu more wait for them", cycle->behind);
	err = fb_findings_add(check->findings, FB_WEIGHT_GRAVE, "deadlock", "waits", &finding,
			      "%s of %zu thread%s: %s%s%s",
			      is_certain(graph, cycle) ? "deadlock" : "likely deadlock",
			      cycle->member_count, cycle->member_count == 1 ? "" : "s", names,
			      cycle->count > NAMED ? ", ..." : "", behind);
	for (size_t i = 0; i < cycle->count && !err; i++)
		err = add_wait(check, graph, &graph->waits[cycle->waits[i]], finding);
	return err;
}

/* What is at the end of a chain: a thread, or an object whose owner is not known. */
static void root_text(const struct fb_check *check, const struct fb_wait_graph *graph,
		      const struct fb_wait_root *root, char *to, size_t size)
{
	const char *name = root->tid >= 0 ? NULL : graph->objects[root->object].name;

	if (root->tid >= 0)
		thread_text(check, root->tid, to, size);
	else
		snprintf(to, size, "%s", name ? name : "?");
}

/* The longest chain that ends at the root, from its far end on, and why the root's holder is not known. */
static struct fb_error *add_chain(const struct fb_check *check, const struct fb_wait_graph *graph,
				  const struct fb_wait_analysis *analysis,
				  const struct fb_wait_root *root, struct fb_finding *finding)
{
	const char *need = root->tid >= 0 ? NULL : graph->objects[root->object].need;
	struct fb_error *err = NULL;
	size_t at = root->deepest;

	for (size_t i = 0; i + 1 < FB_MOST_EVIDENCE && at != FB_WAIT_NONE && !err; i++) {
		err = add_wait(check, graph, &graph->waits[at], finding);
		at = analysis->next[at];
	}
	return err || !need ? err : fb_finding_evidence(finding, "%s", need);
}

static struct fb_error *add_hung(const struct fb_check *check, const struct fb_wait_graph *graph,
				 const struct fb_wait_analysis *analysis,
				 const struct fb_wait_root *root)
{
	double longest = fb_wait_root_longest(graph, analysis, root);
	struct fb_finding *finding;
	struct fb_error *err;
	char what[256], time[32];

	if (longest < HANGS_S)
		return NULL;
	root_text(check, graph, root, what, sizeof(what));
	err = fb_findings_add(
		check->findings, longest < HUNG_S ? FB_WEIGHT_SERIOUS : FB_WEIGHT_GRAVE, "hang",
		"waits", &finding, "%zu thread%s in state D, the longest for %s, behind %s",
		root->hung, root->hung == 1 ? " hangs" : "s hang",
		fb_text_duration(longest, time, sizeof(time)), what);
	return err ? err : add_chain(check, graph, analysis, root, finding);
}

static struct fb_error *add_stopped(const struct fb_check *check, const struct fb_wait_graph *graph,
				    const struct fb_wait_analysis *analysis,
				    const struct fb_wait_root *root)
{
	struct fb_finding *finding;
	struct fb_error *err;
	char what[256];

	root_text(check, graph, root, what, sizeof(what));
	err = fb_findings_add(check->findings, FB_WEIGHT_SERIOUS, "stopped", "waits", &finding,
			      "%s is stopped, and %zu thread%s for it", what, root->threads,
			      root->threads == 1 ? " waits" : "s wait");
	return err ? err : add_chain(check, graph, analysis, root, finding);
}

struct fb_error *fb_check_graph(const struct fb_check *check, const struct fb_wait_graph *graph,
				const struct fb_wait_analysis *analysis)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < analysis->cycle_count && i < SHOWN && !err; i++)
		err = add_cycle(check, graph, &analysis->cycles[i]);
	for (size_t i = 0; i < analysis->root_count && i < SHOWN && !err; i++) {
		const struct fb_wait_root *root = &analysis->roots[i];

		if (root->hung)
			err = add_hung(check, graph, analysis, root);
		else if (root->stopped && root->threads)
			err = add_stopped(check, graph, analysis, root);
	}
	return err;
}

struct fb_error *fb_check_waits(struct fb_check *check)
{
	const struct fb_check_options *options = check->options;
	struct fb_waits *waits;
	struct fb_error *err;

	if (options->waits)
		return fb_check_graph(check, fb_waits_graph(options->waits),
				      fb_waits_analysis(options->waits));
	err = fb_waits_find(check->input, &options->wait_options, &waits);
	if (err)
		return err;
	err = fb_check_graph(check, fb_waits_graph(waits), fb_waits_analysis(waits));
	fb_waits_destroy(waits);
	return err;
}
