/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a bundle says of its cores: the part of its manifest that `merge --json` and `info --json` print too
 * (docs/cli.md), and the whole manifest.
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

/* "cores" of what follows alone. */
json_t *fb_merge_cores_json(const struct fb_input_core *cores, size_t count,
			    const struct fb_page_counts *counts);

/* {"cores": [...], "pages_added": N, "conflicts": N} as docs/cli has them: what `merge --json`
 * prints and a bundle's manifest keeps. A new reference, or NULL where memory is out. */
json_t *fb_merge_json(const struct fb_input_core *cores, size_t count,
		      const struct fb_placement *placement);

/* The manifest of a bundle of the input with these cores: redacted with these stacks (borrowed, or NULL), or, where
 * the input is a bundle that was redacted, with its own. A new reference. */
FB_MUST_CHECK struct fb_error *fb_merge_manifest(struct fb_input *input,
						 const struct fb_input_core *cores, size_t count,
						 const struct fb_placement *placement, bool redact,
						 json_t *stacks, json_t **manifest_ret);

/* As text, which the caller frees. Where its stacks make it too large for a bundle, those of its last threads are taken
 * out of it, with a warning. */
FB_MUST_CHECK struct fb_error *
fb_merge_manifest_text(json_t *manifest, struct fb_warnings *warnings, char **text_ret);

#endif
