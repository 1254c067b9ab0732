// SPDX-License-Identifier: GPL-2.0-or-later
/* Building the wait graph. */
#include "bundle/waits/graph/wait_graph.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"

void fb_wait_graph_init(struct fb_wait_graph *graph)
{
	memset(graph, 0, sizeof(*graph));
}

void fb_wait_graph_deinit(struct fb_wait_graph *graph)
{
	for (size_t i = 0; i < graph->object_count; i++) {
		free(graph->objects[i].name);
		free(graph->objects[i].detail);
		free(graph->objects[i].need);
		free(graph->objects[i].owners);
	}
	for (size_t i = 0; i < graph->wait_count; i++)
		free(graph->waits[i].detail);
	free(graph->objects);
	free(graph->waits);
	free(graph->slots);
	memset(graph, 0, sizeof(*graph));
}

static uint64_t hash(const char *class, uint64_t key0, uint64_t key1)
{
	uint64_t value =
		key0 * 0x9e3779b97f4a7c15ull ^ (key1 + 0x7f4a7c15ull) * 0xc2b2ae3d27d4eb4full;

	for (; *class; class ++)
		value = (value ^ (uint8_t) * class) * 0x100000001b3ull;
	return value ^ value >> 29;
}

/* The slot of the object, or the empty one where it would stand. */
static size_t find_slot(const struct fb_wait_graph *graph, const char *class, uint64_t key0,
			uint64_t key1)
{
	size_t mask = graph->slot_count - 1;
	size_t slot = (size_t)hash(class, key0, key1) & mask;

	while (graph->slots[slot]) {
		const struct fb_wait_object *object = &graph->objects[graph->slots[slot] - 1];

		if (object->key[0] == key0 && object->key[1] == key1 &&
		    !strcmp(object->class, class))
			break;
		slot = (slot + 1) & mask;
	}
	return slot;
}

/* At most half full. */
static struct fb_error *grow_slots(struct fb_wait_graph *graph)
{
	size_t count = graph->slot_count ? graph->slot_count * 2 : 256;
	uint32_t *slots;

	if (graph->object_count * 2 < graph->slot_count)
		return NULL;
	slots = calloc(count, sizeof(*slots));
	if (!slots)
		return fb_error_nomem();
	free(graph->slots);
	graph->slots = slots;
	graph->slot_count = count;
	for (size_t i = 0; i < graph->object_count; i++) {
		const struct fb_wait_object *object = &graph->objects[i];

		slots[find_slot(graph, object->class, object->key[0], object->key[1])] =
			(uint32_t)i + 1;
	}
	return NULL;
}

struct fb_error *fb_wait_graph_object(struct fb_wait_graph *graph, const char *class, uint64_t key0,
				      uint64_t key1, size_t *index_ret, bool *fresh_ret)
{
	size_t slot;
	struct fb_error *err = grow_slots(graph);

	if (err)
		return err;
	slot = find_slot(graph, class, key0, key1);
	if (graph->slots[slot]) {
		*index_ret = graph->slots[slot] - 1;
		*fresh_ret = false;
		return NULL;
	}
	err = fb_grow_array(&graph->objects, &graph->object_room, graph->object_count,
			    sizeof(*graph->objects), FB_MAX_WAITS, "objects that threads wait for");
	if (err)
		return err;
	graph->objects[graph->object_count] = (struct fb_wait_object){
		.class = class,
		.key = {key0, key1},
	};
	*index_ret = graph->object_count++;
	*fresh_ret = true;
	graph->slots[slot] = (uint32_t)graph->object_count;
	return NULL;
}

/* Where an owner is, or is to be, in the order of (tid, process). */
static size_t owner_place(const struct fb_wait_object *object, struct fb_wait_owner owner)
{
	size_t low = 0, high = object->owner_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct fb_wait_owner *at = &object->owners[middle];

		if (at->tid < owner.tid || (at->tid == owner.tid && at->process < owner.process))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct fb_error *fb_wait_graph_owner(struct fb_wait_graph *graph, size_t object, int32_t tid,
				     bool process)
{
	const struct fb_wait_owner owner = {tid, process};
	struct fb_wait_object *to = &graph->objects[object];
	size_t place = owner_place(to, owner);
	struct fb_error *err;

	if (place < to->owner_count && to->owners[place].tid == tid &&
	    to->owners[place].process == process)
		return NULL;
	if (to->owner_count >= FB_MAX_WAIT_OWNERS) {
		to->others = true;
		return NULL;
	}
	err = fb_grow_array(&to->owners, &to->owner_room, to->owner_count, sizeof(*to->owners),
			    FB_MAX_WAIT_OWNERS, "owners of an object");
	if (err)
		return err;
	memmove(&to->owners[place + 1], &to->owners[place],
		(to->owner_count - place) * sizeof(*to->owners));
	to->owners[place] = owner;
	to->owner_count++;
	return NULL;
}

bool fb_wait_owner_is_other(const struct fb_wait *wait, const struct fb_wait_owner *owner)
{
	return owner->process ? owner->tid != wait->pid || !wait->alone : owner->tid != wait->tid;
}

size_t fb_wait_count_owners(const struct fb_wait *wait, const struct fb_wait_object *object)
{
	size_t count = 0;

	for (size_t i = 0; i < object->owner_count; i++)
		count += fb_wait_owner_is_other(wait, &object->owners[i]);
	return count || object->others ? count : object->owner_count;
}

bool fb_wait_owner_counts(const struct fb_wait *wait, const struct fb_wait_object *object,
			  const struct fb_wait_owner *owner)
{
	return fb_wait_owner_is_other(wait, owner) ||
	       (!object->others && fb_wait_count_owners(wait, object) == object->owner_count);
}

struct fb_error *fb_wait_graph_add(struct fb_wait_graph *graph, const struct fb_wait *wait)
{
	struct fb_wait_object *object;
	struct fb_error *err;

	err = fb_grow_array(&graph->waits, &graph->wait_room, graph->wait_count,
			    sizeof(*graph->waits), FB_MAX_WAITS, "waits");
	if (err) {
		free(wait->detail);
		return err;
	}
	graph->waits[graph->wait_count++] = *wait;
	object = &graph->objects[wait->object];
	object->waiters++;
	if (wait->seconds > object->longest) /* false for NaN */
		object->longest = wait->seconds;
	return NULL;
}

struct fb_error *fb_wait_text(char **text, const char *format, ...)
{
	char *made = NULL;
	va_list args;
	int length;

	va_start(args, format);
	length = vasprintf(&made, format, args);
	va_end(args);
	if (length < 0)
		return fb_error_nomem();
	free(*text);
	*text = made;
	return NULL;
}

struct fb_error *fb_wait_append(char **text, const char *format, ...)
{
	char *made = NULL, *joined = NULL;
	va_list args;
	int length;

	va_start(args, format);
	length = vasprintf(&made, format, args);
	va_end(args);
	if (length < 0)
		return fb_error_nomem();
	if (!*text) {
		*text = made;
		return NULL;
	}
	length = asprintf(&joined, "%s; %s", *text, made);
	free(made);
	if (length < 0)
		return fb_error_nomem();
	free(*text);
	*text = joined;
	return NULL;
}
