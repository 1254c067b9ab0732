/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /proc/meminfo at the panic, by the same names and made of the same counters (fs/proc/meminfo.c).
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
	uint64_t value;   /* bytes; of HugePages_* a number of pages */
	bool is_count;
};

#define FB_MOST_MEMINFO_LINES 64u
struct fb_meminfo {
	struct fb_meminfo_line lines
		[FB_MOST_MEMINFO_LINES]; /* in the order of /proc/meminfo; unknown ones are left out */
	size_t count;
};

/* counters: of the same kernel; zones: as fb_zones_load() gives them, for MemAvailable. What cannot be read costs its
 * lines: with a warning where it is damage, without where this kernel has no such thing. Only a fatal error is
 * returned. */
FB_MUST_CHECK struct fb_error *fb_meminfo_load(struct fb_kernel *kernel,
					       const struct fb_memory_counters *counters,
					       const struct fb_zones *zones,
					       struct fb_meminfo *meminfo_ret);
/* The line of this name. False: it is not known. */
bool fb_meminfo_value(const struct fb_meminfo *meminfo, const char *name, uint64_t *value_ret);

#endif
