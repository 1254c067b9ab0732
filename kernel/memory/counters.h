/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's counters of pages, vm_zone_stat and vm_node_stat: all of /proc/meminfo and /proc/vmstat that tells where
 * memory went comes from them. They are arrays whose elements change places from kernel to kernel, so each is asked
 * for by its enumerator's name (enum zone_stat_item, enum node_stat_item of include/linux/mmzone.h).
 */
#ifndef FB_KERNEL_COUNTERS_H
#define FB_KERNEL_COUNTERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

/* More counters than any kernel has of one sort. */
#define FB_MOST_COUNTERS 128u

struct fb_memory_counters {
	const struct fb_btf *types; /* borrowed */
	uint32_t zone_count, node_count;
	/* As they are: in pages, NR_KERNEL_STACK_KB in KiB. The kernel's own sums may be negative for a moment, while
	 * CPUs hold parts back; such a one is 0, as it is in /proc/meminfo. */
	uint64_t zone[FB_MOST_COUNTERS], node[FB_MOST_COUNTERS];
};

/* FB_NOT_FOUND where types or symbols are missing; errors of reading. */
FB_MUST_CHECK struct fb_error *fb_memory_counters_load(struct fb_kernel *kernel,
						       struct fb_memory_counters *counters_ret);
/* The counter of this name, of either enum, of all nodes together. False: this kernel has none. */
bool fb_memory_counter(const struct fb_memory_counters *counters, const char *name,
		       uint64_t *value_ret);

#endif
