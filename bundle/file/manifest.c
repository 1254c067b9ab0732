// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Parsing a manifest.
 */
#include "bundle/file/manifest.h"

#include <string.h>

#include "base/limits.h"

/* At least as many as the values and names that parsing will allocate: each but the first stands
 * behind one of these, within strings or not. */
static size_t most_values(const char *text)
{
	size_t count = 1;

	for (text = strpbrk(text, "[{,:"); text; text = strpbrk(text + 1, "[{,:"))
		count++;
	return count;
}

struct fb_error *fb_manifest_parse(const char *text, json_t **manifest_ret)
{
	json_error_t problem;
	json_t *manifest;

	if (most_values(text) > FB_MAX_MANIFEST_VALUES)
		return fb_error_create(FB_LIMIT, "the bundle's manifest has more than %u values",
				       FB_MAX_MANIFEST_VALUES);
	manifest = json_loads(text, 0, &problem);
	if (!manifest && json_error_code(&problem) == json_error_out_of_memory)
		return fb_error_nomem();
	if (!manifest)
		return fb_error_create(FB_CORRUPT, "the bundle's manifest is no JSON: %s",
				       problem.text);
	if (!json_is_object(manifest)) {
		json_decref(manifest);
		return fb_error_create(FB_CORRUPT, "the bundle's manifest is no object");
	}
	*manifest_ret = manifest;
	return NULL;
}
