/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes the manifest of a bundle, and the part of it that `merge --json` and `info --json` print too (docs/cli.md).
 * Called by merge.c and those commands.
 */
#ifndef FB_BUNDLE_MERGE_MANIFEST_H
#define FB_BUNDLE_MERGE_MANIFEST_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/warnings.h"
#include "bundle/input/input.h"
#include "bundle/match/place.h"

/* The array "cores" of fb_merge_json(). A new reference, or NULL where memory is out. */
json_t *fb_merge_cores_json(const struct fb_input_core *cores, size_t count,
			    const struct fb_page_counts *counts);

/* {"cores": [...], "pages_added": N, "conflicts": N}, described in docs/cli.md: what `merge --json` prints and a
 * bundle's manifest contains. A new reference, or NULL where memory is out. */
json_t *fb_merge_json(const struct fb_input_core *cores, size_t count,
		      const struct fb_placement *placement);

/* The manifest of a bundle of the input with these cores. Where redact is set it contains stacks (borrowed, or NULL);
 * where the input is a bundle that was redacted, it contains that bundle's stacks. A new reference. */
FB_MUST_CHECK struct fb_error *fb_merge_manifest(struct fb_input *input,
						 const struct fb_input_core *cores, size_t count,
						 const struct fb_placement *placement, bool redact,
						 json_t *stacks, json_t **manifest_ret);

/* The text of a manifest, which the caller frees. Where stacks make it too large for a bundle, those of the last
 * threads are removed from it, with a warning. */
FB_MUST_CHECK struct fb_error *
fb_merge_manifest_text(json_t *manifest, struct fb_warnings *warnings, char **text_ret);

#endif
