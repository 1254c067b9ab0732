// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the IPC namespaces, and the System V objects in the trees (struct idr) that each has of them. Called by the
 * command ipcs.
 */
#include "kernel/ipc/ipc.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/part.h"
#include "base/u64_map.h"
#include "kernel/ipc/ipc_private.h"
#include "kernel/memory/xarray.h"
#include "kernel/tasks/task_detail.h"

/* Indexes in a tree: IPCMNI_EXTEND (ipc/util.h). */
#define MOST_IDS (1u << 24)

/* Adds the objects of one tree of the namespace. */
static struct fb_error *walk_tree(struct fb_ipc_reader *reader, enum fb_ipc_kind kind,
				  uint64_t tree)
{
	struct fb_error *err = NULL;

	for (uint64_t index = 0; index < MOST_IDS && !err; index++) {
		struct fb_ipc_object object = {.kind = kind};
		uint64_t perm = 0;

		err = fb_xarray_next(reader->kernel, tree, index, MOST_IDS - 1, &index, &perm);
		if (err || !perm)
			return err;
		/* Each takes a step, so that trees of many namespaces that lead to the same end. */
		if (!reader->steps--) {
			reader->steps = 0;
			return fb_error_create(FB_LIMIT, "more than %u IPC objects", FB_MAX_IPC);
		}
		if (perm & 3)
			err = fb_error_create(FB_CORRUPT, "an object at 0x%" PRIx64, perm);
		else
			err = fb_ipc_read_object(reader, kind, perm, &object);
		if (!err)
			err = fb_ipc_add(reader, &object);
		else
			fb_ipc_object_deinit(&object);
		err = fb_part_warn(fb_kernel_warnings(reader->kernel), err,
				   "IPC object at 0x%" PRIx64, perm);
	}
	return err;
}

static struct fb_error *read_namespace(struct fb_ipc_reader *reader)
{
	/* IPC_SEM_IDS, IPC_MSG_IDS, IPC_SHM_IDS (ipc/util.h); shown as ipcs does. */
	static const struct {
		enum fb_ipc_kind kind;
		unsigned place;
		const char *name;
	} trees[] = {{FB_IPC_SEMAPHORE_SET, 0, "semaphore sets"},
		     {FB_IPC_SHARED_MEMORY, 2, "shared memory"},
		     {FB_IPC_MESSAGE_QUEUE, 1, "message queues"}};
	const struct fb_layout *layout = reader->layout;
	struct fb_warnings *warnings = fb_kernel_warnings(reader->kernel);
	struct fb_error *err = NULL;

	for (size_t i = 0; i < FB_ARRAY_SIZE(trees) && !err; i++) {
		uint64_t ids = reader->namespace->address + layout->ipc_ns_ids.offset +
			       (uint64_t)trees[i].place * layout->ipc_ids.size;

		err = fb_part_warn(
			warnings,
			walk_tree(reader, trees[i].kind, ids + layout->ipc_ids_tree.offset),
			"%s of the IPC namespace at 0x%" PRIx64, trees[i].name,
			reader->namespace->address);
	}
	return err ? err
		   : fb_part_warn_if_there(
			     warnings, fb_ipc_add_posix(reader),
			     "POSIX message queues of the IPC namespace at 0x%" PRIx64,
			     reader->namespace->address);
}

static struct fb_error *add_namespace(struct fb_kernel *kernel, struct fb_ipc *ipc,
				      struct fb_u64_map *seen, uint64_t address, int32_t pid)
{
	struct fb_ipc_namespace namespace = {.address = address, .pid = pid};
	struct fb_ipc_namespace *all;
	const uint64_t *known = fb_u64_map_find(seen, address);
	struct fb_error *err;

	if (known && pid && !ipc->namespaces[*known].pid)
		ipc->namespaces[*known].pid = pid;
	if (known)
		return NULL;
	err = fb_kernel_field(kernel, address, &fb_kernel_layout(kernel)->ipc_ns_inum,
			      &namespace.inode);
	if (!err)
		err = fb_u64_map_add(seen, address, ipc->count, FB_MAX_IPC_NAMESPACES,
				     "IPC namespaces", NULL);
	if (err)
		return err;
	all = realloc(ipc->namespaces, (ipc->count + 1) * sizeof(*all));
	if (!all)
		return fb_error_nomem();
	ipc->namespaces = all;
	all[ipc->count++] = namespace;
	return NULL;
}

/* The initial namespace, and those of all tasks. */
static struct fb_error *find_namespaces(struct fb_kernel *kernel, const struct fb_tasks *tasks,
					struct fb_ipc *ipc, struct fb_u64_map *seen)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct fb_warnings *warnings = fb_kernel_warnings(kernel);
	uint64_t first = 0;
	struct fb_error *err = fb_kernel_symbol(kernel, "init_ipc_ns", &first);

	if (!err)
		err = add_namespace(kernel, ipc, seen, first, 0);
	err = fb_part_warn(warnings, err, "the initial IPC namespace");
	for (size_t i = 0; i < fb_tasks_count(tasks) && !err; i++) {
		const struct fb_task *task = fb_tasks_get(tasks, i);
		uint64_t address = 0;

		if (task->idle)
			continue;
		err = fb_task_namespace(kernel, task, &layout->nsproxy_ipc, &address);
		if (!err && address)
			err = add_namespace(kernel, ipc, seen, address, task->pid);
		err = fb_part_warn(warnings, err, "IPC namespace of TID %d", task->tid);
	}
	return err;
}

static struct fb_ipc_reader reader_of(struct fb_kernel *kernel, const struct fb_tasks *tasks)
{
	return (struct fb_ipc_reader){
		.kernel = kernel,
		.layout = fb_kernel_layout(kernel),
		.tasks = tasks,
		.steps = FB_MAX_IPC,
		.semaphores = FB_MAX_SEMAPHORES,
	};
}

struct fb_error *fb_ipc_load(struct fb_kernel *kernel, const struct fb_tasks *tasks,
			     struct fb_ipc *ipc_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	const struct fb_field *const needed[] = {&layout->ipc_ns_ids, &layout->ipc_ids_tree,
						 &layout->nsproxy_ipc, &layout->ipc_ns_inum};
	struct fb_ipc_reader reader = reader_of(kernel, tasks);
	struct fb_ipc ipc = {0};
	struct fb_u64_map seen = {0};
	struct fb_error *err = NULL;

	for (size_t i = 0; i < FB_ARRAY_SIZE(needed) && !err; i++)
		err = fb_layout_require(needed[i]);
	if (!err)
		err = find_namespaces(kernel, tasks, &ipc, &seen);
	for (size_t i = 0; i < ipc.count && !err; i++) {
		reader.namespace = &ipc.namespaces[i];
		err = read_namespace(&reader);
	}
	fb_u64_map_deinit(&seen);
	free(reader.undo_lists);
	if (err)
		fb_ipc_deinit(&ipc);
	else
		*ipc_ret = ipc;
	return err;
}

struct fb_error *fb_ipc_reader_create(struct fb_kernel *kernel, const struct fb_tasks *tasks,
				      struct fb_ipc_reader **reader_ret)
{
	struct fb_ipc_reader *reader = malloc(sizeof(*reader));

	if (!reader)
		return fb_error_nomem();
	*reader = reader_of(kernel, tasks);
	*reader_ret = reader;
	return NULL;
}

void fb_ipc_reader_destroy(struct fb_ipc_reader *reader)
{
	if (reader)
		free(reader->undo_lists);
	free(reader);
}

void fb_ipc_deinit(struct fb_ipc *ipc)
{
	for (size_t i = 0; i < ipc->count; i++) {
		for (size_t k = 0; k < ipc->namespaces[i].count; k++)
			fb_ipc_object_deinit(&ipc->namespaces[i].objects[k]);
		free(ipc->namespaces[i].objects);
	}
	free(ipc->namespaces);
	*ipc = (struct fb_ipc){0};
}
