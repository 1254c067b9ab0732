// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Looks up one entry of an XArray, or the first one of a range. Called for the swap cache and the page cache.
 */
#include "kernel/memory/xarray.h"

#include <inttypes.h>

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
