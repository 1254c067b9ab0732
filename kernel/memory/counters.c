// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads vm_zone_stat and vm_node_stat. Called for meminfo.c and by the command mem.
 */
#include "kernel/memory/counters.h"

#include <inttypes.h>
#include <string.h>

/* How many counters an enum has: its last enumerator says it. */
static struct fb_error *count_of(const struct fb_btf *types, const char *type, const char *last,
				 uint32_t *count_ret)
{
	int64_t value;

	if (!fb_btf_enumerator_value(types, type, last, &value))
		return fb_error_create(FB_NOT_FOUND, "this kernel has no %s of enum %s", last,
				       type);
	if (value <= 0 || value > FB_MOST_COUNTERS)
		return fb_error_create(FB_CORRUPT, "%s is %" PRId64, last, value);
	*count_ret = (uint32_t)value;
	return NULL;
}

static struct fb_error *read_array(struct fb_kernel *kernel, const char *symbol, uint32_t count,
				   uint64_t *values)
{
	struct fb_error *err = fb_kernel_variable(kernel, symbol, values, count * sizeof(*values));

	for (uint32_t i = 0; !err && i < count; i++)
		if ((int64_t)values[i] < 0)
			values[i] = 0;
	return err ? fb_error_prefix(err, "%s", symbol) : NULL;
}

struct fb_error *fb_memory_counters_load(struct fb_kernel *kernel,
					 struct fb_memory_counters *counters_ret)
{
	struct fb_memory_counters counters = {.types = fb_kernel_types(kernel)};
	struct fb_error *err;

	err = count_of(counters.types, "zone_stat_item", "NR_VM_ZONE_STAT_ITEMS",
		       &counters.zone_count);
	if (!err)
		err = count_of(counters.types, "node_stat_item", "NR_VM_NODE_STAT_ITEMS",
			       &counters.node_count);
	if (!err)
		err = read_array(kernel, "vm_zone_stat", counters.zone_count, counters.zone);
	if (!err)
		err = read_array(kernel, "vm_node_stat", counters.node_count, counters.node);
	if (!err)
		*counters_ret = counters;
	return err;
}

bool fb_memory_counter(const struct fb_memory_counters *counters, const char *name,
		       uint64_t *value_ret)
{
	const struct {
		const char *type;
		uint32_t count;
		const uint64_t *values;
	} sorts[] = {
		{"zone_stat_item", counters->zone_count, counters->zone},
		{"node_stat_item", counters->node_count, counters->node},
	};
	int64_t index;

	for (size_t i = 0; i < FB_ARRAY_SIZE(sorts); i++)
		if (fb_btf_enumerator_value(counters->types, sorts[i].type, name, &index) &&
		    index >= 0 && index < sorts[i].count) {
			*value_ret = sorts[i].values[index];
			return true;
		}
	return false;
}
