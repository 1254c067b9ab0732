/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a bundle keeps of the files that user stacks are in: for `fbundle merge`. */
#ifndef FB_CMD_MERGE_OBJECTS_H
#define FB_CMD_MERGE_OBJECTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/json.h"
#include "bundle/input/input.h"
#include "bundle/stacks/object_collect.h"
#include "bundle/stacks/wanted_files.h"
#include "cmd/shared/command.h"

struct fb_merged_objects {
	struct fb_collected_objects collected;
	uint64_t bytes; /* of these, unpacked */
	/* Files that stacks end in all the same; texts of stacks. */
	struct fb_wanted_file *wanted; /* owned */
	size_t wanted_count;
	struct fb_thread_stacks *stacks; /* owned */
};

/* Unwinds all user stacks, with the sysroot, or on the host that the dump is of (it runs the kernel of the
 * dump's release and has its name) with the host's own files, and collects what they are in. */
FB_MUST_CHECK struct fb_error *fb_merge_objects(struct fb_context *context, struct fb_input *input,
						struct fb_merged_objects *objects_ret);
void fb_merged_objects_deinit(struct fb_merged_objects *objects);

/* "objects" of cli.md. */
json_t *fb_merged_objects_json(const struct fb_merged_objects *objects);

#endif
