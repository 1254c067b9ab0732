/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes a bundle, or a filtered dump, which has the same form: a kdump-compressed dump with all or chosen pages of the
 * input and the placed pages of the cores, followed by the fiber section. Where the input is kdump-compressed and all
 * pages are wanted, their stored bytes are copied unchanged; otherwise pages are compressed here. Called by merge.c and
 * bundle/dump.
 */
#ifndef FB_BUNDLE_BUNDLE_WRITER_H
#define FB_BUNDLE_BUNDLE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/files/outfile.h"
#include "base/pool.h"
#include "base/warnings.h"
#include "bundle/file/fiber.h"
#include "bundle/match/place.h"
#include "bundle/merge/page_choice.h"
#include "kernel/image/kernel.h"

struct fb_bundle_plan {
	struct fb_kernel *kernel;
	const struct fb_place_core *cores; /* in the order of the manifest's `cores` */
	size_t core_count;
	const struct fb_placement *placement;
	struct fb_page_choice *choice; /* of the input's pages; NULL: all, as they are stored */
	const char *manifest;          /* JSON text, stored unchanged */
	const struct fb_fiber *fiber;  /* of the input, whose objects are copied; NULL: none */
	const struct fb_bundle_object *objects; /* further objects */
	size_t object_count;
	const char *compression; /* of added pages (page_codec.h); NULL: as in the input */
	struct fb_pool *pool;
	/* Called from one thread with the progress, done and total in bytes; NULL: not called. */
	void (*progress)(void *context, uint64_t done, uint64_t total);
	void *progress_context;
	struct fb_outfile_start *start; /* for fb_outfile_create_on(); NULL: none */
};

/* Writes the bundle to a file at path; on failure no file remains. All pointers of plan are borrowed. FB_INVALID where
 * path exists and force is not set. */
FB_MUST_CHECK struct fb_error *fb_bundle_write(const struct fb_bundle_plan *plan, const char *path,
					       bool force);
/* The same to outfile, which the caller has created and commits afterwards. */
FB_MUST_CHECK struct fb_error *fb_bundle_write_to(const struct fb_bundle_plan *plan,
						  struct fb_outfile *outfile);

#endif
