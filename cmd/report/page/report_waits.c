// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The section on waits: first deadlocks, then the threads for which most others wait, then each wait.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/search.h"
#include "base/text.h"
#include "cmd/report/page/report.h"

/* A page for reading: `fbundle waits` has them all. */
#define MOST_CYCLES 20u
#define MOST_ROOTS 20u
/* How many threads of a deadlock are listed, how many of those are shown with their stacks, and
 * how many threads behind it are listed. */
#define MOST_MEMBERS 64u
#define MOST_STACKS 16u
#define MOST_BEHIND 48u

/* In find_behind(). */
#define NOT_KNOWN (SIZE_MAX - 1)

static const struct fb_wait_graph *graph_of(const struct fb_report *report)
{
	return fb_waits_graph(report->waits);
}

/* members are in order. */
static bool is_member(const struct fb_wait_cycle *cycle, int32_t tid)
{
	size_t at = FB_LOWER_BOUND(i, cycle->member_count, cycle->members[i] < tid);

	return at < cycle->member_count && cycle->members[at] == tid;
}

/* A thread's name; linked: as a link to its place in a deadlock. */
static void add_tid(struct fb_report *report, int32_t tid, bool linked)
{
	const struct fb_task *task = fb_tasks_by_tid(report->tasks, tid);
	struct fb_html *html = &report->html;

	if (linked)
		fb_html_link(html, "t", tid);
	if (task)
		fb_html_element(html, "b", NULL, "%s", fb_report_task(task).text);
	else
		fb_html_element(html, "b", NULL, "%d", tid);
	if (linked)
		fb_html_raw(html, "</a>");
}

/* One thread of a deadlock: what it waits for, how that is known, and its stack; next is the thread of
 * the list that it waits for, -1: it is not said which. */
static void add_member(struct fb_report *report, int32_t tid, const struct fb_wait *wait,
		       int32_t next, bool with_stack)
{
	const struct fb_task *task = fb_tasks_by_tid(report->tasks, tid);
	const struct fb_thread_stack *stack = task ? fb_report_stack_of(report, task) : NULL;
	struct fb_html *html = &report->html;
	char text[512];

	fb_html_anchor(html, "li", "t", tid);
	add_tid(report, tid, false);
	fb_html_text(html, " waits: %s", fb_wait_describe(report->waits, wait, text, sizeof(text)));
	if (next >= 0) {
		fb_html_text(html, " → ");
		add_tid(report, next, true);
	}
	if (wait->evidence || !wait->certain)
		fb_html_element(html, "div", "how", "Evidence: %s%s",
				wait->evidence ? wait->evidence : "none",
				wait->certain ? "" : " (not certain)");
	if (stack && with_stack)
		fb_report_stack(report, stack);
	fb_html_raw(html, "</li>\n");
}

static bool in_cycle(const struct fb_report *report, const struct fb_wait_cycle *cycle, int32_t tid)
{
	for (size_t i = 0; i < cycle->count; i++)
		if (graph_of(report)->waits[cycle->waits[i]].tid == tid)
			return true;
	return false;
}

/* The threads of the set that the shortest way round does not pass. */
static void add_others(struct fb_report *report, const struct fb_wait_cycle *cycle)
{
	size_t shown = 0, left = cycle->member_count - cycle->count;

	if (cycle->count >= cycle->member_count)
		return;
	fb_html_element(&report->html, "p", NULL, "In it too, each waiting for others of it:");
	fb_html_raw(&report->html, "<ul>\n");
	for (size_t i = 0; i < cycle->member_count && shown < MOST_MEMBERS; i++) {
		size_t count = 0;
		const struct fb_wait *wait = fb_waits_of(report->waits, cycle->members[i], &count);

		if (!count || in_cycle(report, cycle, cycle->members[i]))
			continue;
		add_member(report, cycle->members[i], wait, -1, shown++ < MOST_STACKS);
	}
	fb_html_raw(&report->html, "</ul>\n");
	if (left > shown)
		fb_html_element(&report->html, "p", "how",
				"... and %zu more (`fbundle waits --json` "
				"has them)",
				left - shown);
}

/* Threads outside a deadlock that wait for one of it, by name: those whose chain leads there. */
static void add_behind(struct fb_report *report, const struct fb_wait_cycle *cycle, size_t index,
		       const size_t *leads_to)
{
	const struct fb_wait_graph *graph = graph_of(report);
	struct fb_html *html = &report->html;
	size_t shown = 0;

	if (!cycle->behind)
		return;
	fb_html_raw(html, "<p class=\"names\">");
	fb_html_text(html, "%zu more %s for one of them: ", cycle->behind,
		     cycle->behind == 1 ? "thread waits" : "threads wait");
	for (size_t i = 0;
	     leads_to && i < graph->wait_count && shown < MOST_BEHIND && shown < cycle->behind;
	     i++) {
		int32_t tid = graph->waits[i].tid;

		if (leads_to[i] != index || (i && graph->waits[i - 1].tid == tid) ||
		    is_member(cycle, tid))
			continue;
		fb_html_raw(html, "<span class=\"tag\">");
		add_tid(report, tid, false);
		fb_html_raw(html, "</span> ");
		shown++;
	}
	if (shown < cycle->behind)
		fb_html_text(html, "%s%zu more", shown ? "and " : "", cycle->behind - shown);
	fb_html_raw(html, "</p>\n");
}

static void add_cycle(struct fb_report *report, size_t index, const size_t *leads_to)
{
	const struct fb_wait_cycle *cycle = &fb_waits_analysis(report->waits)->cycles[index];
	struct fb_html *html = &report->html;

	fb_html_raw(html, "<div class=\"cycle\">\n");
	fb_html_element(html, "h3", "bad", "Deadlock of %zu thread%s%s", cycle->member_count,
			cycle->member_count == 1 ? "" : "s",
			cycle->count < cycle->member_count ? "; first a shortest way round" : "");
	fb_html_raw(html, "<ol>\n");
	for (size_t i = 0; i < cycle->count && i < MOST_MEMBERS; i++) {
		const struct fb_wait *waits = graph_of(report)->waits;
		const struct fb_wait *wait = &waits[cycle->waits[i]];
		int32_t next = waits[cycle->waits[(i + 1) % cycle->count]].tid;

		add_member(report, wait->tid, wait, cycle->count <= MOST_MEMBERS ? next : -1,
			   i < MOST_STACKS);
	}
	fb_html_raw(html, "</ol>\n");
	if (cycle->count > MOST_MEMBERS)
		fb_html_element(html, "p", "how", "... and %zu more on the way",
				cycle->count - MOST_MEMBERS);
	add_others(report, cycle);
	add_behind(report, cycle, index, leads_to);
	fb_html_raw(html, "</div>\n");
}

/* Follows the chain of a wait to a deadlock, and notes on all of it where it leads: to the deadlock's
 * index, or FB_WAIT_NONE. Of what was noted before nothing is walked again. */
static void follow(const struct fb_wait_analysis *analysis, size_t wait, size_t *leads_to)
{
	size_t at = wait, found;

	while (at != FB_WAIT_NONE && leads_to[at] == NOT_KNOWN) {
		leads_to[at] = FB_WAIT_NONE; /* so that a loop ends */
		at = analysis->next[at];
	}
	found = at == FB_WAIT_NONE ? FB_WAIT_NONE : leads_to[at];
	for (size_t i = wait; i != at; i = analysis->next[i])
		leads_to[i] = found;
}

/* For each wait the index of the deadlock that its chain leads to, or FB_WAIT_NONE. The caller frees
 * it; NULL where memory is out, which costs the names alone. */
static size_t *find_behind(const struct fb_report *report)
{
	const struct fb_wait_analysis *analysis = fb_waits_analysis(report->waits);
	const struct fb_wait_graph *graph = graph_of(report);
	size_t *leads_to = calloc(graph->wait_count + 1, sizeof(*leads_to));

	for (size_t i = 0; leads_to && i < graph->wait_count; i++)
		leads_to[i] = NOT_KNOWN;
	for (size_t i = 0; leads_to && i < analysis->cycle_count; i++)
		for (size_t j = 0; j < analysis->cycles[i].member_count; j++) {
			size_t count = 0;
			const struct fb_wait *wait =
				fb_waits_of(report->waits, analysis->cycles[i].members[j], &count);

			for (size_t k = 0; k < count; k++)
				leads_to[(size_t)(wait - graph->waits) + k] = i;
		}
	for (size_t i = 0; leads_to && i < graph->wait_count; i++)
		follow(analysis, i, leads_to);
	return leads_to;
}

static void add_cycles(struct fb_report *report)
{
	const struct fb_wait_analysis *analysis = fb_waits_analysis(report->waits);
	size_t *leads_to;

	if (!analysis->cycle_count) {
		fb_html_element(&report->html, "p", NULL, "No deadlock was found.");
		return;
	}
	leads_to = find_behind(report);
	for (size_t i = 0; i < analysis->cycle_count && i < MOST_CYCLES; i++)
		add_cycle(report, i, leads_to);
	free(leads_to);
	if (analysis->cycle_count > MOST_CYCLES)
		fb_html_element(&report->html, "p", "bad", "... and %zu more deadlocks",
				analysis->cycle_count - MOST_CYCLES);
}

/* What the chain's last thread waits for: the root holds it, or its owner is not known. */
static const struct fb_wait_object *object_of(const struct fb_report *report,
					      const struct fb_wait_root *root)
{
	const struct fb_wait_analysis *analysis = fb_waits_analysis(report->waits);
	const struct fb_wait_graph *graph = graph_of(report);
	size_t at = root->deepest;

	if (root->object < graph->object_count)
		return &graph->objects[root->object];
	for (size_t i = 0; i < root->depth && at < graph->wait_count; i++) {
		if (analysis->next[at] >= graph->wait_count)
			return &graph->objects[graph->waits[at].object];
		at = analysis->next[at];
	}
	return NULL;
}

static void add_root(struct fb_report *report, const struct fb_wait_root *root)
{
	const struct fb_wait_object *object = object_of(report, root);
	struct fb_html *html = &report->html;

	fb_html_row(html, NULL);
	fb_html_cell(html, "n", "%zu", root->threads);
	fb_html_cell(html, "n", "%zu", root->depth);
	fb_html_raw(html, "<td class=\"name\">");
	if (root->tid >= 0)
		add_tid(report, root->tid, false);
	else
		fb_html_element(html, "span", "warn", "unknown holder");
	fb_html_raw(html, "</td>");
	if (object && object->name)
		fb_html_cell(html, "what", "%s (%s)", object->name, object->class);
	else
		fb_html_cell(html, "what", "%s", object ? object->class : "");
	fb_html_cell(html, "how", "%s",
		     object && root->tid < 0 && object->need ? object->need : "");
	fb_html_row_end(html);
}

static void add_roots(struct fb_report *report)
{
	static const struct fb_column columns[] = {
		{"Threads waiting", FB_RIGHT}, {"Longest chain", FB_RIGHT}, {"For", FB_LEFT},
		{"Through", FB_LEFT},          {"To know more", FB_LEFT},
	};
	const struct fb_wait_analysis *analysis = fb_waits_analysis(report->waits);

	if (!analysis->root_count)
		return;
	fb_html_element(&report->html, "h3", NULL, "Where chains of waiting end");
	fb_html_table(&report->html, NULL, columns, FB_ARRAY_SIZE(columns));
	for (size_t i = 0; i < analysis->root_count && i < MOST_ROOTS; i++)
		add_root(report, &analysis->roots[i]);
	fb_html_table_end(&report->html);
	if (analysis->root_count > MOST_ROOTS)
		fb_html_element(&report->html, "p", "how", "... and %zu more",
				analysis->root_count - MOST_ROOTS);
}

/* Whether a deadlock that is shown names the thread. */
static bool has_box(const struct fb_report *report, int32_t tid)
{
	const struct fb_wait_analysis *analysis = fb_waits_analysis(report->waits);

	for (size_t i = 0; i < analysis->cycle_count && i < MOST_CYCLES; i++)
		if (analysis->cycles[i].member_count <= MOST_MEMBERS &&
		    is_member(&analysis->cycles[i], tid))
			return true;
	return false;
}

/* The first row of a thread is where links to its wait lead. */
static void open_row(struct fb_report *report, const struct fb_wait *wait, bool first, bool stuck)
{
	const struct fb_task *task = fb_tasks_by_tid(report->tasks, wait->tid);
	struct fb_html *html = &report->html;
	struct fb_filter filter;

	fb_html_raw(html, "<tr");
	if (first)
		fb_html_markup(html, " id=\"w%" PRId32 "\"", wait->tid);
	if (stuck)
		fb_html_raw(html, " class=\"bad\"");
	fb_filter_begin(&filter);
	if (task)
		fb_report_filter_add(report, &filter, task);
	fb_filter_write(html, &filter);
	fb_html_raw(html, ">");
}

static void add_wait(struct fb_report *report, size_t index)
{
	const struct fb_wait *wait = &graph_of(report)->waits[index];
	const struct fb_wait_object *object = &graph_of(report)->objects[wait->object];
	struct fb_html *html = &report->html;
	bool stuck = fb_waits_analysis(report->waits)->stuck[index];
	char text[512];

	open_row(report, wait, !index || wait[-1].tid != wait->tid, stuck);
	fb_html_raw(html, "<td class=\"name\">");
	add_tid(report, wait->tid, has_box(report, wait->tid));
	fb_html_raw(html, " ");
	fb_report_link(report, FB_ANCHOR_STACK, wait->tid, "stack");
	fb_html_raw(html, "</td>");
	fb_html_cell(html, "n", "%s",
		     isfinite(wait->seconds) ? fb_text_duration(wait->seconds, text, sizeof(text))
					     : "?");
	fb_html_cell(html, "what", "%s%s",
		     fb_wait_describe(report->waits, wait, text, sizeof(text)),
		     stuck ? " - stuck" : "");
	fb_html_cell(html, "how", "%s%s%s%s", wait->detail ? wait->detail : "",
		     wait->detail && object->detail ? "; " : "",
		     object->detail ? object->detail : "",
		     wait->timeout ? " (with a timeout)" : "");
	fb_html_row_end(html);
}

static void add_waits(struct fb_report *report)
{
	static const struct fb_column columns[] = {
		{"Thread", FB_LEFT},
		{"Since", FB_RIGHT},
		{"Waits for", FB_LEFT},
		{"Detail", FB_LEFT},
	};
	size_t count = graph_of(report)->wait_count, shown = 0;

	if (!count)
		return;
	fb_html_element(&report->html, "h3", NULL, "Every wait");
	fb_html_table(&report->html, NULL, columns, FB_ARRAY_SIZE(columns));
	/* Who is stuck first. */
	for (int stuck = 1; stuck >= 0; stuck--)
		for (size_t i = 0; i < count && shown < FB_REPORT_WAITS; i++)
			if (fb_waits_analysis(report->waits)->stuck[i] == stuck) {
				add_wait(report, i);
				shown++;
			}
	fb_html_table_end(&report->html);
	if (count > FB_REPORT_WAITS)
		fb_html_element(&report->html, "p", "how",
				"... and %zu more (`fbundle waits` has them)",
				count - FB_REPORT_WAITS);
}

struct fb_error *fb_report_waits(struct fb_report *report)
{
	struct fb_error *err;

	fb_html_section(&report->html, "waits", "Who waits for whom",
			"Across kernel and programs. Threads that merely idle are not here; who is "
			"stuck cannot go on whatever happens elsewhere.");
	if (!report->waits) {
		fb_report_without_tasks(report);
		fb_html_section_end(&report->html);
		return NULL;
	}
	err = fb_report_pictures(report);
	if (err)
		return err;
	add_cycles(report);
	add_roots(report);
	add_waits(report);
	fb_html_section_end(&report->html);
	return NULL;
}
