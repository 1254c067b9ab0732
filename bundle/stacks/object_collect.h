/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Collects what a bundle keeps of the programs and libraries in which user stacks lie, so that `bt` needs no sysroot
 * when the bundle is opened. Called by `fbundle merge`.
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
	size_t missing; /* files with frames that are neither in `files` nor in the bundle */
};

/* Collects every file in which a frame of stacks lies and which the input does not have already. It is taken from
 * `files`, where it must have the same build-id, or none if the mapped file has none (its size is then compared when it
 * is used). Files are read in child processes (base/isolation/isolate.h); one that cannot be read is a warning. The
 * caller frees the result with fb_collected_objects_deinit(). */
FB_MUST_CHECK struct fb_error *fb_objects_collect(struct fb_input *input,
						  const struct fb_thread_stacks *stacks,
						  struct fb_host_files *files,
						  struct fb_collected_objects *collected_ret);
void fb_collected_objects_deinit(struct fb_collected_objects *collected);

#endif
