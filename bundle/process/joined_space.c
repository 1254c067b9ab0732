// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The joined space of a process, by runs of pages that are alike: as long as what a page-table entry
 * covers, so that what is mapped nowhere costs nothing.
 */
#include "bundle/process/joined_space.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bundle/process/process.h"
#include "kernel/paging/page_table_visits.h"

enum place_kind {
	PLACE_NOWHERE,
	PLACE_FRAME, /* physical memory of the dump or bundle */
	PLACE_CORE,
	PLACE_FILE,
	PLACE_SWAP,
	PLACE_ZERO,
};

/* Where a run of bytes is: at most what one page-table entry covers. */
struct place {
	enum place_kind kind;
	uint64_t length; /* bytes from the address asked; while it is looked up, from its page */
	struct fb_origin origin;
	struct fb_file *file; /* PLACE_FILE */
};

struct fb_joined {
	struct fb_space space;
	char name[32];
	struct fb_input *input;
	const struct fb_task *task;
	struct fb_joined_options options;
	struct fb_page_tables tables;
	struct fb_vmas vmas;
	const struct fb_input_core *core; /* NULL: none */
	struct fb_path root;
	bool has_root;
	struct fb_pt_visits *visits;
	/* The mapping whose file was asked for last, and that file. */
	pthread_mutex_t lock;
	const struct fb_vma *opened;
	struct fb_file *opened_file; /* NULL: not to be had */
};

static void shorten(struct place *place, uint64_t length)
{
	if (length < place->length)
		place->length = length;
}

/* Leaves those pages of a huge one that are alike in the dump. In a bundle, each of them tells by
 * itself where it came from. */
static struct fb_error *cut_huge_page(struct fb_joined *joined, const struct fb_pt_walk *walk,
				      struct place *place)
{
	struct fb_run run = {.length = FB_PAGE_SIZE};
	struct fb_error *err = NULL;

	if (!fb_input_fiber(joined->input) ||
	    !fb_dump_has_page(fb_input_dump(joined->input), walk->physical >> FB_PAGE_SHIFT))
		err = fb_space_locate(joined->tables.physical, walk->physical, place->length, &run);
	if (err || run.length >= place->length)
		return err;
	if (fb_pt_visits_piece(joined->visits))
		place->length = run.length;
	else
		place->origin.absence = FB_ABSENCE_DAMAGED;
	return NULL;
}

static struct fb_error *lookup_frame(struct fb_joined *joined, const struct fb_pt_walk *walk,
				     struct place *place)
{
	struct fb_dump *dump = fb_input_dump(joined->input);
	struct fb_fiber *fiber = fb_input_fiber(joined->input);
	uint64_t pfn = walk->physical >> FB_PAGE_SHIFT;

	if (place->length > FB_PAGE_SIZE) {
		struct fb_error *err = cut_huge_page(joined, walk, place);

		if (err || place->origin.absence == FB_ABSENCE_DAMAGED)
			return err;
	}
	place->origin.physical = walk->physical;
	place->origin.has_physical = true;
	if (!fb_dump_has_page(dump, pfn)) {
		if (fb_dump_page_absence(dump, pfn) == FB_ABSENCE_TRUNCATED)
			place->origin.absence = FB_ABSENCE_TRUNCATED;
		return NULL;
	}
	place->kind = PLACE_FRAME;
	place->origin.source = FB_SOURCE_VMCORE;
	place->origin.absence = FB_ABSENCE_NONE;
	if (fiber && fb_fiber_page_added(fiber, pfn)) {
		place->origin.source = FB_SOURCE_CORE;
		if (joined->core)
			place->origin.detail = fb_core_info(joined->core->core)->path;
	}
	return NULL;
}

static struct fb_error *lookup_swap(struct fb_joined *joined, const struct fb_pt_walk *walk,
				    struct place *place)
{
	uint8_t page[FB_PAGE_SIZE];
	const char *detail;
	struct fb_error *err;

	place->origin.swap_type = walk->swap_type;
	place->origin.swap_offset = walk->swap_offset;
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
	place->kind = PLACE_SWAP;
	place->origin.source = FB_SOURCE_VMCORE;
	place->origin.absence = FB_ABSENCE_NONE;
	place->origin.detail = detail;
	return NULL;
}

/* What the dump itself knows of the page; place says why not where it has no bytes. */
static struct fb_error *lookup_dump(struct fb_joined *joined, const struct fb_pt_walk *walk,
				    const struct fb_vma *vma, struct place *place)
{
	place->origin.source = FB_SOURCE_ABSENT;
	switch (walk->state) {
	case FB_PT_PRESENT:
	case FB_PT_PROTNONE:
		place->origin.absence = FB_ABSENCE_FILTERED;
		return lookup_frame(joined, walk, place);
	case FB_PT_SWAP:
		place->origin.absence = FB_ABSENCE_SWAPPED;
		return lookup_swap(joined, walk, place);
	case FB_PT_ABSENT:
		place->origin.absence = FB_ABSENCE_FILTERED;
		return NULL;
	case FB_PT_LOST:
		place->origin.absence = FB_ABSENCE_TRUNCATED;
		return NULL;
	case FB_PT_SPECIAL:
	case FB_PT_CORRUPT:
		place->origin.absence = FB_ABSENCE_DAMAGED;
		return NULL;
	case FB_PT_NONE:
		break;
	}
	place->origin.absence = vma ? FB_ABSENCE_UNTOUCHED : FB_ABSENCE_UNMAPPED;
	if (vma && !vma->file && !(vma->flags & (FB_VM_PFNMAP | FB_VM_IO))) {
		place->kind = PLACE_ZERO;
		place->origin.source = FB_SOURCE_ZERO;
		place->origin.absence = FB_ABSENCE_NONE;
	}
	return NULL;
}

static bool lookup_core(struct fb_joined *joined, uint64_t page, struct place *place)
{
	struct fb_core *core = joined->core ? joined->core->core : NULL;
	uint64_t offset;

	if (!core || joined->options.no_core)
		return false;
	place->length = fb_core_alike(core, page, place->length);
	if (fb_core_page(core, page, &offset)) {
		place->kind = PLACE_CORE;
		place->origin.source = FB_SOURCE_CORE;
		place->origin.absence = FB_ABSENCE_NONE;
		place->origin.detail = fb_core_info(core)->path;
		place->origin.file_offset = offset;
		return true;
	}
	if (place->kind == PLACE_NOWHERE && fb_core_info(core)->truncated) {
		const struct fb_core_segment *segment = fb_core_segment_at(core, page);

		if (segment && page - segment->address < segment->file_size) {
			place->origin.absence = FB_ABSENCE_TRUNCATED;
			place->origin.detail = fb_core_info(core)->path;
		}
	}
	return false;
}

/* What a page-table entry is or may be of is the file's own page only where the mapping has no
 * private copies at all (no anon_vma). */
static bool may_be_private_copy(struct fb_joined *joined, const struct fb_vma *vma)
{
	struct fb_kernel *kernel = fb_input_kernel(joined->input);
	uint64_t anon_vma = 1;
	struct fb_error *err;

	err = fb_kernel_field(kernel, vma->address, &fb_kernel_layout(kernel)->vma_anon_vma,
			      &anon_vma);
	fb_error_destroy(err);
	return anon_vma != 0;
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

/* NULL where it is not to be had. A path is long to spell: once for all pages of a mapping. */
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
				    struct place *place)
{
	struct fb_file *file = NULL;
	uint64_t offset;
	struct fb_error *err;

	if (!joined->options.files || !vma || !vma->file || (vma->flags & FB_VM_WRITE) ||
	    walk->state == FB_PT_SWAP || walk->state == FB_PT_SPECIAL)
		return NULL;
	if (walk->state != FB_PT_NONE && may_be_private_copy(joined, vma))
		return NULL;
	err = file_of(joined, vma, &file);
	if (err || !file)
		return err;
	offset = vma->pgoff * FB_PAGE_SIZE + (page - vma->start);
	if (offset >= file->size) {
		/* Up to where the offset, which may be anything, begins anew. */
		if (offset)
			shorten(place, -offset & FB_PAGE_MASK);
		return NULL;
	}
	shorten(place, (file->size - offset + FB_PAGE_SIZE - 1) & FB_PAGE_MASK);
	place->kind = PLACE_FILE;
	place->file = file;
	place->origin.source = FB_SOURCE_FILE;
	place->origin.absence = FB_ABSENCE_NONE;
	place->origin.detail = file->path;
	place->origin.file_offset = offset;
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

/* At most length bytes. */
static struct fb_error *lookup(struct fb_joined *joined, uint64_t address, uint64_t length,
			       struct place *place)
{
	uint64_t page = address & FB_PAGE_MASK, in_page = address - page;
	const struct fb_vma *vma = fb_vmas_find(&joined->vmas, address);
	struct fb_pt_walk walk;
	struct fb_error *err;

	memset(place, 0, sizeof(*place));
	err = walk_to(joined, page, length > FB_PAGE_SIZE, &walk);
	if (err)
		return err;
	place->length = alike(joined, &walk, vma, page, in_page + length);
	err = lookup_dump(joined, &walk, vma, place);
	if (!err && (place->kind == PLACE_NOWHERE || joined->options.prefer_core) &&
	    !lookup_core(joined, page, place) && place->kind == PLACE_NOWHERE)
		err = lookup_file(joined, vma, &walk, page, place);
	place->length -= in_page;
	shorten(place, length);
	place->origin.file_offset +=
		place->kind == PLACE_CORE || place->kind == PLACE_FILE ? in_page : 0;
	if (place->origin.has_physical)
		place->origin.physical += in_page;
	return err;
}

static struct fb_error *absent_error(uint64_t at, const struct fb_origin *origin)
{
	switch (origin->absence) {
	case FB_ABSENCE_UNMAPPED:
		return fb_error_create(FB_FAULT, "0x%" PRIx64 " is in no mapping", at);
	case FB_ABSENCE_SWAPPED:
		return fb_error_create(FB_ABSENT,
				       "0x%" PRIx64 " is swapped out (area %u, page %" PRIu64
				       "), and no core has it",
				       at, origin->swap_type, origin->swap_offset);
	case FB_ABSENCE_UNTOUCHED:
		return fb_error_create(
			FB_ABSENT,
			"0x%" PRIx64
			": the page of the mapped file was not in use; give the file under --sysroot",
			at);
	case FB_ABSENCE_TRUNCATED:
		if (!origin->detail)
			return fb_error_create(FB_TRUNCATED,
					       "0x%" PRIx64
					       ": its page is lost with a part of the dump, "
					       "and no core has it",
					       at);
		return fb_error_create(FB_TRUNCATED,
				       "0x%" PRIx64 " lies behind the end of the cut-off core %s",
				       at, origin->detail);
	case FB_ABSENCE_DAMAGED:
		return fb_error_create(FB_CORRUPT, "0x%" PRIx64 ": its page-table entry is damaged",
				       at);
	default:
		return fb_error_create(
			FB_ABSENT,
			"0x%" PRIx64
			": its page was left out by the dump filter, and no core has it",
			at);
	}
}

/* Within one page. */
static struct fb_error *read_part(struct fb_joined *joined, uint64_t address, void *to,
				  size_t length)
{
	uint8_t page[FB_PAGE_SIZE];
	struct place place;
	const char *detail;
	struct fb_error *err = lookup(joined, address, length, &place);

	if (err)
		return err;
	switch (place.kind) {
	case PLACE_FRAME:
		return fb_space_read(joined->tables.physical, place.origin.physical, to, length);
	case PLACE_CORE:
		return fb_space_read(fb_core_space(joined->core->core), address, to, length);
	case PLACE_FILE: {
		size_t got = 0;

		/* The rest of a file's last page reads as zeros. */
		memset(to, 0, length);
		return fb_file_read_some(place.file, place.origin.file_offset, to, length, &got);
	}
	case PLACE_SWAP:
		err = fb_swap_read(joined->options.swap, place.origin.swap_type,
				   place.origin.swap_offset, page, &detail);
		if (!err)
			memcpy(to, page + address % FB_PAGE_SIZE, length);
		return err;
	case PLACE_ZERO:
		memset(to, 0, length);
		return NULL;
	case PLACE_NOWHERE:
		break;
	}
	return absent_error(address, &place.origin);
}

static struct fb_error *joined_read(struct fb_space *space, uint64_t address, void *to,
				    size_t length)
{
	struct fb_joined *joined = (struct fb_joined *)space;
	struct fb_error *err = NULL;

	while (length && !err) {
		size_t part = FB_PAGE_SIZE - address % FB_PAGE_SIZE;

		if (part > length)
			part = length;
		err = read_part(joined, address, to, part);
		to = (char *)to + part;
		address += part;
		length -= part;
	}
	return err;
}

static bool joins(const struct fb_run *run, const struct fb_origin *next)
{
	const struct fb_origin *origin = &run->origin;

	if (origin->source != next->source || origin->absence != next->absence ||
	    origin->detail != next->detail || origin->has_physical != next->has_physical)
		return false;
	/* Runs are what a person wants to see: sources, not frames. Offsets must go on. */
	if (origin->source == FB_SOURCE_FILE || origin->file_offset)
		return origin->file_offset + run->length == next->file_offset;
	return true;
}

static struct fb_error *joined_locate(struct fb_space *space, uint64_t address, uint64_t length,
				      struct fb_run *run_ret)
{
	struct fb_joined *joined = (struct fb_joined *)space;
	struct fb_run run = {.start = address};
	struct place place;
	struct fb_error *err;

	while (run.length < length) {
		err = lookup(joined, address + run.length, length - run.length, &place);
		if (err)
			return err;
		if (run.length == 0)
			run.origin = place.origin;
		else if (!joins(&run, &place.origin))
			break;
		run.length += place.length;
	}
	if (fb_pt_visits_refused(joined->visits))
		fb_warn(fb_input_warnings(joined->input),
			"%s: the same page tables are in more places than a kernel puts them: what "
			"is below the others is left out",
			joined->name);
	*run_ret = run;
	return NULL;
}

static const struct fb_space_ops joined_ops = {.read = joined_read, .locate = joined_locate};

struct fb_error *fb_joined_create(struct fb_input *input, const struct fb_task *task,
				  const struct fb_joined_options *options,
				  struct fb_joined **joined_ret)
{
	struct fb_kernel *kernel = fb_input_kernel(input);
	const struct fb_input_core *cores;
	struct fb_joined *joined;
	size_t count;
	struct fb_error *err;

	if (!task->mm)
		return fb_error_create(FB_INVALID, "PID %d has no memory of its own: %s", task->pid,
				       task->kernel_thread ? "a kernel thread" : "it has exited");
	joined = calloc(1, sizeof(*joined));
	if (!joined)
		return fb_error_nomem();
	snprintf(joined->name, sizeof(joined->name), "PID %d", task->pid);
	joined->space.ops = &joined_ops;
	joined->space.name = joined->name;
	joined->input = input;
	joined->task = task;
	joined->options = *options;
	pthread_mutex_init(&joined->lock, NULL); /* the default kind cannot fail */
	err = fb_pt_visits_create(fb_dump_info(fb_input_dump(input))->pages_dumped,
				  &joined->visits);
	if (!err)
		err = fb_kernel_mm_page_tables(kernel, task->mm, &joined->tables);
	if (!err)
		err = fb_vmas_load(kernel, task->mm, &joined->vmas);
	if (!err)
		err = fb_input_cores(input, &cores, &count);
	if (!err)
		err = fb_process_root(input, task, false, &joined->root, &joined->has_root);
	if (err) {
		fb_joined_destroy(joined);
		return fb_error_prefix(err, "PID %d", task->pid);
	}
	joined->core = fb_input_core_of(input, task->pid);
	*joined_ret = joined;
	return NULL;
}

void fb_joined_destroy(struct fb_joined *joined)
{
	if (!joined)
		return;
	fb_vmas_deinit(&joined->vmas);
	fb_pt_visits_destroy(joined->visits);
	pthread_mutex_destroy(&joined->lock);
	free(joined);
}

struct fb_space *fb_joined_space(struct fb_joined *joined)
{
	return &joined->space;
}

const struct fb_vmas *fb_joined_vmas(const struct fb_joined *joined)
{
	return &joined->vmas;
}

const struct fb_page_tables *fb_joined_tables(const struct fb_joined *joined)
{
	return &joined->tables;
}

struct fb_core *fb_joined_core(const struct fb_joined *joined)
{
	return joined->core ? joined->core->core : NULL;
}
