// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Merges an input with its cores into a bundle: counts, conflicts and the manifest. Called by the
 * command merge; info and report use its counts.
 */
#include "bundle/merge/merge.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/part.h"
#include "bundle/file/manifest.h"
#include "bundle/merge/bundle_writer.h"
#include "bundle/merge/merge_manifest.h"
#include "bundle/merge/redact.h"

/* Where the input is a bundle, the pages that an earlier merge added stand in its dump, and are found
 * to be the same as the cores'. But the dump as it was taken lacked them, so they are counted as filled. */
static struct fb_error *count_added(struct fb_input *input, struct fb_placement *placement)
{
	struct fb_fiber *fiber = fb_input_fiber(input);
	struct fb_error *err = NULL;

	for (size_t i = 0; fiber && i < placement->core_count && !err; i++) {
		const struct fb_core_frames *frames = &placement->frames[i];
		struct fb_page_counts *counts = &placement->counts[i];
		uint64_t sum = 0;

		for (size_t j = 0; j < frames->count; j++)
			for (uint64_t k = 0; k < frames->runs[j].pages && !err; k++) {
				bool added;

				err = fb_fiber_page_added(fiber, frames->runs[j].pfn + k, &added);
				sum += added;
			}
		counts->same -= sum;
		counts->filled += sum;
	}
	return err;
}

struct fb_error *fb_merge_place_cores(struct fb_input *input, const struct fb_input_core *cores,
				      size_t count, struct fb_place_core **list_ret,
				      struct fb_placement *placement_ret)
{
	struct fb_place_core *list;
	struct fb_error *err;

	err = fb_alloc_array(count, sizeof(*list), FB_MAX_CORES, "cores", &list);
	if (err)
		return err;
	for (size_t i = 0; i < count; i++) {
		list[i].core = cores[i].core;
		list[i].match = &cores[i].match;
	}
	err = fb_place(fb_input_kernel(input), list, count, fb_input_pool(input), placement_ret);
	if (!err) {
		err = count_added(input, placement_ret);
		if (err)
			fb_placement_deinit(placement_ret);
	}
	if (err)
		free(list);
	else
		*list_ret = list;
	return err;
}

struct fb_error *fb_merge_place(struct fb_input *input, struct fb_placement *placement_ret)
{
	const struct fb_input_core *cores;
	struct fb_place_core *list = NULL;
	size_t count;
	struct fb_error *err = fb_input_cores(input, &cores, &count);

	if (!err)
		err = fb_merge_place_cores(input, cores, count, &list, placement_ret);
	free(list);
	return err;
}

/* A number of the manifest; false for what is none, or less than 0. */
static bool read_count(json_t *pages, const char *name, uint64_t *count_ret)
{
	json_t *value = json_object_get(pages, name);

	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return false;
	*count_ret = (uint64_t)json_integer_value(value);
	return true;
}

/* The counts of count cores as a manifest has them; false where it has other cores, or others' counts. */
static bool read_counts(json_t *manifest, const struct fb_input_core *cores, size_t count,
			struct fb_page_counts *counts)
{
	json_t *list = json_object_get(manifest, "cores");

	if (json_array_size(list) != count)
		return false;
	for (size_t i = 0; i < count; i++) {
		json_t *pages = json_object_get(json_array_get(list, i), "pages");

		if (!cores[i].from_bundle || !read_count(pages, "total", &counts[i].total) ||
		    !read_count(pages, "same", &counts[i].same) ||
		    !read_count(pages, "filled", &counts[i].filled) ||
		    !read_count(pages, "unplaced", &counts[i].unplaced) ||
		    !read_count(pages, "differ", &counts[i].differ))
			return false;
	}
	return true;
}

/* *counts_ret stays NULL where the manifest does not tell, or is damaged: placing the cores will. */
static struct fb_error *counts_of_manifest(struct fb_input *input,
					   const struct fb_input_core *cores, size_t count,
					   struct fb_page_counts **counts_ret)
{
	struct fb_fiber *fiber = fb_input_fiber(input);
	struct fb_page_counts *counts = NULL;
	json_t *manifest = NULL;
	struct fb_error *err;

	if (!fiber || count != fb_fiber_core_count(fiber))
		return NULL;
	err = fb_part_skip(fb_manifest_parse(fb_fiber_manifest(fiber), &manifest));
	if (!err)
		err = fb_alloc_array(count, sizeof(*counts), FB_MAX_CORES, "cores", &counts);
	if (!err && read_counts(manifest, cores, count, counts))
		*counts_ret = counts;
	else
		free(counts);
	json_decref(manifest);
	return err;
}

struct fb_error *fb_merge_count(struct fb_input *input, struct fb_page_counts **counts_ret)
{
	const struct fb_input_core *cores;
	struct fb_page_counts *counts = NULL;
	struct fb_placement placement = {0};
	size_t count;
	struct fb_error *err = fb_input_cores(input, &cores, &count);

	if (!err)
		err = counts_of_manifest(input, cores, count, &counts);
	if (!err && !counts)
		err = fb_merge_place(input, &placement);
	if (err)
		return err;
	if (!counts) {
		counts = placement.counts;
		placement.counts = NULL;
	}
	fb_placement_deinit(&placement);
	*counts_ret = counts;
	return NULL;
}

static struct fb_error *output_path(const struct fb_input *input,
				    const struct fb_merge_options *options, char **path_ret)
{
	char *path = NULL;

	if (options->output)
		path = strdup(options->output);
	else if (asprintf(&path, "%s.fbundle", fb_input_path(input)) < 0)
		path = NULL;
	if (!path)
		return fb_error_nomem();
	*path_ret = path;
	return NULL;
}

static struct fb_error *make_manifest(struct fb_input *input, const struct fb_input_core *cores,
				      size_t count, const struct fb_merge_options *options,
				      const struct fb_placement *placement, char **text_ret)
{
	json_t *manifest = NULL;
	struct fb_error *err = fb_merge_manifest(input, cores, count, placement, options->redact,
						 options->stacks, &manifest);

	if (!err)
		err = fb_merge_manifest_text(manifest, fb_input_warnings(input), text_ret);
	json_decref(manifest);
	return err;
}

static struct fb_error *write_cores(struct fb_input *input, const struct fb_input_core *cores,
				    size_t count, const struct fb_merge_options *options,
				    struct fb_merge_result *result)
{
	struct fb_bundle_plan plan = {
		.kernel = fb_input_kernel(input),
		.core_count = count,
		.placement = &result->placement,
		.fiber = options->redact ? NULL : fb_input_fiber(input),
		.objects = options->objects,
		.object_count = options->object_count,
		.compression = options->compression,
		.pool = fb_input_pool(input),
		.progress = options->progress,
		.progress_context = options->progress_context,
		.start = options->start,
	};
	struct fb_place_core *list = NULL;
	char *manifest = NULL;
	struct stat status;
	struct fb_error *err;

	err = fb_merge_place_cores(input, cores, count, &list, &result->placement);
	if (!err)
		err = make_manifest(input, cores, count, options, &result->placement, &manifest);
	if (!err) {
		plan.cores = list;
		plan.manifest = manifest;
		err = fb_bundle_write(&plan, result->output, options->force);
	}
	free(manifest);
	free(list);
	if (!err && stat(result->output, &status) == 0)
		result->output_bytes = (uint64_t)status.st_size;
	return err;
}

/* Writes the same matches, each with a core from which all memory has been removed. */
static struct fb_error *write_redacted(struct fb_input *input, const struct fb_input_core *cores,
				       size_t count, const struct fb_merge_options *options,
				       struct fb_merge_result *result)
{
	struct fb_input_core *redacted;
	struct fb_error *err;

	err = fb_alloc_array(count, sizeof(*redacted), FB_MAX_CORES, "cores", &redacted);
	if (err)
		return err;
	for (size_t i = 0; i < count && !err; i++) {
		redacted[i].match = cores[i].match; /* borrowed */
		err = fb_redact_core(cores[i].core, fb_input_warnings(input), &redacted[i].core);
		if (!err)
			err = fb_core_rename(redacted[i].core, fb_core_name(cores[i].core));
	}
	if (!err)
		err = write_cores(input, redacted, count, options, result);
	for (size_t i = 0; i < count; i++)
		fb_core_destroy(redacted[i].core);
	free(redacted);
	return err;
}

/* Whether one of the cores is not in the input already, as it would be where the input is a
 * bundle. */
static bool has_new(const struct fb_input_core *cores, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!cores[i].from_bundle)
			return true;
	return false;
}

struct fb_error *fb_merge(struct fb_input *input, const struct fb_merge_options *options,
			  struct fb_merge_result *result_ret)
{
	struct fb_merge_result result = {0};
	const struct fb_input_core *cores = NULL;
	size_t count = 0;
	struct fb_error *err = fb_input_cores(input, &cores, &count);

	if (!err && options->redact && fb_input_fiber(input))
		err = fb_error_create(FB_INVALID,
				      "%s is a bundle, and holds its cores' memory already: redact "
				      "from the dump and the cores",
				      fb_input_path(input));
	if (!err && !has_new(cores, count) && !options->object_count)
		err = fb_error_create(FB_INVALID, "nothing to merge: %s",
				      fb_input_core_problem(input) ? fb_input_core_problem(input)
								   : "no core");
	/* Pages that cannot be read are counted before anything is placed or written. */
	if (!err)
		err = fb_dump_survey(fb_input_dump(input), fb_input_warnings(input));
	if (!err)
		err = output_path(input, options, &result.output);
	if (!err)
		err = fb_input_check_output(input, result.output);
	if (!err)
		err = options->redact ? write_redacted(input, cores, count, options, &result)
				      : write_cores(input, cores, count, options, &result);
	if (err) {
		fb_merge_result_deinit(&result);
		return err;
	}
	*result_ret = result;
	return NULL;
}

void fb_merge_result_deinit(struct fb_merge_result *result)
{
	fb_placement_deinit(&result->placement);
	free(result->output);
	memset(result, 0, sizeof(*result));
}
