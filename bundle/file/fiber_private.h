/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What fiber.c, fiber_file.c and verify.c share. */
#ifndef FB_BUNDLE_FIBER_PRIVATE_H
#define FB_BUNDLE_FIBER_PRIVATE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bundle/file/fiber.h"
#include "bundle/file/fiber_store.h"
#include "bundle/file/fiber_table.h"

struct fb_fiber {
	struct fb_dump *dump; /* borrowed */
	struct fb_fiber_table table;
	char *manifest; /* owned */
	struct fb_fiber_objects objects;
	struct fb_fiber_core *cores; /* owned, with their names; one for each of the table's */
	pthread_mutex_t store_lock;  /* guards what is below: loaded when first needed */
	bool has_store;
	struct fb_fiber_store store;
};

/* The page store, loaded. */
FB_MUST_CHECK struct fb_error *fb_fiber_get_store(struct fb_fiber *fiber,
						  struct fb_fiber_store **store_ret);

/* Whether every extent of a core leads somewhere: frames are in the dump, slots hold a page.
 * What does not is a text in problems. */
FB_MUST_CHECK struct fb_error *fb_fiber_core_check(struct fb_fiber *fiber, size_t index,
						   struct fb_warnings *problems);

#endif
