/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading the fiber section. That is the name of what a merge appends to a dump: the cores' headers and
 * notes, their pages that have no frame in the dump, and the tables that say where each byte of a core
 * is. It is the strand that ties the cores to the dump, and makes every core come back bit for bit.
 * docs/formats/bundle.md describes it byte for byte. Other tools do not see it: to them a bundle is a
 * dump with more pages.
 */
#ifndef FB_BUNDLE_FIBER_H
#define FB_BUNDLE_FIBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/file.h"
#include "base/pool.h"
#include "base/warnings.h"
#include "bundle/file/fiber_objects.h"
#include "kernel/dump/dump.h"

struct fb_fiber;

/* Whether the file ends in the trailer of a fiber section; false where that cannot be read. Only a fatal error is
 * returned. */
FB_MUST_CHECK struct fb_error *fb_fiber_present(struct fb_file *file, bool *present_ret);

/* file is borrowed; dump (borrowed) is the same bundle opened as a dump: pages that stand at
 * their frame are read from it. Parts are checked by their checksums when they are first used. */
FB_MUST_CHECK struct fb_error *fb_fiber_open(struct fb_file *file, struct fb_dump *dump,
					     struct fb_warnings *warnings,
					     struct fb_fiber **fiber_ret);
void fb_fiber_destroy(struct fb_fiber *fiber);

/* The manifest: JSON text (the `cores`, `pages_added`, `conflicts` of `merge --json`, and the
 * program's version), NUL-terminated. Owned by the fiber. */
const char *fb_fiber_manifest(const struct fb_fiber *fiber);

size_t fb_fiber_core_count(const struct fb_fiber *fiber);
/* The name the core had when it was merged (no folders), its size and time. Owned by the fiber. */
struct fb_fiber_core {
	const char *name;
	uint64_t size; /* bytes of the unpacked ELF core */
	int64_t mtime_ns;
};
void fb_fiber_core(const struct fb_fiber *fiber, size_t index, struct fb_fiber_core *core_ret);
/* The core's bytes, put together as they are read; fit for fb_core_open_file(). The fiber must
 * outlive it. */
FB_MUST_CHECK struct fb_error *fb_fiber_core_file(struct fb_fiber *fiber, size_t index,
						  struct fb_file **file_ret);

/* The files of which it keeps what user stacks need; empty where it keeps none. Owned by the fiber. */
const struct fb_fiber_objects *fb_fiber_objects(const struct fb_fiber *fiber);
/* One of them unpacked (user/elf/stored_object.h), its checksum checked. The caller frees the bytes. */
FB_MUST_CHECK struct fb_error *fb_fiber_object_load(const struct fb_fiber *fiber, size_t index,
						    void **bytes_ret, size_t *size_ret);

/* Whether the page at pfn was added by a merge (its bytes are a core's), not in the dump before; false
 * where that cannot be read. Only a fatal error is returned. */
FB_MUST_CHECK struct fb_error *fb_fiber_page_added(const struct fb_fiber *fiber, uint64_t pfn,
						   bool *added_ret);

/* Checks every checksum and count of the whole bundle: fiber section, tables and page data of
 * the dump part. Each problem is a text in problems. */
FB_MUST_CHECK struct fb_error *fb_fiber_verify(const char *path, struct fb_pool *pool,
					       struct fb_warnings *problems);

#endif
