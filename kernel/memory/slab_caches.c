// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Walks the list of slab caches and adds up the slabs of each on all memory nodes. Called by the command mem.
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
	uint64_t slot = usage->cache.address + layout->kmem_cache_nodes.offset;
	struct fb_error *err = fb_layout_require(&layout->kmem_cache_nodes);

	for (uint32_t i = 0; i < walk->nodes && !err; i++) {
		uint64_t node = 0, slabs = 0, objects = 0;

		err = fb_space_u64(fb_kernel_space(walk->kernel), slot + i * sizeof(node), &node);
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
	struct fb_error *err = fb_slab_cache_read(walk->kernel, address, &usage->cache);

	if (!err)
		err = fb_kernel_field(walk->kernel, address, &walk->layout->kmem_cache_name, &name);
	if (!err)
		err = fb_space_string_whole(fb_kernel_space(walk->kernel), name, usage->name,
					    sizeof(usage->name));
	return err;
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
