// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle merge: writes a bundle from a dump and cores.
 */
#include "bundle/merge/merge.h"
#include "bundle/merge/merge_manifest.h"
#include "bundle/merge/page_codec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "base/text.h"
#include "cmd/merge_objects.h"
#include "cmd/merge_stacks.h"
#include "cmd/shared/command.h"
#include "cmd/shared/crash_line.h"

struct merge {
	struct fb_context *context;
	const char *output;
	bool force;
	bool redact, no_objects;
	const char *compression; /* NULL: not named */
	struct fb_merged_objects objects;
	struct fb_input *input;
	const struct fb_tasks *tasks;
	const struct fb_input_core *cores;
	size_t core_count;
};

#define OPTION_FORCE 'f'
#define OPTION_REDACT 0x200
#define OPTION_NO_OBJECTS 0x201
#define OPTION_COMPRESS 0x202

static const struct argp_option merge_options[] = {
	{"output", 'o', "FILE", 0, "write the bundle there (default: DUMP.fbundle)", 0},
	{"compress", OPTION_COMPRESS, "METHOD", 0,
	 "store added pages by zlib, lzo, snappy, zstd or none (default: as the dump's are)", 0},
	{"force", OPTION_FORCE, NULL, 0, "replace an existing output", 0},
	{"no-objects", OPTION_NO_OBJECTS, NULL, 0,
	 "do not keep unwind tables and symbols of the files that stacks are in", 0},
	{"redact", OPTION_REDACT, NULL, 0, "leave out the contents of process memory", 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state, void *own)
{
	struct merge *merge = own;
	uint32_t codec;

	switch (key) {
	case 'o':
		merge->output = arg;
		return 0;
	case OPTION_FORCE:
		merge->force = true;
		return 0;
	case OPTION_REDACT:
		merge->redact = true;
		return 0;
	case OPTION_NO_OBJECTS:
		merge->no_objects = true;
		return 0;
	case OPTION_COMPRESS:
		if (!fb_page_codec_named(arg, &codec))
			argp_error(state,
				   "no method is named '%s': zlib, lzo, snappy, zstd or none", arg);
		merge->compression = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct fb_example examples[] = {
	{"Join the cores that were taken before the host was reset to its dump",
	 "fbundle merge dump.202611231722 core.*", false},
	{"With the host's programs and libraries in sysroot, for whole stacks",
	 "fbundle merge dump.202611231722 core.* --sysroot sysroot -f", false},
	{"Where merging must be quick, and the bundle may be larger",
	 "fbundle merge dump.202611231722 core.* --compress lzo -f", false},
	{"For somebody who may not see the memory of processes",
	 "fbundle merge dump.202611231722 core.* --redact -o hand-out", false},
	{0},
};

static const struct fb_usage usage = {
	.arguments = "DUMP [CORE...]",
	.doc = "Joins process cores to a kernel dump: finds each core's task, puts the cores' pages "
	       "where the process's page tables say, and writes one file that crash, drgn and "
	       "fbundle open as a complete dump. A folder for CORE stands for the cores in it; a "
	       "folder for DUMP for its dump and, where no CORE is named, the cores beside it.",
	.most_arguments = FB_MAX_CORES,
	.options = merge_options,
	.parse = parse,
	.examples = examples,
};

static void show_progress(void *own, uint64_t done, uint64_t total)
{
	struct merge *merge = own;

	fb_output_progress(merge->context->output, "writing the bundle", done, total);
}

static enum fb_style verdict_style(enum fb_verdict verdict)
{
	switch (verdict) {
	case FB_VERDICT_CERTAIN:
		return FB_STYLE_GOOD;
	case FB_VERDICT_LIKELY:
		return FB_STYLE_WARN;
	case FB_VERDICT_NONE:
		break;
	}
	return FB_STYLE_DIM;
}

static struct fb_error *age_cell(struct fb_table *table, const struct fb_match *match)
{
	char text[32];

	if (isnan(match->taken_before_panic_s))
		return fb_table_cell(table, FB_STYLE_DIM, "%s", match->task ? "unknown" : "-");
	return fb_table_cell(table, FB_STYLE_PLAIN, "%s",
			     fb_text_duration(match->taken_before_panic_s, text, sizeof(text)));
}

static struct fb_error *core_row(struct fb_table *table, const struct fb_input_core *core,
				 const struct fb_page_counts *counts)
{
	const struct fb_core_info *info = fb_core_info(core->core);
	const struct fb_task *task = core->match.task;
	const uint64_t numbers[] = {counts->total, counts->same, counts->filled, counts->differ,
				    counts->unplaced};
	char text[32];
	struct fb_error *err;

	err = fb_table_cell(table, FB_STYLE_PLAIN, "%s%s", fb_core_name(core->core),
			    info->truncated ? " (cut off)" : "");
	if (!err)
		err = task ? fb_table_cell(table, FB_STYLE_BOLD, "%d %.*s", task->pid,
					   (int)sizeof(task->comm), task->comm)
			   : fb_table_cell(table, FB_STYLE_DIM, "-");
	if (!err)
		err = fb_table_cell(table, verdict_style(core->match.verdict), "%s",
				    fb_verdict_name(core->match.verdict));
	if (!err)
		err = age_cell(table, &core->match);
	for (size_t i = 0; i < FB_ARRAY_SIZE(numbers) && !err; i++)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%s",
				    fb_text_count(numbers[i], text, sizeof(text)));
	return err;
}

static struct fb_error *print_cores(struct merge *merge, const struct fb_placement *placement)
{
	static const struct fb_column columns[] = {
		{"CORE", FB_LEFT},          {"PROCESS", FB_LEFT}, {"MATCH", FB_LEFT},
		{"TAKEN BEFORE", FB_RIGHT}, {"PAGES", FB_RIGHT},  {"SAME", FB_RIGHT},
		{"FILLED", FB_RIGHT},       {"DIFFER", FB_RIGHT}, {"NO FRAME", FB_RIGHT},
	};
	struct fb_table *table = NULL;
	struct fb_error *err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);

	for (size_t i = 0; i < merge->core_count && !err; i++)
		err = core_row(table, &merge->cores[i], &placement->counts[i]);
	if (!err)
		fb_table_print(table, merge->context->output);
	fb_table_destroy(table);
	return err;
}

/* Prints why a core matched no task. */
static void print_orphans(struct merge *merge)
{
	struct fb_output *output = merge->context->output;

	for (size_t i = 0; i < merge->core_count; i++) {
		const struct fb_input_core *core = &merge->cores[i];
		const struct fb_match *match = &core->match;
		size_t last = match->evidence_count;
		const char *name = fb_core_name(core->core);
		char text[512];
		size_t indent;

		if (match->verdict != FB_VERDICT_NONE || !last)
			continue;
		fb_text_escape(name, strlen(name), text, sizeof(text));
		indent = strlen(text) + strlen("  : ");
		fb_print(output, FB_STYLE_DIM, "  %s: ", text);
		fb_text_escape(match->evidence[last - 1], strlen(match->evidence[last - 1]), text,
			       sizeof(text));
		fb_print_wrapped(output, FB_STYLE_PLAIN, indent, indent, text);
	}
}

/* Processes whose memory is in no core. */
static void print_missing(struct merge *merge)
{
	struct fb_output *output = merge->context->output;
	size_t missing = 0, width = 0;

	for (size_t i = 0; i < fb_tasks_count(merge->tasks); i++) {
		const struct fb_task *task = fb_tasks_get(merge->tasks, i);
		char text[160];

		if (!task->mm || task->kernel_thread || task->idle || task->tid != task->pid ||
		    fb_input_core_of(merge->input, task->pid))
			continue;
		if (missing++ == 0)
			fb_print(output, FB_STYLE_BOLD,
				 "\nStill without a core, so without "
				 "most of their memory:");
		snprintf(text, sizeof(text), "%d %s%s", task->pid, fb_task_comm(task).text,
			 task->state == 'D' ? " (D state: no debugger can stop it)" : "");
		if (missing > 1)
			fb_put(",");
		if (missing == 1 || width + strlen(text) + strlen(" ,") > fb_output_width(output)) {
			fb_put("\n ");
			width = 1;
		}
		fb_put(" %s", text);
		width += strlen(text) + strlen(" ,");
	}
	if (missing)
		fb_put("\n");
}

static void print_totals(struct merge *merge, const struct fb_merge_result *result)
{
	struct fb_output *output = merge->context->output;
	uint64_t differ = 0, unplaced = 0;
	char pages[32], size[32];

	for (size_t i = 0; i < merge->core_count; i++) {
		differ += result->placement.counts[i].differ;
		if (merge->cores[i].match.task)
			unplaced += result->placement.counts[i].unplaced;
	}
	fb_print(output, FB_STYLE_GOOD, "\n%s page%s (%s) added",
		 fb_text_count(result->placement.placed_count, pages, sizeof(pages)),
		 result->placement.placed_count == 1 ? "" : "s",
		 fb_text_size(result->placement.placed_count * FB_PAGE_SIZE, size, sizeof(size)));
	if (differ)
		fb_print(output, FB_STYLE_PLAIN,
			 "; %s differ (written between core and panic, "
			 "both versions are kept)",
			 fb_text_count(differ, pages, sizeof(pages)));
	if (unplaced)
		fb_print(output, FB_STYLE_PLAIN,
			 "; %s have no frame (swapped out or dropped since: "
			 "kept in the bundle)",
			 fb_text_count(unplaced, pages, sizeof(pages)));
	fb_put("\n");
}

static void print_objects(struct merge *merge)
{
	const struct fb_merged_objects *objects = &merge->objects;
	struct fb_output *output = merge->context->output;
	char size[32];

	if (objects->collected.count)
		fb_print(output, FB_STYLE_GOOD,
			 "what user stacks need of %zu file%s (%s, unpacked) is kept\n",
			 objects->collected.count, objects->collected.count == 1 ? "" : "s",
			 fb_text_size(objects->bytes, size, sizeof(size)));
	if (!objects->wanted_count)
		return;
	fb_print(output, FB_STYLE_WARN,
		 "user stacks end in %zu file%s that %s not at hand: `fbundle merge BUNDLE "
		 "--sysroot DIR` adds\nwhat they need, later too:\n",
		 objects->wanted_count, objects->wanted_count == 1 ? "" : "s",
		 objects->wanted_count == 1 ? "is" : "are");
	for (size_t i = 0; i < objects->wanted_count; i++) {
		char path[512];

		fb_text_escape(objects->wanted[i].path, strlen(objects->wanted[i].path), path,
			       sizeof(path));
		fb_print(output, FB_STYLE_PLAIN, "  %-40s  %s\n",
			 objects->wanted[i].build_id ? objects->wanted[i].build_id : "-", path);
	}
}

static struct fb_error *print_text(struct merge *merge, const struct fb_merge_result *result)
{
	struct fb_output *output = merge->context->output;
	size_t matched = 0;
	char size[32];
	struct fb_error *err;

	for (size_t i = 0; i < merge->core_count; i++)
		matched += merge->cores[i].match.task != NULL;
	fb_print_crash_line(output, merge->input);
	fb_print(output, FB_STYLE_PLAIN, "%zu core%s, %zu matched to a task\n\n", merge->core_count,
		 merge->core_count == 1 ? "" : "s", matched);
	err = print_cores(merge, &result->placement);
	if (err)
		return err;
	if (matched < merge->core_count) {
		fb_print(output, FB_STYLE_BOLD, "\nWithout a task (kept in the bundle):\n");
		print_orphans(merge);
	}
	print_missing(merge);
	print_totals(merge, result);
	print_objects(merge);
	fb_print(output, FB_STYLE_BOLD, "%s", result->output);
	fb_print(output, FB_STYLE_PLAIN, " written, %s\n",
		 fb_text_size(result->output_bytes, size, sizeof(size)));
	return NULL;
}

static struct fb_error *print_json(struct merge *merge, const struct fb_merge_result *result)
{
	json_t *answer = fb_merge_json(merge->cores, merge->core_count, &result->placement);

	if (answer)
		json_object_set_new(answer, "output", fb_json_text(result->output));
	if (answer)
		json_object_set_new(answer, "objects", fb_merged_objects_json(&merge->objects));
	return fb_json_print("merge", answer, merge->context->warnings);
}

static struct fb_error *merge_and_print(struct merge *merge)
{
	struct fb_merge_options options = {
		.output = merge->output,
		.force = merge->force,
		.redact = merge->redact,
		.compression = merge->compression,
		.progress = show_progress,
		.progress_context = merge,
		.start = &merge->context->output_start,
	};
	struct fb_merge_result result = {0};
	struct fb_error *err;

	err = fb_input_tasks(merge->input, &merge->tasks);
	if (!err)
		err = fb_input_cores(merge->input, &merge->cores, &merge->core_count);
	if (!err && merge->redact)
		err = fb_merge_stacks(merge->context, merge->input, &options.stacks);
	if (!err && !merge->redact && !merge->no_objects)
		err = fb_merge_objects(merge->context, merge->input, &merge->objects);
	options.objects = merge->objects.collected.objects;
	options.object_count = merge->objects.collected.count;
	if (!err)
		err = fb_merge(merge->input, &options, &result);
	if (!err)
		err = merge->context->options.json ? print_json(merge, &result)
						   : print_text(merge, &result);
	fb_merge_result_deinit(&result);
	fb_merged_objects_deinit(&merge->objects);
	json_decref(options.stacks);
	return err;
}

static bool is_folder(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct merge merge = {.context = context};
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, &merge);
	if (!context->arg_count && !context->options.core_count && !context->options.sysroot &&
	    !is_folder(context->options.input))
		fb_usage_error("merge", "arguments missing: name the COREs of %s",
			       context->options.input);
	fb_check_output_name("merge", merge.output);
	context->want_dump = true;
	context->reads_host = !merge.redact && !merge.no_objects && !context->options.sysroot;
	/* The arguments behind DUMP are cores like those of --core. */
	err = fb_options_add_cores(&context->options, context->args, context->arg_count);
	context->writes = merge.output ? merge.output : context->options.input;
	if (!err)
		err = fb_context_open(context, &merge.input);
	if (!err)
		err = merge_and_print(&merge);
	fb_input_destroy(merge.input);
	return err;
}

const struct fb_command fb_command_merge = {
	.name = "merge",
	.summary = "join cores to a dump: writes a bundle",
	.run = run,
	.usage = &usage,
	.apart = true,
};
