/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A bundle's manifest as JSON: input like the rest of the file, so bounded before it is parsed. */
#ifndef FB_BUNDLE_MANIFEST_H
#define FB_BUNDLE_MANIFEST_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/warnings.h"

/* text is what fb_fiber_manifest() gives. A new reference to an object. FB_CORRUPT where it is no
 * JSON or no object, FB_LIMIT where it has more values than FB_MAX_MANIFEST_VALUES. */
FB_MUST_CHECK struct fb_error *fb_manifest_parse(const char *text, json_t **manifest_ret);

/* What a manifest takes of the room that a bundle has for one. */
struct fb_manifest_size {
	size_t bytes;
	size_t values; /* names and values, or some more */
};

/* Adds what a part of a manifest takes, be it the whole or an element of an array in it, whose comma counts too. */
void fb_manifest_size_add(struct fb_manifest_size *size, const char *text);
/* Whether a bundle may have such a manifest: fb_fiber_open() and fb_manifest_parse() take no larger one. */
bool fb_manifest_fits(const struct fb_manifest_size *size);

/* Whether it has all that fb_merge() writes, of that many cores; each thing that it lacks is a warning. */
void fb_manifest_check(const json_t *manifest, size_t core_count, struct fb_warnings *problems);

#endif
