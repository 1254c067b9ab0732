/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Collects what a bundle keeps of the programs and libraries in which user stacks lie. Called by merge.c. */
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
	uint64_t bytes; /* size of the collected objects, unpacked */
	/* Files in which stacks end nevertheless. The array is owned, its texts are owned by stacks. */
	struct fb_wanted_file *wanted;
	size_t wanted_count;
	struct fb_thread_stacks *stacks; /* owned */
};

/* Unwinds all user stacks and collects the files in which they lie. The files are those of --sysroot; or, on the host
 * that the dump comes from (it has the same name and runs a kernel of the same release), the host's own. */
FB_MUST_CHECK struct fb_error *fb_merge_objects(struct fb_context *context, struct fb_input *input,
						struct fb_merged_objects *objects_ret);
void fb_merged_objects_deinit(struct fb_merged_objects *objects);

/* The member "objects" of docs/cli.md; NULL where memory is out. */
json_t *fb_merged_objects_json(const struct fb_merged_objects *objects);

#endif
