// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads and a finder for tests of recognisers. */
#include "tests/bundle/waits/made_waits.h"

#include <string.h>

#include "tests/harness.h"

void made_waits_begin(struct made_waits *waits)
{
	memset(waits, 0, sizeof(*waits));
	waits->made = made_kernel_create();
	waits->tasks.kernel = &waits->made->kernel;
	waits->tasks.tasks = waits->list;
	waits->tasks.by_tid = waits->by_tid;
	waits->finder.kernel = &waits->made->kernel;
	waits->finder.space = &waits->made->space;
	waits->finder.layout = fb_kernel_layout(&waits->made->kernel);
	waits->finder.tasks = &waits->tasks;
}

void made_waits_end(struct made_waits *waits)
{
	fb_wait_finder_deinit(&waits->finder);
	fb_u64_map_deinit(&waits->tasks.by_address);
	fb_modules_destroy(waits->modules);
	made_kernel_destroy(waits->made);
	if (waits->types.word)
		made_types_end(&waits->types);
}

struct made_types *made_waits_types(struct made_waits *waits)
{
	made_types_begin(&waits->types);
	waits->types.left_out = waits->left_out;
	return &waits->types;
}

void made_waits_symbol(struct made_waits *waits, const char *name, uint64_t address)
{
	size_t count = 0;

	while (waits->symbols[count])
		count++;
	CU_ASSERT_FATAL(count < MADE_WAIT_SYMBOLS);
	waits->symbols[count] = name;
	waits->addresses[count] = address;
	made_symbols(waits->made, waits->symbols, waits->addresses);
}

void made_waits_modules(struct made_waits *waits)
{
	uint64_t head = made_alloc(waits->made, 64);

	MADE_FIELD(waits->made, module_list, 8, 16);
	made_list_init(waits->made, head);
	made_waits_symbol(waits, "modules", head);
	FB_OK_FATAL(fb_modules_load(&waits->made->kernel, &waits->modules));
	waits->finder.modules = waits->modules;
}

struct fb_task *made_waits_task(struct made_waits *waits, int32_t pid, int32_t tid,
				const char *comm)
{
	size_t index = waits->tasks.count;
	struct fb_task *task = &waits->list[index];

	CU_ASSERT_FATAL(index < MADE_WAIT_TASKS);
	*task = (struct fb_task){
		.address = made_alloc(waits->made, MADE_TASK_BYTES),
		.stack = made_alloc_pages(waits->made, MADE_WAIT_STACK),
		.pid = pid,
		.tid = tid,
		.state = 'S',
		.level_count = 1,
		.level_tids = {tid},
	};
	strncpy(task->comm, comm, sizeof(task->comm) - 1);
	waits->tasks.count++;
	waits->by_tid[waits->tasks.by_tid_count++] = (uint32_t)index;
	FB_OK_FATAL(fb_tasks_index(&waits->tasks));
	return task;
}

struct fb_blocked made_waits_blocked(struct made_waits *waits, const struct fb_task *task,
				     const char *kind)
{
	uint64_t ran = 0;

	if (waits->made->kernel.layout.task_exec_start.found)
		FB_OK_FATAL(fb_kernel_field(&waits->made->kernel, task->address,
					    &waits->made->kernel.layout.task_exec_start, &ran));
	waits->site.kind = kind;
	return (struct fb_blocked){
		.ran = ran,
		.task = task,
		.site = &waits->site,
		.low = task->stack + MADE_WAIT_FRAMES,
		.high = task->stack + FB_PAGE_SIZE,
		.syscall = -1,
	};
}

void made_waits_call(struct fb_blocked *blocked, int64_t syscall, uint64_t arg0, uint64_t arg1,
		     uint64_t arg2, uint64_t arg3)
{
	blocked->has_regs = true;
	blocked->syscall = syscall;
	blocked->args[0] = arg0;
	blocked->args[1] = arg1;
	blocked->args[2] = arg2;
	blocked->args[3] = arg3;
}

uint64_t made_waits_frame(const struct fb_task *task)
{
	return task->stack + MADE_WAIT_FRAMES + 512;
}

const struct fb_wait *made_waits_of(const struct made_waits *waits, const struct fb_task *task)
{
	const struct fb_wait_graph *graph = &waits->finder.graph;
	const struct fb_wait *found = NULL;

	for (size_t i = 0; i < graph->wait_count; i++) {
		if (graph->waits[i].tid != task->tid)
			continue;
		CU_ASSERT_PTR_NULL_FATAL(found);
		found = &graph->waits[i];
	}
	CU_ASSERT_PTR_NOT_NULL_FATAL(found);
	return found;
}

const struct fb_wait_object *made_waits_object(const struct made_waits *waits,
					       const struct fb_task *task)
{
	return &waits->finder.graph.objects[made_waits_of(waits, task)->object];
}

bool made_waits_owned_by(const struct made_waits *waits, const struct fb_task *task, int32_t tid)
{
	const struct fb_wait_object *object = made_waits_object(waits, task);

	for (size_t i = 0; i < object->owner_count; i++)
		if (object->owners[i].tid == tid)
			return true;
	return false;
}
