// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the frame of each page of a core, by the page tables of the core's process, on all threads of the pool. Called
 * by place.c.
 */
#include "bundle/match/place_walk.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/parallel.h"
#include "base/part.h"
#include "bundle/match/core_ranges.h"
#include "kernel/paging/page_table_visits.h"

/* Pages that one part of the work looks at; more where a core would be more than MAX_PARTS. */
#define PART_PAGES 1024u
#define MAX_PARTS 65536u
/* Bytes of the bitmap of existing pages looked at together: 128 MiB of RAM. */
#define EXISTING_WINDOW 4096u

/* A core that has a process to look in. */
struct walked_core {
	uint32_t index;
	struct fb_core *core;
	struct fb_page_tables tables;
	struct fb_core_ranges ranges;
	struct fb_pt_visits *visits; /* owned */
	uint64_t part_pages;
};

struct walk_part {
	const struct walked_core *core;
	size_t range;        /* where it begins: the range, */
	uint64_t first_page; /* and the page in it */
	struct fb_framed_page *pages;
	size_t count, room;
	uint64_t differ;
};

struct walk {
	struct fb_kernel *kernel;
	struct fb_dump *dump;
	const struct fb_dump_info *dump_info;
	struct walked_core *cores;
	size_t core_count;
	struct walk_part *parts;
	size_t part_count, part_room;
};

/* What the callback of a page-table walk needs. */
struct walk_step {
	struct walk *walk;
	struct walk_part *part;
	uint64_t address;     /* where the range's piece begins, */
	uint64_t file_offset; /* and where that stands in the file */
	uint64_t window;      /* byte of the bitmap at which existing begins; UINT64_MAX: none */
	uint8_t existing[EXISTING_WINDOW];
};

/* Whether a frame is RAM by the dump's first bitmap; without one, every frame below its end. */
static struct fb_error *frame_exists(struct walk_step *step, uint64_t pfn, bool *exists_ret)
{
	const struct fb_dump_info *info = step->walk->dump_info;
	uint64_t window = pfn / 8 / EXISTING_WINDOW * EXISTING_WINDOW;

	if (pfn >= info->max_pfn || pfn >= FB_MAX_PFN || !info->pages_existing) {
		*exists_ret = pfn < info->max_pfn && pfn < FB_MAX_PFN;
		return NULL;
	}
	if (window != step->window) {
		struct fb_error *err = fb_dump_existing_bitmap(step->walk->dump, window,
							       step->existing, EXISTING_WINDOW);

		if (err)
			return err;
		step->window = window;
	}
	*exists_ret = step->existing[pfn / 8 - window] >> (pfn % 8) & 1;
	return NULL;
}

/* Gives CLAIMED where the dump has the page no more, or damaged: the core's is the better one. */
static struct fb_error *compare_with_dump(struct walk_step *step, uint64_t pfn,
					  uint64_t file_offset, enum fb_framed_state *state_ret)
{
	struct fb_core *core = step->part->core->core;
	uint8_t dumped[FB_PAGE_SIZE], page[FB_PAGE_SIZE];
	struct fb_error *err;

	*state_ret = FB_FRAMED_CLAIMED;
	if (!fb_dump_has_page(step->walk->dump, pfn))
		return NULL;
	err = fb_dump_read_page(step->walk->dump, pfn, dumped);
	if (fb_error_is(err, FB_ABSENT) || fb_error_is(err, FB_TRUNCATED) ||
	    fb_error_is(err, FB_CORRUPT)) {
		fb_error_destroy(err);
		return NULL;
	}
	if (!err)
		err = fb_error_prefix(
			fb_file_read(fb_core_file(core), file_offset, page, sizeof(page)), "%s",
			fb_core_info(core)->path);
	if (err)
		return err;
	*state_ret = memcmp(dumped, page, sizeof(page)) ? FB_FRAMED_DIFFERS : FB_FRAMED_DUMPED;
	return NULL;
}

static struct fb_error *add_page(struct walk_step *step, uint64_t pfn, uint64_t file_offset)
{
	struct walk_part *part = step->part;
	enum fb_framed_state state;
	struct fb_error *err;
	bool exists;

	err = frame_exists(step, pfn, &exists);
	if (err || !exists)
		return err;
	err = compare_with_dump(step, pfn, file_offset, &state);
	if (err)
		return err;
	if (state == FB_FRAMED_DIFFERS) {
		part->differ++;
		return NULL;
	}
	err = fb_grow_array(&part->pages, &part->room, part->count, sizeof(*part->pages),
			    part->core->part_pages, "pages of a part");
	if (!err)
		part->pages[part->count++] = (struct fb_framed_page){.pfn = pfn,
								     .core = part->core->index,
								     .state = state,
								     .file_offset = file_offset};
	return err;
}

static struct fb_error *add_run(void *context, const struct fb_pt_run *run)
{
	struct walk_step *step = context;
	struct fb_error *err = NULL;

	if (run->state != FB_PT_PRESENT && run->state != FB_PT_PROTNONE)
		return NULL;
	for (uint64_t at = 0; at < run->end - run->start && !err; at += FB_PAGE_SIZE) {
		if (run->page_size > FB_PAGE_SIZE && !fb_pt_visits_piece(step->part->core->visits))
			break;
		err = add_page(step, (run->physical + at) >> FB_PAGE_SHIFT,
			       step->file_offset + (run->start - step->address) + at);
	}
	return err;
}

/* Pages that may lie in many small ranges. */
static struct fb_error *walk_part(void *context, size_t index)
{
	struct walk *walk = context;
	struct walk_part *part = &walk->parts[index];
	const struct fb_core_ranges *ranges = &part->core->ranges;
	uint64_t left = part->core->part_pages, first = part->first_page;
	struct walk_step *step = malloc(sizeof(*step));
	struct fb_error *err = NULL;

	if (!step)
		return fb_error_nomem();
	step->walk = walk;
	step->part = part;
	step->window = UINT64_MAX;
	for (size_t i = part->range; i < ranges->count && left && !err; i++) {
		const struct fb_core_range *range = &ranges->list[i];
		uint64_t pages = range->pages - first < left ? range->pages - first : left;

		step->address = range->address + (first << FB_PAGE_SHIFT);
		step->file_offset = range->file_offset + (first << FB_PAGE_SHIFT);
		err = fb_pt_for_each(&part->core->tables, step->address,
				     step->address + (pages << FB_PAGE_SHIFT), part->core->visits,
				     add_run, step);
		/* No process has such addresses: a core may say so, but nothing is there. */
		if (fb_error_is(err, FB_INVALID)) {
			fb_error_destroy(err);
			err = NULL;
		}
		left -= pages;
		first = 0;
	}
	free(step);
	return err;
}

static struct fb_error *add_parts(struct walk *walk, const struct walked_core *core)
{
	uint64_t to_next = 0; /* pages that the part before has yet to take */

	for (size_t i = 0; i < core->ranges.count; i++) {
		uint64_t pages = core->ranges.list[i].pages, first = to_next;

		for (; first < pages; first += core->part_pages) {
			struct fb_error *err =
				fb_grow_array(&walk->parts, &walk->part_room, walk->part_count,
					      sizeof(*walk->parts),
					      (size_t)FB_MAX_CORES * (MAX_PARTS + 1), "parts");

			if (err)
				return err;
			walk->parts[walk->part_count++] =
				(struct walk_part){.core = core, .range = i, .first_page = first};
		}
		to_next = first - pages;
	}
	return NULL;
}

static void drop_core(struct walked_core *core)
{
	fb_core_ranges_deinit(&core->ranges);
	fb_pt_visits_destroy(core->visits);
	core->visits = NULL;
}

static struct fb_error *open_core(struct walk *walk, const struct fb_place_core *place_core,
				  struct walked_core *core)
{
	const struct fb_dump_info *info = walk->dump_info;
	struct fb_error *err;

	core->part_pages = core->ranges.pages / MAX_PARTS + 1;
	if (core->part_pages < PART_PAGES)
		core->part_pages = PART_PAGES;
	err = fb_pt_visits_create(info->pages_existing ? info->pages_existing : info->max_pfn,
				  &core->visits);
	return err ? err
		   : fb_kernel_mm_page_tables(walk->kernel, place_core->match->mm, &core->tables);
}

/* Leaves out a core without a process, or whose page tables cannot be found. */
static struct fb_error *add_core(struct walk *walk, const struct fb_place_core *place_core,
				 uint32_t index, struct fb_page_counts *counts)
{
	struct walked_core *core = &walk->cores[walk->core_count];
	struct fb_error *err;

	core->index = index;
	core->core = place_core->core;
	err = fb_core_ranges_create(core->core, &core->ranges);
	if (err)
		return err;
	counts->total = core->ranges.pages;
	if (place_core->match->verdict == FB_VERDICT_NONE) {
		drop_core(core);
		return NULL;
	}
	err = open_core(walk, place_core, core);
	if (!err) {
		walk->core_count++;
		return NULL;
	}
	drop_core(core);
	return fb_part_warn(fb_kernel_warnings(walk->kernel), err,
			    "%s: no page of it can be placed", fb_core_info(core->core)->path);
}

static void warn_of_refused(struct walk *walk)
{
	for (size_t i = 0; i < walk->core_count; i++)
		if (fb_pt_visits_refused(walk->cores[i].visits))
			fb_warn(fb_kernel_warnings(walk->kernel),
				"%s: page tables of its process are in more places than a kernel "
				"puts them: what is below the others is not placed",
				fb_core_info(walk->cores[i].core)->path);
}

/* Puts what the parts found behind one another. */
static struct fb_error *gather(struct walk *walk, struct fb_page_counts *counts,
			       struct fb_framed_page **pages_ret, size_t *count_ret)
{
	struct fb_framed_page *pages;
	size_t count = 0;
	struct fb_error *err;

	for (size_t i = 0; i < walk->part_count; i++) {
		counts[walk->parts[i].core->index].differ += walk->parts[i].differ;
		count += walk->parts[i].count;
	}
	err = fb_alloc_array(count, sizeof(*pages), FB_MAX_PFN, "pages with a frame", &pages);
	if (err)
		return err;
	count = 0;
	for (size_t i = 0; i < walk->part_count; i++) {
		struct walk_part *part = &walk->parts[i];

		if (part->count)
			memcpy(pages + count, part->pages, part->count * sizeof(*pages));
		count += part->count;
		free(part->pages);
		part->pages = NULL;
	}
	*pages_ret = pages;
	*count_ret = count;
	return NULL;
}

static void walk_deinit(struct walk *walk)
{
	for (size_t i = 0; i < walk->part_count; i++)
		free(walk->parts[i].pages);
	for (size_t i = 0; i < walk->core_count; i++)
		drop_core(&walk->cores[i]);
	free(walk->parts);
	free(walk->cores);
}

struct fb_error *fb_place_walk(struct fb_kernel *kernel, const struct fb_place_core *cores,
			       size_t core_count, struct fb_pool *pool,
			       struct fb_page_counts *counts, struct fb_framed_page **pages_ret,
			       size_t *count_ret)
{
	struct fb_dump *dump = fb_kernel_dump(kernel);
	struct walk walk = {.kernel = kernel, .dump = dump, .dump_info = fb_dump_info(dump)};
	struct fb_error *err;

	err = fb_alloc_array(core_count, sizeof(*walk.cores), FB_MAX_CORES, "cores", &walk.cores);
	for (size_t i = 0; i < core_count && !err; i++)
		err = add_core(&walk, &cores[i], (uint32_t)i, &counts[i]);
	for (size_t i = 0; i < walk.core_count && !err; i++)
		err = add_parts(&walk, &walk.cores[i]);
	if (!err)
		err = fb_parallel_for(pool, walk.part_count, walk_part, &walk);
	if (!err)
		warn_of_refused(&walk);
	if (!err)
		err = gather(&walk, counts, pages_ret, count_ret);
	walk_deinit(&walk);
	return err;
}
