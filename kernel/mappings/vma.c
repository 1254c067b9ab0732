// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The mappings of a process, from the list or the maple tree; where these are broken, from slabs
 * too. Called wherever the mappings of a process are needed.
 */
#include "kernel/mappings/vma.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/search.h"
#include "kernel/mappings/vma_slab.h"
#include "kernel/memory/maple_tree.h"

struct collect {
	struct fb_kernel *kernel;
	struct fb_vma *vma;
	size_t count, room;
	size_t broken;
	struct fb_error *first_break;
};

/* Where user space ends: half of what the page tables reach. */
static uint64_t user_end(struct fb_kernel *kernel)
{
	return 1ull << (fb_kernel_info(kernel)->levels == 5 ? 56 : 47);
}

static struct fb_error *read_vma(struct fb_kernel *kernel, uint64_t address, struct fb_vma *vma)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct fb_error *err;

	memset(vma, 0, sizeof(*vma));
	vma->address = address;
	err = fb_kernel_field(kernel, address, &layout->vma_start, &vma->start);
	if (!err)
		err = fb_kernel_field(kernel, address, &layout->vma_end, &vma->end);
	if (!err)
		err = fb_kernel_field(kernel, address, &layout->vma_flags, &vma->flags);
	if (!err)
		err = fb_kernel_field(kernel, address, &layout->vma_pgoff, &vma->pgoff);
	if (!err)
		err = fb_kernel_field(kernel, address, &layout->vma_file, &vma->file);
	if (!err && (vma->start >= vma->end || vma->start % FB_PAGE_SIZE ||
		     vma->end % FB_PAGE_SIZE || vma->end > user_end(kernel)))
		err = fb_error_create(FB_CORRUPT, "mapping 0x%" PRIx64 "-0x%" PRIx64, vma->start,
				      vma->end);
	return fb_error_prefix(err, "vm_area_struct 0x%" PRIx64, address);
}

static struct fb_error *append(struct collect *collect, const struct fb_vma *vma)
{
	struct fb_error *err;

	err = fb_grow_array(&collect->vma, &collect->room, collect->count, sizeof(*vma),
			    FB_MAX_VMAS, "mappings");
	if (!err)
		collect->vma[collect->count++] = *vma;
	return err;
}

/* A part of the tree that cannot be read: all of a process's are one warning. */
static struct fb_error *note_break(void *context, struct fb_error *err)
{
	struct collect *collect = context;

	if (collect->broken++)
		fb_error_destroy(err);
	else
		collect->first_break = err;
	return NULL;
}

static void warn_of_breaks(struct collect *collect, uint64_t mm)
{
	struct fb_error *first = collect->first_break;

	if (collect->broken > 1)
		first = fb_error_prefix(first, "broken in %zu places, the first", collect->broken);
	fb_warn_error(fb_kernel_warnings(collect->kernel), first,
		      "mappings of mm_struct 0x%" PRIx64, mm);
}

/* An entry of the maple tree. One that cannot be read costs itself. */
static struct fb_error *add_from_tree(void *context, uint64_t first, uint64_t last, uint64_t entry)
{
	struct collect *collect = context;
	struct fb_vma vma;
	struct fb_error *err = read_vma(collect->kernel, entry, &vma);

	if (!err && (vma.start != first || vma.end - 1 != last))
		err = fb_error_create(FB_CORRUPT,
				      "vm_area_struct 0x%" PRIx64
				      " is not of the range of its tree entry",
				      entry);
	if (!err)
		err = append(collect, &vma);
	if (!err || fb_error_is_fatal(err) || fb_error_is(err, FB_LIMIT))
		return err;
	return note_break(collect, err);
}

/* The list is in order of address: an entry that is not cannot be followed any further. */
static struct fb_error *collect_list(struct collect *collect, uint64_t mm)
{
	const struct fb_layout *layout = fb_kernel_layout(collect->kernel);
	uint64_t address, after = 0;
	struct fb_vma vma;
	struct fb_error *err;

	err = fb_kernel_field(collect->kernel, mm, &layout->mm_mmap, &address);
	while (!err && address) {
		err = read_vma(collect->kernel, address, &vma);
		if (err)
			break;
		if (vma.start < after)
			return fb_error_create(FB_CORRUPT,
					       "vm_area_struct 0x%" PRIx64 " is out of order",
					       address);
		after = vma.end;
		err = append(collect, &vma);
		if (!err)
			err = fb_kernel_field(collect->kernel, address, &layout->vma_next,
					      &address);
	}
	return err;
}

static int compare_vmas(const void *left, const void *right)
{
	const struct fb_vma *a = left, *b = right;

	return (a->start > b->start) - (a->start < b->start);
}

static void sort(struct collect *collect)
{
	if (collect->count)
		qsort(collect->vma, collect->count, sizeof(*collect->vma), compare_vmas);
}

/* Those of the slabs that lie where nothing is known. Two of them that overlap are both passed over: one
 * is no more, and which cannot be told. */
static struct fb_error *add_from_slabs(struct collect *collect, uint64_t mm)
{
	struct fb_vmas known = {.vma = collect->vma, .count = collect->count};
	struct collect fresh = {.kernel = collect->kernel};
	const struct fb_slab_vma *candidates;
	size_t count;
	struct fb_error *err = fb_slab_vmas_of(collect->kernel, mm, &candidates, &count);

	for (size_t i = 0; !err && i < count; i++) {
		const struct fb_vma *next;
		struct fb_vma vma;

		err = read_vma(collect->kernel, candidates[i].address, &vma);
		if (err) {
			err = fb_part_skip(err);
			continue;
		}
		next = fb_vmas_next(&known, vma.start);
		if (!next || next->start >= vma.end)
			err = append(&fresh, &vma);
	}
	sort(&fresh);
	for (size_t i = 0; !err && i < fresh.count; i++) {
		bool overlaps = (i && fresh.vma[i - 1].end > fresh.vma[i].start) ||
				(i + 1 < fresh.count && fresh.vma[i].end > fresh.vma[i + 1].start);

		if (!overlaps)
			err = append(collect, &fresh.vma[i]);
	}
	free(fresh.vma);
	return err;
}

/* How many mappings the kernel counted. 0 where that cannot be read, which then tells of none that is lost. */
static struct fb_error *count_mappings(struct fb_kernel *kernel, uint64_t mm, uint64_t *counted)
{
	return fb_part_skip(
		fb_kernel_field(kernel, mm, &fb_kernel_layout(kernel)->mm_map_count, counted));
}

/* Of those counted, the ones that the tree or list did not lead to. */
static uint64_t missing(const struct collect *collect, uint64_t counted)
{
	return counted > collect->count && counted <= FB_MAX_VMAS ? counted - collect->count : 0;
}

struct fb_error *fb_vmas_load(struct fb_kernel *kernel, uint64_t mm, struct fb_vmas *vmas_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct collect collect = {.kernel = kernel};
	uint64_t counted = 0;
	struct fb_error *err;

	if (layout->mm_mt_root.found)
		err = fb_maple_for_each(kernel, mm + layout->mm_mt_root.offset, add_from_tree,
					note_break, &collect);
	else
		err = collect_list(&collect, mm);
	if (err && !fb_error_is_fatal(err) && !fb_error_is(err, FB_NOT_FOUND))
		err = note_break(&collect, err);
	sort(&collect);
	if (!err)
		err = count_mappings(kernel, mm, &counted);
	if (!err && collect.broken && missing(&collect, counted)) {
		err = add_from_slabs(&collect, mm);
		if (fb_error_is(err, FB_LIMIT))
			err = note_break(&collect, err);
		sort(&collect);
	}
	if (err) {
		free(collect.vma);
		fb_error_destroy(collect.first_break);
		return fb_error_prefix(err, "mappings of mm_struct 0x%" PRIx64, mm);
	}
	warn_of_breaks(&collect, mm);
	vmas_ret->vma = collect.vma;
	vmas_ret->count = collect.count;
	vmas_ret->lost = missing(&collect, counted);
	vmas_ret->broken = collect.broken || vmas_ret->lost;
	return NULL;
}

void fb_vmas_deinit(struct fb_vmas *vmas)
{
	free(vmas->vma);
	memset(vmas, 0, sizeof(*vmas));
}

const struct fb_vma *fb_vmas_next(const struct fb_vmas *vmas, uint64_t address)
{
	size_t at = FB_LOWER_BOUND(i, vmas->count, vmas->vma[i].end <= address);

	return at < vmas->count ? &vmas->vma[at] : NULL;
}

const struct fb_vma *fb_vmas_find(const struct fb_vmas *vmas, uint64_t address)
{
	const struct fb_vma *vma = fb_vmas_next(vmas, address);

	return vma && vma->start <= address ? vma : NULL;
}
