// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the slabs of a cache among the frames of a dump, and which of their objects are in use.
 * Called where a list is broken: for tasks, mm_structs and mappings.
 */
#include "kernel/memory/slab.h"

#include <inttypes.h>

#include "kernel/memory/page_frame.h"

/* SLUB's slabs are of this order at most, unless the kernel command line sets a larger one
 * (PAGE_ALLOC_COSTLY_ORDER). */
#define USUAL_ORDER 3u
/* kmem_cache_order_objects: OO_SHIFT. */
#define OO_SHIFT 16u
#define OO_MASK 0xffffu
/* PAGE_ALLOC_COSTLY_ORDER is 3; slab_max_order= may raise it up to MAX_ORDER, 10. */
#define MAX_SLAB_ORDER 10u
#define MAX_OBJECT_SIZE (1u << (FB_PAGE_SHIFT + MAX_SLAB_ORDER))

struct fb_error *fb_slab_cache_read(struct fb_kernel *kernel, uint64_t address,
				    struct fb_slab_cache *cache_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t size = 0, object_size = 0, pad = 0, oo = 0, free_offset = UINT32_MAX, random = 0;
	struct fb_error *err;

	err = fb_kernel_field(kernel, address, &layout->kmem_cache_size, &size);
	if (!err)
		err = fb_kernel_field(kernel, address, &layout->kmem_cache_object_size,
				      &object_size);
	if (!err)
		err = fb_kernel_field(kernel, address, &layout->kmem_cache_oo, &oo);
	if (!err && layout->kmem_cache_red_left_pad.found)
		err = fb_kernel_field(kernel, address, &layout->kmem_cache_red_left_pad, &pad);
	if (!err && layout->kmem_cache_offset.found)
		err = fb_kernel_field(kernel, address, &layout->kmem_cache_offset, &free_offset);
	if (!err && layout->kmem_cache_random.found)
		err = fb_kernel_field(kernel, address, &layout->kmem_cache_random, &random);
	if (err)
		return err;
	if (!object_size || size < object_size || size > MAX_OBJECT_SIZE || size % 8 ||
	    pad > size - object_size || oo >> OO_SHIFT > MAX_SLAB_ORDER || !(oo & OO_MASK) ||
	    (oo & OO_MASK) * size > (uint64_t)FB_PAGE_SIZE << (oo >> OO_SHIFT))
		return fb_error_create(FB_CORRUPT, "no kmem_cache at 0x%" PRIx64, address);
	*cache_ret = (struct fb_slab_cache){
		.address = address,
		.size = (uint32_t)size,
		.object_size = (uint32_t)object_size,
		.left_pad = (uint32_t)pad,
		.per_slab = (uint32_t)(oo & OO_MASK),
		.order = (uint32_t)(oo >> OO_SHIFT),
		.free_offset = (uint32_t)free_offset,
		.random = random,
	};
	return NULL;
}

struct fb_error *fb_slab_cache_node(struct fb_kernel *kernel, uint64_t cache, uint32_t node,
				    uint64_t *node_ret, uint64_t *barn_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	const struct fb_field *array = &layout->kmem_cache_nodes;
	uint64_t pair, at = 0, barn = 0;
	struct fb_error *err;

	if (layout->kmem_cache_per_node.found && layout->cache_per_node.size) {
		pair = cache + layout->kmem_cache_per_node.offset +
		       (uint64_t)node * layout->cache_per_node.size;
		err = fb_kernel_field(kernel, pair, &layout->cache_per_node_node, &at);
		if (!err)
			err = fb_kernel_field(kernel, pair, &layout->cache_per_node_barn, &barn);
	} else {
		err = fb_layout_require(array);
		if (!err)
			err = fb_space_u64(fb_kernel_space(kernel),
					   cache + array->offset + node * sizeof(at), &at);
		if (!err && at && layout->cache_node_barn.found)
			err = fb_kernel_field(kernel, at, &layout->cache_node_barn, &barn);
	}
	if (err)
		return err;
	*node_ret = at;
	*barn_ret = barn;
	return NULL;
}

/* Another object of the slab, or the end of its free ones (freelist_ptr_decode()). */
static bool leads_to_free(const struct fb_slab_cache *cache, uint64_t object, uint64_t link)
{
	uint64_t distance = link > object ? link - object : object - link;

	return !link ||
	       (distance % cache->size == 0 && distance < (uint64_t)FB_PAGE_SIZE << cache->order);
}

struct fb_error *fb_slab_object_in_use(struct fb_kernel *kernel, const struct fb_slab_cache *cache,
				       uint64_t object, bool *in_use_ret)
{
	uint64_t link = object + cache->free_offset, word;
	struct fb_error *err;

	/* A link behind the object keeps what it was before the object was taken. */
	if (cache->free_offset > cache->object_size - sizeof(word) ||
	    cache->object_size < sizeof(word)) {
		*in_use_ret = false;
		return NULL;
	}
	err = fb_space_u64(fb_kernel_space(kernel), link, &word);
	if (err)
		return err;
	word ^= cache->random;
	/* The address of the link is mixed in with the random number, since 5.7 with its bytes swapped
	 * (1ad53d9fa3f6). */
	*in_use_ret = cache->random ? !leads_to_free(cache, object, word ^ link) &&
					      !leads_to_free(cache, object,
							     word ^ __builtin_bswap64(link))
				    : !leads_to_free(cache, object, word);
	return NULL;
}

struct scan {
	struct fb_kernel *kernel;
	const struct fb_slab_scan *how;
	const struct fb_field *owner; /* slab_cache of struct slab, or of struct page */
	uint64_t frames;              /* the struct page of frame 0 */
	uint32_t max_order;
	uint64_t done; /* frames below are in a slab that was given already */
};

/* The cache that owns the slab whose first frame is head; 0: none, as far as can be seen. */
static struct fb_error *owner_of(struct scan *scan, uint64_t head, uint64_t *owner_ret)
{
	uint64_t frame = scan->frames + head * fb_kernel_layout(scan->kernel)->page.size;

	return fb_kernel_field(scan->kernel, frame, scan->owner, owner_ret);
}

static struct fb_error *give_objects(struct scan *scan, const struct fb_slab_cache *cache,
				     uint64_t head, uint32_t order)
{
	uint64_t start = fb_kernel_direct_map(scan->kernel, head);
	uint64_t bytes = (uint64_t)FB_PAGE_SIZE << order;
	struct fb_error *err = NULL;

	for (uint32_t i = 0; i < cache->per_slab && !err; i++) {
		if ((uint64_t)(i + 1) * cache->size > bytes)
			break;
		err = scan->how->object(scan->how->context, cache,
					start + (uint64_t)i * cache->size + cache->left_pad);
	}
	scan->done = head + (1ull << order);
	return err;
}

/* A slab of order n starts at a multiple of 1 << n frames, and only its first struct page names
 * the cache. Higher orders come first: a cache's slabs are of its own order but where memory was
 * short. */
static struct fb_error *visit_frame(struct scan *scan, uint64_t pfn)
{
	bool known = false, owned = false;

	for (uint32_t order = scan->max_order + 1; order-- > 0;) {
		uint64_t head = pfn >> order << order, owner = 0;
		struct fb_error *err = owner_of(scan, head, &owner);

		if (fb_error_is_fatal(err))
			return err;
		known |= !err && head == pfn;
		owned |= !err && owner % sizeof(owner) == 0 && fb_kernel_address_ok(owner);
		fb_error_destroy(err);
		for (size_t i = 0; owner && i < scan->how->cache_count; i++) {
			const struct fb_slab_cache *cache = &scan->how->caches[i];

			if (owner == cache->address && order <= cache->order)
				return give_objects(scan, cache, head, order);
		}
	}
	if ((known && !(owned && scan->how->any_cache)) || !scan->how->unknown)
		return NULL;
	return scan->how->unknown(scan->how->context, pfn);
}

struct fb_error *fb_slab_scan(struct fb_kernel *kernel, const struct fb_slab_scan *how)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct fb_dump *dump = fb_kernel_dump(kernel);
	struct scan scan = {.kernel = kernel, .how = how};
	struct fb_error *err = NULL;

	scan.owner =
		layout->slab_slab_cache.found ? &layout->slab_slab_cache : &layout->page_slab_cache;
	if (!layout->page.size || !fb_kernel_direct_map(kernel, 0))
		return fb_error_create(FB_NOT_FOUND, "slabs cannot be found without types and the "
						     "place of the direct map");
	err = fb_page_frame_address(kernel, 0, &scan.frames);
	for (size_t i = 0; i < how->cache_count; i++)
		if (how->caches[i].order > scan.max_order)
			scan.max_order = how->caches[i].order;
	if (how->any_cache && scan.max_order < USUAL_ORDER)
		scan.max_order = USUAL_ORDER;
	for (uint64_t pfn = fb_dump_next_page(dump, 0); pfn != UINT64_MAX && !err;
	     pfn = fb_dump_next_page(dump, pfn + 1))
		if (pfn >= scan.done)
			err = visit_frame(&scan, pfn);
	return err ? err : fb_dump_failure(dump);
}
