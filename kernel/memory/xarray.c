// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Looking up one entry of an XArray. Called for the swap cache.
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

		err = fb_kernel_field(kernel, node, &layout->xa_node_shift, &shift);
		if (err)
			break;
		/* Each level is exactly one chunk below the one before it. */
		if (shift % CHUNK_SHIFT ||
		    (above == 64 ? shift > 60 : shift + CHUNK_SHIFT != above))
			return fb_error_create(FB_CORRUPT,
					       "xa_node 0x%" PRIx64 " has shift %" PRIu64, node,
					       shift);
		if (above == 64 && shift + CHUNK_SHIFT < 64 && index >> (shift + CHUNK_SHIFT)) {
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
