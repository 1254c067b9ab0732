// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Builds the wait graph: objects, their owners, and the waits for them. Called by the recognisers.
 */
#include "bundle/waits/graph/wait_graph.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/search.h"

/* Each object has two words. */
#define WORD_BITS 24u
#define MOST_WORDS (2 * FB_MAX_WAITS)
_Static_assert(MOST_WORDS <= 1u << WORD_BITS && FB_WAIT_CLASSES <= 1u << (64 - 2 * WORD_BITS),
	       "the numbers of a class and two words fit in one");

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
	fb_u64_map_deinit(&graph->words);
	fb_u64_map_deinit(&graph->by_numbers);
	memset(graph, 0, sizeof(*graph));
}

/* The number of a class: classes are few, so they are gone through. */
static struct fb_error *number_class(struct fb_wait_graph *graph, const char *class,
				     uint64_t *number_ret)
{
	size_t number = 0;

	while (number < graph->class_count && strcmp(graph->classes[number], class) != 0)
		number++;
	if (number == FB_WAIT_CLASSES)
		return fb_error_create(FB_LIMIT, "more classes of objects than have room");
	if (number == graph->class_count)
		graph->classes[graph->class_count++] = class;
	*number_ret = number;
	return NULL;
}

/* The number of a key's word, which is assigned at the first call for it. */
static struct fb_error *number_word(struct fb_wait_graph *graph, uint64_t word,
				    uint64_t *number_ret)
{
	struct fb_error *err;

	*number_ret = graph->words.count;
	err = fb_u64_map_add(&graph->words, word, *number_ret, MOST_WORDS,
			     "objects that threads wait for", NULL);
	if (!err)
		*number_ret = *fb_u64_map_find(&graph->words, word);
	return err;
}

/* What tells an object apart, as one number. */
static struct fb_error *number_object(struct fb_wait_graph *graph, const char *class, uint64_t key0,
				      uint64_t key1, uint64_t *number_ret)
{
	uint64_t numbers[3];
	struct fb_error *err = number_class(graph, class, &numbers[0]);

	if (!err)
		err = number_word(graph, key0, &numbers[1]);
	if (!err)
		err = number_word(graph, key1, &numbers[2]);
	if (!err)
		*number_ret = numbers[0] << 2 * WORD_BITS | numbers[1] << WORD_BITS | numbers[2];
	return err;
}

struct fb_error *fb_wait_graph_object(struct fb_wait_graph *graph, const char *class, uint64_t key0,
				      uint64_t key1, size_t *index_ret, bool *fresh_ret)
{
	uint64_t number;
	struct fb_error *err = number_object(graph, class, key0, key1, &number);

	if (!err)
		err = fb_grow_array(&graph->objects, &graph->object_room, graph->object_count,
				    sizeof(*graph->objects), FB_MAX_WAITS + 1,
				    "objects that threads wait for");
	if (!err)
		err = fb_u64_map_add(&graph->by_numbers, number, graph->object_count, FB_MAX_WAITS,
				     "objects that threads wait for", fresh_ret);
	if (err)
		return err;
	if (*fresh_ret)
		graph->objects[graph->object_count++] = (struct fb_wait_object){
			.class = class,
			.key = {key0, key1},
		};
	*index_ret = *fb_u64_map_find(&graph->by_numbers, number);
	return NULL;
}

/* Where an owner is, or is to be, in the order of (tid, process). */
static size_t owner_index(const struct fb_wait_object *object, struct fb_wait_owner owner)
{
	const struct fb_wait_owner *list = object->owners;

	return FB_LOWER_BOUND(at, object->owner_count,
			      list[at].tid < owner.tid || (list[at].tid == owner.tid &&
							   list[at].process < owner.process));
}

struct fb_error *fb_wait_graph_owner(struct fb_wait_graph *graph, size_t object, int32_t tid,
				     bool process)
{
	const struct fb_wait_owner owner = {tid, process};
	struct fb_wait_object *to = &graph->objects[object];
	size_t index = owner_index(to, owner);
	struct fb_error *err;

	if (index < to->owner_count && to->owners[index].tid == tid &&
	    to->owners[index].process == process)
		return NULL;
	if (to->owner_count >= FB_MAX_WAIT_OWNERS) {
		to->others = true;
		return NULL;
	}
	err = fb_grow_array(&to->owners, &to->owner_room, to->owner_count, sizeof(*to->owners),
			    FB_MAX_WAIT_OWNERS, "owners of an object");
	if (err)
		return err;
	memmove(&to->owners[index + 1], &to->owners[index],
		(to->owner_count - index) * sizeof(*to->owners));
	to->owners[index] = owner;
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

struct fb_error *fb_wait_graph_add_on_task(struct fb_wait_graph *graph, struct fb_wait *wait,
					   const char *class, int32_t number, bool process,
					   const char *what)
{
	bool fresh;
	struct fb_error *err =
		fb_wait_graph_object(graph, class, (uint64_t)number, 0, &wait->object, &fresh);

	if (!err && fresh) {
		struct fb_wait_object *object = &graph->objects[wait->object];

		object->certain = true;
		err = fb_wait_text(&object->name, "%s", what);
		if (!err)
			err = fb_wait_graph_owner(graph, wait->object, number, process);
	}
	if (!err)
		return fb_wait_graph_add(graph, wait);
	free(wait->detail);
	return err;
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
