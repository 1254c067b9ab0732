// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Builds a core from the dump where there is none. Called by extract.c.
 */
#include "cmd/extract_dump.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/files/outfile.h"
#include "base/limits.h"
#include "base/text.h"
#include "bundle/process/core_builder.h"
#include "cmd/extract_gdb.h"
#include "cmd/shared/target.h"

static void show_progress(void *own, uint64_t done, uint64_t total)
{
	struct fb_context *context = own;

	fb_output_progress(context->output, "writing the core", done, total);
}

/* Each reason with what would help. */
static void warn_of_gaps(struct fb_context *context, int32_t pid, const struct fb_built_core *built)
{
	const struct {
		uint64_t bytes;
		const char *why;
	} gaps[] = {
		{built->filtered, "left out by the dump filter; a core of the process would have "
				  "had it"},
		{built->swapped, "swapped out to a disk"},
		{built->untouched, "of mapped files that were not in use; give the files under "
				   "--sysroot"},
		{built->cut, "cut off, or in a part of the dump that is missing"},
		{built->damaged, "damaged"},
	};
	char size[32];

	for (size_t i = 0; i < FB_ARRAY_SIZE(gaps); i++)
		if (gaps[i].bytes)
			fb_warn(context->warnings,
				"PID %d: %s of its memory is not in the core: %s", pid,
				fb_text_size(gaps[i].bytes, size, sizeof(size)), gaps[i].why);
	if (!built->notes.threads)
		fb_warn(context->warnings, "PID %d: the core has no thread: no registers are left",
			pid);
}

static json_t *pages_json(const struct fb_built_core *built)
{
	json_t *pages = json_object();
	uint64_t absent = built->filtered + built->untouched + built->cut + built->damaged +
			  built->unreadable;

	json_object_set_new(pages, "vmcore",
			    json_integer((json_int_t)(built->vmcore / FB_PAGE_SIZE)));
	json_object_set_new(pages, "core", json_integer((json_int_t)(built->core / FB_PAGE_SIZE)));
	json_object_set_new(pages, "file", json_integer((json_int_t)(built->file / FB_PAGE_SIZE)));
	json_object_set_new(pages, "zero", json_integer((json_int_t)(built->zero / FB_PAGE_SIZE)));
	json_object_set_new(pages, "swap",
			    json_integer((json_int_t)(built->swapped / FB_PAGE_SIZE)));
	json_object_set_new(pages, "absent", json_integer((json_int_t)(absent / FB_PAGE_SIZE)));
	return pages;
}

static const char *program_of(const struct fb_built_core *built)
{
	return *built->notes.program ? built->notes.program : NULL;
}

static struct fb_error *print_json(struct fb_context *context, const char *path,
				   const struct fb_built_core *built)
{
	json_t *answer = json_object();

	json_object_set_new(answer, "output", fb_json_text(path));
	json_object_set_new(answer, "source", json_string("dump"));
	json_object_set_new(answer, "complete", json_boolean(built->complete));
	json_object_set_new(answer, "threads", json_integer((json_int_t)built->notes.threads));
	json_object_set_new(answer, "pages", pages_json(built));
	json_object_set_new(answer, "program", fb_json_text(program_of(built)));
	return fb_json_print("extract", answer, context->warnings);
}

static struct fb_error *print_answer(struct fb_context *context, const char *path,
				     const struct fb_built_core *built)
{
	uint64_t present = built->vmcore + built->core + built->file + built->zero;
	uint64_t absent =
		built->filtered + built->swapped + built->untouched + built->cut + built->damaged;
	char there[32], missing[32], escaped[FB_MAX_STRING];

	if (context->options.json)
		return print_json(context, path, built);
	fb_print(context->output, FB_STYLE_BOLD, "%s",
		 fb_text_escape(path, strlen(path), escaped, sizeof(escaped)));
	fb_print(context->output, FB_STYLE_PLAIN,
		 " written, built from the dump: %" PRIu64 " thread%s, %s", built->notes.threads,
		 built->notes.threads == 1 ? "" : "s", fb_text_size(present, there, sizeof(there)));
	if (absent)
		fb_print(context->output, FB_STYLE_WARN, ", %s missing",
			 fb_text_size(absent, missing, sizeof(missing)));
	fb_put("\n");
	return fb_extract_print_gdb(context, path, program_of(built));
}

static struct fb_error *write_core(struct fb_context *context, struct fb_input *input,
				   const struct fb_target *target, const char *path, bool force,
				   struct fb_built_core *built)
{
	struct fb_core_build_options options = {
		.progress = show_progress,
		.progress_context = context,
	};
	struct fb_outfile *outfile = NULL;
	struct fb_error *err = fb_input_check_output(input, path);

	if (!err)
		err = fb_outfile_create_on(&context->output_start, path, force, &outfile);
	if (!err)
		err = fb_core_build(input, target->task, target->joined, &options, outfile, built);
	if (!err)
		err = fb_outfile_commit(outfile);
	fb_outfile_destroy(outfile);
	return err;
}

struct fb_error *fb_extract_from_dump(struct fb_context *context, struct fb_input *input,
				      int32_t pid, const char *path, bool force)
{
	const struct fb_task *task = NULL;
	struct fb_built_core built = {0};
	struct fb_target target = {0};
	char name[32];
	struct fb_error *err = fb_find_process(input, pid, &task);

	if (!err)
		err = fb_target_open_process(context, input, task, false, &target);
	if (err)
		return err;
	snprintf(name, sizeof(name), "core.%d", task->pid);
	if (!path)
		path = name;
	err = write_core(context, input, &target, path, force, &built);
	fb_target_deinit(&target);
	if (err)
		return err;
	warn_of_gaps(context, task->pid, &built);
	return print_answer(context, path, &built);
}
