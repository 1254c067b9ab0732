// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes a sorted list of disjoint extents from pieces that may overlap: by a sweep over
 * the pieces in order of their start, while a heap holds those that cover the current
 * address, with the one that is taken on top. Called by readers of ELF vmcores,
 * flattened files and memory images.
 */
#include "kernel/images/extents.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/search.h"

struct heap {
	const struct fb_extent **items;
	size_t count, room;
};

struct sweep {
	struct heap heap;
	struct fb_extent *list;
	size_t count, room;
};

static uint64_t end_of(const struct fb_extent *extent)
{
	return extent->start + extent->length;
}

static int compare(const void *left, const void *right)
{
	const struct fb_extent *a = left, *b = right;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return (a->source > b->source) - (a->source < b->source);
}

/* Most inputs are sorted already, and qsort() would not notice. */
static void sort(struct fb_extent *pieces, size_t count)
{
	size_t i;

	for (i = 1; i < count; i++) {
		if (compare(&pieces[i - 1], &pieces[i]) > 0) {
			qsort(pieces, count, sizeof(*pieces), compare);
			return;
		}
	}
}

static struct fb_error *push(struct heap *heap, const struct fb_extent *piece, size_t maximum)
{
	struct fb_error *err;
	size_t at;

	err = fb_grow_array(&heap->items, &heap->room, heap->count, sizeof(*heap->items), maximum,
			    "overlapping extents");
	if (err)
		return err;
	for (at = heap->count++; at; at = (at - 1) / 2) {
		const struct fb_extent *parent = heap->items[(at - 1) / 2];

		if (parent->source >= piece->source)
			break;
		heap->items[at] = parent;
	}
	heap->items[at] = piece;
	return NULL;
}

static void pop(struct heap *heap)
{
	const struct fb_extent *last = heap->items[--heap->count];
	size_t at = 0, child;

	while ((child = 2 * at + 1) < heap->count) {
		if (child + 1 < heap->count &&
		    heap->items[child + 1]->source > heap->items[child]->source)
			child++;
		if (heap->items[child]->source <= last->source)
			break;
		heap->items[at] = heap->items[child];
		at = child;
	}
	heap->items[at] = last;
}

static struct fb_error *emit(struct sweep *sweep, const struct fb_extent *winner, uint64_t start,
			     uint64_t end, size_t maximum)
{
	uint64_t source = winner->source + (start - winner->start);
	struct fb_extent *last = sweep->count ? &sweep->list[sweep->count - 1] : NULL;
	struct fb_error *err;

	if (last && end_of(last) == start && last->source + last->length == source) {
		last->length += end - start;
		return NULL;
	}
	err = fb_grow_array(&sweep->list, &sweep->room, sweep->count, sizeof(*sweep->list), maximum,
			    "extents");
	if (err)
		return err;
	sweep->list[sweep->count++] = (struct fb_extent){start, end - start, source};
	return NULL;
}

static struct fb_error *run(struct sweep *sweep, const struct fb_extent *pieces, size_t count)
{
	/* Each step begins at a piece's start or ends at a piece's end. */
	size_t maximum = 2 * count + 1, next = 0;
	struct heap *heap = &sweep->heap;
	struct fb_error *err = NULL;
	uint64_t at = 0, end;

	while (!err && (next < count || heap->count)) {
		if (!heap->count)
			at = pieces[next].start;
		while (!err && next < count && pieces[next].start == at)
			err = push(heap, &pieces[next++], maximum);
		while (heap->count && end_of(heap->items[0]) <= at)
			pop(heap);
		if (err || !heap->count)
			continue;
		end = end_of(heap->items[0]);
		if (next < count && pieces[next].start < end)
			end = pieces[next].start;
		err = emit(sweep, heap->items[0], at, end, maximum);
		at = end;
	}
	return err;
}

struct fb_error *fb_extents_create(struct fb_extent *pieces, size_t count,
				   struct fb_extents *extents_ret)
{
	struct sweep sweep = {0};
	struct fb_error *err;

	sort(pieces, count);
	err = run(&sweep, pieces, count);
	free(sweep.heap.items);
	if (err) {
		free(sweep.list);
		return err;
	}
	*extents_ret = (struct fb_extents){sweep.list, sweep.count};
	return NULL;
}

void fb_extents_deinit(struct fb_extents *extents)
{
	free(extents->list);
	*extents = (struct fb_extents){0};
}

size_t fb_extents_find(const struct fb_extents *extents, uint64_t address)
{
	return FB_LOWER_BOUND(i, extents->count, end_of(&extents->list[i]) <= address);
}

struct fb_error *fb_extents_read(const struct fb_extents *extents, struct fb_file *file,
				 uint64_t address, void *to, size_t length)
{
	size_t index = fb_extents_find(extents, address), done = 0, part;

	for (; done < length; done += part, address += part) {
		const struct fb_extent *extent =
			index < extents->count ? &extents->list[index] : NULL;
		struct fb_error *err;
		uint64_t here;

		part = length - done;
		if (!extent || address < extent->start) {
			if (extent && part > extent->start - address)
				part = (size_t)(extent->start - address);
			memset((char *)to + done, 0, part);
			continue;
		}
		here = address - extent->start;
		if (part >= extent->length - here) {
			part = (size_t)(extent->length - here);
			index++;
		}
		err = fb_file_read(file, extent->source + here, (char *)to + done, part);
		if (err)
			return err;
	}
	return NULL;
}

uint64_t fb_extents_end(const struct fb_extents *extents)
{
	return extents->count ? end_of(&extents->list[extents->count - 1]) : 0;
}
