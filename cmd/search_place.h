/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells what lies at an address that a search found: whose stack, which variable, which slab object. Called by
 * search.c. */
#ifndef FB_CMD_SEARCH_PLACE_H
#define FB_CMD_SEARCH_PLACE_H

#include "base/u64_map.h"
#include "bundle/input/input.h"
#include "kernel/memory/slab_object.h"
#include "kernel/modules/module.h"

enum fb_place_kind {
	FB_PLACE_STACK,   /* the kernel stack of a thread */
	FB_PLACE_SYMBOL,  /* a variable or function of the kernel's image */
	FB_PLACE_PERCPU,  /* a per-CPU variable of a CPU */
	FB_PLACE_SLAB,    /* an object of a slab cache */
	FB_PLACE_PAGE,    /* a page of which only the type is known */
	FB_PLACE_MAPPING, /* a mapping of a process; not set here */
};

struct fb_place {
	enum fb_place_kind kind;
	uint64_t address;  /* kernel virtual; 0: unknown */
	uint64_t physical; /* address */
	char name[256];    /* of the thread, symbol, slab cache, or the page's type: raw */
	uint64_t object;   /* where it begins: the stack, symbol or slab object; 0: unknown */
	int32_t tid;       /* of the thread; else -1 */
	int32_t cpu;       /* of a per-CPU variable; else -1 */
	bool is_kernel;    /* not memory of a process, page cache, or free */
};

/* What is kept for all places of one search. */
struct fb_placer {
	struct fb_kernel *kernel;     /* borrowed, as modules and tasks are */
	struct fb_modules *modules;   /* NULL: no symbols */
	const struct fb_tasks *tasks; /* NULL: none */
	struct fb_u64_map stacks; /* of page frames to indexes of tasks and pages of their stacks */
	uint64_t image_start, image_end;   /* kernel virtual; 0: unknown */
	uint64_t percpu_start, percpu_end; /* of the symbols */
};

/* tasks and modules may be NULL. Fatal errors only. */
FB_MUST_CHECK struct fb_error *fb_placer_init(struct fb_placer *placer, struct fb_kernel *kernel,
					      struct fb_modules *modules,
					      const struct fb_tasks *tasks);
void fb_placer_deinit(struct fb_placer *placer);

/* physical: an address that the dump has. Fatal errors only. */
FB_MUST_CHECK struct fb_error *fb_place_find(struct fb_placer *placer, uint64_t physical,
					     struct fb_place *place_ret);

/* "stack", "symbol", "per-CPU", "slab", "page", "mapping". Static. */
const char *fb_place_kind_name(enum fb_place_kind kind);

#endif
