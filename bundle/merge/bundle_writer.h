/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes a bundle, or a filtered dump, which is one too: a kdump-compressed dump that holds every page of the input, or those chosen
 * (stored bytes copied verbatim where the input is kdump-compressed, compressed
 * here otherwise) and the placed pages of the cores, then the fiber section.
 */
#ifndef FB_BUNDLE_BUNDLE_WRITER_H
#define FB_BUNDLE_BUNDLE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/outfile.h"
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
	const char *manifest;          /* JSON text, stored as it is */
	const struct fb_fiber *fiber;  /* of the input, whose objects are kept; NULL: none */
	const struct fb_bundle_object *objects; /* further ones */
	size_t object_count;
	const char *compression; /* of added pages (page_codec.h); NULL: as the input's are */
	struct fb_pool *pool;
	/* Progress, from one thread; NULL: none. done and total in bytes. */
	void (*progress)(void *context, uint64_t done, uint64_t total);
	void *progress_context;
	struct fb_outfile_start *start; /* as fb_outfile_create_on() takes it; NULL: none */
};

/* Nothing is left behind on failure. FB_INVALID where path exists and force is not set. */
FB_MUST_CHECK struct fb_error *fb_bundle_write(const struct fb_bundle_plan *plan, const char *path,
					       bool force);
/* The same into outfile, which the caller has made and commits. */
FB_MUST_CHECK struct fb_error *fb_bundle_write_to(const struct fb_bundle_plan *plan,
						  struct fb_outfile *outfile);

#endif
