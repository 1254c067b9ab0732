/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A made kernel with all that /proc/meminfo is made of: counters and variables, each with a value of its own.
 */
#ifndef FB_TESTS_KERNEL_MADE_MEMINFO_H
#define FB_TESTS_KERNEL_MADE_MEMINFO_H

#include "kernel/memory/meminfo.h"
#include "tests/kernel/made_kernel.h"

enum memory_age {
	NOW,
	BEFORE_SWAPCACHE, /* 5.11: swap spaces are added up, huge pages counted as one */
	BEFORE_BYTES,     /* 5.8: other names of the slab counters */
	AGES,
};

enum variable {
	TOTAL_RAM,
	RESERVE,
	SWAP_TOTAL,
	SWAP_FREE,
	SUPERBLOCK,
	SWAP_FILES,
	SWAP_SPACES,
	SWAP_SPACE_COUNTS,
	HUGE_STATES,
	HUGE_COUNT,
	HUGE_STANDARD,
	OVERCOMMIT_KIB,
	OVERCOMMIT_RATIO,
	COMMITTED,
	VMALLOC,
	POPULATED,
	UNITS,
	POISONED,
	TRANSPARENT, /* nothing reads it: it is there, or not */
	VARIABLES,
};

struct made_meminfo {
	struct made_kernel *made;
	struct fb_memory_counters counters;
	struct fb_zone zone[2];
	struct fb_zones zones;
	uint64_t at[VARIABLES]; /* each on a page of its own */
	uint64_t superblock, spaces[2];
	struct fb_meminfo meminfo;
};

void made_meminfo_create(struct made_meminfo *world, enum memory_age age);
void made_meminfo_destroy(struct made_meminfo *world);

/* Gives a variable another value, of 8 bytes. */
void made_meminfo_put(struct made_meminfo *world, enum variable variable, uint64_t value);
/* The kernel has symbols of all variables but `without`; VARIABLES: of all. */
void made_meminfo_name(struct made_meminfo *world, unsigned without);

#endif
