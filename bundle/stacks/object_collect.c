// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Collects the files in which user stacks lie, so that a bundle can keep the parts of them that unwinding
 * needs. Called by cmd/merge_objects.c.
 */
#include "bundle/stacks/object_collect.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/isolation/fetcher.h"
#include "base/isolation/isolate.h"
#include "base/limits.h"
#include "base/part.h"
#include "user/elf/build_id.h"
#include "user/elf/stored_object.h"

/* A file by the names that frames have for it. One without a build-id ("") is another one under each
 * path. */
struct candidate {
	const char *build_id, *path; /* of the stacks */
	bool with_code;              /* a caller was found by a call in it */
};

struct collection {
	struct fb_input *input;
	struct fb_host_files *files;
	struct candidate *candidates; /* owned; in order of build-id and path, each once */
	size_t candidate_count;
	struct fb_bundle_object *objects; /* owned; one for each build-id */
	size_t *first;                    /* owned; the first candidate of each */
	size_t count;
	uint64_t room; /* bytes that objects may still take */
	int fetch_fd;  /* in a child: for fb_fetch(); -1: none */
};

static int compare_candidates(const void *left, const void *right)
{
	const struct candidate *a = left, *b = right;
	int order = strcmp(a->build_id, b->build_id);

	if (!order)
		order = strcmp(a->path, b->path);
	return order ? order : b->with_code - a->with_code;
}

/* size: of one without a build-id. */
static bool is_kept(const struct collection *collection, const char *build_id, const char *path,
		    uint64_t size)
{
	struct fb_fiber *fiber = fb_input_fiber(collection->input);
	const struct fb_fiber_objects *kept = fiber ? fb_fiber_objects(fiber) : NULL;

	return kept && fb_fiber_objects_find(kept, build_id, path, size) < kept->count;
}

static struct fb_error *add_frames(struct collection *collection, const struct fb_user_stack *user,
				   size_t *room)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < user->count && !err; i++) {
		const struct fb_user_frame *frame = &user->frames[i];
		const char *build_id = frame->build_id ? frame->build_id : "";
		bool with_code =
			frame->found == FB_FRAME_CALL_SITE || frame->found == FB_FRAME_PROLOGUE;
		const struct candidate *last =
			collection->candidate_count
				? &collection->candidates[collection->candidate_count - 1]
				: NULL;

		if (!frame->object || frame->object[0] != '/' ||
		    (last && last->build_id == build_id && last->path == frame->object &&
		     last->with_code >= with_code))
			continue;
		err = fb_grow_array(&collection->candidates, room, collection->candidate_count,
				    sizeof(*collection->candidates), FB_MAX_STACK_FILES,
				    "files of stacks");
		if (!err)
			collection->candidates[collection->candidate_count++] =
				(struct candidate){build_id, frame->object, with_code};
	}
	return err;
}

static bool same_file(const struct candidate *a, const struct candidate *b)
{
	return strcmp(a->build_id, b->build_id) == 0 && strcmp(a->path, b->path) == 0;
}

static struct fb_error *list_candidates(struct collection *collection,
					const struct fb_thread_stacks *stacks)
{
	size_t room = 0, kept = 0;
	struct fb_error *err = NULL;

	for (size_t i = 0; i < fb_thread_stacks_count(stacks) && !err; i++)
		err = add_frames(collection, &fb_thread_stacks_get(stacks, i)->user, &room);
	if (err || !collection->candidate_count)
		return err;
	qsort(collection->candidates, collection->candidate_count, sizeof(*collection->candidates),
	      compare_candidates);
	for (size_t i = 0; i < collection->candidate_count; i++)
		if ((!kept ||
		     !same_file(&collection->candidates[kept - 1], &collection->candidates[i])) &&
		    (!*collection->candidates[i].build_id ||
		     !is_kept(collection, collection->candidates[i].build_id, "", 0)))
			collection->candidates[kept++] = collection->candidates[i];
	collection->candidate_count = kept;
	return NULL;
}

/* One object for each build-id, its paths in one text. */
static struct fb_error *group(struct collection *collection)
{
	struct fb_error *err;

	err = fb_alloc_array(collection->candidate_count, sizeof(*collection->objects),
			     FB_MAX_BUNDLE_OBJECTS, "objects", &collection->objects);
	if (!err)
		err = fb_alloc_array(collection->candidate_count + 1, sizeof(*collection->first),
				     FB_MAX_BUNDLE_OBJECTS + 1, "objects", &collection->first);
	for (size_t i = 0; i < collection->candidate_count && !err; i++) {
		const struct candidate *candidate = &collection->candidates[i];
		size_t length = strlen(candidate->path) + 1;
		struct fb_bundle_object *object;
		char *paths;

		if (!collection->count || !*candidate->build_id ||
		    strcmp(collection->objects[collection->count - 1].build_id,
			   candidate->build_id) != 0) {
			collection->first[collection->count] = i;
			collection->objects[collection->count++].build_id = candidate->build_id;
		}
		object = &collection->objects[collection->count - 1];
		paths = realloc((char *)object->paths, object->paths_size + length);
		if (!paths)
			return fb_error_nomem();
		memcpy(paths + object->paths_size, candidate->path, length);
		object->paths = paths;
		object->paths_size += length;
		collection->first[collection->count] = i + 1;
	}
	return err;
}

static struct fb_error *send_object(struct fb_file *file, bool with_code, struct fb_buf *result)
{
	struct fb_error *err = fb_buf_u64(result, file->size);

	return err ? err : fb_stored_object_make(file, with_code, result);
}

/* The file of that build-id as a server has it, if one does. */
static struct fb_error *send_fetched(const struct collection *collection, const char *wanted,
				     bool with_code, struct fb_buf *result)
{
	char found[FB_BUILD_ID_TEXT] = "";
	struct fb_file *file = NULL;
	struct fb_error *err;
	int fd;

	if (!*wanted || collection->fetch_fd < 0)
		return NULL;
	err = fb_fetch(collection->fetch_fd, FB_FETCH_EXECUTABLE, wanted, &fd);
	if (err) { /* files that are needed and were not found are listed in any case */
		fb_error_destroy(err);
		return NULL;
	}
	err = fb_file_from_fd(wanted, fd, 0, &file);
	if (err) {
		(void)close(fd);
		return err;
	}
	err = fb_part_skip(fb_file_build_id(file, found));
	if (!err && strcmp(found, wanted) == 0)
		err = send_object(file, with_code, result);
	fb_file_destroy(file);
	return err;
}

static void begin(void *context, int fetch_fd)
{
	struct collection *collection = context;

	collection->fetch_fd = fetch_fd;
}

/* Runs in a child. The result is the size of the file as u64 and then its object, or nothing
 * where no file has the build-id. */
static struct fb_error *work(void *context, size_t index, struct fb_buf *result)
{
	struct collection *collection = context;
	const char *wanted = collection->objects[index].build_id;
	bool with_code = false;
	struct fb_error *err = NULL;

	for (size_t i = collection->first[index]; i < collection->first[index + 1]; i++)
		with_code |= collection->candidates[i].with_code;

	for (size_t i = collection->first[index]; i < collection->first[index + 1]; i++) {
		char found[FB_BUILD_ID_TEXT] = "";
		struct fb_file *file = NULL;

		err = fb_part_skip(fb_host_files_find_any(collection->files,
							  collection->candidates[i].path, &file));
		if (!err && file)
			err = fb_part_skip(fb_file_build_id(file, found));
		if (err)
			return err;
		if (!file || strcmp(found, wanted) != 0)
			continue;
		return send_object(file, with_code, result);
	}
	return send_fetched(collection, wanted, with_code, result);
}

static struct fb_error *take(void *context, size_t index, struct fb_cursor *result)
{
	struct collection *collection = context;
	struct fb_bundle_object *object = &collection->objects[index];
	const uint8_t *bytes;
	size_t size;
	struct fb_error *err;
	void *copy;

	if (!fb_cursor_left(result))
		return NULL;
	err = fb_cursor_u64(result, &object->file_size);
	if (!err && !*object->build_id && is_kept(collection, "", object->paths, object->file_size))
		return NULL;
	size = fb_cursor_left(result);
	if (!err && size > collection->room)
		return fb_error_create(
			FB_LIMIT, "what user stacks need of files is more than a bundle keeps: "
				  "--no-objects leaves it out");
	if (!err)
		err = fb_cursor_bytes(result, size, &bytes);
	if (err)
		return err;
	copy = malloc(size ? size : 1);
	if (!copy)
		return fb_error_nomem();
	memcpy(copy, bytes, size);
	object->bytes = copy;
	object->size = size;
	collection->room -= size;
	return NULL;
}

static struct fb_error *lose(void *context, size_t index, struct fb_error *why)
{
	struct collection *collection = context;

	return fb_part_warn(fb_input_warnings(collection->input), why,
			    "%s: what user stacks need of it is not kept",
			    collection->objects[index].paths);
}

/* Hands over the objects that were found, with copies of their texts. */
static struct fb_error *hand_out(struct collection *collection,
				 struct fb_collected_objects *collected)
{
	for (size_t i = 0; i < collection->count; i++) {
		struct fb_bundle_object *object = &collection->objects[i];

		if (!object->bytes) {
			collected->missing++;
			free((char *)object->paths);
			object->paths = NULL;
			object->build_id = NULL;
			continue;
		}
		object->build_id = strdup(object->build_id);
		collected->objects[collected->count++] = *object;
		memset(object, 0, sizeof(*object));
		if (!collected->objects[collected->count - 1].build_id)
			return fb_error_nomem();
	}
	return NULL;
}

static struct fb_error *collect(struct collection *collection,
				const struct fb_thread_stacks *stacks,
				struct fb_collected_objects *collected)
{
	const struct fb_isolate_ops ops = {
		.begin = begin,
		.work = work,
		.take = take,
		.lost = lose,
		.fetcher = fb_input_fetcher(collection->input),
	};
	struct fb_error *err = list_candidates(collection, stacks);

	if (!err)
		err = group(collection);
	if (!err && collection->count)
		err = fb_isolate_for(fb_pool_threads(fb_input_pool(collection->input)),
				     collection->count, &ops, collection,
				     fb_input_warnings(collection->input));
	if (!err)
		err = fb_alloc_array(collection->count, sizeof(*collected->objects),
				     FB_MAX_BUNDLE_OBJECTS, "objects", &collected->objects);
	return err ? err : hand_out(collection, collected);
}

struct fb_error *fb_objects_collect(struct fb_input *input, const struct fb_thread_stacks *stacks,
				    struct fb_host_files *files,
				    struct fb_collected_objects *collected_ret)
{
	struct collection collection = {
		.input = input,
		.files = files,
		.room = FB_MAX_BUNDLE_OBJECT_BYTES,
		.fetch_fd = -1,
	};
	struct fb_collected_objects collected = {.count = 0};
	struct fb_error *err = collect(&collection, stacks, &collected);

	for (size_t i = 0; i < collection.count; i++) {
		free((char *)collection.objects[i].paths);
		free((void *)collection.objects[i].bytes);
	}
	free(collection.objects);
	free(collection.candidates);
	free(collection.first);
	if (err)
		fb_collected_objects_deinit(&collected);
	else
		*collected_ret = collected;
	return err;
}

void fb_collected_objects_deinit(struct fb_collected_objects *collected)
{
	for (size_t i = 0; i < collected->count; i++) {
		free((char *)collected->objects[i].build_id);
		free((char *)collected->objects[i].paths);
		free((void *)collected->objects[i].bytes);
	}
	free(collected->objects);
	memset(collected, 0, sizeof(*collected));
}
