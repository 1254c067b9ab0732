// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Processes for callers of the library: their mappings, and their joined memory.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "bundle/library/library.h"
#include "bundle/process/joined_space.h"
#include "bundle/process/process.h"
#include "kernel/mappings/vma_name.h"

struct fbundle_mapping {
	uint64_t start, end, offset, inode;
	char permissions[5];
	bool from_core;
	char *name; /* owned */
};

struct fbundle_process {
	struct fb_joined *joined;         /* owned */
	struct fbundle_mapping *mappings; /* owned, as their names */
	size_t mapping_count;
};

/* A leader that exited before its threads has given its memory back. */
static const struct fb_task *with_memory(const struct fb_tasks *tasks, const struct fb_task *task)
{
	size_t first, count;

	if (task->mm || task->idle)
		return task;
	fb_tasks_group(tasks, task->pid, &first, &count);
	for (size_t i = first; i < first + count; i++)
		if (fb_tasks_get(tasks, i)->mm)
			return fb_tasks_get(tasks, i);
	return task;
}

static struct fb_error *add_mapping(struct fbundle *bundle, struct fbundle_process *process,
				    const struct fb_vma_namer *namer, const struct fb_vma *vma)
{
	struct fbundle_mapping *mapping = &process->mappings[process->mapping_count];
	struct fb_vma_text text;
	struct fb_error *err = fb_vma_describe(namer, vma, &text);

	if (err)
		return err;
	if (text.damaged && !vma->from_core && !text.core_name)
		fb_warn(bundle->warnings,
			"mapping 0x%" PRIx64 ": its file's name or inode cannot be read",
			vma->start);
	*mapping = (struct fbundle_mapping){
		.start = vma->start,
		.end = vma->end,
		.offset = text.offset,
		.inode = text.inode,
		.from_core = vma->from_core || text.core_name,
		.name = strdup(text.name),
	};
	memcpy(mapping->permissions, text.perms, sizeof(mapping->permissions));
	if (!mapping->name)
		return fb_error_nomem();
	process->mapping_count++;
	return NULL;
}

static struct fb_error *load_mappings(struct fbundle *bundle, const struct fb_task *task,
				      struct fbundle_process *process)
{
	const struct fb_vmas *vmas = fb_joined_vmas(process->joined);
	struct fb_vma_namer namer;
	struct fb_path root;
	bool known;
	struct fb_error *err = fb_alloc_array(vmas->count, sizeof(*process->mappings), SIZE_MAX,
					      "mappings", &process->mappings);

	if (!err)
		err = fb_process_root(bundle->input, task, false, &root, &known);
	if (!err)
		err = fb_vma_namer_init(&namer, fb_input_kernel(bundle->input), task->mm,
					known ? &root : NULL);
	for (size_t i = 0; !err && i < vmas->count; i++)
		err = add_mapping(bundle, process, &namer, &vmas->vma[i]);
	if (!err && vmas->lost)
		fb_warn(bundle->warnings,
			"%" PRIu64 " mappings of process %d cannot be reached in the dump",
			vmas->lost, task->pid);
	return err;
}

static struct fb_error *open_process(struct fbundle *bundle, const struct fb_task *task,
				     struct fbundle_process *process)
{
	struct fb_joined_options options = {.files = bundle->files};
	struct fb_error *err = fb_library_tasks(bundle);

	if (!err)
		err = fb_library_swap(bundle);
	if (err)
		return err;
	options.swap = bundle->swap;
	task = with_memory(bundle->tasks, task);
	err = fb_joined_create(bundle->input, task, &options, &process->joined);
	return err ? err : load_mappings(bundle, task, process);
}

struct fbundle_error *fbundle_process_open(struct fbundle *bundle, const struct fbundle_task *task,
					   struct fbundle_process **process_ret)
{
	struct fbundle_process *process = calloc(1, sizeof(*process));
	struct fb_error *err =
		process ? open_process(bundle, fb_library_task(task), process) : fb_error_nomem();

	if (err)
		fbundle_process_free(process);
	else
		*process_ret = process;
	return fb_library_error(err);
}

void fbundle_process_free(struct fbundle_process *process)
{
	if (!process)
		return;
	for (size_t i = 0; i < process->mapping_count; i++)
		free(process->mappings[i].name);
	free(process->mappings);
	fb_joined_destroy(process->joined);
	free(process);
}

struct fbundle_memory *fbundle_process_memory(struct fbundle_process *process)
{
	return (struct fbundle_memory *)fb_joined_space(process->joined);
}

size_t fbundle_mappings_count(const struct fbundle_process *process)
{
	return process->mapping_count;
}

const struct fbundle_mapping *fbundle_mappings_get(const struct fbundle_process *process,
						   size_t index)
{
	return index < process->mapping_count ? &process->mappings[index] : NULL;
}

uint64_t fbundle_mapping_start(const struct fbundle_mapping *mapping)
{
	return mapping->start;
}

uint64_t fbundle_mapping_end(const struct fbundle_mapping *mapping)
{
	return mapping->end;
}

const char *fbundle_mapping_permissions(const struct fbundle_mapping *mapping)
{
	return mapping->permissions;
}

uint64_t fbundle_mapping_offset(const struct fbundle_mapping *mapping)
{
	return mapping->offset;
}

uint64_t fbundle_mapping_inode(const struct fbundle_mapping *mapping)
{
	return mapping->inode;
}

const char *fbundle_mapping_name(const struct fbundle_mapping *mapping)
{
	return mapping->name;
}

bool fbundle_mapping_is_from_core(const struct fbundle_mapping *mapping)
{
	return mapping->from_core;
}
