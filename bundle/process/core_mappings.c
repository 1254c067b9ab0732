// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Adds mappings that only a process's core has to those that the dump still has. Called by joined_space.c where the
 * dump has lost some.
 */
#include "bundle/process/core_mappings.h"

#include <elf.h>
#include <stdlib.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/search.h"

struct adding {
	const struct fb_core_info *info;
	const struct fb_vmas *known;
	uint64_t limit;     /* of addresses, exclusive */
	uint64_t after;     /* where the range that was added last ends */
	struct fb_vma *vma; /* owned; what is added */
	size_t count, room;
};

/* The mapped file that holds address, or NULL. */
static const struct fb_core_mapping *file_at(const struct fb_core_info *info, uint64_t address)
{
	size_t at = FB_LOWER_BOUND(i, info->mapping_count, info->mappings[i].end <= address);

	return at < info->mapping_count && info->mappings[at].start <= address ? &info->mappings[at]
									       : NULL;
}

static void name_known(const struct fb_core_info *info, struct fb_vma *vma)
{
	const struct fb_core_mapping *file = vma->file ? file_at(info, vma->start) : NULL;

	if (file && file->offset % FB_PAGE_SIZE == 0 &&
	    file->offset / FB_PAGE_SIZE + (vma->start - file->start) / FB_PAGE_SIZE == vma->pgoff)
		vma->path = file->path;
}

static uint64_t flags_of(const struct fb_core_segment *segment)
{
	return (segment->flags & PF_R ? FB_VM_READ : 0) |
	       (segment->flags & PF_W ? FB_VM_WRITE : 0) | (segment->flags & PF_X ? FB_VM_EXEC : 0);
}

static struct fb_error *add_piece(struct adding *adding, const struct fb_vma *whole, uint64_t start,
				  uint64_t end)
{
	struct fb_vma *vma;
	struct fb_error *err;

	err = fb_grow_array(&adding->vma, &adding->room, adding->count, sizeof(*adding->vma),
			    FB_MAX_VMAS, "mappings");
	if (err)
		return err;
	vma = &adding->vma[adding->count++];
	*vma = *whole;
	vma->start = start;
	vma->end = end;
	if (vma->path)
		vma->pgoff += (start - whole->start) / FB_PAGE_SIZE;
	return NULL;
}

/* The parts of a mapping of the core that are in none of the dump's. */
static struct fb_error *add_between(struct adding *adding, const struct fb_vma *whole)
{
	uint64_t start = whole->start;
	struct fb_error *err = NULL;

	while (start < whole->end && !err) {
		const struct fb_vma *next = fb_vmas_next(adding->known, start);
		uint64_t end = next && next->start < whole->end ? next->start : whole->end;

		if (start < end)
			err = add_piece(adding, whole, start, end);
		if (!next || next->end >= whole->end)
			break;
		start = next->end > end ? next->end : end;
	}
	return err;
}

/* A range of the core's: of a segment, or (NULL) of a mapped file that was written into none. */
static struct fb_error *add_range(struct adding *adding, uint64_t start, uint64_t end,
				  const struct fb_core_segment *segment)
{
	const struct fb_core_mapping *file;
	struct fb_vma whole = {
		.from_core = true,
		.no_flags = !segment,
		.flags = segment ? flags_of(segment) : 0,
	};

	if (start < adding->after)
		start = adding->after;
	if (end > adding->limit)
		end = adding->limit;
	start = (start + FB_PAGE_SIZE - 1) & FB_PAGE_MASK;
	end &= FB_PAGE_MASK;
	if (start >= end)
		return NULL;
	adding->after = end;
	whole.start = start;
	whole.end = end;
	file = file_at(adding->info, start);
	if (file) {
		whole.path = file->path;
		whole.pgoff = file->offset / FB_PAGE_SIZE + (start - file->start) / FB_PAGE_SIZE;
	} else if (!adding->info->mapping_count) {
		whole.path = ""; /* the note that would tell is lost */
	}
	return add_between(adding, &whole);
}

static int compare_segments(const void *left, const void *right)
{
	const struct fb_core_segment *const *a = left, *const *b = right;

	return ((*a)->address > (*b)->address) - ((*a)->address < (*b)->address);
}

/* Both lists are in order of address: takes the files before each segment, then the segment. gcore leaves out
 * segments of files that were not written to. */
static struct fb_error *add_all(struct adding *adding, const struct fb_core_segment **segments)
{
	const struct fb_core_info *info = adding->info;
	size_t next = 0;
	struct fb_error *err = NULL;

	for (size_t i = 0; i <= info->segment_count && !err; i++) {
		uint64_t start = i < info->segment_count ? segments[i]->address : adding->limit;

		for (; next < info->mapping_count && info->mappings[next].start < start && !err;
		     next++) {
			uint64_t end = info->mappings[next].end;

			err = add_range(adding, info->mappings[next].start,
					end < start ? end : start, NULL);
		}
		if (!err && i < info->segment_count &&
		    segments[i]->memory_size <= UINT64_MAX - start)
			err = add_range(adding, start, start + segments[i]->memory_size,
					segments[i]);
	}
	return err;
}

static int compare_vmas(const void *left, const void *right)
{
	const struct fb_vma *a = left, *b = right;

	return (a->start > b->start) - (a->start < b->start);
}

static struct fb_error *append(struct fb_vmas *vmas, const struct adding *adding)
{
	size_t room = vmas->count;
	struct fb_error *err = NULL;

	for (size_t i = 0; i < adding->count && !err; i++) {
		err = fb_grow_array(&vmas->vma, &room, vmas->count, sizeof(*vmas->vma), FB_MAX_VMAS,
				    "mappings");
		if (!err)
			vmas->vma[vmas->count++] = adding->vma[i];
	}
	if (!err && vmas->count)
		qsort(vmas->vma, vmas->count, sizeof(*vmas->vma), compare_vmas);
	return err;
}

struct fb_error *fb_core_mappings_add(const struct fb_core *core, uint64_t end,
				      struct fb_vmas *vmas)
{
	struct adding adding = {.info = fb_core_info(core), .known = vmas, .limit = end};
	const struct fb_core_segment **segments;
	struct fb_error *err;

	for (size_t i = 0; i < vmas->count; i++)
		name_known(adding.info, &vmas->vma[i]);
	if (!vmas->broken)
		return NULL;
	err = fb_alloc_array(adding.info->segment_count, sizeof(*segments), FB_MAX_PHDRS,
			     "segments", &segments);
	if (err)
		return err;
	for (size_t i = 0; i < adding.info->segment_count; i++)
		segments[i] = &adding.info->segments[i];
	qsort(segments, adding.info->segment_count, sizeof(*segments), compare_segments);
	err = add_all(&adding, segments);
	if (!err)
		err = append(vmas, &adding);
	free(segments);
	free(adding.vma);
	return err;
}
