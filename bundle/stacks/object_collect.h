/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files that user stacks are in, and what a bundle keeps of them: so that `bt` needs no sysroot where
 * the bundle is opened. Called by `fbundle merge`.
 */
#ifndef FB_BUNDLE_OBJECT_COLLECT_H
#define FB_BUNDLE_OBJECT_COLLECT_H

#include <stddef.h>

#include "base/error.h"
#include "bundle/file/fiber_objects.h"
#include "bundle/input/input.h"
#include "bundle/process/host_files.h"
#include "bundle/stacks/thread_stack.h"

struct fb_collected_objects {
	struct fb_bundle_object *objects; /* owned, with their texts and bytes; by build-id */
	size_t count;
	size_t missing; /* files that stacks are in, and that are neither in files nor in the bundle */
};

/* Of every file that a frame of stacks is in, and that the input does not keep already: the one in files
 * that has its build-id, or none if it has none (then the size of what was mapped decides when it is used). Files are read in children (base/isolation/isolate.h): one that cannot be
 * read is a warning. fb_collected_objects_deinit() it. */
FB_MUST_CHECK struct fb_error *fb_objects_collect(struct fb_input *input,
						  const struct fb_thread_stacks *stacks,
						  struct fb_host_files *files,
						  struct fb_collected_objects *collected_ret);
void fb_collected_objects_deinit(struct fb_collected_objects *collected);

#endif
