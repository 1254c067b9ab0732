// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Walks a red-black tree in its order. The walk is bounded by the nodes that were seen, and by the height that a
 * balanced tree can have. Called by the command tree.
 */
#include "kernel/memory/rbtree.h"

#include <inttypes.h>

#include "base/limits.h"
#include "base/u64_map.h"

/* Low bits of __rb_parent_color; bit 0 is the colour. */
#define COLOUR_MASK 3u
/* A tree of 2^58 nodes is at most twice as high as a complete one. */
#define MAX_HEIGHT 120u

struct walk {
	struct fb_kernel *kernel;
	struct fb_error *(*callback)(void *context, uint64_t node);
	struct fb_error *(*broken)(void *context, struct fb_error *err);
	void *context;
	struct fb_u64_map seen;
	/* The nodes whose left side is being walked, and what is on their right. */
	struct {
		uint64_t node, right;
	} above[MAX_HEIGHT];
	unsigned height;
};

/* Checks a node and reads its links. */
static struct fb_error *enter(struct walk *walk, uint64_t node, uint64_t parent, uint64_t *left_ret,
			      uint64_t *right_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(walk->kernel);
	uint64_t above = 0;
	bool fresh = false;
	struct fb_error *err;

	if (!fb_kernel_address_ok(node) || node % sizeof(node))
		return fb_error_create(FB_CORRUPT, "0x%" PRIx64 " is no address of an rb_node",
				       node);
	err = fb_u64_set_add(&walk->seen, node, FB_MAX_LIST_OBJECTS, "nodes of a tree", &fresh);
	if (!err && !fresh)
		err = fb_error_create(FB_CORRUPT, "two ways through the tree lead to it");
	if (!err && walk->height == MAX_HEIGHT)
		err = fb_error_create(FB_CORRUPT, "the tree is too high to be one");
	if (!err)
		err = fb_kernel_field(walk->kernel, node, &layout->rb_parent, &above);
	if (!err && (above & ~(uint64_t)COLOUR_MASK) != parent)
		err = fb_error_create(FB_CORRUPT,
				      "its parent is 0x%" PRIx64
				      ", but it was reached from 0x%" PRIx64,
				      above & ~(uint64_t)COLOUR_MASK, parent);
	if (!err)
		err = fb_kernel_field(walk->kernel, node, &layout->rb_left, left_ret);
	if (!err)
		err = fb_kernel_field(walk->kernel, node, &layout->rb_right, right_ret);
	return fb_error_prefix(err, "rb_node 0x%" PRIx64, node);
}

/* Goes down to the first node below and including `node`. */
static struct fb_error *descend(struct walk *walk, uint64_t node, uint64_t parent)
{
	while (node) {
		uint64_t left = 0, right = 0;
		struct fb_error *err = enter(walk, node, parent, &left, &right);

		if (err)
			return fb_error_is_fatal(err) || fb_error_is(err, FB_LIMIT) ||
					       fb_error_is(err, FB_NOT_FOUND)
				       ? err
				       : walk->broken(walk->context, err);
		walk->above[walk->height].node = node;
		walk->above[walk->height++].right = right;
		parent = node;
		node = left;
	}
	return NULL;
}

struct fb_error *fb_rbtree_for_each(struct fb_kernel *kernel, uint64_t root_address,
				    struct fb_error *(*callback)(void *context, uint64_t node),
				    struct fb_error *(*broken)(void *context, struct fb_error *err),
				    void *context)
{
	struct walk walk = {
		.kernel = kernel, .callback = callback, .broken = broken, .context = context};
	uint64_t root = 0;
	struct fb_error *err = fb_space_u64(fb_kernel_space(kernel), root_address, &root);

	if (!err)
		err = descend(&walk, root, 0);
	while (!err && walk.height) {
		uint64_t node = walk.above[--walk.height].node;
		uint64_t right = walk.above[walk.height].right;

		err = callback(context, node);
		if (!err)
			err = descend(&walk, right, node);
	}
	fb_u64_map_deinit(&walk.seen);
	return err;
}
