// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The mappings that are left in slabs, searched once for all processes. Called by vma.c where a
 * process's tree or list is broken.
 */
#include "kernel/mappings/vma_slab.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/search.h"
#include "kernel/memory/slab.h"

struct search {
	struct fb_kernel *kernel;
	struct fb_slab_vmas *found;
	size_t room;
};

/* Whether it is in its process's tree: what was taken out is freed only later. */
static struct fb_error *is_attached(struct fb_kernel *kernel, uint64_t vma, bool *attached_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t detached = 0, references = 1;
	struct fb_error *err = NULL;

	if (layout->vma_detached.found)
		err = fb_kernel_field(kernel, vma, &layout->vma_detached, &detached);
	else if (layout->vma_refcount.found)
		err = fb_kernel_field(kernel, vma, &layout->vma_refcount, &references);
	if (!err)
		*attached_ret = !detached && references;
	return err;
}

/* Freed ones keep what they named; one that cannot be read names nothing. */
static struct fb_error *visit_object(void *context, const struct fb_slab_cache *cache,
				     uint64_t object)
{
	struct search *search = context;
	uint64_t mm = 0;
	bool in_use = false, attached = false;
	struct fb_error *err;

	err = fb_kernel_field(search->kernel, object, &fb_kernel_layout(search->kernel)->vma_mm,
			      &mm);
	if (!err && fb_kernel_address_ok(mm))
		err = fb_slab_object_in_use(search->kernel, cache, object, &in_use);
	if (!err && in_use)
		err = is_attached(search->kernel, object, &attached);
	if (err || !attached)
		return fb_part_skip(err);
	err = fb_grow_array(&search->found->vmas, &search->room, search->found->count,
			    sizeof(*search->found->vmas), FB_MAX_SLAB_VMAS, "mappings in slabs");
	if (!err)
		search->found->vmas[search->found->count++] = (struct fb_slab_vma){mm, object};
	return err;
}

static int compare(const void *left, const void *right)
{
	const struct fb_slab_vma *a = left, *b = right;

	if (a->mm != b->mm)
		return a->mm < b->mm ? -1 : 1;
	return (a->address > b->address) - (a->address < b->address);
}

static struct fb_error *search_slabs(struct fb_kernel *kernel, struct fb_slab_vmas *found)
{
	struct search search = {.kernel = kernel, .found = found};
	struct fb_slab_cache cache;
	struct fb_slab_scan scan = {
		.caches = &cache,
		.cache_count = 1,
		.object = visit_object,
		.context = &search,
	};
	uint64_t address;
	struct fb_error *err = fb_layout_require(&fb_kernel_layout(kernel)->vma_mm);

	if (!err)
		err = fb_kernel_variable_u64(kernel, "vm_area_cachep", &address);
	if (!err)
		err = fb_slab_cache_read(kernel, address, &cache);
	if (!err)
		err = fb_slab_scan(kernel, &scan);
	if (found->count)
		qsort(found->vmas, found->count, sizeof(*found->vmas), compare);
	return err;
}

void fb_slab_vmas_destroy(void *found)
{
	struct fb_slab_vmas *vmas = found;

	if (!vmas)
		return;
	free(vmas->vmas);
	free(vmas);
}

/* What was found before the search was stopped stays. */
static struct fb_error *make(struct fb_kernel *kernel, void **found_ret)
{
	struct fb_slab_vmas *found = calloc(1, sizeof(*found));
	struct fb_error *err;

	if (!found)
		return fb_error_nomem();
	err = search_slabs(kernel, found);
	err = fb_part_warn_if_there(fb_kernel_warnings(kernel), err, "mappings from slabs");
	if (err)
		fb_slab_vmas_destroy(found);
	else
		*found_ret = found;
	return err;
}

struct fb_error *fb_slab_vmas_of(struct fb_kernel *kernel, uint64_t mm,
				 const struct fb_slab_vma **first_ret, size_t *count_ret)
{
	const struct fb_slab_vmas *all;
	size_t first, count = 0;
	void *kept;
	struct fb_error *err =
		fb_kernel_keep(kernel, FB_KERNEL_SLAB_VMAS, make, fb_slab_vmas_destroy, &kept);

	if (err)
		return err;
	all = kept;
	first = FB_LOWER_BOUND(i, all->count, all->vmas[i].mm < mm);
	while (first + count < all->count && all->vmas[first + count].mm == mm)
		count++;
	*first_ret = count ? all->vmas + first : NULL;
	*count_ret = count;
	return NULL;
}
