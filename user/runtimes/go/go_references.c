// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Looks through the stacks of goroutines for the addresses of channels and locks. Called by goroutines.c.
 *
 * A function that has locked a mutex unlocks it later, and keeps where it is meanwhile: its address, or that of the
 * struct that has it. What lies below the stack pointer is of calls that have returned, and is not looked at.
 */
#include "user/runtimes/go/go_references.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/search.h"
#include "user/runtimes/go/go_private.h"

/* Bytes of a struct before the lock in it: more would take what only lies near for one that has it. */
#define BEFORE 128u
/* Bytes of one stack, from its innermost frame on, and of all. */
#define MOST_STACK (256u << 10)
#define MOST_STACKS (UINT64_C(256) << 20)

struct search {
	const struct fb_go_object *objects; /* borrowed; ascending */
	size_t object_count;
	uint16_t *found; /* owned; references to each object */
	size_t *last;    /* owned; index + 1 of the routine that referred to each last */
	size_t *at;      /* owned; index of that reference */
	struct fb_go_reference *list;
	size_t count, room;
};

/* Notes the objects that the word refers to. */
static struct fb_error *note(struct search *search, uint64_t word, size_t routine)
{
	struct fb_error *err = NULL;
	size_t i = FB_LOWER_BOUND(at, search->object_count, search->objects[at].address < word);

	for (; i < search->object_count && search->objects[i].address - word <= BEFORE && !err;
	     i++) {
		const struct fb_go_object *object = &search->objects[i];
		const bool near = object->address != word;

		if (near && object->alone)
			continue;
		/* What refers to the object itself says more. */
		if (search->last[i] == routine + 1) {
			search->list[search->at[i]].near &= near;
			continue;
		}
		if (search->found[i] >= FB_GO_REFERENCES)
			continue;
		search->last[i] = routine + 1;
		search->found[i]++;
		search->at[i] = search->count;
		err = fb_grow_array(&search->list, &search->room, search->count,
				    sizeof(*search->list),
				    (size_t)FB_MAX_GOROUTINES * FB_GO_REFERENCES, "references");
		if (!err)
			search->list[search->count++] =
				(struct fb_go_reference){object->address, (uint32_t)routine, near};
	}
	return err;
}

/* Pages of the stack that cannot be read refer to nothing. */
static struct fb_error *search_stack(struct fb_go *go, struct search *search, uint64_t from,
				     uint64_t end, size_t routine)
{
	uint64_t words[FB_PAGE_SIZE / 8];
	struct fb_error *err = NULL;

	while (from < end && !err) {
		uint64_t length = FB_PAGE_SIZE - from % FB_PAGE_SIZE;

		if (length > end - from)
			length = end - from;
		err = fb_space_read(go->space, from, words, length);
		for (size_t i = 0; i < length / 8 && !err; i++)
			if (words[i] >= FB_PAGE_SIZE)
				err = note(search, words[i], routine);
		err = fb_part_skip(err);
		from += length;
	}
	return err;
}

static struct fb_error *search_all(struct fb_go *go, const struct fb_goroutine *routines,
				   size_t count, struct search *search)
{
	uint64_t searched = 0;
	struct fb_error *err = NULL;

	for (size_t i = 0; i < count && searched < MOST_STACKS && !err; i++) {
		const struct fb_goroutine *routine = &routines[i];
		/* Where one that runs is on its stack is not saved. */
		const bool runs = !strcmp(routine->state, "running");
		uint64_t from = runs ? routine->stack : routine->sp & ~UINT64_C(7);
		const uint64_t end = routine->stack_end & ~UINT64_C(7);

		if (from < routine->stack || from >= end)
			continue;
		if (end - from > MOST_STACK && runs)
			from = end - MOST_STACK;
		err = search_stack(go, search, from,
				   end - from > MOST_STACK ? from + MOST_STACK : end, i);
		searched += end - from;
	}
	return err;
}

static int compare(const void *left, const void *right)
{
	const struct fb_go_reference *a = left, *b = right;

	return a->object != b->object ? (a->object > b->object) - (a->object < b->object)
				      : (a->routine > b->routine) - (a->routine < b->routine);
}

struct fb_error *fb_go_references_find(struct fb_go *go, const struct fb_goroutine *routines,
				       size_t count, const struct fb_go_object *objects,
				       size_t object_count, struct fb_go_reference **list_ret,
				       size_t *count_ret)
{
	struct search search = {
		.objects = objects,
		.object_count = object_count,
		.found = calloc(object_count + 1, sizeof(*search.found)),
		.last = calloc(object_count + 1, sizeof(*search.last)),
		.at = calloc(object_count + 1, sizeof(*search.at)),
	};
	struct fb_error *err = search.found && search.last && search.at
				       ? search_all(go, routines, count, &search)
				       : fb_error_nomem();

	free(search.found);
	free(search.last);
	free(search.at);
	if (err) {
		free(search.list);
		return err;
	}
	if (search.count)
		qsort(search.list, search.count, sizeof(*search.list), compare);
	*list_ret = search.list;
	*count_ret = search.count;
	return NULL;
}
