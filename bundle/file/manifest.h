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

/* Whether a bundle may have it: fb_manifest_parse() takes no larger one. */
bool fb_manifest_fits(const char *text);

/* Whether it has all that fb_merge() writes, of that many cores; each thing that it lacks is a warning. */
void fb_manifest_check(const json_t *manifest, size_t core_count, struct fb_warnings *problems);

#endif
