// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `fbundle mem --json`: see docs/cli.md and docs/schema/mem.json.
 */
#include <string.h>

#include "cmd/mem/mem.h"
#include "cmd/mem/mem_shmem.h"

static json_t *bytes_json(uint64_t bytes)
{
	return json_integer((json_int_t)bytes);
}

static json_t *meminfo_json(const struct fb_meminfo *meminfo)
{
	json_t *object = json_object();

	for (size_t i = 0; i < meminfo->count; i++)
		json_object_set_new(object, meminfo->lines[i].name,
				    bytes_json(meminfo->lines[i].value));
	return object;
}

static json_t *uses_json(const struct fb_mem *mem)
{
	json_t *list = json_array();

	for (size_t i = 0; i < mem->use_count; i++) {
		json_t *object = json_object();

		json_object_set_new(object, "name", json_string(mem->uses[i].name));
		json_object_set_new(object, "bytes", bytes_json(mem->uses[i].bytes));
		json_object_set_new(object, "within", json_boolean(mem->uses[i].within));
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *zones_json(const struct fb_zones *zones)
{
	json_t *list = json_array();

	for (size_t i = 0; i < zones->count; i++) {
		const struct fb_zone *zone = &zones->zones[i];
		json_t *object = json_object(), *orders = json_array();

		json_object_set_new(object, "node", json_integer(zone->node));
		json_object_set_new(object, "name", fb_json_text(zone->name));
		json_object_set_new(object, "present_bytes",
				    bytes_json(zone->present * FB_PAGE_SIZE));
		json_object_set_new(object, "managed_bytes",
				    bytes_json(zone->managed * FB_PAGE_SIZE));
		json_object_set_new(object, "free_bytes", bytes_json(zone->free * FB_PAGE_SIZE));
		json_object_set_new(object, "min_bytes", bytes_json(zone->min * FB_PAGE_SIZE));
		json_object_set_new(object, "low_bytes", bytes_json(zone->low * FB_PAGE_SIZE));
		json_object_set_new(object, "high_bytes", bytes_json(zone->high * FB_PAGE_SIZE));
		for (uint32_t order = 0; order < zone->order_count; order++)
			json_array_append_new(orders, bytes_json(zone->free_of_order[order]));
		json_object_set_new(object, "free_of_order", orders);
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *slabs_json(const struct fb_slab_usages *slabs)
{
	json_t *list = json_array();

	for (size_t i = 0; i < slabs->count; i++) {
		const struct fb_slab_usage *usage = &slabs->caches[i];
		json_t *object = json_object();

		json_object_set_new(object, "name", fb_json_text(usage->name));
		json_object_set_new(object, "address", fb_json_hex(usage->cache.address));
		json_object_set_new(object, "object_size", json_integer(usage->cache.object_size));
		json_object_set_new(object, "slabs",
				    usage->counted ? bytes_json(usage->slabs) : json_null());
		json_object_set_new(object, "objects",
				    usage->counted ? bytes_json(usage->objects) : json_null());
		json_object_set_new(object, "bytes",
				    usage->counted ? bytes_json(usage->bytes) : json_null());
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *processes_json(const struct fb_mem *mem)
{
	json_t *list = json_array();

	for (size_t i = 0; i < mem->process_count; i++) {
		const struct fb_task *task = mem->processes[i].task;
		json_t *object = json_object();

		json_object_set_new(object, "pid", json_integer(task->pid));
		json_object_set_new(object, "comm", fb_json_bytes(task->comm, strlen(task->comm)));
		json_object_set_new(object, "rss_bytes", bytes_json(mem->processes[i].bytes));
		json_array_append_new(list, object);
	}
	return list;
}

struct fb_error *fb_mem_print_json(struct fb_context *context, const struct fb_mem *mem,
				   const struct fb_mem_shmem *shmem)
{
	json_t *answer, *files = NULL;
	struct fb_error *err = fb_mem_shmem_json(shmem, &files);

	if (err)
		return err;
	answer = json_object();
	json_object_set_new(answer, "meminfo", meminfo_json(&mem->meminfo));
	json_object_set_new(answer, "uses", uses_json(mem));
	json_object_set_new(answer, "rest_bytes",
			    mem->rest_known ? bytes_json(mem->rest) : json_null());
	json_object_set_new(answer, "zones", zones_json(&mem->zones));
	json_object_set_new(answer, "processes", processes_json(mem));
	json_object_set_new(answer, "slabs", slabs_json(&mem->slabs));
	json_object_set_new(answer, "shmem_files", files);
	return fb_json_print("mem", answer, context->warnings);
}
