/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The programs and libraries of which a bundle keeps what user stacks need. They are looked up by build-id, or, where
 * the process's memory has none, by path and size. Safe from many threads. Called by bundle/stacks and bundle/merge.
 */
#ifndef FB_BUNDLE_FIBER_OBJECTS_H
#define FB_BUNDLE_FIBER_OBJECTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "bundle/file/fiber_table.h"

/* A file in a bundle, or one that is to be written into a bundle (bundle/merge). */
struct fb_bundle_object {
	const char *build_id; /* hexadecimal digits; "": it has none */
	const char *paths;    /* one after the other, each with its NUL */
	size_t paths_size;    /* bytes */
	uint64_t file_size;   /* bytes of the file itself */
	const void *bytes;    /* user/elf/stored_object.h; NULL for a file in a bundle */
	size_t size;          /* of bytes */
};

struct fb_fiber_objects {
	struct fb_bundle_object *objects; /* owned; their texts lie in index */
	size_t *parts;                    /* owned; the index of each object's part in the table */
	size_t count;
	void *index; /* owned */
};

/* Reads the index of a bundle's objects; the list is empty where it has none. FB_CORRUPT or FB_LIMIT where the index is
 * damaged; *objects_ret is then empty too. */
FB_MUST_CHECK struct fb_error *fb_fiber_objects_read(const struct fb_fiber_table *table,
						     struct fb_fiber_objects *objects_ret);
void fb_fiber_objects_deinit(struct fb_fiber_objects *objects);

/* The index of the object with this build-id, or, where build_id is "", with this path and size; the list's count where
 * there is none. */
size_t fb_fiber_objects_find(const struct fb_fiber_objects *objects, const char *build_id,
			     const char *path, uint64_t file_size);

/* Appends an object's entry of the index (docs/formats/bundle.md, part 9). */
FB_MUST_CHECK struct fb_error *fb_bundle_object_entry(const struct fb_bundle_object *object,
						      struct fb_buf *index);

#endif
