// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads and searches the index of a bundle's objects, that is, of what it keeps of programs and libraries. Called by
 * fiber.c, and when stacks are unwound. */
#include "bundle/file/fiber_objects.h"

#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "base/limits.h"

#define MOST_BUILD_ID 128u

/* A text of a known length within the index, where its NUL follows. */
static struct fb_error *get_text(struct fb_cursor *cursor, uint32_t length, const char **text_ret)
{
	const uint8_t *bytes;
	struct fb_error *err = fb_cursor_bytes(cursor, (uint64_t)length + 1, &bytes);

	if (!err && bytes[length])
		err = fb_error_create(FB_CORRUPT, "index of objects: a text does not end");
	if (!err)
		*text_ret = (const char *)bytes;
	return err;
}

static struct fb_error *get_entry(struct fb_cursor *cursor, struct fb_bundle_object *object)
{
	uint32_t id_length = 0, paths_size = 0;
	struct fb_error *err = fb_cursor_u64(cursor, &object->file_size);

	if (!err)
		err = fb_cursor_u32(cursor, &id_length);
	if (!err)
		err = fb_cursor_u32(cursor, &paths_size);
	if (!err && (id_length > MOST_BUILD_ID || !paths_size))
		err = fb_error_create(
			FB_CORRUPT, "index of objects: a build-id of %u digits, paths of %u bytes",
			id_length, paths_size);
	if (!err)
		err = get_text(cursor, id_length, &object->build_id);
	if (!err && object->build_id[strspn(object->build_id, "0123456789abcdef")])
		err = fb_error_create(FB_CORRUPT, "index of objects: no build-id");
	/* The last path's NUL is the text's. */
	if (!err)
		err = get_text(cursor, paths_size - 1, &object->paths);
	object->paths_size = paths_size;
	return err;
}

static struct fb_error *read_entries(const struct fb_fiber_table *table,
				     struct fb_fiber_objects *objects, size_t size)
{
	struct fb_cursor cursor;
	struct fb_error *err = NULL;
	size_t count = 0;

	for (size_t i = 0; i < table->count; i++)
		count += table->parts[i].type == FB_FIBER_OBJECT;
	err = fb_alloc_array(count, sizeof(*objects->objects), FB_MAX_BUNDLE_OBJECTS, "objects",
			     &objects->objects);
	if (!err)
		err = fb_alloc_array(count, sizeof(*objects->parts), FB_MAX_BUNDLE_OBJECTS,
				     "objects", &objects->parts);
	fb_cursor_init(&cursor, objects->index, size, "index of objects");
	for (size_t i = 0; i < table->count && !err; i++) {
		if (table->parts[i].type != FB_FIBER_OBJECT)
			continue;
		objects->parts[objects->count] = i;
		err = get_entry(&cursor, &objects->objects[objects->count]);
		objects->count += !err;
	}
	if (!err && fb_cursor_left(&cursor))
		err = fb_error_create(FB_CORRUPT, "index of objects: %zu bytes of no object",
				      fb_cursor_left(&cursor));
	return err;
}

struct fb_error *fb_fiber_objects_read(const struct fb_fiber_table *table,
				       struct fb_fiber_objects *objects_ret)
{
	size_t part = fb_fiber_table_find(table, FB_FIBER_OBJECT_INDEX), size = 0;
	struct fb_fiber_objects objects = {.count = 0};
	struct fb_error *err;

	memset(objects_ret, 0, sizeof(*objects_ret));
	if (part == table->count)
		return NULL;
	err = fb_fiber_part_load(table, part, FB_MAX_OBJECT_INDEX, &objects.index, &size);
	if (!err)
		err = read_entries(table, &objects, size);
	if (err)
		fb_fiber_objects_deinit(&objects);
	else
		*objects_ret = objects;
	return err;
}

void fb_fiber_objects_deinit(struct fb_fiber_objects *objects)
{
	free(objects->objects);
	free(objects->parts);
	free(objects->index);
	memset(objects, 0, sizeof(*objects));
}

static bool has_path(const struct fb_bundle_object *object, const char *path)
{
	for (size_t at = 0; at < object->paths_size; at += strlen(object->paths + at) + 1)
		if (strcmp(object->paths + at, path) == 0)
			return true;
	return false;
}

size_t fb_fiber_objects_find(const struct fb_fiber_objects *objects, const char *build_id,
			     const char *path, uint64_t file_size)
{
	for (size_t i = 0; i < objects->count; i++) {
		const struct fb_bundle_object *object = &objects->objects[i];

		if (*build_id ? strcmp(object->build_id, build_id) == 0
			      : object->file_size == file_size && has_path(object, path))
			return i;
	}
	return objects->count;
}

struct fb_error *fb_bundle_object_entry(const struct fb_bundle_object *object, struct fb_buf *index)
{
	size_t id_length = strlen(object->build_id);
	struct fb_error *err = fb_buf_u64(index, object->file_size);

	if (!err)
		err = fb_buf_u32(index, (uint32_t)id_length);
	if (!err)
		err = fb_buf_u32(index, (uint32_t)object->paths_size);
	if (!err)
		err = fb_buf_append(index, object->build_id, id_length + 1);
	return err ? err : fb_buf_append(index, object->paths, object->paths_size);
}
