// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The stacks of threads that wait, equal ones together: D state first, the
 * longest wait first; then those that wait for something, then those that idle,
 * most threads first.
 */
#include <math.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/text.h"
#include "cmd/bt/bt.h"
#include "cmd/report/page/report.h"

/* Stacks that are shown: a page for reading; `fbundle bt -a -g` has them all. */
#define MOST_GROUPS 150u
/* Threads that are named of one group. */
#define MOST_NAMES 24u

struct entry {
	const struct fb_thread_stack *stack;
	double waited; /* NaN: unknown */
};

struct group {
	const struct entry *entries;
	size_t count;
	bool blocked;   /* one of them is in D state */
	double longest; /* wait of a thread in D state, or of any; -1: unknown */
};

/* The longest wait is first; of equal waits the lower TID. */
static int compare_entries(const void *a, const void *b)
{
	const struct entry *first = a, *second = b;
	double waited[] = {isnan(first->waited) ? -1 : first->waited,
			   isnan(second->waited) ? -1 : second->waited};

	if (waited[0] != waited[1])
		return waited[0] > waited[1] ? -1 : 1;
	return (first->stack->task->tid > second->stack->task->tid) -
	       (first->stack->task->tid < second->stack->task->tid);
}

static int compare_groups(const void *a, const void *b)
{
	const struct group *first = a, *second = b;

	if (first->blocked != second->blocked)
		return first->blocked ? -1 : 1;
	if (first->blocked && first->longest != second->longest)
		return first->longest > second->longest ? -1 : 1;
	/* Who waits for something is of more interest than who idles. */
	if ((first->longest < 0) != (second->longest < 0))
		return first->longest < 0 ? 1 : -1;
	if (first->count != second->count)
		return first->count > second->count ? -1 : 1;
	return (first->entries->stack->task->tid > second->entries->stack->task->tid) -
	       (first->entries->stack->task->tid < second->entries->stack->task->tid);
}

/* Puts equal stacks together, in the order that they have. */
static struct fb_error *put_together(struct entry *entries, size_t count)
{
	FB_CLEANUP(fb_free_at) const struct fb_thread_stack **stacks = NULL;
	FB_CLEANUP(fb_free_at) struct entry *together = NULL;
	struct fb_bt_groups groups = {0};
	size_t used = 0;
	struct fb_error *err;

	err = fb_alloc_array(count, sizeof(*stacks), FB_MAX_TASKS, "stacks", &stacks);
	if (!err)
		err = fb_alloc_array(count, sizeof(*together), FB_MAX_TASKS, "stacks", &together);
	for (size_t i = 0; !err && i < count; i++)
		stacks[i] = entries[i].stack;
	if (!err)
		err = fb_bt_group(stacks, count, &groups);
	if (err)
		return err;
	for (size_t i = 0; i < count; i++)
		for (size_t k = i; groups.first[i] && k != SIZE_MAX; k = groups.next[k])
			together[used++] = entries[k];
	for (size_t i = 0; i < used; i++)
		entries[i] = together[i];
	fb_bt_groups_deinit(&groups);
	return NULL;
}

static struct fb_error *collect(const struct fb_report *report, struct entry **entries_ret,
				size_t *count_ret)
{
	size_t total = report->stacks ? fb_thread_stacks_count(report->stacks) : 0, count = 0;
	struct entry *entries;
	struct fb_error *err;

	err = fb_alloc_array(total, sizeof(*entries), FB_MAX_TASKS, "stacks", &entries);
	if (err)
		return err;
	for (size_t i = 0; i < total; i++) {
		const struct fb_thread_stack *stack = fb_thread_stacks_get(report->stacks, i);

		if (stack->task->on_cpu)
			continue;
		entries[count++] = (struct entry){
			.stack = stack,
			.waited = fb_report_waited(report, stack->task),
		};
	}
	qsort(entries, count, sizeof(*entries), compare_entries);
	err = put_together(entries, count);
	if (err) {
		free(entries);
		return err;
	}
	*entries_ret = entries;
	*count_ret = count;
	return NULL;
}

/* Makes groups of entries, in which equal stacks stand together. */
static struct fb_error *make_groups(const struct entry *entries, size_t count,
				    struct group **groups_ret, size_t *group_count_ret)
{
	struct group *groups;
	size_t used = 0;
	struct fb_error *err;

	err = fb_alloc_array(count, sizeof(*groups), FB_MAX_TASKS, "stacks", &groups);
	if (err)
		return err;
	for (size_t i = 0; i < count; i++) {
		const struct entry *entry = &entries[i];
		struct group *group = used ? &groups[used - 1] : NULL;

		if (!group || !fb_bt_same_stack(group->entries->stack, entry->stack)) {
			group = &groups[used++];
			*group = (struct group){.entries = entry, .longest = -1};
		}
		group->count++;
		group->blocked |= entry->stack->task->state == 'D';
		if (entry->waited > group->longest)
			group->longest = entry->waited;
	}
	qsort(groups, used, sizeof(*groups), compare_groups);
	*groups_ret = groups;
	*group_count_ret = used;
	return NULL;
}

static void add_names(struct fb_report *report, const struct group *group)
{
	struct fb_html *html = &report->html;

	fb_html_raw(html, "<p class=\"names\">");
	for (size_t i = 0; i < group->count && i < MOST_NAMES; i++) {
		const struct fb_task *task = group->entries[i].stack->task;

		fb_html_element(html, "span", task->state == 'D' ? "tag bad" : "tag", "%s",
				fb_report_task(task).text);
		fb_html_raw(html, " ");
	}
	if (group->count > MOST_NAMES)
		fb_html_text(html, "and %zu more", group->count - MOST_NAMES);
	fb_html_raw(html, "</p>\n");
}

/* What the first of them waits for, where that is known. */
static void add_reason(struct fb_report *report, const struct group *group)
{
	const struct fb_wait *wait = NULL;
	size_t count = 0;
	char text[512];

	if (report->waits)
		wait = fb_waits_of(report->waits, group->entries->stack->task->tid, &count);
	if (count)
		fb_html_element(&report->html, "p", "how", "%s%s",
				group->count > 1 ? "The first of them: " : "",
				fb_wait_describe(report->waits, wait, text, sizeof(text)));
}

static void add_group(struct fb_report *report, const struct group *group)
{
	const struct fb_task *task = group->entries->stack->task;
	struct fb_html *html = &report->html;
	char waited[32] = "";

	if (group->longest >= 0)
		fb_text_duration(group->longest, waited, sizeof(waited));
	fb_html_raw(html, "<div class=\"group\">\n");
	fb_html_element(html, "h3", group->blocked ? "bad" : NULL, "%zu %s, state %c%s%s",
			group->count, group->count == 1 ? "thread" : "threads",
			group->blocked ? 'D' : task->state, *waited ? ", for " : "", waited);
	add_names(report, group);
	add_reason(report, group);
	fb_report_stack(report, group->entries->stack);
	fb_html_raw(html, "</div>\n");
}

struct fb_error *fb_report_blocked(struct fb_report *report)
{
	struct entry *entries = NULL;
	struct group *groups = NULL;
	size_t count = 0, group_count = 0;
	struct fb_error *err = collect(report, &entries, &count);

	if (!err)
		err = make_groups(entries, count, &groups, &group_count);
	if (!err) {
		fb_html_section(&report->html, "blocked", "What threads sleep in",
				"Threads with the same stack together. D state first, the longest "
				"first; then who waits for something, then who idles, most threads "
				"first. Kernel threads that wait for work are left out.");
		if (!report->stacks)
			fb_report_without_tasks(report);
		for (size_t i = 0; i < group_count && i < MOST_GROUPS; i++)
			add_group(report, &groups[i]);
		if (group_count > MOST_GROUPS)
			fb_html_element(&report->html, "p", "how",
					"... and %zu more stacks (`fbundle bt -a -g` has them)",
					group_count - MOST_GROUPS);
		fb_html_section_end(&report->html);
	}
	free(groups);
	free(entries);
	return err;
}
