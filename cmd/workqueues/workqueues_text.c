// SPDX-License-Identifier: GPL-2.0-or-later
/* workqueues for people: what is busy first, then what waits, then the pools. Called by workqueues.c. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cmd/shared/function_name.h"
#include "cmd/workqueues/workqueues.h"

/* Rows of a table without --all. */
#define SHORT_LIST 30u

struct pool_name {
	char text[24];
};

static struct pool_name pool_name(const struct fb_work *work, size_t pool)
{
	struct pool_name name = {"-"};

	if (pool != FB_WORK_NONE && work->pools[pool].known)
		snprintf(name.text, sizeof(name.text), "%d", work->pools[pool].id);
	else if (pool != FB_WORK_NONE)
		snprintf(name.text, sizeof(name.text), "?");
	return name;
}

static const char *queue_name(const struct fb_work *work, size_t queue)
{
	return queue == FB_WORK_NONE || !work->queues[queue].known ? "?" : work->queues[queue].name;
}

/* How long a worker has been at its item: exactly, or what bounds it. */
static char *busy_text(const struct fb_worker *worker, char *to, size_t size)
{
	char text[32];
	double least = worker->busy_least_s;

	if (!isnan(worker->busy_s))
		return fb_text_duration(worker->busy_s, to, size);
	if (!isnan(least) && least >= 1)
		snprintf(to, size, "at least %s", fb_text_duration(least, text, sizeof(text)));
	else if (!isnan(worker->busy_most_s))
		snprintf(to, size, "at most %s",
			 fb_text_duration(worker->busy_most_s, text, sizeof(text)));
	else
		snprintf(to, size, "?");
	return to;
}

static void stack_text(const struct fb_workqueues *all, size_t worker, char *to, size_t size)
{
	const char *names[FB_WORKER_FRAMES];
	size_t count = fb_worker_frames(all->stack_of[worker], names), used = 0;

	to[0] = '\0';
	for (size_t i = 0; i < count && used < size; i++)
		used += (size_t)snprintf(to + used, size - used, "%s%s", i ? " < " : "", names[i]);
}

static struct fb_error *add_worker(struct fb_table *table, const struct fb_workqueues *all,
				   size_t index)
{
	const struct fb_worker *worker = &all->work.workers[index];
	bool described = worker->description[0] &&
			 strcmp(worker->description, queue_name(&all->work, worker->queue));
	char text[64], stack[400];
	struct fb_error *err = NULL;

	stack_text(all, index, stack, sizeof(stack));
	if (worker->task)
		FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%d", worker->task->tid);
	else
		FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "-");
	FB_TABLE_CELL(err, table, worker->rescuer ? FB_STYLE_WARN : FB_STYLE_PLAIN, "%s%s",
		      pool_name(&all->work, worker->pool).text,
		      worker->rescuer ? " (rescuer)" : "");
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s", queue_name(&all->work, worker->queue));
	FB_TABLE_CELL(err, table, FB_STYLE_BOLD, "%s%s%s%s",
		      fb_function_name(all->modules, worker->function).text, described ? " (" : "",
		      described ? worker->description : "", described ? ")" : "");
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s", busy_text(worker, text, sizeof(text)));
	FB_TABLE_CELL(err, table, FB_STYLE_DIM, "%s", stack);
	return err;
}

static struct fb_error *print_workers(struct fb_context *context, const struct fb_workqueues *all,
				      bool all_of_it)
{
	static const struct fb_column columns[] = {
		{"BUSY WORKER", FB_RIGHT}, {"POOL", FB_LEFT}, {"WORK QUEUE", FB_LEFT},
		{"FUNCTION", FB_LEFT},     {"FOR", FB_RIGHT}, {"STACK", FB_LEFT_CUT},
	};
	struct fb_table *table = NULL;
	size_t shown = 0, left = 0;
	struct fb_error *err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);

	for (size_t i = 0; i < all->work.worker_count && !err; i++) {
		if (!fb_worker_is_busy(&all->work.workers[i]))
			continue;
		if (shown < SHORT_LIST || all_of_it) {
			err = add_worker(table, all, i);
			shown++;
		} else {
			left++;
		}
	}
	if (!err && shown) {
		fb_put("\n");
		fb_table_print(table, context->output);
	}
	if (left)
		fb_put("... %zu more: --all\n", left);
	fb_table_destroy(table);
	return err;
}

/* Items that differ in nothing that is shown. */
struct group {
	const struct fb_work_item *item;
	size_t count;
};

static int compare_items(const struct fb_work_item *a, const struct fb_work_item *b)
{
	const uint64_t left[] = {a->state, a->pool, a->queue, a->function, a->flusher, a->worker};
	const uint64_t right[] = {b->state, b->pool, b->queue, b->function, b->flusher, b->worker};

	for (size_t i = 0; i < FB_ARRAY_SIZE(left); i++)
		if (left[i] != right[i])
			return left[i] < right[i] ? -1 : 1;
	return 0;
}

static int by_kind(const void *left, const void *right)
{
	const struct group *a = left, *b = right;

	return compare_items(a->item, b->item);
}

static int by_count(const void *left, const void *right)
{
	const struct group *a = left, *b = right;

	if (a->count != b->count)
		return a->count < b->count ? 1 : -1;
	return by_kind(left, right);
}

/* Gives the groups, the largest first; the caller frees the array. */
static struct fb_error *group_items(const struct fb_work *work, struct group **groups_ret,
				    size_t *count_ret)
{
	struct group *groups = calloc(work->item_count + 1, sizeof(*groups));
	size_t count = 0;

	if (!groups)
		return fb_error_nomem();
	for (size_t i = 0; i < work->item_count; i++)
		groups[i] = (struct group){&work->items[i], 1};
	qsort(groups, work->item_count, sizeof(*groups), by_kind);
	for (size_t i = 0; i < work->item_count; i++) {
		if (count && !by_kind(&groups[count - 1], &groups[i]))
			groups[count - 1].count++;
		else
			groups[count++] = groups[i];
	}
	qsort(groups, count, sizeof(*groups), by_count);
	*groups_ret = groups;
	*count_ret = count;
	return NULL;
}

static void item_note(const struct fb_workqueues *all, const struct fb_work_item *item, char *to,
		      size_t size)
{
	const struct fb_worker *worker =
		item->worker == FB_WORK_NONE ? NULL : &all->work.workers[item->worker];

	if (item->state == FB_WORK_SCHEDULED && worker && worker->task)
		snprintf(to, size, "given to worker %d", worker->task->tid);
	else if (item->state == FB_WORK_INACTIVE)
		snprintf(to, size, "held back: max_active are active");
	else
		snprintf(to, size, "%s", fb_work_state_name(item->state));
}

static struct fb_error *add_group(struct fb_table *table, const struct fb_workqueues *all,
				  const struct group *group)
{
	const struct fb_work_item *item = group->item;
	char note[64];
	struct fb_error *err = NULL;

	item_note(all, item, note, sizeof(note));
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%zu", group->count);
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s", pool_name(&all->work, item->pool).text);
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s", queue_name(&all->work, item->queue));
	FB_TABLE_CELL(err, table, FB_STYLE_BOLD, "%s",
		      item->function ? fb_function_name(all->modules, item->function).text : "?");
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s", note);
	return err;
}

static struct fb_error *print_items(struct fb_context *context, const struct fb_workqueues *all,
				    bool all_of_it)
{
	static const struct fb_column columns[] = {
		{"ITEMS", FB_RIGHT},   {"POOL", FB_LEFT},  {"WORK QUEUE", FB_LEFT},
		{"FUNCTION", FB_LEFT}, {"STATE", FB_LEFT},
	};
	struct fb_table *table = NULL;
	struct group *groups = NULL;
	size_t count = 0, shown;
	struct fb_error *err = group_items(&all->work, &groups, &count);

	if (!err)
		err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);
	shown = all_of_it || count < SHORT_LIST ? count : SHORT_LIST;
	for (size_t i = 0; i < shown && !err; i++)
		err = add_group(table, all, &groups[i]);
	if (!err && count) {
		fb_put("\n");
		fb_table_print(table, context->output);
		if (shown < count)
			fb_put("... %zu more kinds: --all\n", count - shown);
	}
	free(groups);
	fb_table_destroy(table);
	return err;
}

static struct fb_error *add_pool(struct fb_table *table, const struct fb_work *work, size_t index)
{
	const struct fb_work_pool *pool = &work->pools[index];
	bool stalled = fb_work_pool_is_stalled(work, pool);
	char text[32];
	struct fb_error *err = NULL;

	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s", pool_name(work, index).text);
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s%s%s", pool->cpus ? pool->cpus : "?",
		      pool->known && pool->cpu < 0 ? ", unbound" : "", pool->bh ? ", softirq" : "");
	if (pool->nice_known)
		FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%d", pool->nice);
	else
		FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "?");
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%u", pool->workers);
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%u", pool->idle);
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%zu", pool->pending);
	if (stalled)
		FB_TABLE_CELL(err, table, FB_STYLE_BAD, "stalled: took no work for %s",
			      fb_text_duration(fb_work_pool_waits(work, pool), text, sizeof(text)));
	else
		FB_TABLE_CELL(err, table, FB_STYLE_WARN, "%s",
			      pool->disassociated && pool->cpu >= 0 ? "its CPU is offline" : "");
	return err;
}

static struct fb_error *print_pools(struct fb_context *context, const struct fb_work *work,
				    bool all_of_it)
{
	static const struct fb_column columns[] = {
		{"POOL", FB_RIGHT},    {"CPUS", FB_LEFT},  {"NICE", FB_RIGHT},
		{"WORKERS", FB_RIGHT}, {"IDLE", FB_RIGHT}, {"PENDING", FB_RIGHT},
		{"", FB_LEFT},
	};
	struct fb_table *table = NULL;
	bool any = false;
	struct fb_error *err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);

	for (size_t i = 0; i < work->pool_count && !err; i++) {
		const struct fb_work_pool *pool = &work->pools[i];

		if (!all_of_it && !pool->pending && pool->workers == pool->idle && !pool->bh)
			continue;
		if (!all_of_it && pool->bh && !pool->pending)
			continue;
		any = true;
		err = add_pool(table, work, i);
	}
	if (!err && any) {
		fb_put("\n");
		fb_table_print(table, context->output);
	}
	fb_table_destroy(table);
	return err;
}

static struct fb_error *add_queue(struct fb_table *table, const struct fb_work *work, size_t index)
{
	const struct fb_work_queue *queue = &work->queues[index];
	const struct fb_task *rescuer =
		queue->rescuer == FB_WORK_NONE ? NULL : work->workers[queue->rescuer].task;
	char flags[128];
	struct fb_error *err = NULL;

	FB_TABLE_CELL(err, table, FB_STYLE_BOLD, "%s", queue_name(work, index));
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s",
		      fb_work_queue_flags(queue, flags, sizeof(flags)));
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%d", queue->max_active);
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%" PRIu64, queue->active);
	FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%" PRIu64, queue->inactive);
	if (rescuer)
		FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%d", rescuer->tid);
	else
		FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s",
			      queue->rescuer == FB_WORK_NONE ? "" : "?");
	if (queue->maydays)
		FB_TABLE_CELL(err, table, FB_STYLE_WARN, "%u pool%s asked for its rescuer",
			      queue->maydays, queue->maydays == 1 ? "" : "s");
	else
		FB_TABLE_CELL(err, table, FB_STYLE_PLAIN, "%s", "");
	return err;
}

static struct fb_error *print_queues(struct fb_context *context, const struct fb_work *work,
				     bool all_of_it)
{
	static const struct fb_column columns[] = {
		{"WORK QUEUE", FB_LEFT}, {"FLAGS", FB_LEFT},     {"MAX ACTIVE", FB_RIGHT},
		{"ACTIVE", FB_RIGHT},    {"INACTIVE", FB_RIGHT}, {"RESCUER", FB_RIGHT},
		{"", FB_LEFT},
	};
	struct fb_table *table = NULL;
	bool any = false;
	struct fb_error *err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);

	for (size_t i = 0; i < work->queue_count && !err; i++) {
		const struct fb_work_queue *queue = &work->queues[i];

		if (!all_of_it && !queue->active && !queue->inactive && !queue->maydays)
			continue;
		any = true;
		err = add_queue(table, work, i);
	}
	if (!err && any) {
		fb_put("\n");
		fb_table_print(table, context->output);
	}
	fb_table_destroy(table);
	return err;
}

static void print_summary(struct fb_context *context, const struct fb_work *work)
{
	size_t busy = 0, inactive = 0, stalled = 0;

	for (size_t i = 0; i < work->worker_count; i++)
		busy += fb_worker_is_busy(&work->workers[i]);
	for (size_t i = 0; i < work->item_count; i++)
		inactive += work->items[i].state == FB_WORK_INACTIVE;
	for (size_t i = 0; i < work->pool_count; i++)
		stalled += fb_work_pool_is_stalled(work, &work->pools[i]);
	fb_put("%zu of %zu workers are busy; %zu item%s for a worker, %zu held back; ", busy,
	       work->worker_count, work->item_count - inactive,
	       work->item_count - inactive == 1 ? " waits" : "s wait", inactive);
	fb_print(context->output, stalled ? FB_STYLE_BAD : FB_STYLE_PLAIN,
		 "%zu of %zu pools stalled\n", stalled, work->pool_count);
}

struct fb_error *fb_workqueues_print_text(struct fb_context *context,
					  const struct fb_workqueues *all, bool all_of_it)
{
	struct fb_error *err;

	print_summary(context, &all->work);
	err = print_workers(context, all, all_of_it);
	if (!err)
		err = print_items(context, all, all_of_it);
	if (!err)
		err = print_pools(context, &all->work, all_of_it);
	return err ? err : print_queues(context, &all->work, all_of_it);
}
