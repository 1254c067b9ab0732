/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of `fbundle mem` share: the struct with everything that was found, which mem.c fills, and the
 * functions that print it. The report shows it too.
 */
#ifndef FB_CMD_MEM_H
#define FB_CMD_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "cmd/shared/command.h"
#include "kernel/memory/meminfo.h"
#include "kernel/memory/slab_caches.h"
#include "kernel/memory/zones.h"
#include "kernel/tasks/resident.h"

/* A use of memory. */
struct fb_mem_use {
	const char *name; /* static; JSON has the same name */
	uint64_t bytes;
	bool within; /* the bytes are part of the last use before it that is not `within` */
};

#define FB_MOST_MEM_USES 24u
struct fb_mem {
	struct fb_meminfo meminfo;
	struct fb_zones zones;
	struct fb_slab_usages slabs;
	struct fb_resident *processes; /* owned; the largest first */
	size_t process_count;
	struct fb_mem_use uses[FB_MOST_MEM_USES];
	size_t use_count;
	/* The bytes of MemTotal that no counter has: pages that drivers and the kernel allocated for themselves. */
	bool rest_known;
	uint64_t rest;
};

/* Fills *mem, which must be zeroed; the caller frees what it has with fb_mem_deinit(), on failure too. Zones, caches
 * and processes that cannot be read are missing, with warnings; without the kernel's counters it fails:
 * FB_NOT_FOUND. */
FB_MUST_CHECK struct fb_error *fb_mem_load(struct fb_input *input, struct fb_mem *mem);
void fb_mem_deinit(struct fb_mem *mem);

/* Fills uses and rest from meminfo. zsmalloc: bytes of compressed pages (NR_ZSPAGES). stacks_in_vmalloc: VmallocUsed
 * includes kernel stacks. */
void fb_mem_account(struct fb_mem *mem, uint64_t zsmalloc, bool stacks_in_vmalloc);

struct fb_mem_shmem;
FB_MUST_CHECK struct fb_error *fb_mem_print_text(struct fb_context *context,
						 const struct fb_mem *mem,
						 const struct fb_mem_shmem *shmem, bool all);
FB_MUST_CHECK struct fb_error *fb_mem_print_json(struct fb_context *context,
						 const struct fb_mem *mem,
						 const struct fb_mem_shmem *shmem);

#endif
