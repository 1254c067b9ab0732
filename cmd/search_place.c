// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tells what lies at a physical address. Called by search.c.
 */
#include "cmd/search_place.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/part.h"
#include "kernel/image/thread_size.h"
#include "kernel/memory/page_frame.h"

/* Where the kernel's image is mapped (__START_KERNEL_map, Documentation/arch/x86/x86_64/mm.rst). */
#define IMAGE_MAP 0xffffffff80000000ull
/* A stack has at most so many pages (FB_THREAD_BYTES_MAX). */
#define STACK_PAGES 16u

const char *fb_place_kind_name(enum fb_place_kind kind)
{
	static const char *const names[] = {"stack", "symbol", "per-CPU",
					    "slab",  "page",   "mapping"};

	return names[kind];
}

/* Stacks are mapped page by page (CONFIG_VMAP_STACK). */
static struct fb_error *add_stack(struct fb_placer *placer, size_t index, uint64_t size)
{
	const struct fb_task *task = fb_tasks_get(placer->tasks, index);
	struct fb_page_tables tables;
	struct fb_error *err = NULL;

	fb_kernel_page_tables(placer->kernel, &tables);
	for (uint64_t page = 0; page < size / FB_PAGE_SIZE && page < STACK_PAGES && !err; page++) {
		uint64_t pfn = 0;

		if (!fb_kernel_address_ok(task->stack))
			break;
		err = fb_pt_frame(&tables, task->stack + page * FB_PAGE_SIZE, &pfn);
		if (!err && pfn)
			err = fb_u64_map_add(&placer->stacks, pfn, index * STACK_PAGES + page,
					     (size_t)FB_MAX_TASKS * STACK_PAGES, "pages of stacks",
					     NULL);
	}
	return err;
}

struct fb_error *fb_placer_init(struct fb_placer *placer, struct fb_kernel *kernel,
				struct fb_modules *modules, const struct fb_tasks *tasks)
{
	uint64_t size = fb_thread_size(kernel);
	struct fb_error *err = NULL;

	placer->kernel = kernel;
	placer->modules = modules;
	placer->tasks = tasks;
	if (!fb_kernel_find_symbol(kernel, "_text", &placer->image_start) ||
	    !fb_kernel_find_symbol(kernel, "_end", &placer->image_end))
		placer->image_start = placer->image_end = 0;
	if (!fb_kernel_find_symbol(kernel, "__per_cpu_start", &placer->percpu_start) ||
	    !fb_kernel_find_symbol(kernel, "__per_cpu_end", &placer->percpu_end))
		placer->percpu_start = placer->percpu_end = 0;
	for (size_t i = 0; tasks && i < fb_tasks_count(tasks) && !err; i++)
		err = add_stack(placer, i, size);
	return err;
}

void fb_placer_deinit(struct fb_placer *placer)
{
	fb_u64_map_deinit(&placer->stacks);
}

static bool in_stack(struct fb_placer *placer, struct fb_place *place)
{
	const uint64_t *found = fb_u64_map_find(&placer->stacks, place->physical / FB_PAGE_SIZE);
	const struct fb_task *task;

	if (!found)
		return false;
	task = fb_tasks_get(placer->tasks, *found / STACK_PAGES);
	place->kind = FB_PLACE_STACK;
	place->object = task->stack;
	place->address =
		task->stack + *found % STACK_PAGES * FB_PAGE_SIZE + place->physical % FB_PAGE_SIZE;
	place->tid = task->tid;
	snprintf(place->name, sizeof(place->name), "%s", task->comm);
	return true;
}

static bool take_symbol(struct fb_placer *placer, struct fb_place *place, uint64_t address)
{
	struct fb_symbol symbol;

	if (!placer->modules || !fb_modules_symbol_by_address(placer->modules, address, &symbol))
		return false;
	snprintf(place->name, sizeof(place->name), "%s", symbol.name);
	place->object = place->address - (address - symbol.address);
	return true;
}

static bool in_image(struct fb_placer *placer, struct fb_place *place)
{
	const uint64_t address =
		place->physical - fb_kernel_info(placer->kernel)->phys_base + IMAGE_MAP;

	if (!placer->image_end || address < placer->image_start || address >= placer->image_end)
		return false;
	place->kind = FB_PLACE_SYMBOL;
	place->address = address;
	return take_symbol(placer, place, address);
}

static struct fb_error *in_percpu(struct fb_placer *placer, struct fb_place *place, bool *is_ret)
{
	const uint64_t size = placer->percpu_end - placer->percpu_start;
	struct fb_error *err = NULL;

	for (uint32_t cpu = 0; size && cpu < fb_kernel_cpu_limit(placer->kernel) && !err; cpu++) {
		uint64_t area = 0;

		err = fb_part_skip(
			fb_kernel_percpu(placer->kernel, cpu, placer->percpu_start, &area));
		if (err || !area || place->address - area >= size)
			continue;
		*is_ret =
			take_symbol(placer, place, placer->percpu_start + (place->address - area));
		place->kind = FB_PLACE_PERCPU;
		place->cpu = *is_ret ? (int32_t)cpu : -1;
		break;
	}
	return err;
}

static struct fb_error *in_slab(struct fb_placer *placer, struct fb_place *place)
{
	struct fb_slab_object object;
	struct fb_error *err = fb_slab_object_at(placer->kernel, place->address, &object);

	if (err)
		return fb_part_skip(err);
	place->kind = FB_PLACE_SLAB;
	place->object = object.address;
	snprintf(place->name, sizeof(place->name), "%s", object.name);
	return NULL;
}

struct fb_error *fb_place_find(struct fb_placer *placer, uint64_t physical,
			       struct fb_place *place_ret)
{
	struct fb_place place = {.kind = FB_PLACE_PAGE,
				 .physical = physical,
				 .tid = -1,
				 .cpu = -1,
				 .is_kernel = true};
	struct fb_page_frame frame;
	uint64_t page = fb_kernel_direct_map(placer->kernel, physical / FB_PAGE_SIZE);
	bool is_percpu = false;
	struct fb_error *err = NULL;

	*place_ret = place;
	if (in_stack(placer, place_ret) || in_image(placer, place_ret))
		return NULL;
	place.address = page ? page + physical % FB_PAGE_SIZE : 0;
	if (page)
		err = in_percpu(placer, &place, &is_percpu);
	if (!err && !is_percpu)
		err = fb_page_frame_read(placer->kernel, physical / FB_PAGE_SIZE, &frame);
	if (err)
		return err;
	if (!is_percpu) {
		place.kind = FB_PLACE_PAGE;
		snprintf(place.name, sizeof(place.name), "%s",
			 frame.known ? frame.type : "unknown");
		place.is_kernel = !frame.known || !strcmp(frame.type, "kernel") ||
				  !strcmp(frame.type, "slab");
		if (page && frame.known && !strcmp(frame.type, "slab"))
			err = in_slab(placer, &place);
	}
	*place_ret = place;
	return err;
}
