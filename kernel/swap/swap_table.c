// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the page of a slot in the table of its cluster. Called by swap.c.
 */
#include "kernel/swap/swap_table.h"

#include <inttypes.h>

#include "kernel/memory/page_frame.h"

/* The words of a table: 0 for a free slot; with bit 0 the shadow of a page that has left; else the page's folio, by its
 * address until 0d6af9bcf383 (7.1), and by its frame since: 10 in the lowest bits, the frame above them, and at the
 * top, where no frame has bits, how often the slot is used. All ones above 1000: no slot. */
#define SHADOW 1u
#define MARK_BITS 2u
#define MARK_FRAME 2u
#define BAD (~UINT64_C(0) << 3)
/* MAX_PHYSMEM_BITS - PAGE_SHIFT: bits of a frame's number on x86-64 (arch/x86/include/asm/sparsemem.h). */
#define FRAME_BITS 40u
/* Bits of a swap entry that are the slot's number (SWP_TYPE_SHIFT, include/linux/swapops.h). */
#define OFFSET_BITS 50u
/* HPAGE_PMD_ORDER: no folio is swapped that is larger than a cluster. */
#define MAX_ORDER 9u

static struct fb_error *read_word(struct fb_kernel *kernel, uint64_t info, uint64_t offset,
				  uint64_t *word_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t slots = layout->swap_table.size / sizeof(uint64_t), clusters = 0, max = 0,
		 table = 0;
	struct fb_error *err = fb_kernel_field(kernel, info, &layout->swap_info_max, &max);

	*word_ret = 0;
	if (!err)
		err = fb_kernel_field(kernel, info, &layout->swap_info_clusters, &clusters);
	if (err || offset >= max || !clusters)
		return err;
	if (!slots || !layout->swap_cluster.size)
		return fb_error_create(FB_NOT_FOUND, "the sizes of tables of swap clusters");
	err = fb_kernel_field(kernel, clusters + offset / slots * layout->swap_cluster.size,
			      &layout->swap_cluster_table, &table);
	if (err || !table)
		return err;
	return fb_space_u64(fb_kernel_space(kernel), table + offset % slots * sizeof(uint64_t),
			    word_ret);
}

/* The folio's first frame; UINT64_MAX: the slot has no page in the cache. */
static struct fb_error *folio_of(struct fb_kernel *kernel, uint64_t word, uint64_t *pfn_ret)
{
	if (!word || (word & SHADOW) || word == BAD)
		return NULL;
	if ((word & ((1u << MARK_BITS) - 1)) == MARK_FRAME) {
		*pfn_ret = word >> MARK_BITS & ((UINT64_C(1) << FRAME_BITS) - 1);
		return NULL;
	}
	return fb_page_frame_number(kernel, word, pfn_ret);
}

struct fb_error *fb_swap_table_frame(struct fb_kernel *kernel, uint64_t info, uint64_t offset,
				     uint64_t *pfn_ret)
{
	struct fb_page_frame frame;
	uint64_t word, pfn = UINT64_MAX, within;
	uint32_t order = 0;
	struct fb_error *err = read_word(kernel, info, offset, &word);

	if (!err)
		err = folio_of(kernel, word, &pfn);
	if (!err && pfn != UINT64_MAX)
		err = fb_page_frame_read(kernel, pfn, &frame);
	if (err)
		return err;
	*pfn_ret = UINT64_MAX;
	/* page->private of a folio's first page holds the entry of its first slot. */
	if (pfn == UINT64_MAX || !frame.known || frame.head)
		return NULL;
	within = offset - (frame.private_data & ((UINT64_C(1) << OFFSET_BITS) - 1));
	if (within)
		err = fb_page_frame_order(kernel, pfn, &order);
	if (!err && within < UINT64_C(1) << (order < MAX_ORDER ? order : MAX_ORDER))
		*pfn_ret = pfn + within;
	return err;
}
