// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lists the addresses at which the mappings of all processes begin and end, in order, so that the segments of a core
 * can be looked up for all processes at once. Called by match.c for cores without an auxiliary vector.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/search.h"
#include "bundle/match/match_private.h"
#include "kernel/mappings/vma.h"

struct bound {
	uint64_t address;
	uint32_t process;
	uint32_t is_end;
};

struct fb_bounds {
	struct bound *list; /* owned; in order of address, then beginnings before ends */
	size_t count, room;
	size_t *of; /* owned; how many each process has */
	size_t process_count;
};

static struct fb_error *add(struct fb_bounds *bounds, uint64_t address, size_t process, bool is_end)
{
	struct fb_error *err =
		fb_grow_array(&bounds->list, &bounds->room, bounds->count, sizeof(*bounds->list),
			      FB_MAX_MATCH_BOUNDS, "bounds of mappings");

	if (err)
		return err;
	bounds->list[bounds->count++] =
		(struct bound){.address = address, .process = (uint32_t)process, .is_end = is_end};
	bounds->of[process]++;
	return NULL;
}

static struct fb_error *add_process(struct fb_kernel *kernel, uint64_t mm, size_t process,
				    struct fb_bounds *bounds)
{
	struct fb_vmas vmas;
	struct fb_error *err = fb_vmas_load(kernel, mm, &vmas);

	if (err)
		return fb_part_skip(err);
	for (size_t i = 0; i < vmas.count && !err; i++) {
		err = add(bounds, vmas.vma[i].start, process, false);
		if (!err)
			err = add(bounds, vmas.vma[i].end, process, true);
	}
	fb_vmas_deinit(&vmas);
	return err;
}

static int compare(const void *left, const void *right)
{
	const struct bound *a = left, *b = right;

	if (a->address != b->address)
		return a->address < b->address ? -1 : 1;
	if (a->is_end != b->is_end)
		return a->is_end < b->is_end ? -1 : 1;
	return (a->process > b->process) - (a->process < b->process);
}

struct fb_error *fb_bounds_create(struct fb_kernel *kernel, const struct fb_match_process *process,
				  size_t count, struct fb_bounds **bounds_ret)
{
	struct fb_bounds *bounds = calloc(1, sizeof(*bounds));
	struct fb_error *err;

	if (!bounds)
		return fb_error_nomem();
	bounds->process_count = count;
	err = fb_alloc_array(count, sizeof(*bounds->of), FB_MAX_TASKS, "processes", &bounds->of);
	for (size_t i = 0; i < count && !err; i++)
		err = add_process(kernel, process[i].leader->mm, i, bounds);
	err = fb_part_warn(fb_kernel_warnings(kernel), err, "cores without notes");
	if (err) {
		fb_bounds_destroy(bounds);
		return err;
	}
	if (bounds->count)
		qsort(bounds->list, bounds->count, sizeof(*bounds->list), compare);
	*bounds_ret = bounds;
	return NULL;
}

void fb_bounds_destroy(struct fb_bounds *bounds)
{
	if (!bounds)
		return;
	free(bounds->list);
	free(bounds->of);
	free(bounds);
}

bool fb_bounds_known(const struct fb_bounds *bounds, size_t process)
{
	return process < bounds->process_count && bounds->of[process] > 0;
}

struct counting {
	uint32_t *hits;  /* by process */
	uint32_t *last;  /* by process: the last segment that counted for it */
	uint32_t number; /* of this segment, from 1 */
	size_t left;     /* of FB_MAX_MATCH_HITS */
};

/* One more segment for each process with such a bound, but for those that had it by their beginning. */
static void count_hits(const struct fb_bounds *bounds, uint64_t address, bool is_end,
		       struct counting *counting)
{
	struct bound wanted = {.address = address, .is_end = is_end};
	size_t at = FB_LOWER_BOUND(i, bounds->count, compare(&bounds->list[i], &wanted) < 0);

	for (; at < bounds->count && bounds->list[at].address == address &&
	       bounds->list[at].is_end == is_end && counting->left;
	     at++, counting->left--) {
		uint32_t process = bounds->list[at].process;

		if (counting->last[process] == counting->number)
			continue;
		counting->last[process] = counting->number;
		counting->hits[process]++;
	}
}

struct fb_error *fb_bounds_count(const struct fb_bounds *bounds, const struct fb_core_info *info,
				 uint32_t *hits_ret, size_t *segments_ret)
{
	struct counting counting = {.hits = hits_ret, .left = FB_MAX_MATCH_HITS};
	struct fb_error *err = fb_alloc_array(bounds->process_count, sizeof(*counting.last),
					      FB_MAX_TASKS, "processes", &counting.last);

	if (err)
		return err;
	memset(hits_ret, 0, bounds->process_count * sizeof(*hits_ret));
	for (size_t i = 0; i < info->segment_count; i++) {
		const struct fb_core_segment *segment = &info->segments[i];

		/* All processes have the vsyscall page, in the kernel's half. */
		if (fb_kernel_address_ok(segment->address))
			continue;
		counting.number++;
		count_hits(bounds, segment->address, false, &counting);
		count_hits(bounds, segment->address + segment->memory_size, true, &counting);
	}
	free(counting.last);
	*segments_ret = counting.number;
	return NULL;
}
