/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory that crashkernel= sets aside for the capture kernel (kernel/crash_reserve.c). This kernel does not use it,
 * and /proc/vmcore does not have it; /proc/kcore and dumps by a hypervisor do. Called by page_class.c.
 */
#ifndef FB_KERNEL_CRASH_RESERVE_H
#define FB_KERNEL_CRASH_RESERVE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/image/kernel.h"

/* Above 4 GiB a second range is below. What crashkernel=...,cma adds is in use, and no part of this. */
#define FB_CRASH_RANGES 2u

/* Page frames; end exclusive, equal to start where there is no such range. */
struct fb_crash_reserve {
	struct {
		uint64_t start, end;
	} ranges[FB_CRASH_RANGES];
};

/* What cannot be read is no range. Fails only with FB_NOMEM or FB_OS. */
FB_MUST_CHECK struct fb_error *fb_crash_reserve_find(const struct fb_kernel *kernel,
						     struct fb_crash_reserve *reserve_ret);

static inline bool fb_crash_reserve_has(const struct fb_crash_reserve *reserve, uint64_t pfn)
{
	return (pfn >= reserve->ranges[0].start && pfn < reserve->ranges[0].end) ||
	       (pfn >= reserve->ranges[1].start && pfn < reserve->ranges[1].end);
}

#endif
