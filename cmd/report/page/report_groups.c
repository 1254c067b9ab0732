// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Threads with the same stack, together: in state D first, the longest wait first; then those that wait for something,
 * then those that idle, most threads first. Called by report.c.
 */
#include <math.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "cmd/bt/bt.h"
#include "cmd/report/page/report.h"

/* The longest wait is first; of equal waits the lower TID. */
static int compare_entries(const void *a, const void *b)
{
	const struct fb_report_entry *first = a, *second = b;
	double waited[] = {isnan(first->waited) ? -1 : first->waited,
			   isnan(second->waited) ? -1 : second->waited};

	if (waited[0] != waited[1])
		return waited[0] > waited[1] ? -1 : 1;
	return (first->stack->task->tid > second->stack->task->tid) -
	       (first->stack->task->tid < second->stack->task->tid);
}

static int compare_groups(const void *a, const void *b)
{
	const struct fb_report_group *first = a, *second = b;

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
static struct fb_error *put_together(struct fb_report_entry *entries, size_t count)
{
	FB_CLEANUP(fb_free_at) const struct fb_thread_stack **stacks = NULL;
	FB_CLEANUP(fb_free_at) struct fb_report_entry *together = NULL;
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

static struct fb_error *collect(const struct fb_report *report,
				struct fb_report_entry **entries_ret, size_t *count_ret)
{
	size_t total = report->stacks ? fb_thread_stacks_count(report->stacks) : 0, count = 0;
	struct fb_report_entry *entries;
	struct fb_error *err;

	err = fb_alloc_array(total, sizeof(*entries), FB_MAX_TASKS, "stacks", &entries);
	if (err)
		return err;
	for (size_t i = 0; i < total; i++) {
		const struct fb_thread_stack *stack = fb_thread_stacks_get(report->stacks, i);

		if (stack->task->on_cpu)
			continue;
		entries[count++] = (struct fb_report_entry){
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
static struct fb_error *make_groups(const struct fb_report_entry *entries, size_t count,
				    struct fb_report_group **groups_ret, size_t *group_count_ret)
{
	struct fb_report_group *groups;
	size_t used = 0;
	struct fb_error *err;

	err = fb_alloc_array(count, sizeof(*groups), FB_MAX_TASKS, "stacks", &groups);
	if (err)
		return err;
	for (size_t i = 0; i < count; i++) {
		const struct fb_report_entry *entry = &entries[i];
		struct fb_report_group *group = used ? &groups[used - 1] : NULL;

		if (!group || !fb_bt_same_stack(group->entries->stack, entry->stack)) {
			group = &groups[used++];
			*group = (struct fb_report_group){.entries = entry, .longest = -1};
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

struct fb_error *fb_report_groups_load(struct fb_report *report)
{
	size_t count = 0;
	struct fb_error *err = collect(report, &report->entries, &count);

	return err ? err
		   : make_groups(report->entries, count, &report->groups, &report->group_count);
}
