// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who waits for whom: deadlocks first, then for whom most wait, then each wait.
 */
#include <math.h>

#include "base/text.h"
#include "cmd/report/report.h"

/* A page for reading: `fbundle waits` has them all. */
#define MOST_CYCLES 20u
#define MOST_ROOTS 20u
#define MOST_WAITS 300u

static const struct fb_wait_graph *graph_of(const struct fb_report *report)
{
	return fb_waits_graph(report->waits);
}

static void add_tid(struct fb_report *report, int32_t tid)
{
	const struct fb_task *task = fb_tasks_by_tid(report->tasks, tid);

	if (task)
		fb_html_element(&report->html, "b", NULL, "%s", fb_report_task(task).text);
	else
		fb_html_element(&report->html, "b", NULL, "%d", tid);
}

static void add_cycle(struct fb_report *report, const struct fb_wait_cycle *cycle)
{
	const struct fb_wait_graph *graph = graph_of(report);
	struct fb_html *html = &report->html;
	char text[512];

	fb_html_raw(html, "<div class=\"cycle\">\n");
	fb_html_element(html, "h3", "bad", "Deadlock of %zu threads%s", cycle->member_count,
			cycle->count < cycle->member_count ? "; the shortest cycle of it" : "");
	fb_html_raw(html, "<ol>\n");
	for (size_t i = 0; i < cycle->count; i++) {
		const struct fb_wait *wait = &graph->waits[cycle->waits[i]];

		fb_html_raw(html, "<li>");
		add_tid(report, wait->tid);
		fb_html_text(html, " waits: %s",
			     fb_wait_describe(report->waits, wait, text, sizeof(text)));
		if (wait->evidence || !wait->certain)
			fb_html_element(html, "div", "how", "Evidence: %s%s",
					wait->evidence ? wait->evidence : "none",
					wait->certain ? "" : " (not certain)");
		fb_html_raw(html, "</li>\n");
	}
	fb_html_raw(html, "</ol>\n");
	if (cycle->behind)
		fb_html_element(html, "p", NULL, "%zu more %s for one of them.", cycle->behind,
				cycle->behind == 1 ? "thread waits" : "threads wait");
	fb_html_raw(html, "</div>\n");
}

/* What the chain's last thread waits for: the root holds it, or nobody knows who does. */
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
		add_tid(report, root->tid);
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

static void add_wait(struct fb_report *report, size_t index)
{
	const struct fb_wait *wait = &graph_of(report)->waits[index];
	const struct fb_wait_object *object = &graph_of(report)->objects[wait->object];
	struct fb_html *html = &report->html;
	bool stuck = fb_waits_analysis(report->waits)->stuck[index];
	char text[512];

	fb_html_row(html, stuck ? "bad" : NULL);
	fb_html_raw(html, "<td class=\"name\">");
	add_tid(report, wait->tid);
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
	size_t count = graph_of(report)->wait_count;

	if (!count)
		return;
	fb_html_element(&report->html, "h3", NULL, "Every wait");
	fb_html_table(&report->html, NULL, columns, FB_ARRAY_SIZE(columns));
	for (size_t i = 0; i < count && i < MOST_WAITS; i++)
		add_wait(report, i);
	fb_html_table_end(&report->html);
	if (count > MOST_WAITS)
		fb_html_element(&report->html, "p", "how",
				"... and %zu more (`fbundle waits` has them)", count - MOST_WAITS);
}

void fb_report_waits(struct fb_report *report)
{
	const struct fb_wait_analysis *analysis;

	fb_html_section(&report->html, "waits", "Who waits for whom",
			"Across kernel and programs. Threads that merely idle are not here; who is "
			"stuck cannot go on whatever happens elsewhere.");
	if (!report->waits) {
		fb_html_element(&report->html, "p", "warn", "It cannot be told from this dump.");
		fb_html_section_end(&report->html);
		return;
	}
	analysis = fb_waits_analysis(report->waits);
	if (!analysis->cycle_count)
		fb_html_element(&report->html, "p", NULL, "No deadlock was found.");
	for (size_t i = 0; i < analysis->cycle_count && i < MOST_CYCLES; i++)
		add_cycle(report, &analysis->cycles[i]);
	if (analysis->cycle_count > MOST_CYCLES)
		fb_html_element(&report->html, "p", "bad", "... and %zu more deadlocks",
				analysis->cycle_count - MOST_CYCLES);
	add_roots(report);
	add_waits(report);
	fb_html_section_end(&report->html);
}
