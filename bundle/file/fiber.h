/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the fiber section of a bundle. "Fiber section" is the name of the data that a merge appends to a dump: the
 * headers and notes of the cores, those of their pages that have no frame in the dump, and tables with the place of
 * each byte of each core. It ties the cores to the dump like a thread (hence the name), and from it every core can be
 * restored bit for bit. docs/formats/bundle.md has the format. Other tools ignore the section: to them a bundle is a
 * dump with more pages. Called by bundle/input for every bundle, and by the command verify.
 */
#ifndef FB_BUNDLE_FIBER_H
#define FB_BUNDLE_FIBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/files/file.h"
#include "base/pool.h"
#include "base/warnings.h"
#include "bundle/file/fiber_objects.h"
#include "kernel/dump/dump.h"

struct fb_fiber;

/* Whether the file ends in the trailer of a fiber section; false where that cannot be read. Only a fatal error is
 * returned. */
FB_MUST_CHECK struct fb_error *fb_fiber_present(struct fb_file *file, bool *present_ret);

/* Opens the fiber section of file. file and dump are borrowed; dump is the same bundle opened as a dump, from which
 * the pages of cores that have a frame are read. The checksum of a part is checked when the part is first used.
 * FB_NOT_FOUND where there is no section, FB_UNSUPPORTED, FB_CORRUPT, FB_LIMIT. */
FB_MUST_CHECK struct fb_error *fb_fiber_open(struct fb_file *file, struct fb_dump *dump,
					     struct fb_warnings *warnings,
					     struct fb_fiber **fiber_ret);
void fb_fiber_destroy(struct fb_fiber *fiber);

/* The manifest: JSON text (the `cores`, `pages_added`, `conflicts` of `merge --json`, and the
 * program's version), NUL-terminated. Owned by the fiber. */
const char *fb_fiber_manifest(const struct fb_fiber *fiber);

size_t fb_fiber_core_count(const struct fb_fiber *fiber);
struct fb_fiber_core {
	const char *name; /* of its file when it was merged, without folders; owned by the fiber */
	uint64_t size;    /* bytes of the unpacked ELF core */
	int64_t mtime_ns; /* of its file, since the epoch */
};
void fb_fiber_core(const struct fb_fiber *fiber, size_t index, struct fb_fiber_core *core_ret);
/* A file with the core's bytes, which are collected from the bundle as they are read; for fb_core_open_file(). The
 * caller destroys it; the fiber must outlive it. */
FB_MUST_CHECK struct fb_error *fb_fiber_core_file(struct fb_fiber *fiber, size_t index,
						  struct fb_file **file_ret);

/* The list of files of which the bundle keeps what user stacks need; it may be empty. Owned by the fiber. */
const struct fb_fiber_objects *fb_fiber_objects(const struct fb_fiber *fiber);
/* Loads and unpacks one of them (user/elf/stored_object.h), and checks its checksum. The caller frees the bytes. */
FB_MUST_CHECK struct fb_error *fb_fiber_object_load(const struct fb_fiber *fiber, size_t index,
						    void **bytes_ret, size_t *size_ret);

/* Whether a merge added the page at pfn to the dump, with the bytes of a core; false where that cannot be read. Only
 * fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_fiber_page_added(const struct fb_fiber *fiber, uint64_t pfn,
						   bool *added_ret);

/* Checks every checksum and count of the whole bundle at path: the fiber section, and tables and page data of the dump.
 * Each problem is added to problems. */
FB_MUST_CHECK struct fb_error *fb_fiber_verify(const char *path, struct fb_pool *pool,
					       struct fb_warnings *problems);

#endif
