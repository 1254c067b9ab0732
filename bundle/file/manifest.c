// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Parses a bundle's manifest, which is JSON of limited size and depth, and checks what has to be in it.
 * Called by merge when a bundle gets more cores, by info, for stored stacks, and by verify.
 */
#include "bundle/file/manifest.h"

#include <stdio.h>
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

static void check_members(const json_t *object, const char *const *names, size_t count,
			  const char *what, struct fb_warnings *problems)
{
	for (size_t i = 0; i < count; i++)
		if (!json_object_get(object, names[i]))
			fb_warn(problems, "manifest: %s has no \"%s\"", what, names[i]);
}

void fb_manifest_check(const json_t *manifest, size_t core_count, struct fb_warnings *problems)
{
	static const char *const members[] = {"schema",      "fbundle",   "redacted",
					      "pages_added", "conflicts", "cores"};
	static const char *const of_core[] = {"path",      "kind",  "pid",
					      "comm",      "match", "threads",
					      "truncated", "pages", "taken_before_panic_s"};
	static const char *const of_match[] = {"verdict", "pid", "evidence"};
	static const char *const of_pages[] = {"total", "same", "filled", "unplaced", "differ"};
	const json_t *cores = json_object_get(manifest, "cores");

	check_members(manifest, members, FB_ARRAY_SIZE(members), "it", problems);
	if (json_array_size(cores) != core_count)
		fb_warn(problems, "manifest: it tells of %zu cores, but %zu are there",
			json_array_size(cores), core_count);
	for (size_t i = 0; i < json_array_size(cores); i++) {
		const json_t *core = json_array_get(cores, i);
		char what[32];

		snprintf(what, sizeof(what), "core %zu", i);
		check_members(core, of_core, FB_ARRAY_SIZE(of_core), what, problems);
		check_members(json_object_get(core, "match"), of_match, FB_ARRAY_SIZE(of_match),
			      what, problems);
		check_members(json_object_get(core, "pages"), of_pages, FB_ARRAY_SIZE(of_pages),
			      what, problems);
	}
}

void fb_manifest_size_add(struct fb_manifest_size *size, const char *text)
{
	size->bytes += strlen(text) + 1;
	size->values += most_values(text);
}

bool fb_manifest_fits(const struct fb_manifest_size *size)
{
	return size->bytes <= FB_MAX_MANIFEST && size->values <= FB_MAX_MANIFEST_VALUES;
}

struct fb_error *fb_manifest_parse(const char *text, json_t **manifest_ret)
{
	json_error_t problem;
	json_t *manifest;

	if (most_values(text) > FB_MAX_MANIFEST_VALUES)
		return fb_error_create(FB_LIMIT, "the bundle's manifest has more than %u values",
				       FB_MAX_MANIFEST_VALUES);
	manifest = json_loads(text, 0, &problem);
	if (!manifest && !*problem.text) /* what jansson leaves where memory is out */
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
