/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of `fbundle mem` share: all that was found, and the two ways to show it.
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
#include "kernel/tasks/task.h"

/* A process and its resident memory. */
struct fb_mem_process {
	const struct fb_task *task; /* of the input's table */
	uint64_t resident;          /* bytes, as VmRSS */
};

/* What a part of memory is used for. Parts with .within are counted in the one before them that has not. */
struct fb_mem_use {
	const char *name; /* static; also the JSON's */
	uint64_t bytes;
	bool within;
};

#define FB_MOST_MEM_USES 24u
struct fb_mem {
	struct fb_meminfo meminfo;
	struct fb_zones zones;
	struct fb_slab_usages slabs;
	struct fb_mem_process *processes; /* owned; the largest first */
	size_t process_count;
	struct fb_mem_use uses[FB_MOST_MEM_USES];
	size_t use_count;
	/* What of MemTotal no counter names: pages that drivers and the kernel took for themselves. */
	bool rest_known;
	uint64_t rest;
};

/* Fills uses and rest by meminfo. zsmalloc: bytes of compressed pages (NR_ZSPAGES); stacks_in_vmalloc: kernel stacks are
 * counted in VmallocUsed too. */
void fb_mem_account(struct fb_mem *mem, uint64_t zsmalloc, bool stacks_in_vmalloc);

FB_MUST_CHECK struct fb_error *fb_mem_print_text(struct fb_context *context,
						 const struct fb_mem *mem, bool all);
FB_MUST_CHECK struct fb_error *fb_mem_print_json(struct fb_context *context,
						 const struct fb_mem *mem);

#endif
