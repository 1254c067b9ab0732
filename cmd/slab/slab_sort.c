// SPDX-License-Identifier: GPL-2.0-or-later
/* The orders in which the command slab lists caches. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "cmd/slab/slab.h"

unsigned fb_slab_use(const struct fb_slab_usage *usage)
{
	return usage->active_known && usage->objects
		       ? (unsigned)(100.0 * (double)usage->active / (double)usage->objects)
		       : 0;
}

/* The larger first; of equals by name. */
static int compare(uint64_t left, uint64_t right, const void *a, const void *b)
{
	if (left != right)
		return left < right ? 1 : -1;
	return strcmp(((const struct fb_slab_usage *)a)->name,
		      ((const struct fb_slab_usage *)b)->name);
}

#define ORDER(name, value)                                   \
	static int name(const void *left, const void *right) \
	{                                                    \
		const struct fb_slab_usage *usage = left;    \
		uint64_t a = (value), b;                     \
                                                             \
		usage = right;                               \
		b = (value);                                 \
		return compare(a, b, left, right);           \
	}

ORDER(by_size, usage->bytes)
ORDER(by_objects, usage->objects)
ORDER(by_active, usage->active)
ORDER(by_use, fb_slab_use(usage))
ORDER(by_object_size, usage->cache.size)
ORDER(by_slabs, usage->slabs)

static int by_name(const void *left, const void *right)
{
	return compare(0, 0, left, right);
}

bool fb_slab_sort(struct fb_slab_usages *usages, const char *column)
{
	static const struct {
		const char *column;
		int (*order)(const void *left, const void *right);
	} orders[] = {
		{"size", by_size}, {"objects", by_objects},         {"active", by_active},
		{"use", by_use},   {"object-size", by_object_size}, {"slabs", by_slabs},
		{"name", by_name},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(orders); i++) {
		if (strcmp(orders[i].column, column))
			continue;
		if (usages->count)
			qsort(usages->caches, usages->count, sizeof(*usages->caches),
			      orders[i].order);
		return true;
	}
	return false;
}
