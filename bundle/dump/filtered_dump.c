// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes a filtered dump. First it finds the pages of processes that are kept in any case; then the
 * writer of bundles (bundle/merge/bundle_writer.c) gets one page after another from the filter.
 * Called by cmd/dump.
 */
#include "bundle/dump/filtered_dump.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "bundle/dump/flat_writer.h"
#include "bundle/file/fiber.h"
#include "bundle/file/manifest.h"
#include "bundle/merge/bundle_writer.h"
#include "bundle/merge/merge.h"
#include "bundle/merge/merge_manifest.h"

struct filtering {
	struct fb_input *input;
	const struct fb_filtered_dump_options *options;
	struct fb_frame_set *kept;
	struct fb_filter *filter;
	/* Of the running kernel, whose pages become others between counting and writing: what was chosen
	 * while they were counted. NULL: of a dump. */
	struct fb_frame_set *chosen;
	bool counted;
	struct fb_page_choice choice;
	struct fb_bundle_plan plan;
	struct fb_place_core *cores; /* those that the dump takes; owned */
	size_t core_count;
	struct fb_placement placement; /* of these */
	char *manifest;
	struct fb_filtered_dump_result result;
};

static uint64_t next_chosen(const struct filtering *filtering, uint64_t pfn)
{
	struct fb_dump *dump = fb_input_dump(filtering->input);

	for (pfn = fb_dump_next_page(dump, pfn); pfn != UINT64_MAX;
	     pfn = fb_dump_next_page(dump, pfn + 1))
		if (fb_frame_set_has(filtering->chosen, pfn))
			break;
	return pfn;
}

static struct fb_error *next_page(void *context, uint64_t pfn, uint64_t *pfn_ret)
{
	struct filtering *filtering = context;
	struct fb_error *err;

	if (filtering->counted) {
		*pfn_ret = next_chosen(filtering, pfn);
		return NULL;
	}
	err = fb_filter_next(filtering->filter, pfn, pfn_ret);
	if (err || !filtering->chosen)
		return err;
	filtering->counted = *pfn_ret == UINT64_MAX;
	return filtering->counted ? NULL : fb_frame_set_add(filtering->chosen, *pfn_ret, NULL);
}

/* Pages that a merge added to a bundle are always kept, because a user added them. */
static struct fb_error *keep_added(struct filtering *filtering)
{
	struct fb_dump *dump = fb_input_dump(filtering->input);
	struct fb_fiber *fiber = fb_input_fiber(filtering->input);
	struct fb_error *err = NULL;

	if (!fiber)
		return NULL;
	for (uint64_t pfn = fb_dump_next_page(dump, 0); pfn != UINT64_MAX && !err;
	     pfn = fb_dump_next_page(dump, pfn + 1)) {
		bool added;

		err = fb_fiber_page_added(fiber, pfn, &added);
		if (!err && added)
			err = fb_frame_set_add(filtering->kept, pfn, NULL);
	}
	return err;
}

/* Takes the cores of the input, with the frames that have their pages: a core of a bundle has no bytes of its own
 * where the dump has the same ones. */
static struct fb_error *take_cores(struct filtering *filtering, const struct fb_input_core *cores,
				   size_t count)
{
	const struct fb_placement *placement = &filtering->placement;
	struct fb_error *err = fb_merge_place_cores(filtering->input, cores, count,
						    &filtering->cores, &filtering->placement);

	if (err)
		return err;
	filtering->core_count = count;
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < placement->frames[i].count; j++) {
			const struct fb_frame_run *run = &placement->frames[i].runs[j];

			for (uint64_t k = 0; k < run->pages && !err; k++)
				err = fb_frame_set_add(filtering->kept, run->pfn + k, NULL);
		}
	return err;
}

/* A dump without process memory takes no core, which is all process memory. */
static struct fb_error *choose_cores(struct filtering *filtering)
{
	const struct fb_keep_options *keep = &filtering->options->keep;
	const struct fb_input_core *cores = NULL;
	size_t count = 0;
	struct fb_error *err = fb_input_cores(filtering->input, &cores, &count);

	if (!err && count && !keep->stacks && !keep->process_count) {
		fb_warn(fb_input_warnings(filtering->input),
			"%zu cores of %s are left out, as no process memory is to be kept; but for their "
			"pages at page frames: without `--keep none` they stay",
			count, fb_input_path(filtering->input));
		count = 0;
	}
	return err || !count ? err : take_cores(filtering, cores, count);
}

/* What is told of the memory of processes; NULL: no memory. */
static json_t *kept_json(const struct fb_filtered_dump_options *options,
			 const struct fb_keep_result *keep)
{
	json_t *whole = json_array();

	for (size_t i = 0; i < keep->whole_count; i++)
		json_array_append_new(whole, json_integer(keep->whole[i]));
	return json_pack(
		"{s:i, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "level",
		(int)options->level, "stacks", (int)options->keep.stacks, "threads",
		(json_int_t)keep->threads, "without_stack", (json_int_t)keep->without_stack,
		"stack_pages", (json_int_t)keep->stack_pages, "process_pages",
		(json_int_t)keep->process_pages, "refused", (json_int_t)keep->refused, "too_late",
		(json_int_t)keep->too_late, "rest_pages", (json_int_t)keep->rest_pages,
		"rest_processes", (json_int_t)keep->rest_processes, "rest_left_out",
		(json_int_t)keep->rest_left_out, "whole", whole);
}

/* What `verify` and people find in the fiber section: its cores, and how the dump was filtered. */
static struct fb_error *make_manifest(struct filtering *filtering)
{
	const struct fb_input_core *cores = NULL;
	json_t *manifest = NULL, *dump;
	size_t count = 0;
	struct fb_error *err = fb_input_cores(filtering->input, &cores, &count);

	if (!err)
		err = fb_merge_manifest(filtering->input, cores, filtering->core_count,
					&filtering->placement, false, NULL, &manifest);
	if (err)
		return err;
	dump = kept_json(filtering->options, &filtering->result.keep);
	if (!dump || json_object_set_new(manifest, FB_MANIFEST_DUMP, dump))
		err = fb_error_nomem();
	if (!err)
		err = fb_merge_manifest_text(manifest, fb_input_warnings(filtering->input),
					     &filtering->manifest);
	json_decref(manifest);
	return err;
}

/* What to keep of processes; of the running kernel not for ever. */
static struct fb_error *find_kept(struct filtering *filtering)
{
	struct fb_keep_options keep = filtering->options->keep;
	struct fb_error *err;

	if (!keep.stacks && !keep.process_count)
		return NULL;
	if (fb_dump_info(fb_input_dump(filtering->input))->live && !keep.end_ns)
		keep.end_ns = fb_clock_ns() + FB_LIVE_KEEP_SECONDS * 1000000000ull;
	err = fb_keep_find(filtering->input, &keep, filtering->kept, &filtering->result.keep);
	if (!err && filtering->result.keep.too_late)
		fb_warn(fb_input_warnings(filtering->input),
			"the memory of %" PRIu64
			" processes is left out: looking for what to keep of the running kernel took "
			"longer than %u s",
			filtering->result.keep.too_late, FB_LIVE_KEEP_SECONDS);
	return err;
}

static struct fb_error *make_filter(struct filtering *filtering)
{
	const struct fb_filtered_dump_options *options = filtering->options;
	struct fb_error *err = fb_filter_create(fb_input_kernel(filtering->input), options->level,
						filtering->kept, &filtering->filter);

	if (!err && options->need_classes && options->level > FB_LEVEL_ZERO &&
	    !fb_filter_knows_classes(filtering->filter))
		err = fb_error_create(FB_UNSUPPORTED,
				      "%s: no page can be left out at level %u: what pages are "
				      "used for is not known",
				      fb_input_path(filtering->input), options->level);
	return err;
}

static struct fb_error *choose(struct filtering *filtering)
{
	struct fb_kernel *kernel = fb_input_kernel(filtering->input);
	struct fb_error *err = fb_frame_set_create(fb_dump_info(fb_kernel_dump(kernel))->max_pfn,
						   &filtering->kept);

	if (!err)
		err = keep_added(filtering);
	if (!err)
		err = choose_cores(filtering);
	if (!err)
		err = find_kept(filtering);
	if (!err)
		err = make_filter(filtering);
	if (!err && fb_dump_info(fb_kernel_dump(kernel))->live)
		err = fb_frame_set_create(fb_dump_info(fb_kernel_dump(kernel))->max_pfn,
					  &filtering->chosen);
	return err ? err : make_manifest(filtering);
}

static void plan_writing(struct filtering *filtering)
{
	const struct fb_filtered_dump_options *options = filtering->options;

	filtering->choice = (struct fb_page_choice){
		.next = next_page,
		.context = filtering,
		.dump_level = (int)options->level,
		.end = fb_filter_end(filtering->filter),
	};
	filtering->plan = (struct fb_bundle_plan){
		.kernel = fb_input_kernel(filtering->input),
		.cores = filtering->cores,
		.core_count = filtering->core_count,
		.placement = &filtering->placement,
		.choice = &filtering->choice,
		.manifest = filtering->manifest,
		.fiber = fb_input_fiber(filtering->input),
		.pool = fb_input_pool(filtering->input),
		.progress = options->progress,
		.progress_context = options->progress_context,
	};
}

/* Writes the dump as records of a flattened stream, to file or, where that is NULL, to standard
 * output. */
static struct fb_error *write_flat(struct filtering *filtering, struct fb_outfile *file)
{
	const char *name = file ? filtering->options->output : "standard output";
	struct fb_flat_writer *flat = NULL;
	struct fb_error *err = fb_flat_writer_create(file, STDOUT_FILENO, name, &flat);

	if (!err)
		err = fb_bundle_write_to(&filtering->plan, fb_flat_writer_outfile(flat));
	if (!err)
		err = fb_flat_writer_finish(flat);
	fb_flat_writer_destroy(flat);
	return err;
}

static struct fb_error *write_out(struct filtering *filtering)
{
	const struct fb_filtered_dump_options *options = filtering->options;
	struct fb_outfile *file = NULL;
	struct fb_error *err;

	if (!options->output)
		return write_flat(filtering, NULL);
	err = fb_input_check_output(filtering->input, options->output);
	if (!err)
		err = fb_outfile_create_on(options->start, options->output, options->force, &file);
	if (!err)
		err = options->flattened ? write_flat(filtering, file)
					 : fb_bundle_write_to(&filtering->plan, file);
	if (!err)
		err = fb_outfile_commit(file);
	fb_outfile_destroy(file);
	return err;
}

struct fb_error *fb_filtered_dump_write(struct fb_input *input,
					const struct fb_filtered_dump_options *options,
					struct fb_filtered_dump_result *result_ret)
{
	struct filtering filtering = {.input = input, .options = options};
	struct fb_error *err = choose(&filtering);

	if (!err) {
		plan_writing(&filtering);
		err = write_out(&filtering);
	}
	if (!err) {
		for (unsigned i = 0; i < FB_PAGE_CLASSES; i++)
			filtering.result.classes[i] = *fb_filter_count(filtering.filter, i);
		filtering.result.written = filtering.choice.written;
		filtering.result.zeros = filtering.choice.zeros;
		filtering.result.unread = filtering.choice.unread;
		*result_ret = filtering.result;
	}
	free(filtering.manifest);
	free(filtering.cores);
	fb_placement_deinit(&filtering.placement);
	fb_filter_destroy(filtering.filter);
	fb_frame_set_destroy(filtering.kept);
	fb_frame_set_destroy(filtering.chosen);
	return err;
}
