/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Merging: an input with its cores becomes a bundle.
 */
#ifndef FB_BUNDLE_MERGE_H
#define FB_BUNDLE_MERGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/outfile.h"
#include "bundle/file/fiber_objects.h"
#include "bundle/input/input.h"
#include "bundle/match/place.h"

struct fb_merge_options {
	const char *output; /* path; NULL: the input's name + ".fbundle" */
	bool force;         /* replace an existing output */
	/* Of added pages, by a name of page_codec.h; NULL: as the dump's are. */
	const char *compression;
	/* Leave out what the cores hold of memory: see bundle/merge/redact.h. FB_INVALID for an input
	 * that is a bundle, whose pages it is already in. */
	bool redact;
	/* Borrowed; kept in a redacted bundle's manifest as "threads", as many as it has room for: see
	 * FB_MAX_MANIFEST. NULL: none. */
	json_t *stacks;
	const struct fb_bundle_object
		*objects; /* to be kept, beside those of an input that is a bundle */
	size_t object_count;
	void (*progress)(void *context, uint64_t done, uint64_t total); /* NULL: none */
	void *progress_context;
	struct fb_outfile_start
		*start; /* in output's folder, as fb_outfile_create_on() takes it; NULL: none */
};

struct fb_merge_result {
	char *output; /* owned */
	struct fb_placement placement;
	uint64_t output_bytes;
};

/* FB_INVALID where there is no core but the input's own and no object, or the output is one of the inputs. */
FB_MUST_CHECK struct fb_error *fb_merge(struct fb_input *input,
					const struct fb_merge_options *options,
					struct fb_merge_result *result_ret);
void fb_merge_result_deinit(struct fb_merge_result *result);

/* Places the cores of an input without writing anything. */
FB_MUST_CHECK struct fb_error *fb_merge_place(struct fb_input *input,
					      struct fb_placement *placement_ret);

/* The page counts of each of an input's cores against the dump alone: of a bundle with no further cores as its
 * manifest has them, else by placing them. The caller frees the array. */
FB_MUST_CHECK struct fb_error *fb_merge_count(struct fb_input *input,
					      struct fb_page_counts **counts_ret);

/* The same of these cores of the input; the caller frees the list, whose cores are borrowed. */
FB_MUST_CHECK struct fb_error *fb_merge_place_cores(struct fb_input *input,
						    const struct fb_input_core *cores, size_t count,
						    struct fb_place_core **list_ret,
						    struct fb_placement *placement_ret);

#endif
