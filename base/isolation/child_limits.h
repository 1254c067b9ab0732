/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What children are limited to, and the clock by which their parent ends them. Called by isolate.c, isolate_child.c and
 * apart.c. */
#ifndef FB_BASE_ISOLATION_CHILD_LIMITS_H
#define FB_BASE_ISOLATION_CHILD_LIMITS_H

#include <stdint.h>
#include <sys/resource.h>
#include <time.h>

/* Children at a time. More gain nothing: as many as base/pool.c has threads. */
#define FB_MAX_CHILDREN 64u

/* CLOCK_MONOTONIC, in seconds. */
time_t fb_child_clock(void);
/* Bytes that RLIMIT_DATA counts of this process; 0 where /proc does not tell. */
uint64_t fb_child_memory(void);

/* To be called in the child. Sets the soft and the hard limit of a resource (setrlimit(2)). */
void fb_child_limit(int resource, rlim_t value);
/* Likewise: no core file, so many seconds of CPU time, so many bytes of memory with those of fb_child_memory(); closes
 * standard input, output and error. Memory is not limited, and standard error stays, under AddressSanitizer. */
void fb_child_confine(rlim_t cpu_seconds, uint64_t memory);

#endif
