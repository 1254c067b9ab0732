// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The stacks of threads that wait, equal ones together: D state first, the
 * longest wait first; then those that wait for something, then those that idle,
 * most threads first.
 */
#include <string.h>

#include "base/text.h"
#include "cmd/report/page/report.h"

/* Threads of a group whose names stand open; the others are in a list that can be opened. */
#define MOST_NAMES 24u

/* A thread's name, which links to its process in the table of tasks; the stack's links lead here. */
static void add_name(struct fb_report *report, const struct fb_task *task)
{
	struct fb_html *html = &report->html;

	fb_html_markup(html, "<a class=\"tag%s\" id=\"s%d\" href=\"#p%d\">",
		       task->state == 'D' ? " bad" : "", task->tid, task->pid);
	fb_html_text(html, "%s", fb_report_task(task).text);
	fb_html_raw(html, "</a> ");
}

static void add_names(struct fb_report *report, const struct fb_report_group *group)
{
	struct fb_html *html = &report->html;

	fb_html_raw(html, "<p class=\"names\">");
	for (size_t i = 0; i < group->count && i < MOST_NAMES; i++)
		add_name(report, group->entries[i].stack->task);
	fb_html_raw(html, "</p>\n");
	if (group->count <= MOST_NAMES)
		return;
	fb_html_raw(html, "<details class=\"names\">");
	fb_html_element(html, "summary", NULL, "and %zu more", group->count - MOST_NAMES);
	for (size_t i = MOST_NAMES; i < group->count; i++)
		add_name(report, group->entries[i].stack->task);
	fb_html_raw(html, "</details>\n");
}

/* For the filters: what the threads of the group are. */
static void begin_group(struct fb_report *report, const struct fb_report_group *group)
{
	struct fb_filter filter;

	fb_filter_begin(&filter);
	for (size_t i = 0; i < group->count; i++)
		fb_report_filter_add(report, &filter, group->entries[i].stack->task);
	fb_html_raw(&report->html, "<div class=\"group\"");
	fb_filter_write(&report->html, &filter);
	fb_html_raw(&report->html, ">\n");
}

/* What the first of them waits for, where that is known. */
static void add_reason(struct fb_report *report, const struct fb_report_group *group)
{
	const struct fb_wait *wait = NULL;
	size_t count = 0;
	char text[512];

	if (report->waits)
		wait = fb_waits_of(report->waits, group->entries->stack->task->tid, &count);
	if (!count)
		return;
	fb_html_raw(&report->html, "<p class=\"how\">");
	fb_html_text(&report->html, "%s%s", group->count > 1 ? "The first of them: " : "",
		     fb_wait_describe(report->waits, wait, text, sizeof(text)));
	fb_report_link(report, FB_ANCHOR_WAIT, wait->tid, " (wait)");
	fb_html_raw(&report->html, "</p>\n");
}

static void add_group(struct fb_report *report, const struct fb_report_group *group)
{
	const struct fb_task *task = group->entries->stack->task;
	struct fb_html *html = &report->html;
	char waited[32] = "";

	if (group->longest >= 0)
		fb_text_duration(group->longest, waited, sizeof(waited));
	begin_group(report, group);
	fb_html_element(html, "h3", group->blocked ? "bad" : NULL, "%zu %s, state %c%s%s",
			group->count, group->count == 1 ? "thread" : "threads",
			group->blocked ? 'D' : task->state, *waited ? ", for " : "", waited);
	add_names(report, group);
	add_reason(report, group);
	fb_report_stack(report, group->entries->stack);
	fb_html_raw(html, "</div>\n");
}

void fb_report_blocked(struct fb_report *report)
{
	const size_t count = report->group_count;

	fb_html_section(&report->html, "blocked", "What threads sleep in",
			"Threads with the same stack together. D state first, the longest "
			"first; then who waits for something, then who idles, most threads "
			"first. Kernel threads that wait for work are left out.");
	if (!report->stacks)
		fb_report_without_tasks(report);
	for (size_t i = 0; i < count && i < FB_REPORT_GROUPS; i++)
		add_group(report, &report->groups[i]);
	if (count > FB_REPORT_GROUPS)
		fb_html_element(&report->html, "p", "how",
				"... and %zu more stacks (`fbundle bt -a -g` has them)",
				count - FB_REPORT_GROUPS);
	fb_html_section_end(&report->html);
}
