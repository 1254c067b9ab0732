/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /proc/meminfo at the panic, with the same names, computed from the same counters (fs/proc/meminfo.c). Called by
 * the command mem.
 */
#ifndef FB_KERNEL_MEMINFO_H
#define FB_KERNEL_MEMINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"
#include "kernel/memory/counters.h"
#include "kernel/memory/zones.h"

struct fb_meminfo_line {
	const char *name; /* static: "MemTotal"... */
	uint64_t value;   /* bytes; a number of pages where is_count is set */
	bool is_count;    /* HugePages_* */
};

#define FB_MOST_MEMINFO_LINES 64u
struct fb_meminfo {
	/* in the order of /proc/meminfo; unknown ones are left out */
	struct fb_meminfo_line lines[FB_MOST_MEMINFO_LINES];
	size_t count;
};

/* counters and zones are those of the same kernel; zones are needed for MemAvailable. Lines whose values cannot be read
 * are missing, with a warning where the dump is damaged, without one where this kernel has no such value. Only fatal
 * errors are returned. */
FB_MUST_CHECK struct fb_error *fb_meminfo_load(struct fb_kernel *kernel,
					       const struct fb_memory_counters *counters,
					       const struct fb_zones *zones,
					       struct fb_meminfo *meminfo_ret);
/* The value of the line with this name. False where it is not known. */
bool fb_meminfo_value(const struct fb_meminfo *meminfo, const char *name, uint64_t *value_ret);

#endif
