// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Links between what the page says of a thread in several places, and what its filters go by. Called by the sections.
 */
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "cmd/report/page/report.h"

static const char prefixes[] = {
	[FB_ANCHOR_STACK] = 's',
	[FB_ANCHOR_WAIT] = 'w',
	[FB_ANCHOR_MEMORY] = 'm',
};

static struct fb_error *add(struct fb_report *report, enum fb_anchor anchor, int32_t number)
{
	return fb_u64_set_add(&report->anchors[anchor], (uint64_t)number, FB_MAX_TASKS, "links",
			      NULL);
}

/* Stacks stand in their group, those of what the CPUs ran in the section of the panic. */
static struct fb_error *add_stacks(struct fb_report *report)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < report->group_count && i < FB_REPORT_GROUPS; i++)
		for (size_t k = 0; k < report->groups[i].count && !err; k++)
			err = add(report, FB_ANCHOR_STACK,
				  report->groups[i].entries[k].stack->task->tid);
	for (size_t i = 0; report->tasks && i < fb_tasks_count(report->tasks) && !err; i++) {
		const struct fb_task *task = fb_tasks_get(report->tasks, i);

		if (task->on_cpu && !task->idle)
			err = add(report, FB_ANCHOR_STACK, task->tid);
	}
	return err;
}

/* In the order in which they are shown: who is stuck first. */
static struct fb_error *add_waits(struct fb_report *report)
{
	const struct fb_wait_graph *graph = fb_waits_graph(report->waits);
	const bool *stuck = fb_waits_analysis(report->waits)->stuck;
	struct fb_error *err = NULL;
	size_t shown = 0;

	for (int pass = 1; pass >= 0; pass--)
		for (size_t i = 0; i < graph->wait_count && shown < FB_REPORT_WAITS && !err; i++)
			if (stuck[i] == pass) {
				err = add(report, FB_ANCHOR_WAIT, graph->waits[i].tid);
				shown++;
			}
	return err;
}

struct fb_error *fb_report_anchors_load(struct fb_report *report)
{
	struct fb_error *err = add_stacks(report);

	if (!err && report->waits)
		err = add_waits(report);
	for (size_t i = 0; i < report->memory_count && !err; i++)
		err = add(report, FB_ANCHOR_MEMORY, report->memory[i].task->pid);
	return err;
}

void fb_report_anchors_deinit(struct fb_report *report)
{
	for (size_t i = 0; i < FB_ANCHORS; i++)
		fb_u64_map_deinit(&report->anchors[i]);
}

bool fb_report_has_anchor(const struct fb_report *report, enum fb_anchor anchor, int32_t number)
{
	return fb_u64_map_find(&report->anchors[anchor], (uint64_t)number) != NULL;
}

void fb_report_link(struct fb_report *report, enum fb_anchor anchor, int32_t number,
		    const char *text)
{
	if (!fb_report_has_anchor(report, anchor, number))
		return;
	fb_html_markup(&report->html, "<a href=\"#%c%d\">", prefixes[anchor], number);
	fb_html_text(&report->html, "%s", text);
	fb_html_raw(&report->html, "</a>");
}

void fb_filter_begin(struct fb_filter *filter)
{
	*filter = (struct fb_filter){0};
}

/* Adds a word unless it is there. False: there is no room. */
static bool add_word(char *list, size_t size, const char *word)
{
	const size_t used = strlen(list), length = strlen(word);

	for (const char *at = list; (at = strstr(at, word)) != NULL; at += length)
		if ((at == list || at[-1] == '|') && (!at[length] || at[length] == '|'))
			return true;
	if (used + length + 2 > size)
		return false;
	snprintf(list + used, size - used, "%s%s", used ? "|" : "", word);
	return true;
}

void fb_report_filter_add(const struct fb_report *report, struct fb_filter *filter,
			  const struct fb_task *task)
{
	const struct fb_comm_text comm = fb_task_comm(task);
	const size_t states = strlen(filter->states);
	const struct fb_wait *waits = NULL;
	size_t count = 0;

	if (!strchr(filter->states, task->state) && states + 1 < sizeof(filter->states))
		filter->states[states] = task->state;
	if (*comm.text && strcmp(filter->names, "*") != 0 &&
	    !add_word(filter->names, sizeof(filter->names), comm.text))
		snprintf(filter->names, sizeof(filter->names), "*");
	if (report->waits)
		waits = fb_waits_of(report->waits, task->tid, &count);
	for (size_t i = 0; i < count; i++)
		(void)add_word(filter->waits, sizeof(filter->waits), waits[i].kind);
}

void fb_filter_write(struct fb_html *html, const struct fb_filter *filter)
{
	fb_html_raw(html, " data-s=\"");
	fb_html_text(html, "%s", filter->states);
	fb_html_raw(html, "\" data-c=\"");
	fb_html_printable(html, filter->names, strlen(filter->names));
	fb_html_raw(html, "\" data-w=\"");
	fb_html_text(html, "%s", filter->waits);
	fb_html_raw(html, "\"");
}
