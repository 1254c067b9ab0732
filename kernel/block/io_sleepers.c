// SPDX-License-Identifier: GPL-2.0-or-later
/* Walks the tables of threads that sleep for words and pages. Called for requests. */
#include "kernel/block/io_sleepers.h"

#include "base/limits.h"
#include "base/part.h"

/* WAIT_TABLE_BITS and PAGE_WAIT_TABLE_BITS are 8. A struct wait_queue_head is a spinlock and a list_head. */
#define TABLE_QUEUES 256u

struct table_walk {
	struct fb_kernel *kernel;
	const struct fb_layout *layout;
	const struct fb_tasks *tasks;
	struct fb_u64_map *by_object;
	struct fb_u64_map by_task;            /* address of a task_struct to its index */
	const struct fb_field *wait, *object; /* of the entries of this table */
	uint64_t left; /* entries that may still be met, of all queues together */
};

static struct fb_error *add_sleeper(void *context, uint64_t entry)
{
	struct table_walk *walk = context;
	const struct fb_layout *layout = walk->layout;
	uint64_t wait = entry - layout->wait_entry_list.offset, task = 0, object = 0;
	const uint64_t *index;
	struct fb_error *err;

	if (!walk->left)
		return fb_error_create(FB_LIMIT, "more than %u threads", FB_MAX_WAIT_QUEUE);
	walk->left--;
	err = fb_kernel_field(walk->kernel, wait, &layout->wait_entry_private, &task);
	if (!err)
		err = fb_kernel_field(walk->kernel, wait - walk->wait->offset, walk->object,
				      &object);
	if (err)
		return err;
	index = fb_u64_map_find(&walk->by_task, task);
	return index && object ? fb_u64_map_add(walk->by_object, object, *index, FB_MAX_WAIT_QUEUE,
						"sleeping threads", NULL)
			       : NULL;
}

static struct fb_error *walk_table(struct table_walk *walk, const char *symbol)
{
	static const char *const names[] = {"head", NULL};
	const struct fb_btf *types = fb_kernel_types(walk->kernel);
	struct fb_field list = {0};
	uint64_t table, size;
	struct fb_error *err = NULL;

	if (!types || !walk->wait->found || !walk->object->found ||
	    !walk->layout->wait_entry_list.found || !walk->layout->wait_entry_private.found ||
	    !fb_kernel_find_symbol(walk->kernel, symbol, &table) ||
	    !fb_layout_find(types, "wait_queue_head", names, "wait_queue_head.head", &list))
		return NULL;
	size = fb_layout_size(types, "wait_queue_head");
	for (uint64_t i = 0; i < TABLE_QUEUES && !err; i++)
		err = fb_part_skip(fb_kernel_list(walk->kernel, table + i * size + list.offset,
						  FB_MAX_WAIT_QUEUE, add_sleeper, walk));
	return err;
}

static struct fb_error *index_tasks(struct table_walk *walk)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < fb_tasks_count(walk->tasks) && !err; i++)
		err = fb_u64_map_add(&walk->by_task, fb_tasks_get(walk->tasks, i)->address, i,
				     2ull * FB_MAX_TASKS, "tasks", NULL);
	return err;
}

struct fb_error *fb_io_sleepers_load(struct fb_kernel *kernel, const struct fb_tasks *tasks,
				     struct fb_io_sleepers *sleepers_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct fb_io_sleepers sleepers = {0};
	struct table_walk walk = {.kernel = kernel,
				  .layout = layout,
				  .tasks = tasks,
				  .by_object = &sleepers.by_object,
				  .wait = &layout->wait_bit_wait,
				  .object = &layout->wait_bit_flags,
				  .left = FB_MAX_WAIT_QUEUE};
	struct fb_error *err = index_tasks(&walk);

	if (!err)
		err = walk_table(&walk, "bit_wait_table");
	walk.wait = &layout->wait_page_wait;
	walk.object = &layout->wait_page_page;
	/* Its name until 5.16 is page_wait_table. */
	if (!err)
		err = walk_table(&walk, "folio_wait_table");
	if (!err)
		err = walk_table(&walk, "page_wait_table");
	fb_u64_map_deinit(&walk.by_task);
	if (err) {
		fb_io_sleepers_deinit(&sleepers);
		return err;
	}
	*sleepers_ret = sleepers;
	return NULL;
}

void fb_io_sleepers_deinit(struct fb_io_sleepers *sleepers)
{
	fb_u64_map_deinit(&sleepers->by_object);
}
