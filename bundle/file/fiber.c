// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opens the fiber section of a bundle (fiber.h): its manifest, the record of each core, and the cores as
 * files; and tells which pages of the dump a merge has added. Called by bundle/input when an input is a
 * bundle, and by verify.
 */
#include "bundle/file/fiber.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/limits.h"
#include "base/part.h"
#include "bundle/file/fiber_format.h"
#include "bundle/file/fiber_private.h"

struct fb_error *fb_fiber_present(struct fb_file *file, bool *present_ret)
{
	struct fb_fiber_trailer trailer;
	struct fb_error *err;

	*present_ret = false;
	if (file->size < sizeof(trailer))
		return NULL;
	err = fb_file_read(file, file->size - sizeof(trailer), &trailer, sizeof(trailer));
	*present_ret = !err && !memcmp(trailer.magic, FB_FIBER_MAGIC, sizeof(trailer.magic));
	return fb_part_skip(err);
}

/* Cores are readable without it, so damage is a warning. */
static struct fb_error *load_manifest(struct fb_fiber *fiber, struct fb_warnings *warnings)
{
	size_t part = fb_fiber_table_find(&fiber->table, FB_FIBER_MANIFEST), size;
	struct fb_error *err;
	void *raw;

	err = fb_fiber_part_load(&fiber->table, part, FB_MAX_MANIFEST, &raw, &size);
	if (!err) {
		fiber->manifest = raw;
		return NULL;
	}
	err = fb_part_warn(warnings, err, "%s", fiber->table.file->path);
	if (err)
		return err;
	fiber->manifest = strdup("{}");
	return fiber->manifest ? NULL : fb_error_nomem();
}

static struct fb_error *parse_record(const void *raw, size_t size, struct fb_fiber_core *core)
{
	struct fb_fiber_core_record record;
	const uint8_t *name;
	struct fb_cursor cursor;
	struct fb_error *err;
	char *copy;

	fb_cursor_init(&cursor, raw, size, "record of a core");
	err = fb_cursor_copy(&cursor, &record, sizeof(record));
	if (!err)
		err = fb_cursor_bytes(&cursor, record.name_length, &name);
	if (err)
		return err;
	if (record.size > FB_MAX_CORE_BYTES || memchr(name, '\0', record.name_length) ||
	    memchr(name, '/', record.name_length))
		return fb_error_create(FB_CORRUPT, "record of a core: size or name is impossible");
	copy = strndup((const char *)name, record.name_length);
	if (!copy)
		return fb_error_nomem();
	core->name = copy;
	core->size = record.size;
	core->mtime_ns = record.mtime_ns;
	return NULL;
}

/* A core whose record is damaged keeps its place, with no bytes. */
static struct fb_error *load_record(struct fb_fiber *fiber, size_t index,
				    struct fb_warnings *warnings)
{
	struct fb_error *err;
	size_t size;
	void *raw;

	err = fb_fiber_part_load(&fiber->table, fiber->table.cores[index].record,
				 sizeof(struct fb_fiber_core_record) + FB_MAX_STRING, &raw, &size);
	if (!err) {
		err = parse_record(raw, size, &fiber->cores[index]);
		free(raw);
	}
	if (!err || fb_error_is_fatal(err))
		return err;
	fb_warn_error(warnings, err, "%s: core %zu cannot be read", fiber->table.file->path, index);
	fiber->cores[index].name = strdup("");
	return fiber->cores[index].name ? NULL : fb_error_nomem();
}

struct fb_error *fb_fiber_open(struct fb_file *file, struct fb_dump *dump,
			       struct fb_warnings *warnings, struct fb_fiber **fiber_ret)
{
	struct fb_fiber *fiber = calloc(1, sizeof(*fiber));
	struct fb_error *err;

	if (!fiber)
		return fb_error_nomem();
	fiber->dump = dump;
	(void)pthread_mutex_init(&fiber->store_lock, NULL);
	err = fb_fiber_table_read(file, &fiber->table);
	if (!err)
		err = load_manifest(fiber, warnings);
	/* Stacks are there without them, if shorter. */
	if (!err)
		err = fb_part_warn(warnings, fb_fiber_objects_read(&fiber->table, &fiber->objects),
				   "%s", file->path);
	if (!err)
		err = fb_alloc_array(fiber->table.core_count, sizeof(*fiber->cores), FB_MAX_CORES,
				     "cores of a bundle", &fiber->cores);
	for (size_t i = 0; i < fiber->table.core_count && !err; i++)
		err = load_record(fiber, i, warnings);
	if (err) {
		fb_fiber_destroy(fiber);
		return fb_error_prefix(err, "%s", file->path);
	}
	*fiber_ret = fiber;
	return NULL;
}

void fb_fiber_destroy(struct fb_fiber *fiber)
{
	if (!fiber)
		return;
	for (size_t i = 0; fiber->cores && i < fiber->table.core_count; i++)
		free((char *)fiber->cores[i].name);
	if (fiber->has_store)
		fb_fiber_store_deinit(&fiber->store);
	(void)pthread_mutex_destroy(&fiber->store_lock);
	fb_fiber_objects_deinit(&fiber->objects);
	free(fiber->cores);
	free(fiber->manifest);
	fb_fiber_table_deinit(&fiber->table);
	free(fiber);
}

const char *fb_fiber_manifest(const struct fb_fiber *fiber)
{
	return fiber->manifest;
}

const struct fb_fiber_objects *fb_fiber_objects(const struct fb_fiber *fiber)
{
	return &fiber->objects;
}

struct fb_error *fb_fiber_object_load(const struct fb_fiber *fiber, size_t index, void **bytes_ret,
				      size_t *size_ret)
{
	return fb_fiber_part_load(&fiber->table, fiber->objects.parts[index],
				  FB_MAX_BUNDLE_OBJECT_BYTES, bytes_ret, size_ret);
}

size_t fb_fiber_core_count(const struct fb_fiber *fiber)
{
	return fiber->table.core_count;
}

void fb_fiber_core(const struct fb_fiber *fiber, size_t index, struct fb_fiber_core *core_ret)
{
	*core_ret = fiber->cores[index];
}

struct fb_error *fb_fiber_get_store(struct fb_fiber *fiber, struct fb_fiber_store **store_ret)
{
	struct fb_error *err = NULL;

	(void)pthread_mutex_lock(&fiber->store_lock);
	if (!fiber->has_store) {
		err = fb_fiber_store_init(&fiber->store, &fiber->table);
		fiber->has_store = !err;
	}
	(void)pthread_mutex_unlock(&fiber->store_lock);
	if (!err)
		*store_ret = &fiber->store;
	return err;
}

struct fb_error *fb_fiber_page_added(const struct fb_fiber *fiber, uint64_t pfn, bool *added_ret)
{
	struct fb_dump_stored stored;
	size_t count = 0;
	struct fb_error *err = fb_dump_stored(fiber->dump, pfn, &stored, 1, &count);

	*added_ret =
		count == 1 && stored.pfn == pfn && stored.page_flags == FB_FIBER_PAGE_FROM_CORE;
	return fb_part_skip(err);
}
