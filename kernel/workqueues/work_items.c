// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads the work items of a list: which function each would run, and for which queue. Called by work.c,
 * work_workers.c. */
#include <inttypes.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "kernel/workqueues/work_private.h"

/* work_struct.data of an item that is queued: flags, and the address of a struct pool_workqueue, which is aligned to
 * the flags (include/linux/workqueue.h). */
#define WORK_STRUCT_PWQ (1u << 2)
#define WORK_STRUCT_FLAG_MASK 0xffull

struct list {
	struct fb_work_loader *loader;
	const struct fb_work_item *like;
};

/* What follows a barrier's item: the task that waits for it. */
static struct fb_error *read_flusher(struct fb_work_loader *loader, struct fb_work_item *item)
{
	const struct fb_layout *layout = loader->layout;
	uint64_t barrier;

	if (!fb_kernel_find_symbol(loader->kernel, "wq_barrier_func", &barrier) ||
	    item->function != barrier || !layout->barrier_work.found)
		return NULL;
	return fb_kernel_field(loader->kernel, item->address - layout->barrier_work.offset,
			       &layout->barrier_task, &item->flusher);
}

/* *cursor_ret: it is no item, but where a rescuer has got to in the list. */
static struct fb_error *read_owner(struct fb_work_loader *loader, struct fb_work_item *item,
				   bool *cursor_ret)
{
	const struct fb_field *cursor = &loader->layout->pwq_mayday_cursor;
	uint64_t data, pair;
	struct fb_error *err;

	err = fb_kernel_field(loader->kernel, item->address, &loader->layout->work_data, &data);
	if (err || !(data & WORK_STRUCT_PWQ))
		return err;
	pair = data & ~WORK_STRUCT_FLAG_MASK;
	*cursor_ret = cursor->found && item->address == pair + cursor->offset;
	return item->queue == FB_WORK_NONE ? fb_work_add_pair(loader, pair, &item->queue) : NULL;
}

static struct fb_error *add_item(void *context, uint64_t entry)
{
	struct list *list = context;
	struct fb_work_loader *loader = list->loader;
	struct fb_work *work = &loader->work;
	struct fb_work_item item = *list->like;
	bool fresh, cursor = false;
	struct fb_error *err;

	item.address = entry - loader->layout->work_entry.offset;
	err = fb_u64_set_add(&loader->items, item.address, FB_MAX_WORK_ITEMS, "work items", &fresh);
	if (err || !fresh)
		return err;
	err = fb_kernel_field(loader->kernel, item.address, &loader->layout->work_function,
			      &item.function);
	if (!err)
		err = read_owner(loader, &item, &cursor);
	if (!err)
		err = read_flusher(loader, &item);
	err = fb_part_warn(fb_kernel_warnings(loader->kernel), err, "work item 0x%" PRIx64,
			   item.address);
	if (!err && !cursor)
		err = fb_grow_array(&work->items, &loader->item_room, work->item_count,
				    sizeof(item), FB_MAX_WORK_ITEMS, "work items");
	if (!err && !cursor)
		work->items[work->item_count++] = item;
	return err;
}

struct fb_error *fb_work_add_items(struct fb_work_loader *loader, uint64_t head,
				   const struct fb_work_item *like)
{
	struct list list = {loader, like};
	struct fb_error *err = fb_layout_require(&loader->layout->work_entry);

	if (!err)
		err = fb_kernel_ring(loader->kernel, head, &loader->steps, add_item, &list);
	return fb_part_warn(fb_kernel_warnings(loader->kernel), err, "work items that are %s",
			    fb_work_state_name(like->state));
}
