// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the source of a page of a process: the dump, its core, the mapped file, or none. Called by the joined
 * space for each run of pages that it reads or locates.
 */
#include <string.h>

#include "base/limits.h"
#include "base/part.h"
#include "bundle/process/joined_private.h"
#include "bundle/process/process.h"
#include "kernel/mappings/vma_cached.h"

static void shorten(struct fb_page_backing *backing, uint64_t length)
{
	if (length < backing->length)
		backing->length = length;
}

/* Leaves those pages of a huge one that are alike in the dump. In a bundle, each of them tells by
 * itself where it came from. */
static struct fb_error *cut_huge_page(struct fb_joined *joined, const struct fb_pt_walk *walk,
				      struct fb_page_backing *backing)
{
	struct fb_run run = {.length = FB_PAGE_SIZE};
	struct fb_error *err = NULL;

	if (!fb_input_fiber(joined->input) ||
	    !fb_dump_has_page(fb_input_dump(joined->input), walk->physical >> FB_PAGE_SHIFT))
		err = fb_space_locate(joined->tables.physical, walk->physical, backing->length,
				      &run);
	if (err || run.length >= backing->length)
		return err;
	if (fb_pt_visits_piece(joined->visits))
		backing->length = run.length;
	else
		backing->origin.absence = FB_ABSENCE_DAMAGED;
	return NULL;
}

/* A frame that the dump, or bundle, has. */
static struct fb_error *use_frame(struct fb_joined *joined, uint64_t pfn,
				  struct fb_page_backing *backing)
{
	struct fb_fiber *fiber = fb_input_fiber(joined->input);
	struct fb_error *err = NULL;
	bool added = false;

	backing->kind = BACKING_FRAME;
	backing->origin.source = FB_SOURCE_VMCORE;
	backing->origin.absence = FB_ABSENCE_NONE;
	if (fiber)
		err = fb_fiber_page_added(fiber, pfn, &added);
	if (!err && added) {
		backing->origin.source = FB_SOURCE_CORE;
		if (joined->core)
			backing->origin.detail = fb_core_info(joined->core->core)->path;
	}
	return err;
}

static struct fb_error *lookup_frame(struct fb_joined *joined, const struct fb_pt_walk *walk,
				     struct fb_page_backing *backing)
{
	struct fb_dump *dump = fb_input_dump(joined->input);
	uint64_t pfn = walk->physical >> FB_PAGE_SHIFT;

	if (backing->length > FB_PAGE_SIZE) {
		struct fb_error *err = cut_huge_page(joined, walk, backing);

		if (err || backing->origin.absence == FB_ABSENCE_DAMAGED)
			return err;
	}
	backing->origin.physical = walk->physical;
	backing->origin.has_physical = true;
	if (!fb_dump_has_page(dump, pfn)) {
		if (fb_dump_page_absence(dump, pfn) == FB_ABSENCE_TRUNCATED)
			backing->origin.absence = FB_ABSENCE_TRUNCATED;
		return NULL;
	}
	return use_frame(joined, pfn, backing);
}

/* A page that the core has too is taken from the dump only where that can be read: its bytes may be damaged
 * there, though its descriptor is not. page is its address in the process. */
static struct fb_error *check_frame(struct fb_joined *joined, uint64_t page,
				    struct fb_page_backing *backing)
{
	struct fb_core *core = joined->core ? joined->core->core : NULL;
	struct fb_fiber *fiber = fb_input_fiber(joined->input);
	uint64_t physical = backing->origin.physical, offset;
	uint8_t bytes[FB_PAGE_SIZE];
	struct fb_error *err = NULL;
	bool added = false;

	if (!core || joined->options.no_core || !fb_core_page(core, page, &offset))
		return NULL;
	if (fiber)
		err = fb_fiber_page_added(fiber, physical >> FB_PAGE_SHIFT, &added);
	if (err || added)
		return err;
	shorten(backing, FB_PAGE_SIZE);
	err = fb_space_read(joined->tables.physical, physical, bytes, sizeof(bytes));
	if (!err || fb_error_is_fatal(err))
		return err;
	fb_error_destroy(err);
	backing->kind = BACKING_NONE;
	backing->origin.source = FB_SOURCE_ABSENT;
	backing->origin.absence = FB_ABSENCE_DAMAGED;
	return NULL;
}

static struct fb_error *lookup_swap(struct fb_joined *joined, const struct fb_pt_walk *walk,
				    struct fb_page_backing *backing)
{
	uint8_t page[FB_PAGE_SIZE];
	const char *detail;
	struct fb_error *err;

	backing->origin.swap_type = walk->swap_type;
	backing->origin.swap_offset = walk->swap_offset;
	if (!joined->options.swap)
		return NULL;
	err = fb_swap_read(joined->options.swap, walk->swap_type, walk->swap_offset, page, &detail);
	if (err) {
		if (fb_error_is_fatal(err))
			return err;
		if (fb_error_is(err, FB_CORRUPT) || fb_error_is(err, FB_UNSUPPORTED))
			fb_warn_error(fb_input_warnings(joined->input), err, "%s",
				      joined->space.name);
		else
			fb_error_destroy(err);
		return NULL;
	}
	backing->kind = BACKING_SWAP;
	backing->origin.source = FB_SOURCE_VMCORE;
	backing->origin.absence = FB_ABSENCE_NONE;
	backing->origin.detail = detail;
	return NULL;
}

/* As many addresses as one process can have that are looked for one by one. */
static size_t most_cached(const struct fb_joined *joined)
{
	return FB_MIN_CACHED_PAGES +
	       fb_dump_info(fb_input_dump(joined->input))->pages_dumped * FB_MAX_CACHED_PER_PAGE;
}

/* Whether another address may be looked for; a warning says where not. */
static bool may_look(struct fb_joined *joined)
{
	bool may;

	pthread_mutex_lock(&joined->lock);
	may = joined->cached.count < most_cached(joined);
	pthread_mutex_unlock(&joined->lock);
	if (!may)
		fb_warn(fb_input_warnings(joined->input),
			"%s: what is left is not looked for in the page cache: more than %zu pages of it",
			joined->name, most_cached(joined));
	return may;
}

static struct fb_error *note_cached(struct fb_joined *joined, uint64_t page)
{
	struct fb_error *err;

	pthread_mutex_lock(&joined->lock);
	/* Other threads may have reached the limit meanwhile; the next lookup returns that. */
	err = joined->cached.count < most_cached(joined)
		      ? fb_u64_set_add(&joined->cached, page, most_cached(joined),
				       "pages of the page cache", NULL)
		      : NULL;
	pthread_mutex_unlock(&joined->lock);
	return err;
}

/* A page of the file that the process has not touched, or that was unmapped since. What is mapped there is the page
 * cache's, be the mapping private or shared. */
static struct fb_error *lookup_cached(struct fb_joined *joined, uint64_t page,
				      const struct fb_vma *vma, struct fb_page_backing *backing)
{
	struct fb_cached_run run;
	struct fb_error *err;

	if (!may_look(joined))
		return NULL;
	err = fb_vma_cached(&joined->cache, vma, page, backing->length, &run);
	if (!err && run.length < backing->length)
		err = note_cached(joined, page);
	if (err)
		return err;
	shorten(backing, run.length);
	if (!run.cached || !fb_dump_has_page(fb_input_dump(joined->input), run.pfn))
		return NULL;
	err = use_frame(joined, run.pfn, backing);
	if (err)
		return err;
	if (backing->origin.source == FB_SOURCE_VMCORE)
		backing->origin.detail = "page cache";
	backing->origin.physical = run.pfn << FB_PAGE_SHIFT;
	backing->origin.has_physical = true;
	return NULL;
}

/* The page in the dump itself; where it has no bytes, the origin has the reason. */
static struct fb_error *lookup_dump(struct fb_joined *joined, const struct fb_pt_walk *walk,
				    const struct fb_vma *vma, uint64_t page,
				    struct fb_page_backing *backing)
{
	backing->origin.source = FB_SOURCE_ABSENT;
	switch (walk->state) {
	case FB_PT_PRESENT:
	case FB_PT_PROTNONE:
		backing->origin.absence = FB_ABSENCE_FILTERED;
		return lookup_frame(joined, walk, backing);
	case FB_PT_SWAP:
		backing->origin.absence = FB_ABSENCE_SWAPPED;
		return lookup_swap(joined, walk, backing);
	case FB_PT_ABSENT:
		backing->origin.absence = FB_ABSENCE_FILTERED;
		return NULL;
	case FB_PT_LOST:
		backing->origin.absence = FB_ABSENCE_TRUNCATED;
		return NULL;
	case FB_PT_SPECIAL:
	case FB_PT_CORRUPT:
		backing->origin.absence = FB_ABSENCE_DAMAGED;
		return NULL;
	case FB_PT_NONE:
		break;
	}
	backing->origin.absence = vma ? FB_ABSENCE_UNTOUCHED : FB_ABSENCE_UNMAPPED;
	if (vma && vma->file)
		return lookup_cached(joined, page, vma, backing);
	if (vma && !fb_vma_has_file(vma) && !(vma->flags & (FB_VM_PFNMAP | FB_VM_IO))) {
		backing->kind = BACKING_ZERO;
		backing->origin.source = FB_SOURCE_ZERO;
		backing->origin.absence = FB_ABSENCE_NONE;
	}
	return NULL;
}

static void lookup_core(struct fb_joined *joined, uint64_t page, struct fb_page_backing *backing)
{
	struct fb_core *core = joined->core ? joined->core->core : NULL;
	uint64_t offset;

	if (!core || joined->options.no_core)
		return;
	backing->length = fb_core_alike(core, page, backing->length);
	if (fb_core_page(core, page, &offset)) {
		backing->kind = BACKING_CORE;
		backing->origin.source = FB_SOURCE_CORE;
		backing->origin.absence = FB_ABSENCE_NONE;
		backing->origin.detail = fb_core_info(core)->path;
		backing->origin.file_offset = offset;
		return;
	}
	if (backing->kind == BACKING_NONE && fb_core_info(core)->truncated) {
		const struct fb_core_segment *segment = fb_core_segment_at(core, page);

		if (segment && page - segment->address < segment->file_size) {
			backing->origin.absence = FB_ABSENCE_TRUNCATED;
			backing->origin.detail = fb_core_info(core)->path;
		}
	}
}

/* What a page-table entry is or may be of is the file's own page only where the mapping has no
 * private copies at all (no anon_vma). */
static struct fb_error *may_be_private_copy(struct fb_joined *joined, const struct fb_vma *vma,
					    bool *may_be_ret)
{
	struct fb_kernel *kernel = fb_input_kernel(joined->input);
	uint64_t anon_vma = 1;
	struct fb_error *err;

	err = fb_kernel_field(kernel, vma->address, &fb_kernel_layout(kernel)->vma_anon_vma,
			      &anon_vma);
	*may_be_ret = anon_vma != 0;
	return fb_part_skip(err);
}

static struct fb_error *open_mapped(struct fb_joined *joined, const struct fb_vma *vma,
				    struct fb_file **file_ret)
{
	struct fb_kernel *kernel = fb_input_kernel(joined->input);
	struct fb_file_info info;
	char path[FB_PATH_SIZE];
	uint64_t size;
	struct fb_error *err;

	err = fb_file_info(kernel, vma->file, &info);
	if (!err)
		err = fb_path_text(kernel, &info.path, joined->has_root ? &joined->root : NULL,
				   path);
	if (!err)
		err = fb_kernel_field(kernel, info.inode_address,
				      &fb_kernel_layout(kernel)->inode_size, &size);
	if (!err)
		err = fb_host_files_find(joined->options.files, path, size, file_ret);
	return err;
}

/* NULL where it cannot be opened. Making a path takes long, so it is done once for all pages of a mapping. */
static struct fb_error *file_of(struct fb_joined *joined, const struct fb_vma *vma,
				struct fb_file **file_ret)
{
	struct fb_file *file = NULL;
	struct fb_error *err = NULL;

	pthread_mutex_lock(&joined->lock);
	if (joined->opened != vma) {
		err = open_mapped(joined, vma, &file);
		if (err && !fb_error_is_fatal(err)) {
			fb_error_destroy(err);
			err = NULL;
			file = NULL;
		}
		joined->opened = err ? NULL : vma;
		joined->opened_file = file;
	}
	*file_ret = joined->opened_file;
	pthread_mutex_unlock(&joined->lock);
	return err;
}

static struct fb_error *lookup_file(struct fb_joined *joined, const struct fb_vma *vma,
				    const struct fb_pt_walk *walk, uint64_t page,
				    struct fb_page_backing *backing)
{
	struct fb_file *file = NULL;
	uint64_t offset;
	bool copied = false;
	struct fb_error *err = NULL;

	if (!joined->options.files || !vma || !vma->file || (vma->flags & FB_VM_WRITE) ||
	    walk->state == FB_PT_SWAP || walk->state == FB_PT_SPECIAL)
		return NULL;
	if (walk->state != FB_PT_NONE)
		err = may_be_private_copy(joined, vma, &copied);
	if (err || copied)
		return err;
	err = file_of(joined, vma, &file);
	if (!file)
		return err;
	offset = vma->pgoff * FB_PAGE_SIZE + (page - vma->start);
	if (offset >= file->size) {
		/* Up to where the offset, which may be anything, begins anew. */
		if (offset)
			shorten(backing, -offset & FB_PAGE_MASK);
		return NULL;
	}
	shorten(backing, (file->size - offset + FB_PAGE_SIZE - 1) & FB_PAGE_MASK);
	backing->kind = BACKING_FILE;
	backing->file = file;
	backing->origin.source = FB_SOURCE_FILE;
	backing->origin.absence = FB_ABSENCE_NONE;
	backing->origin.detail = file->path;
	backing->origin.file_offset = offset;
	return NULL;
}

/* Bytes from the page on, at most length and up to a page's end, that have its page-table entry and
 * its mapping, or are in none as it is. */
static uint64_t alike(const struct fb_joined *joined, const struct fb_pt_walk *walk,
		      const struct fb_vma *vma, uint64_t page, uint64_t length)
{
	uint64_t in_entry = walk->page_size - (page & (walk->page_size - 1));
	const struct fb_vma *next = vma ? NULL : fb_vmas_next(&joined->vmas, page);
	uint64_t pages = (length + FB_PAGE_SIZE - 1) & FB_PAGE_MASK;

	if (!pages || in_entry < pages)
		pages = in_entry;
	if (vma && vma->end - page < pages)
		pages = vma->end - page;
	if (next && next->start - page < pages)
		pages = next->start - page;
	return pages;
}

/* The walk to a page; of one that is looked at with others its tables are counted. */
static struct fb_error *walk_to(struct fb_joined *joined, uint64_t page, bool with_others,
				struct fb_pt_walk *walk)
{
	struct fb_error *err = fb_pt_walk(&joined->tables, page, walk);

	if (!err && with_others)
		err = fb_pt_visits_enter(joined->visits, &joined->tables, page, walk);
	return err;
}

struct fb_error *fb_joined_lookup(struct fb_joined *joined, uint64_t address, uint64_t length,
				  struct fb_page_backing *backing)
{
	uint64_t page = address & FB_PAGE_MASK, in_page = address - page;
	const struct fb_vma *vma = fb_vmas_find(&joined->vmas, address);
	struct fb_pt_walk walk;
	struct fb_error *err;

	memset(backing, 0, sizeof(*backing));
	err = walk_to(joined, page, length > FB_PAGE_SIZE, &walk);
	if (err)
		return err;
	backing->length = alike(joined, &walk, vma, page, in_page + length);
	err = lookup_dump(joined, &walk, vma, page, backing);
	if (!err && backing->kind == BACKING_FRAME)
		err = check_frame(joined, page, backing);
	if (!err && (backing->kind == BACKING_NONE || joined->options.prefer_core))
		lookup_core(joined, page, backing);
	if (!err && backing->kind == BACKING_NONE)
		err = lookup_file(joined, vma, &walk, page, backing);
	backing->length -= in_page;
	shorten(backing, length);
	backing->origin.file_offset +=
		backing->kind == BACKING_CORE || backing->kind == BACKING_FILE ? in_page : 0;
	if (backing->origin.has_physical)
		backing->origin.physical += in_page;
	return err;
}
