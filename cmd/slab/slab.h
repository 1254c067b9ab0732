/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the command slab share. */
#ifndef FB_CMD_SLAB_H
#define FB_CMD_SLAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cmd/shared/command.h"
#include "kernel/memory/slab_caches.h"
#include "kernel/memory/slab_free.h"

/* One slab of a cache, with the states of its objects. */
struct fb_slab_listed {
	struct fb_slab slab;
	uint32_t free, kept, unknown; /* objects */
	size_t states;                /* index of its first object's state */
};

/* What was asked. */
struct fb_slab_question {
	bool all, objects;
	const char *sort; /* NULL: by size */
};

struct fb_slab_answer {
	struct fb_slab_usages usages;      /* all caches */
	const struct fb_slab_usage *usage; /* the one that was asked for; NULL: none was */
	/* Of the one that was asked for: */
	char type[FB_SLAB_NAME + 8]; /* name of a struct: a guess; "": none */
	struct fb_slab_kept kept;
	/* All its slabs, where an address was not given; owned. */
	struct fb_slab_listed *slabs;
	size_t slab_count;
	uint8_t *states; /* owned: of all objects of all slabs */
	size_t state_count;
	/* The object that holds the address that was given. */
	bool has_object;
	uint64_t address, object;
	uint32_t number;
	struct fb_slab slab;
	enum fb_object_state state;
	char why[256]; /* why the state is unknown */
};

FB_MUST_CHECK struct fb_error *fb_slab_print_json(struct fb_context *context,
						  const struct fb_slab_question *question,
						  const struct fb_slab_answer *answer);
FB_MUST_CHECK struct fb_error *fb_slab_print_text(struct fb_context *context,
						  const struct fb_slab_question *question,
						  const struct fb_slab_answer *answer);

/* Sorts the caches by a column: "size", "objects", "active", "use", "object-size", "slabs", "name". False where there
 * is no such column. */
bool fb_slab_sort(struct fb_slab_usages *usages, const char *column);

/* The share of a cache's objects that are in use, in percent; 0 where it has none. */
unsigned fb_slab_use(const struct fb_slab_usage *usage);

#endif
