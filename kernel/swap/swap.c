// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads swapped pages that are still in the dump: in the swap cache, or compressed in zram.
 * Called by the joined space of a process (bundle/process).
 */
#include "kernel/swap/swap.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/part.h"
#include "kernel/memory/page_frame.h"
#include "kernel/memory/xarray.h"
#include "kernel/modules/module_types.h"
#include "kernel/swap/swap_table.h"
#include "kernel/swap/zram.h"

/* MAX_SWAPFILES is at most 2^MAX_SWAPFILES_SHIFT (include/linux/swap.h). */
#define MAX_AREAS 32u
/* One address_space of the swap cache covers 2^SWAP_ADDRESS_SPACE_SHIFT slots (4b3ef9daa4fc). */
#define CACHE_SHIFT 14u
/* Bits of swap_info_struct.flags (include/linux/swap.h), and of its inuse_pages since 6.13 (SWAP_USAGE_OFFLIST_BIT). */
#define SWP_USED 1u
#define OFF_LIST (1u << 30)

struct area {
	uint64_t cache; /* array of struct address_space; 0: none */
	/* Looked for at the first page that the cache does not have. */
	bool looked;
	struct fb_zram *zram; /* NULL: not on zram, or that cannot be read */
};

struct fb_swap {
	struct fb_kernel *kernel;
	struct fb_module_types *types;
	pthread_mutex_t lock; /* guards looked and zram until looked */
	struct area areas[MAX_AREAS];
	uint32_t count;
};

/* The array of address_spaces of each area: swapper_spaces[type]. */
static struct fb_error *find_cache(struct fb_swap *swap, uint32_t type)
{
	uint64_t spaces;
	struct fb_error *err;

	err = fb_kernel_symbol(swap->kernel, "swapper_spaces", &spaces);
	if (!err)
		err = fb_space_u64(fb_kernel_space(swap->kernel), spaces + type * sizeof(uint64_t),
				   &swap->areas[type].cache);
	return fb_part_warn_if_there(fb_kernel_warnings(swap->kernel), err,
				     "the cache of swap area %u", type);
}

static struct fb_error *find_areas(struct fb_swap *swap)
{
	uint32_t count;
	struct fb_error *err = fb_kernel_variable_u32(swap->kernel, "nr_swapfiles", &count);

	if (err)
		return err;
	swap->count = count < MAX_AREAS ? count : MAX_AREAS;
	for (uint32_t type = 0; type < swap->count && !err; type++)
		err = find_cache(swap, type);
	return err;
}

struct fb_error *fb_swap_create(struct fb_kernel *kernel, struct fb_swap **swap_ret)
{
	struct fb_swap *swap = calloc(1, sizeof(*swap));
	struct fb_error *err;

	if (!swap)
		return fb_error_nomem();
	swap->kernel = kernel;
	pthread_mutex_init(&swap->lock, NULL); /* the default kind cannot fail */
	err = fb_module_types_create(kernel, &swap->types);
	if (!err)
		err = find_areas(swap);
	/* A kernel without swap has neither symbol. */
	err = fb_part_warn_if_there(fb_kernel_warnings(kernel), err, "swap areas");
	if (err)
		fb_swap_destroy(swap);
	else
		*swap_ret = swap;
	return err;
}

void fb_swap_destroy(struct fb_swap *swap)
{
	if (!swap)
		return;
	for (uint32_t i = 0; i < MAX_AREAS; i++)
		fb_zram_destroy(swap->areas[i].zram);
	fb_module_types_destroy(swap->types);
	pthread_mutex_destroy(&swap->lock);
	free(swap);
}

static struct fb_error *find_info(const struct fb_swap *swap, uint32_t type, uint64_t *info_ret)
{
	uint64_t infos;
	struct fb_error *err = fb_kernel_symbol(swap->kernel, "swap_info", &infos);

	return err ? err
		   : fb_space_u64(fb_kernel_space(swap->kernel), infos + type * sizeof(infos),
				  info_ret);
}

/* Slots are pages of the device only where the device itself was swapped to, not a file on it. */
static struct fb_error *find_device(struct fb_swap *swap, uint32_t type, uint64_t *bdev_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(swap->kernel);
	uint64_t info, file, inode, mode = 0;
	struct fb_error *err = find_info(swap, type, &info);

	if (!err)
		err = fb_kernel_field(swap->kernel, info, &layout->swap_info_file, &file);
	if (!err)
		err = fb_kernel_field(swap->kernel, file, &layout->file_inode, &inode);
	if (!err)
		err = fb_kernel_field(swap->kernel, inode, &layout->inode_mode, &mode);
	if (!err && !S_ISBLK(mode))
		err = fb_error_create(FB_NOT_FOUND, "a file was swapped to");
	return err ? err : fb_kernel_field(swap->kernel, info, &layout->swap_info_bdev, bdev_ret);
}

static struct fb_error *find_zram(struct fb_swap *swap, uint32_t type)
{
	struct area *area = &swap->areas[type];
	uint64_t bdev;
	struct fb_error *err;

	if (area->looked)
		return NULL;
	err = find_device(swap, type, &bdev);
	if (!err)
		err = fb_zram_open(swap->kernel, swap->types, bdev, &area->zram);
	area->looked = !fb_error_is_fatal(err);
	return fb_part_warn_if_there(fb_kernel_warnings(swap->kernel), err, "swap area %u", type);
}

/* The frame of a slot that is in the swap cache; UINT64_MAX: none. The index within an
 * address_space is the whole offset, and its low bits only since "mm/swap: reduce swap cache search
 * space" (6.11). */
static struct fb_error *cached_frame(struct fb_swap *swap, const struct area *area, uint64_t offset,
				     uint64_t *pfn_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(swap->kernel);
	const uint64_t indexes[] = {offset, offset & ((1u << CACHE_SHIFT) - 1)};
	uint64_t space, entry = 0;
	struct fb_error *err;

	*pfn_ret = UINT64_MAX;
	err = fb_layout_require(&layout->address_space_pages);
	if (err || !area->cache)
		return err;
	space = area->cache + (offset >> CACHE_SHIFT) * layout->address_space.size;
	for (size_t i = 0; i < FB_ARRAY_SIZE(indexes) && !entry && !err; i++)
		err = fb_xarray_load(swap->kernel, space + layout->address_space_pages.offset,
				     indexes[i], &entry);
	/* A value entry (bit 0) is the shadow of a page that has left. */
	if (!err && entry && !(entry & 1))
		err = fb_page_frame_number(swap->kernel, entry, pfn_ret);
	return err;
}

/* Whether the page is this slot's: page->private holds the swap entry of a page in the cache. */
static struct fb_error *is_of_slot(struct fb_swap *swap, uint64_t pfn, uint64_t offset,
				   bool *is_ret)
{
	struct fb_page_frame frame;
	struct fb_error *err = fb_page_frame_read(swap->kernel, pfn, &frame);

	*is_ret = !err && frame.known && (frame.private_data & ((1ull << 50) - 1)) == offset;
	return err;
}

/* In the tables of clusters, since 8578e0c00dcf (6.18). */
static struct fb_error *frame_in_table(struct fb_swap *swap, uint32_t type, uint64_t offset,
				       uint64_t *pfn_ret)
{
	uint64_t info;
	struct fb_error *err = find_info(swap, type, &info);

	return err ? err : fb_swap_table_frame(swap->kernel, info, offset, pfn_ret);
}

/* In the address_spaces, until then. */
static struct fb_error *frame_in_spaces(struct fb_swap *swap, uint32_t type, uint64_t offset,
					uint64_t *pfn_ret)
{
	uint64_t pfn = UINT64_MAX;
	bool is_slot = false;
	struct fb_error *err = cached_frame(swap, &swap->areas[type], offset, &pfn);

	if (!err && pfn != UINT64_MAX)
		err = is_of_slot(swap, pfn, offset, &is_slot);
	if (is_slot)
		*pfn_ret = pfn;
	return err;
}

static struct fb_error *read_cached(struct fb_swap *swap, uint32_t type, uint64_t offset,
				    void *page, bool *found_ret)
{
	uint64_t pfn = UINT64_MAX;
	struct fb_error *err = fb_kernel_layout(swap->kernel)->swap_cluster_table.found
				       ? frame_in_table(swap, type, offset, &pfn)
				       : frame_in_spaces(swap, type, offset, &pfn);

	if (!err && pfn != UINT64_MAX) {
		err = fb_dump_read_page(fb_kernel_dump(swap->kernel), pfn, page);
		*found_ret = !err;
	}
	return fb_part_skip(err);
}

struct fb_error *fb_swap_read(struct fb_swap *swap, uint32_t type, uint64_t offset, void *page,
			      const char **detail_ret)
{
	struct area *area;
	bool cached = false;
	struct fb_error *err;

	if (type >= swap->count)
		return fb_error_create(FB_ABSENT, "there is no swap area %u", type);
	area = &swap->areas[type];
	err = read_cached(swap, type, offset, page, &cached);
	if (err)
		return err;
	if (cached) {
		*detail_ret = "swap cache";
		return NULL;
	}
	pthread_mutex_lock(&swap->lock);
	err = find_zram(swap, type);
	pthread_mutex_unlock(&swap->lock);
	if (err)
		return err;
	if (!area->zram)
		return fb_error_create(FB_ABSENT, "page %" PRIu64 " of swap area %u is on a disk",
				       offset, type);
	err = fb_zram_read(area->zram, offset, page);
	if (!err)
		*detail_ret = "zram";
	return fb_error_prefix(err, "swap area %u", type);
}

uint32_t fb_swap_count(const struct fb_swap *swap)
{
	return swap->count;
}

/* What a zram device stores, where the area is on one. */
static struct fb_error *add_zram(struct fb_swap *swap, uint32_t type, struct fb_swap_area *area)
{
	struct fb_error *err;

	pthread_mutex_lock(&swap->lock);
	err = find_zram(swap, type);
	pthread_mutex_unlock(&swap->lock);
	if (err || !swap->areas[type].zram)
		return err;
	return fb_part_skip(fb_zram_stored(swap->areas[type].zram, area->algorithm,
					   sizeof(area->algorithm), &area->original,
					   &area->compressed, &area->stored_known));
}

/* Which device is swapped to; that it is unknown costs nothing else of what is told of the area. */
static struct fb_error *add_device(struct fb_swap *swap, uint64_t info, struct fb_swap_area *area)
{
	const struct fb_layout *layout = fb_kernel_layout(swap->kernel);
	uint64_t bdev = 0, device = 0;
	struct fb_error *err;

	if (area->on_file)
		return NULL;
	err = fb_kernel_field(swap->kernel, info, &layout->swap_info_bdev, &bdev);
	if (!err)
		err = fb_kernel_field(swap->kernel, bdev, &layout->bdev_number, &device);
	if (!err)
		area->device = device;
	return fb_part_skip(err);
}

struct fb_error *fb_swap_area(struct fb_swap *swap, uint32_t type, struct fb_swap_area *area_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(swap->kernel);
	struct fb_swap_area area = {0};
	uint64_t info = 0, flags = 0, pages = 0, used = 0, inode = 0, mode = 0;
	int64_t priority = 0;
	struct fb_error *err =
		type < swap->count ? find_info(swap, type, &info)
				   : fb_error_create(FB_INVALID, "there is no swap area %u", type);

	if (!err)
		err = fb_kernel_field(swap->kernel, info, &layout->swap_info_flags, &flags);
	area.used = flags & SWP_USED;
	if (err || !area.used) {
		if (!err)
			*area_ret = area;
		return err;
	}
	err = fb_kernel_field(swap->kernel, info, &layout->swap_info_file, &area.file);
	if (!err)
		err = fb_kernel_field_signed(swap->kernel, info, &layout->swap_info_priority,
					     &priority);
	if (!err)
		err = fb_kernel_field(swap->kernel, info, &layout->swap_info_pages, &pages);
	if (!err)
		err = fb_kernel_field(swap->kernel, info, &layout->swap_info_used, &used);
	if (!err)
		err = fb_kernel_field(swap->kernel, area.file, &layout->file_inode, &inode);
	if (!err)
		err = fb_kernel_field(swap->kernel, inode, &layout->inode_mode, &mode);
	area.on_file = !S_ISBLK(mode);
	if (!err)
		err = add_device(swap, info, &area);
	if (!err)
		err = add_zram(swap, type, &area);
	if (err)
		return err;
	if (layout->swap_info_used.size == sizeof(used))
		used &= ~(uint64_t)OFF_LIST;
	area.priority = (int32_t)priority;
	area.bytes = pages * FB_PAGE_SIZE;
	area.used_bytes = used * FB_PAGE_SIZE;
	*area_ret = area;
	return NULL;
}
