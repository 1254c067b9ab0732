// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Looks up one entry of an XArray, or the first one of a range, or walks all. Called for the swap cache and the page
 * cache, and by the command tree.
 */
#include "kernel/memory/xarray.h"

#include <inttypes.h>

#include "base/limits.h"
#include "base/u64_map.h"

/* lib/xarray.c: XA_CHUNK_SHIFT; an internal entry has its low bits 10, and is a node above 4096,
 * a sibling (the slot's number, shifted) below 62. */
#define CHUNK_SHIFT 6u
#define CHUNK_MASK 63u
#define INTERNAL_MASK 3u
#define INTERNAL_TAG 2u
#define LAST_RESERVED 4096u
#define LAST_SIBLING 62u
/* Nodes read to find the next entry. No node is without one, so that at most two paths through the tree
 * (64 / CHUNK_SHIFT levels) are gone down, one above the other. */
#define MOST_NODES 256u

static bool is_node(uint64_t entry)
{
	return (entry & INTERNAL_MASK) == INTERNAL_TAG && entry > LAST_RESERVED;
}

static bool is_sibling(uint64_t entry)
{
	return (entry & INTERNAL_MASK) == INTERNAL_TAG && entry >> 2 < LAST_SIBLING;
}

static struct fb_error *read_slot(struct fb_kernel *kernel, uint64_t node, uint64_t slot,
				  uint64_t *entry_ret)
{
	const struct fb_field *slots = &fb_kernel_layout(kernel)->xa_node_slots;
	struct fb_error *err = fb_layout_require(slots);

	return err ? err
		   : fb_space_u64(fb_kernel_space(kernel),
				  node + slots->offset + slot * sizeof(uint64_t), entry_ret);
}

/* Each level is exactly one chunk below the one before it; above 64: there is none. */
static struct fb_error *read_shift(struct fb_kernel *kernel, uint64_t node, uint64_t above,
				   uint64_t *shift_ret)
{
	uint64_t shift;
	struct fb_error *err =
		fb_kernel_field(kernel, node, &fb_kernel_layout(kernel)->xa_node_shift, &shift);

	if (err)
		return err;
	if (shift % CHUNK_SHIFT || (above == 64 ? shift > 60 : shift + CHUNK_SHIFT != above))
		return fb_error_create(FB_CORRUPT, "xa_node 0x%" PRIx64 " has shift %" PRIu64, node,
				       shift);
	*shift_ret = shift;
	return NULL;
}

/* Whether the tree below a root of that shift has indexes as high as this one. */
static bool is_high_enough(uint64_t shift, uint64_t index)
{
	return shift + CHUNK_SHIFT >= 64 || index >> (shift + CHUNK_SHIFT) == 0;
}

struct fb_error *fb_xarray_load(struct fb_kernel *kernel, uint64_t address, uint64_t index,
				uint64_t *entry_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t entry, shift, above = 64;
	struct fb_error *err;

	err = fb_kernel_field(kernel, address, &layout->xarray_head, &entry);
	if (!err && !is_node(entry) && index)
		entry = 0;
	while (!err && is_node(entry)) {
		uint64_t node = entry - INTERNAL_TAG;

		err = read_shift(kernel, node, above, &shift);
		if (err)
			break;
		if (above == 64 && !is_high_enough(shift, index)) {
			entry = 0;
			break;
		}
		err = read_slot(kernel, node, index >> shift & CHUNK_MASK, &entry);
		if (!err && is_sibling(entry))
			err = read_slot(kernel, node, entry >> 2, &entry);
		above = shift;
	}
	/* Reserved and retried slots hold nothing yet. */
	if (!err)
		*entry_ret = (entry & INTERNAL_MASK) == INTERNAL_TAG ? 0 : entry;
	return err;
}

/* The first slot of the node that is not empty, from the one of *index on. *index moves to that slot's first index,
 * or behind the node, *entry_ret 0 then; *ended where there is no index behind it. */
static struct fb_error *next_in_node(struct fb_kernel *kernel, uint64_t node, uint64_t shift,
				     uint64_t *index, uint64_t *entry_ret, bool *ended)
{
	const struct fb_field *slots = &fb_kernel_layout(kernel)->xa_node_slots;
	uint64_t entries[CHUNK_MASK + 1], first = *index >> shift & CHUNK_MASK, step, slot;
	struct fb_error *err = fb_layout_require(slots);

	if (!err)
		err = fb_space_read(fb_kernel_space(kernel), node + slots->offset + first * 8,
				    entries + first, (CHUNK_MASK + 1 - first) * 8);
	if (err)
		return err;
	for (slot = first; slot <= CHUNK_MASK && !entries[slot];)
		slot++;
	*entry_ret = slot > CHUNK_MASK ? 0 : entries[slot];
	if (slot == first)
		return NULL;
	step = (*index >> shift) + (slot - first);
	*ended = step < *index >> shift || step > UINT64_MAX >> shift;
	*index = step << shift;
	return NULL;
}

/* Goes down once from the node that is the root, to an entry or to where a node has no more. */
static struct fb_error *go_down(struct fb_kernel *kernel, uint64_t entry, uint64_t *index,
				uint64_t *entry_ret, bool *ended, unsigned *nodes)
{
	uint64_t shift = 0, above = 64, node = 0;
	struct fb_error *err = NULL;

	while (!err && is_node(entry)) {
		if (++*nodes > MOST_NODES)
			return fb_error_create(
				FB_CORRUPT, "xa_node 0x%" PRIx64 ": nodes without entries", node);
		node = entry - INTERNAL_TAG;
		err = read_shift(kernel, node, above, &shift);
		if (!err && above == 64 && !is_high_enough(shift, *index)) {
			*ended = true;
			return NULL;
		}
		if (!err)
			err = next_in_node(kernel, node, shift, index, &entry, ended);
		above = shift;
		if (!err && is_sibling(entry))
			err = read_slot(kernel, node, entry >> 2, &entry);
	}
	*entry_ret = entry;
	return err;
}

struct fb_error *fb_xarray_next(struct fb_kernel *kernel, uint64_t address, uint64_t index,
				uint64_t last, uint64_t *index_ret, uint64_t *entry_ret)
{
	uint64_t head, entry = 0;
	unsigned nodes = 0;
	bool ended = false;
	struct fb_error *err =
		fb_kernel_field(kernel, address, &fb_kernel_layout(kernel)->xarray_head, &head);

	if (!err && !is_node(head)) {
		ended = index > 0;
		entry = head;
	}
	while (!err && !ended && !entry && is_node(head) && index <= last)
		err = go_down(kernel, head, &index, &entry, &ended, &nodes);
	if (err)
		return err;
	if (ended || index > last)
		entry = 0;
	*index_ret = index;
	*entry_ret = (entry & INTERNAL_MASK) == INTERNAL_TAG ? 0 : entry;
	return NULL;
}

struct walk {
	struct fb_kernel *kernel;
	struct fb_error *(*callback)(void *context, uint64_t first, uint64_t last, uint64_t entry);
	struct fb_error *(*broken)(void *context, struct fb_error *err);
	void *context;
	struct fb_u64_map seen; /* nodes */
};

static struct fb_error *enter(struct walk *walk, uint64_t node, uint64_t above, uint64_t *shift_ret,
			      uint64_t entries_ret[CHUNK_MASK + 1])
{
	const struct fb_field *slots = &fb_kernel_layout(walk->kernel)->xa_node_slots;
	bool fresh = false;
	struct fb_error *err = fb_u64_set_add(&walk->seen, node, FB_MAX_LIST_OBJECTS,
					      "nodes of an XArray", &fresh);

	if (!err && !fresh)
		err = fb_error_create(FB_CORRUPT, "two ways through the tree lead to it");
	if (!err)
		err = read_shift(walk->kernel, node, above, shift_ret);
	if (!err)
		err = fb_layout_require(slots);
	if (!err)
		err = fb_space_read(fb_kernel_space(walk->kernel), node + slots->offset,
				    entries_ret, (CHUNK_MASK + 1) * sizeof(uint64_t));
	return fb_error_prefix(err, "xa_node 0x%" PRIx64, node);
}

/* A node whose first index is `base`. Each level lowers the shift, which bounds the recursion. */
static struct fb_error *walk_node(struct walk *walk, uint64_t node, uint64_t base, uint64_t above)
{
	uint64_t entries[CHUNK_MASK + 1], shift = 0;
	struct fb_error *err = enter(walk, node, above, &shift, entries);

	if (err)
		return fb_error_is_fatal(err) || fb_error_is(err, FB_LIMIT) ||
				       fb_error_is(err, FB_NOT_FOUND)
			       ? err
			       : walk->broken(walk->context, err);
	for (uint64_t slot = 0, next; slot <= CHUNK_MASK && !err; slot = next) {
		uint64_t first = base + (slot << shift);

		/* Behind an entry of several slots stand siblings of it. */
		for (next = slot + 1;
		     next <= CHUNK_MASK && is_sibling(entries[next]) && entries[next] >> 2 == slot;)
			next++;
		/* Of 64 bits the highest node has room for the first 16 slots only. */
		if (shift && slot >> (64 - shift))
			break;
		if (is_node(entries[slot]))
			err = walk_node(walk, entries[slot] - INTERNAL_TAG, first, shift);
		else if (entries[slot] && (entries[slot] & INTERNAL_MASK) != INTERNAL_TAG)
			err = walk->callback(walk->context, first,
					     first + ((next - slot) << shift) - 1, entries[slot]);
	}
	return err;
}

struct fb_error *fb_xarray_for_each(struct fb_kernel *kernel, uint64_t address,
				    struct fb_error *(*callback)(void *context, uint64_t first,
								 uint64_t last, uint64_t entry),
				    struct fb_error *(*broken)(void *context, struct fb_error *err),
				    void *context)
{
	struct walk walk = {
		.kernel = kernel, .callback = callback, .broken = broken, .context = context};
	uint64_t head = 0;
	struct fb_error *err =
		fb_kernel_field(kernel, address, &fb_kernel_layout(kernel)->xarray_head, &head);

	if (!err && is_node(head))
		err = walk_node(&walk, head - INTERNAL_TAG, 0, 64);
	else if (!err && head && (head & INTERNAL_MASK) != INTERNAL_TAG)
		err = callback(context, 0, 0, head);
	fb_u64_map_deinit(&walk.seen);
	return err;
}
