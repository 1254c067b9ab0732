// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes the manifest of a bundle, a JSON text that describes its cores. Called by merge.c, by bundle/dump for bundles
 * that are filtered, and by the commands merge and info.
 */
#include "bundle/merge/merge_manifest.h"

#include <stdlib.h>

#include "base/json.h"
#include "base/part.h"
#include "bundle/file/manifest.h"

/* The object where it has this many members; NULL where one could not be set, because memory is out. */
static json_t *whole(json_t *object, size_t members)
{
	if (json_object_size(object) == members)
		return object;
	json_decref(object);
	return NULL;
}

static json_t *match_json(const struct fb_match *match)
{
	json_t *object = json_object();
	json_t *evidence = json_array();

	for (size_t i = 0; i < match->evidence_count; i++)
		json_array_append_new(evidence, fb_json_text(match->evidence[i]));
	json_object_set_new(object, "verdict", json_string(fb_verdict_name(match->verdict)));
	json_object_set_new(object, "pid",
			    match->task ? json_integer(match->task->pid) : json_null());
	if (json_array_size(evidence) == match->evidence_count)
		json_object_set(object, "evidence", evidence);
	json_decref(evidence);
	return whole(object, 3);
}

static json_t *counts_json(const struct fb_page_counts *counts)
{
	json_t *object = json_object();

	json_object_set_new(object, "total", json_integer((json_int_t)counts->total));
	json_object_set_new(object, "same", json_integer((json_int_t)counts->same));
	json_object_set_new(object, "filled", json_integer((json_int_t)counts->filled));
	json_object_set_new(object, "unplaced", json_integer((json_int_t)counts->unplaced));
	json_object_set_new(object, "differ", json_integer((json_int_t)counts->differ));
	return whole(object, 5);
}

static const char *kind_name(enum fb_core_kind kind)
{
	switch (kind) {
	case FB_CORE_GCORE:
		return "gcore";
	case FB_CORE_KERNEL:
		return "kernel";
	case FB_CORE_UNKNOWN:
		break;
	}
	return "unknown";
}

static json_t *core_json(const struct fb_input_core *core, const struct fb_page_counts *counts)
{
	const struct fb_core_info *info = fb_core_info(core->core);
	json_t *object = json_object();

	json_object_set_new(
		object, "path",
		fb_json_text(core->from_bundle ? fb_core_name(core->core) : info->path));
	json_object_set_new(object, "kind", json_string(kind_name(info->kind)));
	json_object_set_new(object, "pid", info->pid ? json_integer(info->pid) : json_null());
	json_object_set_new(object, "comm",
			    info->has_psinfo ? fb_json_text(info->comm) : json_null());
	json_object_set_new(object, "threads", json_integer((json_int_t)info->thread_count));
	json_object_set_new(object, "truncated", json_boolean(info->truncated));
	json_object_set_new(object, "match", match_json(&core->match));
	json_object_set_new(object, "taken_before_panic_s",
			    fb_json_seconds(core->match.taken_before_panic_s));
	json_object_set_new(object, "pages", counts_json(counts));
	return whole(object, 9);
}

json_t *fb_merge_cores_json(const struct fb_input_core *cores, size_t count,
			    const struct fb_page_counts *counts)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, core_json(&cores[i], &counts[i]));
	if (json_array_size(list) == count)
		return list;
	json_decref(list);
	return NULL;
}

json_t *fb_merge_json(const struct fb_input_core *cores, size_t count,
		      const struct fb_placement *placement)
{
	json_t *object = json_object();

	json_object_set_new(object, "cores", fb_merge_cores_json(cores, count, placement->counts));
	json_object_set_new(object, "pages_added",
			    json_integer((json_int_t)placement->placed_count));
	json_object_set_new(object, "conflicts", json_integer((json_int_t)placement->conflicts));
	return whole(object, 3);
}

/* The stacks that the new manifest keeps, or NULL. A bundle that was redacted, and is written again,
 * keeps its own: nothing else has them. */
static struct fb_error *kept_stacks(struct fb_input *input, bool redact, json_t *stacks,
				    json_t **stacks_ret)
{
	struct fb_fiber *fiber = fb_input_fiber(input);
	json_t *manifest = NULL;
	struct fb_error *err;

	if (redact || !fiber) {
		*stacks_ret = redact ? json_incref(stacks) : NULL;
		return NULL;
	}
	err = fb_manifest_parse(fb_fiber_manifest(fiber), &manifest);
	err = fb_part_warn(fb_input_warnings(input), err, "stored stacks are lost");
	if (err)
		return err;
	stacks = json_object_get(manifest, "threads");
	*stacks_ret = json_is_array(stacks) ? json_incref(stacks) : NULL;
	json_decref(manifest);
	return NULL;
}

struct fb_error *fb_merge_manifest(struct fb_input *input, const struct fb_input_core *cores,
				   size_t count, const struct fb_placement *placement, bool redact,
				   json_t *stacks, json_t **manifest_ret)
{
	json_t *manifest, *kept = NULL;
	struct fb_error *err = kept_stacks(input, redact, stacks, &kept);

	if (err)
		return err;
	manifest = fb_merge_json(cores, count, placement);
	json_object_set_new(manifest, "schema", json_integer(1));
	json_object_set_new(manifest, "fbundle", json_string(FB_VERSION));
	json_object_set_new(manifest, "redacted", json_boolean(redact));
	if (kept)
		json_object_set_new(manifest, "threads", json_copy(kept));
	manifest = whole(manifest, kept ? 7 : 6);
	json_decref(kept);
	if (!manifest)
		return fb_error_nomem();
	*manifest_ret = manifest;
	return NULL;
}

/* The text of value, which the caller frees. json_dumps() would leave out what it has no memory for, and go on. */
static struct fb_error *dump_text(const json_t *value, char **text_ret)
{
	size_t size = json_dumpb(value, NULL, 0, JSON_COMPACT);
	char *text = size ? malloc(size + 1) : NULL;

	if (!text || json_dumpb(value, text, size, JSON_COMPACT) != size) {
		free(text);
		return fb_error_nomem();
	}
	text[size] = '\0';
	*text_ret = text;
	return NULL;
}

static struct fb_error *add_size(struct fb_manifest_size *size, const json_t *value)
{
	char *text;
	struct fb_error *err = dump_text(value, &text);

	if (err)
		return err;
	fb_manifest_size_add(size, text);
	free(text);
	return NULL;
}

/* Leaves in the manifest the stacks of as many threads, the first ones, as a bundle has room for. Each thread's is
 * measured once, and none behind the first that does not fit. *kept_ret: how many are left. */
static struct fb_error *keep_fitting(json_t *manifest, const json_t *stacks, size_t *kept_ret)
{
	struct fb_manifest_size size = {0};
	json_t *list = json_array();
	size_t kept = 0;
	struct fb_error *err;

	if (json_object_set_new(manifest, "threads", list))
		return fb_error_nomem();
	err = add_size(&size, manifest);
	for (; kept < json_array_size(stacks) && !err; kept++) {
		json_t *stack = json_array_get(stacks, kept);

		err = add_size(&size, stack);
		if (err || !fb_manifest_fits(&size))
			break;
		if (json_array_append(list, stack))
			err = fb_error_nomem();
	}
	*kept_ret = kept;
	return err;
}

struct fb_error *fb_merge_manifest_text(json_t *manifest, struct fb_warnings *warnings,
					char **text_ret)
{
	json_t *stacks = json_incref(json_object_get(manifest, "threads"));
	size_t count = json_array_size(stacks), kept = count;
	struct fb_error *err = stacks ? keep_fitting(manifest, stacks, &kept) : NULL;

	json_decref(stacks);
	if (!err)
		err = dump_text(manifest, text_ret);
	if (!err && kept < count)
		fb_warn(warnings,
			"the bundle keeps the stacks of %zu threads, and has no room for those of "
			"%zu more: a bundle that is not redacted answers of all",
			kept, count - kept);
	return err;
}
