// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the zones of all memory nodes. Called by the command mem.
 */
#include "kernel/memory/zones.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"

/* MAX_NR_ZONES is 6 at most. */
#define MAX_ZONES_OF_NODE 8u

struct zone_walk {
	struct fb_kernel *kernel;
	const struct fb_layout *layout;
	struct fb_zones zones;
	size_t room;
	uint64_t mark[3]; /* elements of the array of watermarks: min, low, high */
	uint64_t free;    /* element of the zone's counters: NR_FREE_PAGES */
};

static struct fb_error *word_at(const struct zone_walk *walk, uint64_t array, uint64_t index,
				uint64_t *value_ret)
{
	return fb_space_u64(fb_kernel_space(walk->kernel), array + index * sizeof(uint64_t),
			    value_ret);
}

static struct fb_error *read_free_orders(const struct zone_walk *walk, struct fb_zone *zone)
{
	const struct fb_layout *layout = walk->layout;
	uint64_t count;
	struct fb_error *err = NULL;

	if (!layout->zone_free_area.found || !layout->free_area_count.found ||
	    !layout->free_area.size)
		return NULL;
	count = layout->zone_free_area.size / layout->free_area.size;
	zone->order_count = count < FB_MOST_ORDERS ? (uint32_t)count : FB_MOST_ORDERS;
	for (uint32_t order = 0; order < zone->order_count && !err; order++)
		err = fb_kernel_field(walk->kernel,
				      zone->address + layout->zone_free_area.offset +
					      order * layout->free_area.size,
				      &layout->free_area_count, &zone->free_of_order[order]);
	return err;
}

static struct fb_error *read_zone(const struct zone_walk *walk, struct fb_zone *zone)
{
	const struct fb_layout *layout = walk->layout;
	uint64_t *const marks[] = {&zone->min, &zone->low, &zone->high};
	uint64_t name, boost = 0;
	struct fb_error *err;

	err = fb_kernel_field(walk->kernel, zone->address, &layout->zone_present, &zone->present);
	if (!err)
		err = fb_kernel_field(walk->kernel, zone->address, &layout->zone_managed,
				      &zone->managed);
	if (!err)
		err = fb_kernel_field(walk->kernel, zone->address, &layout->zone_name, &name);
	if (!err)
		err = fb_space_string_whole(fb_kernel_space(walk->kernel), name, zone->name,
					    sizeof(zone->name));
	if (!err && layout->zone_watermark_boost.found)
		err = fb_kernel_field(walk->kernel, zone->address, &layout->zone_watermark_boost,
				      &boost);
	for (size_t i = 0; i < FB_ARRAY_SIZE(marks) && !err; i++) {
		err = word_at(walk, zone->address + layout->zone_watermarks.offset, walk->mark[i],
			      marks[i]);
		*marks[i] += boost;
	}
	if (!err)
		err = word_at(walk, zone->address + layout->zone_counters.offset, walk->free,
			      &zone->free);
	if (!err && (int64_t)zone->free < 0)
		zone->free = 0;
	return err ? err : read_free_orders(walk, zone);
}

static struct fb_error *add_zone(struct zone_walk *walk, uint64_t address, int32_t node)
{
	struct fb_zone zone = {.address = address, .node = node};
	struct fb_error *err = read_zone(walk, &zone);

	if (err)
		return fb_part_warn(fb_kernel_warnings(walk->kernel), err,
				    "a zone of memory node %d", node);
	if (!zone.present)
		return NULL;
	err = fb_grow_array(&walk->zones.zones, &walk->room, walk->zones.count, sizeof(zone),
			    (size_t)FB_MOST_MEMORY_NODES * MAX_ZONES_OF_NODE, "zones");
	if (!err)
		walk->zones.zones[walk->zones.count++] = zone;
	return err;
}

static struct fb_error *walk_node(struct zone_walk *walk, uint64_t node)
{
	const struct fb_layout *layout = walk->layout;
	uint64_t count = layout->pgdat_zones.size / layout->zone.size;
	int64_t number = 0;
	struct fb_error *err;

	err = fb_kernel_field_signed(walk->kernel, node, &layout->pgdat_node_id, &number);
	for (uint64_t i = 0; !err && i < count && i < MAX_ZONES_OF_NODE; i++)
		err = add_zone(walk, node + layout->pgdat_zones.offset + i * layout->zone.size,
			       (int32_t)number);
	return err;
}

struct fb_error *fb_memory_node_count(struct fb_kernel *kernel, uint32_t *count_ret)
{
	uint32_t count = 0;
	struct fb_error *err = fb_kernel_variable_u32(kernel, "nr_node_ids", &count);

	if (!err)
		*count_ret = count < FB_MOST_MEMORY_NODES ? count : FB_MOST_MEMORY_NODES;
	return err;
}

/* Kernels without CONFIG_NUMA have one node, in a variable of its own. */
static struct fb_error *walk_nodes(struct zone_walk *walk)
{
	uint64_t nodes, node;
	uint32_t count = 0;
	struct fb_error *err = fb_kernel_symbol(walk->kernel, "node_data", &nodes);

	if (fb_error_is(err, FB_NOT_FOUND)) {
		fb_error_destroy(err);
		err = fb_kernel_symbol(walk->kernel, "contig_page_data", &node);
		return err ? err : walk_node(walk, node);
	}
	if (!err)
		err = fb_memory_node_count(walk->kernel, &count);
	for (uint32_t i = 0; !err && i < count; i++) {
		err = word_at(walk, nodes, i, &node);
		if (!err && node)
			err = walk_node(walk, node);
		err = fb_part_warn(fb_kernel_warnings(walk->kernel), err, "memory node %u", i);
	}
	return err;
}

/* The places of what is read from the arrays of each zone. */
static struct fb_error *find_elements(struct zone_walk *walk)
{
	static const char *const marks[] = {"WMARK_MIN", "WMARK_LOW", "WMARK_HIGH"};
	const struct fb_btf *types = fb_kernel_types(walk->kernel);
	int64_t value;

	for (size_t i = 0; i < FB_ARRAY_SIZE(marks); i++) {
		if (!fb_btf_enumerator_value(types, "zone_watermarks", marks[i], &value) ||
		    value < 0 || (uint64_t)value >= walk->layout->zone_watermarks.size / 8)
			return fb_error_create(FB_NOT_FOUND, "this kernel has no %s", marks[i]);
		walk->mark[i] = (uint64_t)value;
	}
	if (!fb_btf_enumerator_value(types, "zone_stat_item", "NR_FREE_PAGES", &value) ||
	    value < 0 || (uint64_t)value >= walk->layout->zone_counters.size / 8)
		return fb_error_create(FB_NOT_FOUND, "this kernel has no NR_FREE_PAGES");
	walk->free = (uint64_t)value;
	return NULL;
}

struct fb_error *fb_zones_load(struct fb_kernel *kernel, struct fb_zones *zones_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct zone_walk walk = {.kernel = kernel, .layout = layout};
	const struct fb_field *const needed[] = {&layout->pgdat_zones, &layout->pgdat_node_id,
						 &layout->zone_watermarks, &layout->zone_counters};
	struct fb_error *err = NULL;

	for (size_t i = 0; i < FB_ARRAY_SIZE(needed) && !err; i++)
		err = fb_layout_require(needed[i]);
	if (!err && !layout->zone.size)
		err = fb_error_create(FB_NOT_FOUND, "this kernel has no struct zone");
	if (!err)
		err = find_elements(&walk);
	if (!err)
		err = walk_nodes(&walk);
	if (err) {
		fb_zones_deinit(&walk.zones);
		return fb_error_prefix(err, "memory zones");
	}
	*zones_ret = walk.zones;
	return NULL;
}

void fb_zones_deinit(struct fb_zones *zones)
{
	free(zones->zones);
	*zones = (struct fb_zones){0};
}
