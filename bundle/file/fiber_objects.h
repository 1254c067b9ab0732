/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files of user space of which a bundle keeps what user stacks need: found by build-id, where the
 * process's memory has none by path and size; unpacked when asked for. Safe from many threads.
 */
#ifndef FB_BUNDLE_FIBER_OBJECTS_H
#define FB_BUNDLE_FIBER_OBJECTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "bundle/file/fiber_table.h"

/* One to be written (bundle/merge), or that is there. */
struct fb_bundle_object {
	const char *build_id; /* hexadecimal digits; "": it has none */
	const char *paths;    /* each with its NUL, one behind the other */
	size_t paths_size;    /* bytes */
	uint64_t file_size;   /* bytes of the file itself */
	const void *bytes;    /* user/elf/stored_object.h; NULL: of one that is there */
	size_t size;
};

struct fb_fiber_objects {
	struct fb_bundle_object *objects; /* owned; texts of index */
	size_t *parts;                    /* owned; that of each in the table */
	size_t count;
	void *index; /* owned */
};

/* Of a table without such parts: none. FB_CORRUPT, FB_LIMIT where the index is damaged, *objects_ret
 * empty then. */
FB_MUST_CHECK struct fb_error *fb_fiber_objects_read(const struct fb_fiber_table *table,
						     struct fb_fiber_objects *objects_ret);
void fb_fiber_objects_deinit(struct fb_fiber_objects *objects);

/* Index of the one with this build-id, or ("") of the one of that path and size; count: none. */
size_t fb_fiber_objects_find(const struct fb_fiber_objects *objects, const char *build_id,
			     const char *path, uint64_t file_size);

/* Appends an object's entry of the index (docs/formats/bundle.md, part 9). */
FB_MUST_CHECK struct fb_error *fb_bundle_object_entry(const struct fb_bundle_object *object,
						      struct fb_buf *index);

#endif
