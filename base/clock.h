/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The time that only runs forward, for limits and for durations. Called by whatever waits or measures. */
#ifndef FB_BASE_CLOCK_H
#define FB_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Nanoseconds since some moment (CLOCK_MONOTONIC). */
static inline uint64_t fb_clock_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

#endif
