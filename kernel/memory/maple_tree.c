// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Walks a maple tree. The ranges of a node's children divide the node's own range, which bounds the walk: no node
 * occurs twice on a way down, and a node whose pivots do not grow is rejected. Called for mappings since 6.1.
 */
#include "kernel/memory/maple_tree.h"

#include <inttypes.h>

#include "base/limits.h"

/* An encoded node pointer: the node is 256-byte aligned, bits 3-6 hold its type. */
#define NODE_MASK (~(uint64_t)0xff)
#define TYPE_SHIFT 3
#define TYPE_MASK 0xfu
/* enum maple_type */
#define TYPE_LEAF_64 1u
#define TYPE_RANGE_64 2u
#define TYPE_ARANGE_64 3u

/* An internal entry of the XArray kind; anything up to 4096 is a reserved value. */
#define INTERNAL_MASK 3u
#define INTERNAL_TAG 2u
#define LAST_RESERVED 4096u

#define MAX_SLOTS 16u /* MAPLE_RANGE64_SLOTS; MAPLE_ARANGE64_SLOTS is 10 */
/* A tree of a million mappings at half-filled nodes of 5 is 9 high. */
#define MAX_HEIGHT 16u

struct maple_walk {
	struct fb_kernel *kernel;
	struct fb_error *(*callback)(void *context, uint64_t first, uint64_t last, uint64_t entry);
	struct fb_error *(*broken)(void *context, struct fb_error *err);
	void *context;
	uint64_t nodes_left;
};

struct maple_node {
	unsigned type;
	unsigned slots;
	uint64_t pivot[MAX_SLOTS]; /* slots - 1 of them */
	uint64_t slot[MAX_SLOTS];
};

static bool is_node(uint64_t entry)
{
	return (entry & INTERNAL_MASK) == INTERNAL_TAG && entry > LAST_RESERVED;
}

static struct fb_error *read_node(struct maple_walk *walk, uint64_t encoded,
				  struct maple_node *node)
{
	const struct fb_layout *layout = fb_kernel_layout(walk->kernel);
	struct fb_space *space = fb_kernel_space(walk->kernel);
	uint64_t address = encoded & NODE_MASK;
	const struct fb_field *pivot = &layout->maple_range_pivot;
	const struct fb_field *slot = &layout->maple_range_slot;
	struct fb_error *err;

	node->type = (encoded >> TYPE_SHIFT) & TYPE_MASK;
	if (node->type == TYPE_ARANGE_64) {
		pivot = &layout->maple_arange_pivot;
		slot = &layout->maple_arange_slot;
	} else if (node->type != TYPE_LEAF_64 && node->type != TYPE_RANGE_64) {
		return fb_error_create(FB_CORRUPT, "maple node 0x%" PRIx64 " has type %u", address,
				       node->type);
	}
	err = fb_layout_require(pivot);
	if (!err)
		err = fb_layout_require(slot);
	if (err)
		return err;
	node->slots = slot->size / sizeof(uint64_t);
	if (node->slots > MAX_SLOTS || pivot->size / sizeof(uint64_t) != node->slots - 1)
		return fb_error_create(FB_UNSUPPORTED, "maple nodes with %u slots", node->slots);
	err = fb_space_read(space, address + pivot->offset, node->pivot,
			    (node->slots - 1) * sizeof(uint64_t));
	if (!err)
		err = fb_space_read(space, address + slot->offset, node->slot,
				    node->slots * sizeof(uint64_t));
	return fb_error_prefix(err, "maple node 0x%" PRIx64, address);
}

static struct fb_error *walk_node(struct maple_walk *walk, uint64_t encoded, uint64_t first,
				  uint64_t last, unsigned height);

static struct fb_error *walk_slot(struct maple_walk *walk, const struct maple_node *node,
				  uint64_t entry, uint64_t first, uint64_t last, unsigned height)
{
	if (node->type == TYPE_LEAF_64)
		return fb_kernel_address_ok(entry) && !(entry & INTERNAL_MASK)
			       ? walk->callback(walk->context, first, last, entry)
			       : NULL;
	/* Only the root's pointer carries the tag of a node; a child's has its type alone. */
	return fb_kernel_address_ok(entry & NODE_MASK)
		       ? walk_node(walk, entry, first, last, height + 1)
		       : NULL;
}

/* One node, whose range is [first, last]. What a callback returns ends the walk. */
static struct fb_error *walk_node(struct maple_walk *walk, uint64_t encoded, uint64_t first,
				  uint64_t last, unsigned height)
{
	struct maple_node node = {0};
	uint64_t from = first;
	struct fb_error *err;

	if (height >= MAX_HEIGHT || walk->nodes_left-- == 0)
		return fb_error_create(FB_LIMIT, "the maple tree has no end");
	err = read_node(walk, encoded, &node);
	if (err)
		return fb_error_is_fatal(err) ? err : walk->broken(walk->context, err);
	for (unsigned i = 0; i < node.slots; i++) {
		/* A pivot of 0 behind the first marks the end of the slots in use; the last of
		 * them reaches to the end of the node's range. */
		uint64_t to =
			i < node.slots - 1 && (node.pivot[i] || i == 0) ? node.pivot[i] : last;

		if (to > last || to < from)
			return walk->broken(walk->context,
					    fb_error_create(FB_CORRUPT,
							    "maple node 0x%" PRIx64
							    ": pivot %u is out of its range",
							    (encoded & NODE_MASK), i));
		err = walk_slot(walk, &node, node.slot[i], from, to, height);
		if (err || to == last)
			return err;
		from = to + 1;
	}
	return NULL;
}

struct fb_error *fb_maple_for_each(struct fb_kernel *kernel, uint64_t root_address,
				   struct fb_error *(*callback)(void *context, uint64_t first,
								uint64_t last, uint64_t entry),
				   struct fb_error *(*broken)(void *context, struct fb_error *err),
				   void *context)
{
	struct maple_walk walk = {
		.kernel = kernel,
		.callback = callback,
		.broken = broken,
		.context = context,
		.nodes_left = FB_MAX_VMAS / 4, /* a leaf has room for 16 */
	};
	uint64_t root;
	struct fb_error *err;

	err = fb_space_u64(fb_kernel_space(kernel), root_address, &root);
	if (err)
		return err;
	if (is_node(root))
		return walk_node(&walk, root, 0, UINT64_MAX, 0);
	/* A tree of one entry at index 0 keeps it in the root itself. */
	return fb_kernel_address_ok(root) ? callback(context, 0, 0, root) : NULL;
}
