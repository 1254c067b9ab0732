// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The page cache of mapped files: file->f_mapping->i_pages, an XArray of folios by their index in the
 * file. Called for process memory that no page table leads to, and by the filter, which keeps some of it.
 */
#include "kernel/mappings/vma_cached.h"

#include <inttypes.h>

#include "base/part.h"
#include "kernel/memory/page_frame.h"
#include "kernel/memory/xarray.h"

/* An entry of the XArray that is no page: of shared memory that is swapped out, or the mark of one that was dropped. */
#define VALUE_ENTRY 1u

void fb_file_cache_init(struct fb_kernel *kernel, struct fb_file_cache *cache)
{
	static const char *const names[] = {"PG_swapbacked", "PG_dirty", "PG_writeback"};
	const struct fb_btf *types = fb_kernel_types(kernel);

	*cache = (struct fb_file_cache){.kernel = kernel,
					.uptodate = fb_page_flag(types, "PG_uptodate")};
	for (size_t i = 0; i < FB_ARRAY_SIZE(names); i++) {
		const uint64_t bit = fb_page_flag(types, names[i]);

		if (!bit) {
			cache->unlike_file = 0;
			return;
		}
		cache->unlike_file |= bit;
	}
}

/* mapping and flags of a page, which of a compound page its first struct page has. */
static struct fb_error *read_page(struct fb_kernel *kernel, uint64_t pfn, uint64_t *mapping_ret,
				  uint64_t *flags_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t page, word, head;
	struct fb_error *err = fb_page_frame_address(kernel, pfn, &page);

	if (!err)
		err = fb_kernel_field(kernel, page, &layout->page_compound_head, &word);
	if (!err)
		err = fb_page_frame_head(kernel, page, word, &head);
	if (err)
		return err;
	if (head)
		page = head;
	err = fb_kernel_field(kernel, page, &layout->page_mapping, mapping_ret);
	return err ? err : fb_kernel_field(kernel, page, &layout->page_flags, flags_ret);
}

struct fb_error *fb_page_is_as_in_file(const struct fb_file_cache *cache, uint64_t mapping,
				       uint64_t pfn, bool *is_ret)
{
	uint64_t owner, flags;
	struct fb_error *err;

	*is_ret = false;
	if (!cache->uptodate || !cache->unlike_file)
		return NULL;
	err = read_page(cache->kernel, pfn, &owner, &flags);
	*is_ret = !err && owner == mapping && flags & cache->uptodate &&
		  !(flags & cache->unlike_file);
	return fb_part_skip(err);
}

struct fb_error *fb_vma_file_mapping(struct fb_kernel *kernel, const struct fb_vma *vma,
				     uint64_t *mapping_ret)
{
	uint64_t mapping = 0;
	struct fb_error *err = NULL;

	if (vma->file && !(vma->flags & (FB_VM_HUGETLB | FB_VM_PFNMAP | FB_VM_IO)))
		err = fb_part_skip(fb_kernel_field(
			kernel, vma->file, &fb_kernel_layout(kernel)->file_mapping, &mapping));
	if (!err)
		*mapping_ret = mapping;
	return err;
}

/* The struct page of one index of a folio, given by its first struct page. A folio of several pages is entered in
 * the XArray once, for all of its indexes. */
static struct fb_error *page_of_folio(struct fb_kernel *kernel, uint64_t folio, uint64_t index,
				      uint64_t *page_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t first, page, word, head;
	struct fb_error *err = fb_kernel_field(kernel, folio, &layout->page_index, &first);

	if (err || first == index) {
		*page_ret = folio;
		return err;
	}
	if (index < first || index - first > UINT32_MAX)
		return fb_error_create(FB_CORRUPT, "page 0x%" PRIx64 " is of another index", folio);
	page = folio + (index - first) * layout->page.size;
	err = fb_kernel_field(kernel, page, &layout->page_compound_head, &word);
	if (!err)
		err = fb_page_frame_head(kernel, page, word, &head);
	if (!err && head != folio)
		err = fb_error_create(FB_CORRUPT, "page 0x%" PRIx64 " has no index %" PRIu64, folio,
				      index);
	if (!err)
		*page_ret = page;
	return err;
}

/* The frame of a folio that is at index of a file's cache. FB_NOT_FOUND: its bytes are not there yet, or it left the
 * cache meanwhile. */
static struct fb_error *frame_of(const struct fb_file_cache *cache, uint64_t mapping,
				 uint64_t folio, uint64_t index, uint64_t *pfn_ret)
{
	struct fb_kernel *kernel = cache->kernel;
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t flags, owner, page;
	struct fb_error *err = fb_kernel_field(kernel, folio, &layout->page_flags, &flags);

	if (!err)
		err = fb_kernel_field(kernel, folio, &layout->page_mapping, &owner);
	if (!err && (owner != mapping || !(flags & cache->uptodate)))
		err = fb_error_create(FB_NOT_FOUND, "page 0x%" PRIx64 " is not in use", folio);
	if (!err)
		err = page_of_folio(kernel, folio, index, &page);
	return err ? err : fb_page_frame_number(kernel, page, pfn_ret);
}

struct fb_error *fb_vma_cached(const struct fb_file_cache *cache, const struct fb_vma *vma,
			       uint64_t address, uint64_t length, struct fb_cached_run *run_ret)
{
	struct fb_kernel *kernel = cache->kernel;
	struct fb_cached_run run = {.length = length & FB_PAGE_MASK};
	uint64_t mapping, index = vma->pgoff + (address - vma->start) / FB_PAGE_SIZE;
	uint64_t last, found = 0, entry = 0;
	const struct fb_field *pages = &fb_kernel_layout(kernel)->address_space_pages;
	struct fb_error *err = fb_vma_file_mapping(kernel, vma, &mapping);

	if (!run.length)
		run.length = FB_PAGE_SIZE;
	last = index + (run.length / FB_PAGE_SIZE - 1);
	if (!err && mapping && pages->found && last >= index) {
		err = fb_xarray_next(kernel, mapping + pages->offset, index, last, &found, &entry);
		if (err || found == index)
			run.length = FB_PAGE_SIZE;
		else if (found <= last)
			run.length = (found - index) * FB_PAGE_SIZE;
		if (!err && entry && found == index && !(entry & VALUE_ENTRY)) {
			err = frame_of(cache, mapping, entry, index, &run.pfn);
			run.cached = !err;
		}
	}
	err = fb_error_is(err, FB_CORRUPT)
		      ? fb_part_warn(fb_kernel_warnings(kernel), err, "page cache of a mapped file")
		      : fb_part_skip(err);
	if (!err)
		*run_ret = run;
	return err;
}
