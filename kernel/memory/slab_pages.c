// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds all slabs by the struct pages of all frames: only a kernel that debugs a cache has a list of those without free
 * objects. Called by the command slab.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/part.h"
#include "kernel/memory/page_frame.h"
#include "kernel/memory/slab_free.h"

/* Struct pages that are read at once. */
#define WINDOW 1024u
/* struct page is 64 bytes; with debugging options some 100. */
#define MOST_STRUCT_PAGE 256u

struct slab_pages {
	struct fb_kernel *kernel;
	const struct fb_slab_cache *cache;
	uint64_t end; /* frames below are in a slab that was given already */
	const struct fb_field *owner;
	struct fb_slab_mark mark;
	uint32_t size; /* of struct page */
	uint64_t lost; /* struct pages that cannot be read */
	struct fb_error *(*callback)(void *context, const struct fb_slab *slab);
	void *context;
};

/* Frames without a struct page are no loss: there is no memory then. */
static void count_hole(void *context, uint64_t address, size_t length, struct fb_error *err)
{
	struct slab_pages *pages = context;

	(void)address;
	if (!fb_error_is(err, FB_FAULT))
		pages->lost += length / pages->size;
	fb_error_destroy(err);
}

/* Whether the struct page is the first of a slab that is wanted. */
static bool is_wanted(const struct slab_pages *pages, const uint8_t *page)
{
	const struct fb_layout *layout = fb_kernel_layout(pages->kernel);
	uint64_t flags, compound, owner;
	uint32_t type;

	memcpy(&flags, page + layout->page_flags.offset, sizeof(flags));
	memcpy(&compound, page + layout->page_compound_head.offset, sizeof(compound));
	memcpy(&owner, page + pages->owner->offset, sizeof(owner));
	memcpy(&type, page + layout->page_mapcount.offset, sizeof(type));
	/* A struct page that was never set up has all bits set (PAGE_POISON_PATTERN). */
	if (flags == UINT64_MAX || !fb_slab_mark_is(&pages->mark, flags, type))
		return false;
	return !(compound & 1) && owner == pages->cache->address;
}

/* The slab must fit into its cache's pages, and not into those of another one. */
static struct fb_error *give(struct slab_pages *pages, uint64_t pfn)
{
	uint64_t bytes;
	struct fb_slab slab;
	struct fb_error *err = fb_slab_read(pages->kernel, pfn, &slab);

	if (!err && (slab.objects > pages->cache->per_slab || pfn < pages->end))
		err = fb_error_create(FB_CORRUPT, "no slab at frame 0x%" PRIx64, pfn);
	if (err)
		return fb_part_warn(fb_kernel_warnings(pages->kernel), err, "a slab");
	bytes = (uint64_t)slab.objects * pages->cache->size;
	pages->end = pfn + ((bytes + FB_PAGE_SIZE - 1) >> FB_PAGE_SHIFT);
	return pages->callback(pages->context, &slab);
}

static struct fb_error *visit_window(struct slab_pages *pages, uint64_t first, uint64_t count,
				     uint8_t *buffer)
{
	uint64_t address;
	struct fb_error *err = fb_page_frame_address(pages->kernel, first, &address);

	if (!err)
		err = fb_space_read_holes(fb_kernel_space(pages->kernel), address, buffer,
					  count * pages->size, count_hole, pages);
	for (uint64_t i = 0; i < count && !err; i++)
		if (is_wanted(pages, buffer + i * pages->size))
			err = give(pages, first + i);
	return err;
}

static struct fb_error *check_layout(const struct slab_pages *pages)
{
	const struct fb_layout *layout = fb_kernel_layout(pages->kernel);
	const struct fb_field *fields[] = {&layout->page_flags, &layout->page_compound_head,
					   pages->owner, &layout->page_mapcount};

	for (size_t i = 0; i < FB_ARRAY_SIZE(fields); i++) {
		uint32_t size = fields[i] == &layout->page_mapcount ? 4 : 8;
		struct fb_error *err = fb_layout_require(fields[i]);

		if (err)
			return err;
		if (layout->page.size < size || layout->page.size > MOST_STRUCT_PAGE ||
		    fields[i]->offset > layout->page.size - size)
			return fb_error_create(FB_UNSUPPORTED, "struct page has %u bytes",
					       layout->page.size);
	}
	if (!fb_kernel_direct_map(pages->kernel, 0))
		return fb_error_create(FB_NOT_FOUND,
				       "slabs cannot be found without the place of the "
				       "direct map");
	return NULL;
}

struct fb_error *fb_slab_for_each(struct fb_kernel *kernel, const struct fb_slab_cache *cache,
				  struct fb_error *(*callback)(void *context,
							       const struct fb_slab *slab),
				  void *context, uint64_t *lost_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct slab_pages pages = {
		.kernel = kernel,
		.cache = cache,
		.owner = layout->slab_slab_cache.found ? &layout->slab_slab_cache
						       : &layout->page_slab_cache,
		.mark = fb_slab_mark_find(kernel),
		.size = layout->page.size,
		.callback = callback,
		.context = context,
	};
	uint8_t *buffer = NULL;
	uint64_t end = 0;
	struct fb_error *err = check_layout(&pages);

	if (!err)
		err = fb_page_frames_end(kernel, &end);
	if (err)
		return err;
	buffer = malloc((size_t)WINDOW * pages.size);
	if (!buffer)
		return fb_error_nomem();
	for (uint64_t first = 0; first < end && !err; first += WINDOW)
		err = visit_window(&pages, first, end - first < WINDOW ? end - first : WINDOW,
				   buffer);
	free(buffer);
	if (!err)
		*lost_ret = pages.lost;
	return err;
}
