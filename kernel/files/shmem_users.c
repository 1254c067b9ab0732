// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tells who has a file of memory: by the descriptors of all processes, and by the tree in which a file has the mappings
 * of it (address_space.i_mmap). Called by the command mem.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/u64_map.h"
#include "kernel/files/shmem_files.h"
#include "kernel/memory/rbtree.h"

struct fb_shmem_users {
	struct fb_kernel *kernel;
	const struct fb_tasks *tasks;
	const struct fb_held_files *held;
	struct fb_u64_map by_mm; /* the index of a task of each mm_struct */
};

/* The users of one file that are being collected. */
struct collection {
	struct fb_shmem_users *users;
	struct fb_u64_map by_pid; /* indexes of the list */
	struct fb_shmem_user *list;
	size_t count, room;
};

struct fb_error *fb_shmem_users_create(struct fb_kernel *kernel, const struct fb_tasks *tasks,
				       const struct fb_held_files *held,
				       struct fb_shmem_users **users_ret)
{
	struct fb_shmem_users *users = calloc(1, sizeof(*users));
	struct fb_error *err = users ? NULL : fb_error_nomem();

	for (size_t i = 0; !err && i < fb_tasks_count(tasks); i++) {
		const struct fb_task *task = fb_tasks_get(tasks, i);

		if (task->mm)
			err = fb_u64_map_add(&users->by_mm, task->mm, i, FB_MAX_TASKS,
					     "memories of processes", NULL);
	}
	if (err) {
		fb_shmem_users_destroy(users);
		return err;
	}
	users->kernel = kernel;
	users->tasks = tasks;
	users->held = held;
	*users_ret = users;
	return NULL;
}

void fb_shmem_users_destroy(struct fb_shmem_users *users)
{
	if (users)
		fb_u64_map_deinit(&users->by_mm);
	free(users);
}

static struct fb_error *add(struct collection *collection, const struct fb_task *task,
			    uint32_t descriptors, uint32_t mappings)
{
	size_t index = collection->count;
	const uint64_t *known;
	struct fb_error *err;

	if (!task)
		return NULL;
	known = collection->count ? fb_u64_map_find(&collection->by_pid, (uint32_t)task->pid)
				  : NULL;
	if (known) {
		index = *known;
	} else {
		err = fb_grow_array(&collection->list, &collection->room, collection->count,
				    sizeof(*collection->list), FB_MAX_TASKS, "users of a file");
		if (!err)
			err = fb_u64_map_add(&collection->by_pid, (uint32_t)task->pid, index,
					     FB_MAX_TASKS, "users of a file", NULL);
		if (err)
			return err;
		collection->list[collection->count++] = (struct fb_shmem_user){.task = task};
	}
	collection->list[index].descriptors += descriptors;
	collection->list[index].mappings += mappings;
	return NULL;
}

static struct fb_error *add_mapping(void *context, uint64_t node)
{
	struct collection *collection = context;
	const struct fb_shmem_users *users = collection->users;
	const struct fb_layout *layout = fb_kernel_layout(users->kernel);
	uint64_t mm = 0;
	const uint64_t *index;
	struct fb_error *err = fb_kernel_field(users->kernel, node - layout->vma_shared_rb.offset,
					       &layout->vma_mm, &mm);

	if (err)
		return fb_part_warn(fb_kernel_warnings(users->kernel), err,
				    "a mapping of a file of tmpfs");
	index = fb_u64_map_find(&users->by_mm, mm);
	return index ? add(collection, fb_tasks_get(users->tasks, *index), 0, 1) : NULL;
}

static struct fb_error *broken(void *context, struct fb_error *err)
{
	const struct collection *collection = context;

	return fb_part_warn(fb_kernel_warnings(collection->users->kernel), err,
			    "mappings of a file of tmpfs");
}

static struct fb_error *add_mappings(struct collection *collection,
				     const struct fb_shmem_file *file)
{
	struct fb_kernel *kernel = collection->users->kernel;
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct fb_error *err = fb_layout_require(&layout->address_space_mappings);

	if (!err)
		err = fb_layout_require(&layout->vma_shared_rb);
	if (!err)
		err = fb_rbtree_for_each(kernel,
					 file->mapping + layout->address_space_mappings.offset,
					 add_mapping, broken, collection);
	return fb_part_warn(fb_kernel_warnings(kernel), err, "mappings of a file of tmpfs");
}

static int by_pid(const void *left, const void *right)
{
	const struct fb_shmem_user *a = left, *b = right;

	return (a->task->pid > b->task->pid) - (a->task->pid < b->task->pid);
}

struct fb_error *fb_shmem_users_of(struct fb_shmem_users *users, const struct fb_shmem_file *file,
				   struct fb_shmem_user **list_ret, size_t *count_ret)
{
	struct collection collection = {.users = users};
	size_t count = 0;
	const struct fb_held_file *held =
		users->held ? fb_held_by_inode(users->held, file->inode, &count) : NULL;
	struct fb_error *err = NULL;

	for (size_t i = 0; i < count && !err; i++)
		err = add(&collection, fb_tasks_by_tid(users->tasks, held[i].pid), 1, 0);
	if (!err)
		err = add_mappings(&collection, file);
	fb_u64_map_deinit(&collection.by_pid);
	if (err) {
		free(collection.list);
		return err;
	}
	if (collection.count)
		qsort(collection.list, collection.count, sizeof(*collection.list), by_pid);
	*list_ret = collection.list;
	*count_ret = collection.count;
	return NULL;
}
