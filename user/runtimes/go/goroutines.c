// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads all goroutines of a process, and sends them as bytes. Called by bundle/stacks. */
#include "user/runtimes/go/goroutines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/part.h"
#include "user/unwind/stack_codec.h"

/* Bytes that each goroutine takes at least. */
#define LEAST_BYTES 64u

static struct fb_error *read_one(struct fb_go *go, const struct fb_goroutine *routine,
				 struct fb_goroutine_stack *one)
{
	struct fb_go_line creator;
	struct fb_error *err;

	*one = (struct fb_goroutine_stack){
		.address = routine->address,
		.id = routine->id,
		.creator_id = routine->creator_id,
		.thread = routine->thread,
		.state = routine->state,
		.reason = routine->reason,
		.since = routine->since,
		.m_id = routine->m_id,
		.p_id = routine->p_id,
		.locked = routine->locked,
	};
	/* The first is started by the runtime. */
	err = fb_go_line_at(go, routine->id > 1 ? routine->creator : 0, true, &creator);
	one->creator = creator.function;
	one->creator_file = creator.file;
	one->creator_line = creator.line;
	if (!err)
		err = fb_go_is_system(go, routine, &one->system);
	/* Its registers are those of its thread, whose stack has its frames. */
	if (!strcmp(routine->state, "running"))
		return err;
	if (!err)
		err = fb_go_frames(go, routine, &one->stack);
	return err ? err : fb_go_waits(go, routine, &one->stack, one->waits, &one->wait_count);
}

static struct fb_error *add_one(struct fb_goroutines *goroutines,
				const struct fb_goroutine_stack *one)
{
	struct fb_error *err =
		fb_grow_array(&goroutines->list, &goroutines->room, goroutines->count,
			      sizeof(*goroutines->list), FB_MAX_GOROUTINES, "goroutines");

	if (!err)
		goroutines->list[goroutines->count++] = *one;
	return err;
}

static int by_address(const void *left, const void *right)
{
	const struct fb_go_object *a = left, *b = right;

	return (a->address > b->address) - (a->address < b->address);
}

/* Who refers to what the goroutines wait on. */
static struct fb_error *find_references(struct fb_go *go, const struct fb_goroutine *list,
					struct fb_goroutines *goroutines)
{
	FB_CLEANUP(fb_free_at) struct fb_go_object *objects = NULL;
	size_t count = 0, kept = 0;

	for (size_t i = 0; i < goroutines->count; i++)
		count += goroutines->list[i].wait_count;
	if (!count)
		return NULL;
	objects = calloc(count, sizeof(*objects));
	if (!objects)
		return fb_error_nomem();
	count = 0;
	for (size_t i = 0; i < goroutines->count; i++)
		for (size_t j = 0; j < goroutines->list[i].wait_count; j++)
			objects[count++] = (struct fb_go_object){
				goroutines->list[i].waits[j].address,
				goroutines->list[i].waits[j].kind <= FB_GO_WAIT_CHANNEL};
	qsort(objects, count, sizeof(*objects), by_address);
	for (size_t i = 0; i < count; i++)
		if (!kept || objects[kept - 1].address != objects[i].address)
			objects[kept++] = objects[i];
	return fb_go_references_find(go, list, goroutines->count, objects, kept,
				     &goroutines->references, &goroutines->reference_count);
}

struct fb_error *fb_goroutines_of(struct fb_go *go, size_t most, struct fb_goroutines *goroutines)
{
	struct fb_goroutine *list = NULL;
	size_t count = 0;
	struct fb_error *err;

	fb_go_version(go, goroutines->version);
	err = fb_go_routines(go, &list, &count, goroutines->why);
	for (size_t i = 0; i < count && i < most && !err; i++) {
		struct fb_goroutine_stack one = {.id = 0};

		err = read_one(go, &list[i], &one);
		if (!err)
			err = add_one(goroutines, &one);
		if (err)
			fb_user_stack_deinit(&one.stack);
	}
	if (!err)
		err = find_references(go, list, goroutines);
	free(list);
	return err;
}

struct fb_error *fb_goroutines_read(const struct fb_user_process *process,
				    struct fb_string_pool *pool, struct fb_goroutines *goroutines)
{
	struct fb_go *go = NULL;
	struct fb_error *err = fb_go_open(process, pool, &go);

	if (fb_error_is(err, FB_NOT_FOUND)) {
		fb_error_destroy(err);
		return NULL;
	}
	if (err)
		return fb_part_reason(err, goroutines->why, sizeof(goroutines->why));
	err = fb_part_reason(fb_goroutines_of(go, FB_MAX_GOROUTINES, goroutines), goroutines->why,
			     sizeof(goroutines->why));
	fb_go_destroy(go);
	return err;
}

void fb_goroutines_deinit(struct fb_goroutines *goroutines)
{
	for (size_t i = 0; i < goroutines->count; i++)
		fb_user_stack_deinit(&goroutines->list[i].stack);
	free(goroutines->list);
	free(goroutines->references);
	memset(goroutines, 0, sizeof(*goroutines));
}

static struct fb_error *put_text(struct fb_buf *to, const char *text)
{
	return fb_buf_append(to, text, strlen(text) + 1);
}

static struct fb_error *put_one(struct fb_buf *to, const struct fb_goroutine_stack *one)
{
	const uint64_t numbers[] = {one->address,         one->id,
				    one->creator_id,      one->thread,
				    (uint64_t)one->since, (uint64_t)one->m_id};
	const uint8_t bytes[] = {one->locked, one->system, (uint8_t)one->wait_count};
	const char *const texts[] = {one->state, one->reason ? one->reason : "", one->creator,
				     one->creator_file};
	struct fb_error *err = fb_buf_append(to, numbers, sizeof(numbers));

	if (!err)
		err = fb_buf_u32(to, (uint32_t)one->p_id);
	if (!err)
		err = fb_buf_u32(to, one->creator_line);
	if (!err)
		err = fb_buf_append(to, bytes, sizeof(bytes));
	for (size_t i = 0; i < FB_ARRAY_SIZE(texts) && !err; i++)
		err = put_text(to, texts[i]);
	for (size_t i = 0; i < one->wait_count && !err; i++) {
		const struct fb_go_wait *wait = &one->waits[i];
		const uint64_t words[] = {(uint64_t)wait->kind, wait->address, wait->count,
					  wait->room,           wait->closed,  wait->locked};

		err = fb_buf_append(to, words, sizeof(words));
	}
	return err ? err : fb_user_stack_encode(&one->stack, to);
}

struct fb_error *fb_goroutines_encode(const struct fb_goroutines *goroutines, struct fb_buf *to)
{
	struct fb_error *err = fb_buf_u32(to, (uint32_t)goroutines->count);

	if (!err)
		err = put_text(to, goroutines->version);
	if (!err)
		err = put_text(to, goroutines->why);
	for (size_t i = 0; i < goroutines->count && !err; i++)
		err = put_one(to, &goroutines->list[i]);
	return err;
}

static struct fb_error *get_text(struct fb_cursor *cursor, struct fb_string_pool *pool,
				 const char **text_ret)
{
	const char *text;
	struct fb_error *err = fb_cursor_string(cursor, &text);

	return err ? err : fb_string_pool_add(pool, text, text_ret);
}

static struct fb_error *get_waits(struct fb_cursor *cursor, size_t count,
				  struct fb_goroutine_stack *one)
{
	struct fb_error *err = NULL;

	if (count > FB_GO_WAITS)
		return fb_error_create(FB_CORRUPT, "a goroutine waits on %zu things", count);
	for (size_t i = 0; i < count && !err; i++) {
		uint64_t words[6];

		err = fb_cursor_copy(cursor, words, sizeof(words));
		if (!err && words[0] >= FB_GO_WAIT_KINDS)
			err = fb_error_create(FB_CORRUPT, "a goroutine waits in an unknown way");
		if (!err)
			one->waits[one->wait_count++] =
				(struct fb_go_wait){(enum fb_go_wait_kind)words[0],
						    words[1],
						    words[2],
						    words[3],
						    words[4] != 0,
						    words[5] != 0};
	}
	return err;
}

static struct fb_error *get_one(struct fb_cursor *cursor, struct fb_string_pool *pool,
				struct fb_goroutine_stack *one)
{
	uint64_t numbers[6];
	uint32_t p_id;
	uint8_t bytes[3];
	struct fb_error *err = fb_cursor_copy(cursor, numbers, sizeof(numbers));

	if (!err)
		err = fb_cursor_u32(cursor, &p_id);
	if (!err)
		err = fb_cursor_u32(cursor, &one->creator_line);
	if (!err)
		err = fb_cursor_copy(cursor, bytes, sizeof(bytes));
	if (!err)
		err = get_text(cursor, pool, &one->state);
	if (!err)
		err = get_text(cursor, pool, &one->reason);
	if (!err)
		err = get_text(cursor, pool, &one->creator);
	if (!err)
		err = get_text(cursor, pool, &one->creator_file);
	if (!err)
		err = get_waits(cursor, bytes[2], one);
	if (!err)
		err = fb_user_stack_decode(cursor, pool, &one->stack);
	if (err)
		return err;
	one->address = numbers[0];
	one->id = numbers[1];
	one->creator_id = numbers[2];
	one->thread = numbers[3];
	one->since = (int64_t)numbers[4];
	one->m_id = (int64_t)numbers[5];
	one->p_id = (int32_t)p_id;
	one->locked = bytes[0];
	one->system = bytes[1];
	if (!*one->reason)
		one->reason = NULL;
	return NULL;
}

struct fb_error *fb_goroutines_decode(struct fb_cursor *cursor, struct fb_string_pool *pool,
				      struct fb_goroutines *goroutines)
{
	const char *version, *why;
	uint32_t count;
	struct fb_error *err = fb_cursor_u32(cursor, &count);

	if (!err)
		err = fb_cursor_string(cursor, &version);
	if (!err)
		err = fb_cursor_string(cursor, &why);
	if (!err && count > fb_cursor_left(cursor) / LEAST_BYTES)
		err = fb_error_create(FB_CORRUPT, "%u goroutines in %zu bytes", count,
				      fb_cursor_left(cursor));
	if (err)
		return err;
	snprintf(goroutines->version, sizeof(goroutines->version), "%s", version);
	snprintf(goroutines->why, sizeof(goroutines->why), "%s", why);
	for (uint32_t i = 0; i < count && !err; i++) {
		struct fb_goroutine_stack one = {.id = 0};

		err = get_one(cursor, pool, &one);
		if (!err)
			err = add_one(goroutines, &one);
		if (err)
			fb_user_stack_deinit(&one.stack);
	}
	return err;
}
