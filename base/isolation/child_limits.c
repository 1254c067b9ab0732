// SPDX-License-Identifier: GPL-2.0-or-later
/* Limits children. Called on both sides of a fork. */
#include "base/isolation/child_limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/limits.h"

time_t fb_child_clock(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec;
}

uint64_t fb_child_memory(void)
{
	char line[256] = "", *at = line;
	FILE *file = fopen("/proc/self/statm", "re");
	uint64_t pages = 0;

	if (file) {
		if (!fgets(line, sizeof(line), file))
			line[0] = '\0';
		(void)fclose(file);
	}
	/* size resident shared text lib data dt, in pages (proc(5)) */
	for (unsigned field = 0; field < 6; field++)
		pages = strtoull(at, &at, 10);
	return pages * FB_PAGE_SIZE;
}

void fb_child_limit(int resource, rlim_t value)
{
	const struct rlimit both = {.rlim_cur = value, .rlim_max = value};

	/* Fails where a lower one is in force already: as good. */
	(void)setrlimit(resource, &both);
}

void fb_child_confine(rlim_t cpu_seconds, uint64_t memory FB_UNUSED)
{
	fb_child_limit(RLIMIT_CORE, 0);
	fb_child_limit(RLIMIT_CPU, cpu_seconds);
	/* A sanitizer's shadow memory passes any limit, and its reports go to standard error. */
#ifndef FB_ADDRESS_SANITIZER
	fb_child_limit(RLIMIT_DATA, memory);
	(void)close(STDERR_FILENO);
#endif
	(void)close(STDIN_FILENO);
	(void)close(STDOUT_FILENO);
}
