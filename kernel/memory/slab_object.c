// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the slab object in which an address lies, by the struct page of its frame, which leads to the cache.
 * Called for wait queues whose owner nothing else tells.
 */
#include "kernel/memory/slab_object.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "kernel/memory/page_frame.h"

/* The first frame of the block of pages that the frame belongs to. */
static struct fb_error *head_of(struct fb_kernel *kernel, uint64_t pfn, uint64_t *head_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t frame, word, head;
	struct fb_error *err = fb_layout_require(&layout->page_compound_head);

	if (!err)
		err = fb_page_frame_address(kernel, pfn, &frame);
	if (!err)
		err = fb_kernel_field(kernel, frame, &layout->page_compound_head, &word);
	if (!err)
		err = fb_page_frame_head(kernel, frame, word, &head);
	if (err)
		return err;
	if (head)
		return fb_page_frame_number(kernel, head, head_ret);
	*head_ret = pfn;
	return NULL;
}

/* A struct page of another use has another word where a slab has its cache: one counts that is linked with
 * the other caches, has a name, and sizes that can be. */
static struct fb_error *read_cache(struct fb_kernel *kernel, uint64_t cache,
				   struct fb_slab_object *object)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct fb_space *space = fb_kernel_space(kernel);
	uint64_t node = cache + layout->kmem_cache_list.offset, next = 0, back = 0, name = 0;
	struct fb_error *err = fb_layout_require(&layout->kmem_cache_list);

	if (!err && (!fb_kernel_address_ok(cache) || cache % 8))
		err = fb_error_create(FB_NOT_FOUND, "the page is in no slab");
	if (!err)
		err = fb_space_u64(space, node, &next);
	if (!err && !fb_kernel_address_ok(next))
		err = fb_error_create(FB_NOT_FOUND, "the page is in no slab");
	if (!err)
		err = fb_space_u64(space, next + 8, &back);
	if (!err && back != node)
		err = fb_error_create(FB_NOT_FOUND, "the page is in no slab");
	if (!err)
		err = fb_slab_cache_read(kernel, cache, &object->cache);
	if (!err)
		err = fb_kernel_field(kernel, cache, &layout->kmem_cache_name, &name);
	if (!err)
		err = fb_space_string(space, name, object->name, sizeof(object->name));
	if (!err && !isgraph((unsigned char)object->name[0]))
		err = fb_error_create(FB_CORRUPT, "a slab cache without a name");
	return err;
}

struct fb_error *fb_slab_head(struct fb_kernel *kernel, uint64_t address, uint64_t *pfn_ret)
{
	uint64_t base = fb_kernel_direct_map(kernel, 0);

	if (!base || !fb_kernel_layout(kernel)->page.size || address < base ||
	    (address - base) >> FB_PAGE_SHIFT >= fb_dump_info(fb_kernel_dump(kernel))->max_pfn)
		return fb_error_create(FB_NOT_FOUND,
				       "0x%" PRIx64 " is not in the direct map of memory", address);
	return head_of(kernel, (address - base) >> FB_PAGE_SHIFT, pfn_ret);
}

/* head_ret: the first frame of the slab. */
static struct fb_error *cache_at(struct fb_kernel *kernel, uint64_t address,
				 struct fb_slab_object *object, uint64_t *head_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	const struct fb_field *owner =
		layout->slab_slab_cache.found ? &layout->slab_slab_cache : &layout->page_slab_cache;
	uint64_t frame, cache;
	struct fb_error *err = fb_slab_head(kernel, address, head_ret);

	if (!err)
		err = fb_page_frame_address(kernel, *head_ret, &frame);
	if (!err)
		err = fb_kernel_field(kernel, frame, owner, &cache);
	return err ? err : read_cache(kernel, cache, object);
}

struct fb_error *fb_slab_cache_at(struct fb_kernel *kernel, uint64_t address,
				  struct fb_slab_object *object_ret)
{
	struct fb_slab_object object = {.address = 0};
	uint64_t head;
	struct fb_error *err = cache_at(kernel, address, &object, &head);

	if (!err)
		*object_ret = object;
	return err;
}

struct fb_error *fb_slab_object_at(struct fb_kernel *kernel, uint64_t address,
				   struct fb_slab_object *object_ret)
{
	uint64_t base = fb_kernel_direct_map(kernel, 0), head = 0, distance, index;
	struct fb_slab_object object;
	struct fb_error *err = cache_at(kernel, address, &object, &head);

	if (err)
		return err;
	distance = address - (base + (head << FB_PAGE_SHIFT));
	index = distance / object.cache.size;
	object.address =
		base + (head << FB_PAGE_SHIFT) + index * object.cache.size + object.cache.left_pad;
	if (index >= object.cache.per_slab || address < object.address ||
	    address - object.address >= object.cache.object_size)
		return fb_error_create(FB_NOT_FOUND, "0x%" PRIx64 " is between objects of %.32s",
				       address, object.name);
	*object_ret = object;
	return NULL;
}
