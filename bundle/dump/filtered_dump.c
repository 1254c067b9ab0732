// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes a filtered dump. First it finds the pages of processes that are kept in any case; then the
 * writer of bundles (bundle/merge/bundle_writer.c) asks the filter for one page after another.
 * Called by cmd/dump.
 */
#include "bundle/dump/filtered_dump.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

#include "bundle/dump/flat_writer.h"
#include "bundle/file/fiber.h"
#include "bundle/merge/bundle_writer.h"

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
	struct fb_placement placement; /* of no core */
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

/* Pages that a merge added to a bundle are always kept: somebody wanted them. */
static struct fb_error *keep_added(struct filtering *filtering)
{
	struct fb_dump *dump = fb_input_dump(filtering->input);
	struct fb_fiber *fiber = fb_input_fiber(filtering->input);
	struct fb_error *err = NULL;

	if (!fiber)
		return NULL;
	if (fb_fiber_core_count(fiber))
		fb_warn(fb_input_warnings(filtering->input),
			"the %zu cores of %s are not taken over: their pages at page frames are, what "
			"was swapped out or dropped is not",
			fb_fiber_core_count(fiber), fb_input_path(filtering->input));
	for (uint64_t pfn = fb_dump_next_page(dump, 0); pfn != UINT64_MAX && !err;
	     pfn = fb_dump_next_page(dump, pfn + 1))
		if (fb_fiber_page_added(fiber, pfn))
			err = fb_frame_set_add(filtering->kept, pfn, NULL);
	return err;
}

/* What `verify` and people find in the fiber section: how the dump was filtered. */
static struct fb_error *make_manifest(struct filtering *filtering)
{
	const struct fb_filtered_dump_options *options = filtering->options;
	json_t *manifest = json_pack(
		"{s:i, s:s, s:[], s:i, s:i, s:b, s:{s:i, s:b, s:I, s:I, s:I}}", "schema", 1,
		"fbundle", FB_VERSION, "cores", "pages_added", 0, "conflicts", 0, "redacted", 0,
		"dump", "level", (int)options->level, "stacks", (int)options->keep.stacks,
		"threads", (json_int_t)filtering->result.keep.threads, "stack_pages",
		(json_int_t)filtering->result.keep.stack_pages, "process_pages",
		(json_int_t)filtering->result.keep.process_pages);

	if (manifest)
		filtering->manifest = json_dumps(manifest, JSON_COMPACT);
	json_decref(manifest);
	return filtering->manifest ? NULL : fb_error_nomem();
}

static struct fb_error *choose(struct filtering *filtering)
{
	const struct fb_filtered_dump_options *options = filtering->options;
	struct fb_kernel *kernel = fb_input_kernel(filtering->input);
	struct fb_error *err = fb_frame_set_create(fb_dump_info(fb_kernel_dump(kernel))->max_pfn,
						   &filtering->kept);

	if (!err)
		err = keep_added(filtering);
	if (!err && (options->keep.stacks || options->keep.process_count))
		err = fb_keep_find(filtering->input, &options->keep, filtering->kept,
				   &filtering->result.keep);
	if (!err)
		err = fb_filter_create(kernel, options->level, filtering->kept, &filtering->filter);
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
	};
	filtering->plan = (struct fb_bundle_plan){
		.kernel = fb_input_kernel(filtering->input),
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
	fb_filter_destroy(filtering.filter);
	fb_frame_set_destroy(filtering.kept);
	fb_frame_set_destroy(filtering.chosen);
	return err;
}
