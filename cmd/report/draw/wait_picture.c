// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Chooses the boxes of a picture of waits, and places them. Called by report_pictures.c.
 */
#include "cmd/report/draw/wait_picture.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/search.h"

/* One wait, and who has to act for it to end. */
struct fb_picture_link {
	int32_t owner; /* a TID, or with process a PID; -1: not known */
	bool process;
	size_t object;
	size_t wait;
};

/* Owners first by number, threads before processes; of one owner by object. */
static int by_owner(const void *a, const void *b)
{
	const struct fb_picture_link *x = a, *y = b;

	if (x->owner != y->owner)
		return x->owner < y->owner ? -1 : 1;
	if (x->process != y->process)
		return x->process ? 1 : -1;
	if (x->object != y->object)
		return x->object < y->object ? -1 : 1;
	return x->wait < y->wait ? -1 : x->wait > y->wait;
}

/* Where the analysis says how the chain goes on, that thread; else the first owner that can release the object. */
static struct fb_picture_link link_of(const struct fb_picture_index *index, size_t at)
{
	const struct fb_wait *wait = &index->graph->waits[at];
	const struct fb_wait_object *object = &index->graph->objects[wait->object];
	struct fb_picture_link link = {.owner = -1, .object = wait->object, .wait = at};
	size_t next = index->analysis->next[at];

	if (next != FB_WAIT_NONE) {
		link.owner = index->graph->waits[next].tid;
		return link;
	}
	for (size_t i = 0; i < object->owner_count; i++)
		if (fb_wait_owner_counts(wait, object, &object->owners[i])) {
			link.owner = object->owners[i].tid;
			link.process = object->owners[i].process;
			break;
		}
	return link;
}

struct fb_error *fb_picture_index_init(const struct fb_wait_graph *graph,
				       const struct fb_wait_analysis *analysis,
				       struct fb_picture_index *index_ret)
{
	struct fb_picture_index index = {.graph = graph, .analysis = analysis};
	struct fb_error *err = fb_alloc_array(graph->wait_count, sizeof(*index.links),
					      graph->wait_count, "waits", &index.links);

	if (err)
		return err;
	for (size_t i = 0; i < graph->wait_count; i++)
		if (!graph->objects[graph->waits[i].object].loose)
			index.links[index.count++] = link_of(&index, i);
	if (index.count)
		qsort(index.links, index.count, sizeof(*index.links), by_owner);
	*index_ret = index;
	return NULL;
}

void fb_picture_index_deinit(struct fb_picture_index *index)
{
	free(index->links);
	memset(index, 0, sizeof(*index));
}

/* The first link of an owner. */
static size_t first_link(const struct fb_picture_index *index, int32_t owner, bool process)
{
	const struct fb_picture_link *links = index->links;

	return FB_LOWER_BOUND(i, index->count,
			      links[i].owner < owner ||
				      (links[i].owner == owner && links[i].process < process));
}

static bool is_of(const struct fb_picture_link *link, int32_t owner, bool process)
{
	return link->owner == owner && link->process == process;
}

/* Whether others wait for what a thread owns. */
static bool has_waiters(const struct fb_picture_index *index, int32_t tid)
{
	size_t at = first_link(index, tid, false);

	return at < index->count && is_of(&index->links[at], tid, false);
}

static bool has_thread(const struct fb_picture *picture, int32_t tid)
{
	for (size_t i = 0; i < picture->count; i++)
		if (picture->boxes[i].kind == FB_PICTURE_THREAD && picture->boxes[i].tid == tid)
			return true;
	return false;
}

static bool has_object(const struct fb_picture *picture, size_t object)
{
	for (size_t i = 0; i < picture->count; i++)
		if (picture->boxes[i].kind == FB_PICTURE_OBJECT &&
		    picture->boxes[i].object == object)
			return true;
	return false;
}

/* False where the picture is full. */
static bool add_box(struct fb_picture *picture, struct fb_picture_box box)
{
	const size_t most = box.kind == FB_PICTURE_MORE ? FB_PICTURE_BOXES : FB_PICTURE_BOXES / 2;

	if (picture->count >= most)
		return false;
	if (box.to != FB_WAIT_NONE)
		box.column = picture->boxes[box.to].column + 1;
	picture->boxes[picture->count++] = box;
	return true;
}

/* The owner that the links of an object of this picture have: that of the box that it points at. */
static void owner_of(const struct fb_picture *picture, const struct fb_picture_box *object,
		     int32_t *owner_ret, bool *process_ret)
{
	*owner_ret = -1;
	*process_ret = false;
	if (object->to != FB_WAIT_NONE) {
		*owner_ret = picture->boxes[object->to].tid;
		*process_ret = picture->boxes[object->to].kind == FB_PICTURE_PROCESS;
	}
}

/* The threads that wait for an object: first those for whom others wait, as their chains are longer. At
 * most `most` become boxes; the others are counted. */
static void add_waiters(const struct fb_picture_index *index, struct fb_picture *picture, size_t at,
			size_t most)
{
	const struct fb_picture_box object = picture->boxes[at];
	size_t fan = 0, left = 0, start;
	int32_t owner;
	bool process;

	owner_of(picture, &object, &owner, &process);
	start = first_link(index, owner, process);
	for (int pass = 0; pass < 2; pass++) {
		left = 0;
		for (size_t i = start;
		     i < index->count && is_of(&index->links[i], owner, process) &&
		     index->links[i].object <= object.object;
		     i++) {
			size_t wait = index->links[i].wait;
			int32_t tid = index->graph->waits[wait].tid;

			if (index->links[i].object != object.object || has_thread(picture, tid) ||
			    (pass == 0 && !has_waiters(index, tid)))
				continue;
			if (fan == most ||
			    !add_box(picture, (struct fb_picture_box){.kind = FB_PICTURE_THREAD,
								      .tid = tid,
								      .wait = wait,
								      .to = at}))
				left++;
			else
				fan++;
		}
	}
	if (left)
		add_box(picture,
			(struct fb_picture_box){.kind = FB_PICTURE_MORE, .more = left, .to = at});
}

/* The objects that a thread or process owns and others wait for: at most `most`; of the others the waits are
 * counted. */
static void add_owned(const struct fb_picture_index *index, struct fb_picture *picture, size_t at,
		      size_t most)
{
	const struct fb_picture_box box = picture->boxes[at];
	const bool process = box.kind == FB_PICTURE_PROCESS;
	size_t last = FB_WAIT_NONE, fan = 0, left = 0;

	for (size_t i = first_link(index, box.tid, process);
	     i < index->count && is_of(&index->links[i], box.tid, process); i++) {
		size_t object = index->links[i].object;

		if (object == last) {
			left += fan > most;
			continue;
		}
		if (has_object(picture, object))
			continue;
		last = object;
		if (++fan > most ||
		    !add_box(picture, (struct fb_picture_box){.kind = FB_PICTURE_OBJECT,
							      .object = object,
							      .wait = FB_WAIT_NONE,
							      .to = at}))
			left++;
	}
	if (left)
		add_box(picture,
			(struct fb_picture_box){.kind = FB_PICTURE_MORE, .more = left, .to = at});
}

/* Adds what points at each box, what points at that, and so on. */
static void grow(const struct fb_picture_index *index, struct fb_picture *picture)
{
	for (size_t i = 0; i < picture->count; i++) {
		const struct fb_picture_box *box = &picture->boxes[i];
		size_t most = box->column + 1 < FB_PICTURE_COLUMNS ? FB_PICTURE_FAN : 0;

		if (box->kind == FB_PICTURE_OBJECT)
			add_waiters(index, picture, i, most);
		else if (box->kind != FB_PICTURE_MORE)
			add_owned(index, picture, i, most);
	}
}

/* Places what points at a box, and then the box: beside the middle of these. The depth of the calls is the number of
 * columns. */
static void place(struct fb_picture *picture, size_t at, double *next_row)
{
	struct fb_picture_box *box = &picture->boxes[at];
	double first = -1, last = -1;

	for (size_t i = picture->ring; i < picture->count; i++) {
		if (picture->boxes[i].to != at)
			continue;
		place(picture, i, next_row);
		last = picture->boxes[i].row;
		first = first < 0 ? last : first;
	}
	if (first < 0) {
		box->row = *next_row;
		*next_row += 1;
	} else {
		box->row = (first + last) / 2;
	}
	if (box->column + 1 > picture->columns)
		picture->columns = box->column + 1;
}

static void place_all(struct fb_picture *picture)
{
	double next_row = 0;

	for (size_t i = 0; i < (picture->ring ? picture->ring : picture->count); i++)
		if (picture->ring || picture->boxes[i].to == FB_WAIT_NONE)
			place(picture, i, &next_row);
	picture->rows = (unsigned)next_row;
}

void fb_picture_of_cycle(const struct fb_picture_index *index, const struct fb_wait_cycle *cycle,
			 struct fb_picture *picture_ret)
{
	size_t count = cycle->count, drawn = count > FB_PICTURE_RING ? FB_PICTURE_RING : count;

	memset(picture_ret, 0, sizeof(*picture_ret));
	picture_ret->cut_ring = drawn < count;
	for (size_t i = 0; i < drawn; i++) {
		/* Where the ring is cut, its last thread is drawn: the box before says how many are not. */
		bool gap = picture_ret->cut_ring && i + 1 == drawn;
		size_t wait = cycle->waits[gap ? count - 1 : i];
		struct fb_picture_box *boxes = &picture_ret->boxes[2 * i];

		if (gap)
			boxes[-1] = (struct fb_picture_box){.kind = FB_PICTURE_MORE,
							    .more = count - drawn};
		boxes[0] = (struct fb_picture_box){.kind = FB_PICTURE_THREAD,
						   .tid = index->graph->waits[wait].tid,
						   .wait = wait,
						   .column = 1};
		boxes[1] = (struct fb_picture_box){.kind = FB_PICTURE_OBJECT,
						   .object = index->graph->waits[wait].object};
	}
	picture_ret->ring = picture_ret->count = 2 * drawn;
	for (size_t i = 0; i < picture_ret->ring; i++)
		picture_ret->boxes[i].to = (i + 1) % picture_ret->ring;
	grow(index, picture_ret);
	place_all(picture_ret);
}

/* A root is a thread or an object. Chains end at a thread where it owns their last object itself, or any thread of its
 * process does. */
void fb_picture_of_root(const struct fb_picture_index *index, const struct fb_wait_root *root,
			int32_t pid, struct fb_picture *picture_ret)
{
	struct fb_picture_box end = {.kind = FB_PICTURE_OBJECT,
				     .object = root->object,
				     .wait = FB_WAIT_NONE,
				     .to = FB_WAIT_NONE};

	if (root->tid >= 0) {
		bool itself = has_waiters(index, root->tid);

		end.kind = itself ? FB_PICTURE_THREAD : FB_PICTURE_PROCESS;
		end.tid = itself ? root->tid : pid;
	}
	memset(picture_ret, 0, sizeof(*picture_ret));
	add_box(picture_ret, end);
	grow(index, picture_ret);
	place_all(picture_ret);
}
