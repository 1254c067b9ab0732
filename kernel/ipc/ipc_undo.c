// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who holds semaphores. A process that changes one with SEM_UNDO has the kernel note by how much, in a sem_undo of the
 * set (ipc/sem.c), so that it is undone when the process ends: what it took and has not given back is a positive number
 * there. Called by ipc_objects.c for each set.
 */
#include <stdlib.h>

#include "base/limits.h"
#include "base/part.h"
#include "kernel/ipc/ipc_private.h"

static int compare_lists(const void *a, const void *b)
{
	const struct fb_ipc_undo_list *left = a, *right = b;

	return left->address < right->address ? -1 : left->address > right->address;
}

/* Each process has its own list of sem_undos, which its threads share, and which is made when it first needs one. */
static struct fb_error *find_lists(struct fb_ipc_reader *reader)
{
	const size_t count = fb_tasks_count(reader->tasks);
	struct fb_error *err = NULL;

	reader->undo_lists = calloc(count ? count : 1, sizeof(*reader->undo_lists));
	if (!reader->undo_lists)
		return fb_error_nomem();
	for (size_t i = 0; i < count && !err; i++) {
		const struct fb_task *task = fb_tasks_get(reader->tasks, i);
		uint64_t address = 0;

		/* What cannot be read of one task keeps it from being named. */
		err = fb_part_skip(fb_kernel_field(reader->kernel, task->address,
						   &reader->layout->task_undo_list, &address));
		if (!err && address)
			reader->undo_lists[reader->undo_list_count++] =
				(struct fb_ipc_undo_list){address, task};
	}
	qsort(reader->undo_lists, reader->undo_list_count, sizeof(*reader->undo_lists),
	      compare_lists);
	return err;
}

static const struct fb_task *owner_of(const struct fb_ipc_reader *reader, uint64_t list)
{
	const struct fb_ipc_undo_list key = {.address = list};
	const struct fb_ipc_undo_list *found =
		bsearch(&key, reader->undo_lists, reader->undo_list_count,
			sizeof(*reader->undo_lists), compare_lists);

	return found ? found->task : NULL;
}

struct undos {
	struct fb_ipc_reader *reader;
	struct fb_ipc_object *object;
};

static struct fb_error *add_holder(struct fb_ipc_object *object, const struct fb_task *task,
				   uint32_t number, int32_t units)
{
	struct fb_ipc_holder *all =
		realloc(object->holders, (object->holder_count + 1) * sizeof(*all));

	if (!all)
		return fb_error_nomem();
	object->holders = all;
	all[object->holder_count++] =
		(struct fb_ipc_holder){.task = task, .number = number, .units = units};
	return NULL;
}

/* The numbers are an array behind the struct (6.12 has it so), or where a pointer leads (6.1 does). */
static struct fb_error *numbers_of(const struct fb_ipc_reader *reader, uint64_t undo,
				   uint64_t *address_ret)
{
	const struct fb_field *numbers = &reader->layout->sem_undo_numbers;

	if (numbers->size == 8)
		return fb_kernel_field(reader->kernel, undo, numbers, address_ret);
	*address_ret = undo + numbers->offset;
	return NULL;
}

static struct fb_error *add_undo(void *context, uint64_t entry)
{
	const struct undos *undos = context;
	struct fb_ipc_reader *reader = undos->reader;
	const uint64_t undo = entry - reader->layout->sem_undo_link.offset;
	const size_t count = undos->object->semaphore_count;
	uint64_t list = 0, numbers = 0;
	int16_t *units;
	struct fb_error *err;

	if (count > reader->semaphores)
		return fb_error_create(FB_LIMIT, "more than %u semaphores", FB_MAX_SEMAPHORES);
	reader->semaphores -= count;
	err = fb_kernel_field(reader->kernel, undo, &reader->layout->sem_undo_owner, &list);
	if (!err)
		err = numbers_of(reader, undo, &numbers);
	if (err || !list) /* NULL: the process has ended */
		return err;
	units = calloc(count ? count : 1, sizeof(*units));
	if (!units)
		return fb_error_nomem();
	err = fb_space_read(fb_kernel_space(reader->kernel), numbers, units,
			    count * sizeof(*units));
	for (size_t i = 0; i < count && !err; i++)
		if (units[i] > 0)
			err = add_holder(undos->object, owner_of(reader, list), (uint32_t)i,
					 units[i]);
	free(units);
	return err;
}

struct fb_error *fb_ipc_read_holders(struct fb_ipc_reader *reader, struct fb_ipc_object *object)
{
	const struct fb_layout *layout = reader->layout;
	const struct fb_field *const needed[] = {&layout->semset_undos, &layout->sem_undo_link,
						 &layout->sem_undo_owner, &layout->sem_undo_numbers,
						 &layout->task_undo_list};
	struct undos undos = {reader, object};
	struct fb_error *err = NULL;

	for (size_t i = 0; i < FB_ARRAY_SIZE(needed) && !err; i++)
		err = fb_layout_require(needed[i]);
	if (!err && !reader->undo_lists)
		err = find_lists(reader);
	return err ? err
		   : fb_kernel_ring(reader->kernel, object->address + layout->semset_undos.offset,
				    &reader->steps, add_undo, &undos);
}
