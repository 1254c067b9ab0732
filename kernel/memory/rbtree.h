/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Red-black trees (include/linux/rbtree_types.h, lib/rbtree.c). Called by the command tree.
 */
#ifndef FB_KERNEL_RBTREE_H
#define FB_KERNEL_RBTREE_H

#include <stdint.h>

#include "base/error.h"
#include "kernel/image/kernel.h"

/* Calls callback() with the address of each rb_node, in the tree's order. root_address: of a struct rb_root, or of a
 * struct rb_root_cached, which begins with one. Where a node cannot be read, was visited already, or has another parent
 * than the one that leads to it, all below it is missing, and broken() is called, which takes over the error. An error
 * that either function returns ends the walk and is returned. FB_LIMIT after FB_MAX_LIST_OBJECTS. */
FB_MUST_CHECK struct fb_error *
fb_rbtree_for_each(struct fb_kernel *kernel, uint64_t root_address,
		   struct fb_error *(*callback)(void *context, uint64_t node),
		   struct fb_error *(*broken)(void *context, struct fb_error *err), void *context);

#endif
