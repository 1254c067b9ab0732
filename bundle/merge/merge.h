/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Merges an input with its cores into a bundle. Called by the command merge, and by others that need the placement of
 * cores.
 */
#ifndef FB_BUNDLE_MERGE_H
#define FB_BUNDLE_MERGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/files/outfile.h"
#include "bundle/file/fiber_objects.h"
#include "bundle/input/input.h"
#include "bundle/match/place.h"

struct fb_merge_options {
	const char *output; /* path; NULL: the input's name + ".fbundle" */
	bool force;         /* replace an existing output */
	/* Of added pages, a name of page_codec.h; NULL: as in the dump. */
	const char *compression;
	/* Leave out the memory in the cores: see bundle/merge/redact.h. FB_INVALID for an input that is a
	 * bundle, because its dump has pages of cores already. */
	bool redact;
	/* Borrowed; stored in a redacted bundle's manifest as "threads", as far as FB_MAX_MANIFEST allows.
	 * NULL: none. */
	json_t *stacks;
	/* Objects to store, in addition to those of an input that is a bundle. */
	const struct fb_bundle_object *objects;
	size_t object_count;
	void (*progress)(void *context, uint64_t done, uint64_t total); /* NULL: none */
	void *progress_context;
	/* Opened in the output's folder, for fb_outfile_create_on(); NULL: none. */
	struct fb_outfile_start *start;
};

struct fb_merge_result {
	char *output; /* owned */
	struct fb_placement placement;
	uint64_t output_bytes;
};

/* Writes the bundle. FB_INVALID where there is neither a core besides the input's own nor an object, or where the
 * output is one of the inputs. The caller frees the result with fb_merge_result_deinit(). */
FB_MUST_CHECK struct fb_error *fb_merge(struct fb_input *input,
					const struct fb_merge_options *options,
					struct fb_merge_result *result_ret);
void fb_merge_result_deinit(struct fb_merge_result *result);

/* Places the cores of an input without writing anything. */
FB_MUST_CHECK struct fb_error *fb_merge_place(struct fb_input *input,
					      struct fb_placement *placement_ret);

/* The page counts of each core of an input, in relation to the dump without the cores. For a bundle without further
 * cores they are in its manifest; otherwise the cores are placed. The caller frees the array. */
FB_MUST_CHECK struct fb_error *fb_merge_count(struct fb_input *input,
					      struct fb_page_counts **counts_ret);

/* As fb_merge_place(), for these cores of the input. The caller frees *list_ret, whose cores are borrowed. */
FB_MUST_CHECK struct fb_error *fb_merge_place_cores(struct fb_input *input,
						    const struct fb_input_core *cores, size_t count,
						    struct fb_place_core **list_ret,
						    struct fb_placement *placement_ret);

#endif
