// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Walks the list of slab caches and adds up the slabs of each on all memory nodes. Called by the commands mem and slab.
 */
#include "kernel/memory/slab_caches.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "kernel/memory/zones.h"

struct cache_walk {
	struct fb_kernel *kernel;
	const struct fb_layout *layout;
	uint32_t nodes; /* pointers of a kmem_cache that are in use; one without CONFIG_NUMA */
	struct fb_slab_usages usages;
	size_t room;
};

static struct fb_error *count_slabs(const struct cache_walk *walk, struct fb_slab_usage *usage)
{
	const struct fb_layout *layout = walk->layout;
	struct fb_error *err = NULL;

	for (uint32_t i = 0; i < walk->nodes && !err; i++) {
		uint64_t node = 0, barn, slabs = 0, objects = 0;

		err = fb_slab_cache_node(walk->kernel, usage->cache.address, i, &node, &barn);
		if (!err && node)
			err = fb_kernel_field(walk->kernel, node, &layout->cache_node_slabs,
					      &slabs);
		if (!err && node)
			err = fb_kernel_field(walk->kernel, node, &layout->cache_node_objects,
					      &objects);
		usage->slabs += slabs;
		usage->objects += objects;
	}
	usage->counted = !err;
	usage->bytes = usage->slabs * ((uint64_t)FB_PAGE_SIZE << usage->cache.order);
	return err;
}

static struct fb_error *read_cache(const struct cache_walk *walk, uint64_t address,
				   struct fb_slab_usage *usage)
{
	uint64_t name = 0;
	int64_t references = 0;
	struct fb_error *err = fb_slab_cache_read(walk->kernel, address, &usage->cache);

	if (!err)
		err = fb_kernel_field(walk->kernel, address, &walk->layout->kmem_cache_name, &name);
	if (!err)
		err = fb_space_string_whole(fb_kernel_space(walk->kernel), name, usage->name,
					    sizeof(usage->name));
	if (err)
		return err;
	err = fb_kernel_field_signed(walk->kernel, address, &walk->layout->kmem_cache_refcount,
				     &references);
	usage->merged = references > 1 && references <= UINT16_MAX ? (uint32_t)references - 1 : 0;
	return fb_part_skip(err);
}

static struct fb_error *add_cache(void *context, uint64_t entry)
{
	struct cache_walk *walk = context;
	uint64_t address = entry - walk->layout->kmem_cache_list.offset;
	struct fb_slab_usage usage = {0};
	struct fb_error *err = read_cache(walk, address, &usage);

	if (err)
		return fb_part_warn(fb_kernel_warnings(walk->kernel), err, "slab cache 0x%" PRIx64,
				    address);
	err = count_slabs(walk, &usage);
	/* A kernel that does not count is no damage: the code that prints the result mentions it once. */
	err = fb_part_warn_if_there(fb_kernel_warnings(walk->kernel), err, "slab cache 0x%" PRIx64,
				    address);
	if (!err)
		err = fb_grow_array(&walk->usages.caches, &walk->room, walk->usages.count,
				    sizeof(usage), FB_MAX_SLAB_CACHES, "slab caches");
	if (!err)
		walk->usages.caches[walk->usages.count++] = usage;
	return err;
}

/* The partial lists of one cache, or of all. */
struct partial_walk {
	struct fb_kernel *kernel;
	uint64_t budget; /* slabs that there can still be: each has a page at least */
	uint64_t free;
};

static struct fb_error *add_free(void *context, uint64_t entry)
{
	struct partial_walk *walk = context;
	const struct fb_layout *layout = fb_kernel_layout(walk->kernel);
	bool own = layout->slab_list.found;
	uint64_t slab = entry - (own ? layout->slab_list.offset : layout->page_slab_list.offset);
	uint64_t objects = 0, in_use = 0;
	struct fb_error *err = fb_kernel_field(
		walk->kernel, slab, own ? &layout->slab_objects : &layout->page_objects, &objects);

	if (!err)
		err = fb_kernel_field(walk->kernel, slab,
				      own ? &layout->slab_in_use : &layout->page_in_use, &in_use);
	if (!err && in_use > objects)
		err = fb_error_create(FB_CORRUPT, "no slab at 0x%" PRIx64, slab);
	if (err)
		return err;
	walk->free += objects - in_use;
	walk->budget--;
	return NULL;
}

static struct fb_error *count_free(struct partial_walk *walk, uint32_t nodes,
				   const struct fb_slab_usage *usage)
{
	const struct fb_layout *layout = fb_kernel_layout(walk->kernel);
	struct fb_error *err = fb_layout_require(&layout->cache_node_partial);

	if (!err && !layout->slab_list.found)
		err = fb_layout_require(&layout->page_slab_list);
	walk->free = 0;
	for (uint32_t i = 0; i < nodes && !err; i++) {
		uint64_t node = 0, barn;

		err = fb_slab_cache_node(walk->kernel, usage->cache.address, i, &node, &barn);
		if (!err && node)
			err = fb_kernel_list(walk->kernel, node + layout->cache_node_partial.offset,
					     walk->budget, add_free, walk);
	}
	if (!err && walk->free > usage->objects)
		err = fb_error_create(FB_CORRUPT, "more objects are free than there are");
	return err;
}

struct fb_error *fb_slab_usages_count_active(struct fb_kernel *kernel,
					     struct fb_slab_usages *usages)
{
	struct partial_walk walk = {.kernel = kernel,
				    .budget = fb_dump_info(fb_kernel_dump(kernel))->max_pfn};
	uint32_t nodes = 1;
	struct fb_error *err = fb_part_skip(fb_memory_node_count(kernel, &nodes));

	for (size_t i = 0; i < usages->count && !err; i++) {
		struct fb_slab_usage *usage = &usages->caches[i];

		if (!usage->counted)
			continue;
		err = count_free(&walk, nodes, usage);
		usage->active_known = !err;
		usage->active = err ? 0 : usage->objects - walk.free;
		err = fb_part_warn_if_there(fb_kernel_warnings(kernel), err,
					    "free objects of slab cache 0x%" PRIx64,
					    usage->cache.address);
	}
	return err;
}

static int by_size(const void *left, const void *right)
{
	const struct fb_slab_usage *a = left, *b = right;

	if (a->bytes != b->bytes)
		return a->bytes < b->bytes ? 1 : -1;
	return strcmp(a->name, b->name);
}

struct fb_error *fb_slab_usages_load(struct fb_kernel *kernel, struct fb_slab_usages *usages_ret)
{
	struct cache_walk walk = {.kernel = kernel, .layout = fb_kernel_layout(kernel), .nodes = 1};
	uint64_t head;
	struct fb_error *err = fb_layout_require(&walk.layout->kmem_cache_list);

	if (!err)
		err = fb_kernel_symbol(kernel, "slab_caches", &head);
	if (!err)
		err = fb_part_skip(fb_memory_node_count(kernel, &walk.nodes));
	if (!err)
		err = fb_part_warn(
			fb_kernel_warnings(kernel),
			fb_kernel_list(kernel, head, FB_MAX_SLAB_CACHES, add_cache, &walk),
			"the list of slab caches");
	if (err) {
		fb_slab_usages_deinit(&walk.usages);
		return fb_error_prefix(err, "slab caches");
	}
	if (walk.usages.count)
		qsort(walk.usages.caches, walk.usages.count, sizeof(*walk.usages.caches), by_size);
	*usages_ret = walk.usages;
	return NULL;
}

void fb_slab_usages_deinit(struct fb_slab_usages *usages)
{
	free(usages->caches);
	*usages = (struct fb_slab_usages){0};
}
