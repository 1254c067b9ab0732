/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bundle's manifest, the JSON text that lists its cores. It is input like the rest of the file, so its size is
 * limited before it is parsed. Called where a bundle is opened or verified, and by merge.
 */
#ifndef FB_BUNDLE_MANIFEST_H
#define FB_BUNDLE_MANIFEST_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/warnings.h"

/* The member that tells how `dump` filtered it: an object of numbers (bundle/dump/filtered_dump.c). */
#define FB_MANIFEST_DUMP "dump"

/* Parses text, which fb_fiber_manifest() gives. *manifest_ret is a new reference to an object. FB_CORRUPT where text is
 * no JSON or no object, FB_LIMIT where it has more values than FB_MAX_MANIFEST_VALUES. */
FB_MUST_CHECK struct fb_error *fb_manifest_parse(const char *text, json_t **manifest_ret);

/* The size of a manifest, for comparison with the limits for it. */
struct fb_manifest_size {
	size_t bytes;
	size_t values; /* names and values, or some more */
};

/* Adds the size of a part of a manifest: the whole, or an element of an array in it, with its comma. */
void fb_manifest_size_add(struct fb_manifest_size *size, const char *text);
/* Whether a manifest of this size is within the limits, which fb_fiber_open() and fb_manifest_parse() enforce. */
bool fb_manifest_fits(const struct fb_manifest_size *size);

/* Checks that a manifest has everything that fb_merge() writes for core_count cores; each thing that it lacks is added
 * to problems. */
void fb_manifest_check(const json_t *manifest, size_t core_count, struct fb_warnings *problems);

#endif
