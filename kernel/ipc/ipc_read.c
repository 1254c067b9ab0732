// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads what objects of all kinds have: numbers, PIDs, waiting threads; and collects the objects. Called by the other
 * files of kernel/ipc. */
#include <stdlib.h>
#include <string.h>

#include "base/part.h"
#include "kernel/ipc/ipc_private.h"
#include "kernel/tasks/task_detail.h"

struct fb_error *fb_ipc_numbers(const struct fb_ipc_reader *reader, uint64_t base,
				const struct fb_ipc_number *numbers, size_t count)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < count && !err; i++) {
		uint64_t value = 0;

		err = fb_kernel_field(reader->kernel, base, numbers[i].field, &value);
		if (!err)
			memcpy(numbers[i].to, &value, numbers[i].size);
	}
	return err;
}

struct fb_error *fb_ipc_pid(const struct fb_ipc_reader *reader, uint64_t base,
			    const struct fb_field *field, int32_t *pid_ret)
{
	uint64_t pid = 0;
	struct fb_error *err = fb_kernel_field(reader->kernel, base, field, &pid);

	if (!err && fb_kernel_address_ok(pid))
		err = fb_pid_number(reader->kernel, pid, pid_ret);
	return fb_part_skip(err);
}

/* A list of waiting threads that is being read. */
struct waiters {
	struct fb_ipc_reader *reader;
	const struct fb_field *list, *task;
	enum fb_ipc_wait kind;
	struct fb_ipc_object *object;
};

static struct fb_error *add_waiter(void *context, uint64_t entry)
{
	const struct waiters *waiters = context;
	struct fb_ipc_object *object = waiters->object;
	uint64_t address = 0;
	struct fb_ipc_waiter *all;
	struct fb_error *err = fb_kernel_field(
		waiters->reader->kernel, entry - waiters->list->offset, waiters->task, &address);

	if (err)
		return err;
	all = realloc(object->waiters, (object->waiter_count + 1) * sizeof(*all));
	if (!all)
		return fb_error_nomem();
	object->waiters = all;
	all[object->waiter_count++] =
		(struct fb_ipc_waiter){.kind = waiters->kind,
				       .task = fb_tasks_by_address(waiters->reader->tasks, address),
				       .address = address};
	return NULL;
}

struct fb_error *fb_ipc_waiters(struct fb_ipc_reader *reader, uint64_t head,
				const struct fb_field *list, const struct fb_field *task,
				enum fb_ipc_wait kind, struct fb_ipc_object *object)
{
	struct waiters waiters = {
		.reader = reader, .list = list, .task = task, .kind = kind, .object = object};
	struct fb_error *err = fb_layout_require(list);

	if (!err)
		err = fb_layout_require(task);
	return err ? err
		   : fb_kernel_ring(reader->kernel, head, &reader->steps, add_waiter, &waiters);
}

void fb_ipc_object_deinit(struct fb_ipc_object *object)
{
	free(object->semaphores);
	free(object->name);
	free(object->waiters);
	free(object->holders);
}

struct fb_error *fb_ipc_add(struct fb_ipc_reader *reader, struct fb_ipc_object *object)
{
	struct fb_ipc_namespace *namespace = reader->namespace;

	if (namespace->count == namespace->room) {
		size_t room = namespace->room ? 2 * namespace->room : 8;
		struct fb_ipc_object *all = realloc(namespace->objects, room * sizeof(*all));

		if (!all) {
			fb_ipc_object_deinit(object);
			return fb_error_nomem();
		}
		namespace->objects = all;
		namespace->room = room;
	}
	namespace->objects[namespace->count++] = *object;
	return NULL;
}
