/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's counters of pages, vm_zone_stat and vm_node_stat, from which /proc/meminfo and /proc/vmstat are made.
 * They are arrays whose order differs between kernels, so each counter is looked up by the name of its enumerator
 * (enum zone_stat_item, enum node_stat_item of include/linux/mmzone.h). Called by meminfo.c and the command mem.
 */
#ifndef FB_KERNEL_COUNTERS_H
#define FB_KERNEL_COUNTERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

/* No kernel has so many counters in either array. */
#define FB_MOST_COUNTERS 128u

struct fb_memory_counters {
	const struct fb_btf *types; /* borrowed */
	uint32_t zone_count, node_count;
	/* As the kernel has them: in pages, but NR_KERNEL_STACK_KB in KiB. A sum may be negative for a moment, because
	 * CPUs add their parts later; it is 0 here then, as in /proc/meminfo. */
	uint64_t zone[FB_MOST_COUNTERS], node[FB_MOST_COUNTERS];
};

/* FB_NOT_FOUND where types or symbols are missing; else errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_memory_counters_load(struct fb_kernel *kernel,
						       struct fb_memory_counters *counters_ret);
/* The counter with this enumerator of either enum, for all nodes together. False where this kernel has none. */
bool fb_memory_counter(const struct fb_memory_counters *counters, const char *name,
		       uint64_t *value_ret);

#endif
