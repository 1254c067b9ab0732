// SPDX-License-Identifier: GPL-2.0-or-later
/* See wait_ipc_object.h. Called by the recognisers of this room. */
#include "bundle/waits/ipc/wait_ipc_object.h"

#include "bundle/waits/finder/wait_queue.h"

/* The reader of objects, made when the first thread waits for one. */
struct objects {
	struct fb_ipc_reader *reader; /* owned */
};

static void deinit(void *state)
{
	struct objects *objects = state;

	fb_ipc_reader_destroy(objects->reader);
}

static const struct fb_wait_state OBJECTS = {sizeof(struct objects), deinit};

struct fb_error *fb_wait_ipc_read(struct fb_wait_finder *finder, enum fb_ipc_kind kind,
				  uint64_t address, struct fb_ipc_object *object_ret)
{
	struct objects *objects;
	struct fb_error *err = fb_wait_state(finder, &OBJECTS, &objects);

	if (!err && !objects->reader)
		err = fb_ipc_reader_create(finder->kernel, finder->tasks, &objects->reader);
	return err ? err : fb_ipc_read_at(objects->reader, kind, address, object_ret);
}

struct fb_error *fb_wait_ipc_queue(struct fb_wait_finder *finder, const struct fb_blocked *blocked,
				   const struct fb_field *list, const struct fb_field *task,
				   uint64_t *waiter_ret, uint64_t *head_ret)
{
	const struct fb_wait_entry entry = {
		.list = list->offset,
		.task = task->offset,
		.size = (list->offset + 8 > task->offset ? list->offset + 8 : task->offset) + 8,
	};
	uint64_t waiter = 0;
	struct fb_error *err = fb_layout_require(list);

	if (!err)
		err = fb_layout_require(task);
	if (!err)
		err = fb_wait_entry_find(finder->kernel, &entry, blocked->task->address,
					 blocked->low, blocked->high, &waiter);
	if (!err)
		err = fb_wait_queue_head(finder, &entry, waiter, head_ret);
	if (!err)
		*waiter_ret = waiter;
	return err;
}
