/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The struct of an opened fiber section, which fiber.c, fiber_file.c and verify.c share. */
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
	struct fb_fiber_core *cores; /* owned, with their names; as many as table.core_count */
	pthread_mutex_t store_lock;  /* guards what follows, which is loaded when first needed */
	bool has_store;
	struct fb_fiber_store store;
};

/* The page store, which the first call loads. */
FB_MUST_CHECK struct fb_error *fb_fiber_get_store(struct fb_fiber *fiber,
						  struct fb_fiber_store **store_ret);

/* Checks that every extent of a core leads to bytes: that its frames are in the dump, and its slots have a page. Each
 * extent that does not is added to problems. */
FB_MUST_CHECK struct fb_error *fb_fiber_core_check(struct fb_fiber *fiber, size_t index,
						   struct fb_warnings *problems);

#endif
