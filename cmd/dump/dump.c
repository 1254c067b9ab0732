// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle dump: writes a filtered dump from a whole one, like makedumpfile, with the process memory that a diagnosis
 * needs. It accepts the arguments with which kdump-tools call makedumpfile.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files/outfile.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/text.h"
#include "bundle/dump/filtered_dump.h"
#include "bundle/input/live.h"
#include "cmd/dump/hook.h"
#include "cmd/shared/command.h"
#include "kernel/log/log.h"

struct dump {
	struct fb_context *context;
	struct fb_input *input;
	struct fb_filtered_dump_options options;
	struct fb_filtered_dump_result result;
	const char **processes; /* owned; of the options */
	bool log_only;          /* --dump-dmesg */
	enum fb_hook_action hook;
	const char *root; /* --root; "": the host itself */
};

enum {
	OPTION_KEEP = 0x200,
	OPTION_KEEP_PROCESS,
	OPTION_WITH_FILES,
	OPTION_BUDGET,
	OPTION_DMESG,
	OPTION_MESSAGES,
	OPTION_THREADS,
	OPTION_INSTALL,
	OPTION_UNINSTALL,
	OPTION_CHECK,
	OPTION_ROOT,
	OPTION_LIVE,
	OPTION_NEED_CLASSES,
};

static const struct argp_option dump_options[] = {
	{"output", 'o', "FILE", 0, "write the dump there (default: standard output, flattened)", 0},
	{"force", 'f', NULL, 0, "replace an existing output", 0},
	{"dump-level", 'd', "N", 0, "pages to leave out, as makedumpfile's (default: 31)", 0},
	{"flattened", 'F', NULL, 0, "as a stream of pieces, for a pipe", 0},
	{"keep", OPTION_KEEP, "WHAT", 0, "of all processes: stacks (default) or none", 0},
	{"keep-process", OPTION_KEEP_PROCESS, "PROCESS", 0,
	 "all memory of a process too: PID, COMM, cgroup:PATH or blocked (repeatable)", 0},
	{"with-files", OPTION_WITH_FILES, NULL, 0,
	 "of these processes also what is as in their mapped files", 0},
	{"budget", OPTION_BUDGET, "N", 0,
	 "most process memory to keep, in bytes or with K, M or G: what is of most use first, and other processes until it is "
	 "spent",
	 0},
	{"live", OPTION_LIVE, NULL, 0, "of the running kernel: no INPUT", 0},
	{"dump-dmesg", OPTION_DMESG, NULL, 0, "write the kernel log instead, as text", 0},
	{"install", OPTION_INSTALL, NULL, 0, "have kdump-tools save dumps by fbundle; no INPUT", 0},
	{"uninstall", OPTION_UNINSTALL, NULL, 0, "undo --install", 0},
	{"check", OPTION_CHECK, NULL, 0, "say whether kdump-tools would save dumps by fbundle", 0},
	{"root", OPTION_ROOT, "DIR", 0,
	 "of --install, --uninstall, --check: the host's files are there", 0},
	{"compress", 'c', NULL, 0, "compress by zlib: it always does", 0},
	{"need-classes", OPTION_NEED_CLASSES, NULL, 0,
	 "fail where it is not known what pages are used for, instead of keeping all of them", 0},
	{NULL, 'l', NULL, OPTION_HIDDEN, NULL, 0},
	{NULL, 'p', NULL, OPTION_HIDDEN, NULL, 0},
	{NULL, 'z', NULL, OPTION_HIDDEN, NULL, 0},
	{NULL, 'x', "FILE", OPTION_HIDDEN, NULL, 0},
	{NULL, 'i', "FILE", OPTION_HIDDEN, NULL, 0},
	{"num-threads", OPTION_THREADS, "N", OPTION_HIDDEN, NULL, 0},
	{"message-level", OPTION_MESSAGES, "N", 0, "accepted for makedumpfile's sake", 0},
	{0},
};

/* "64M": false where it is no size. */
static bool parse_size(const char *text, uint64_t *size_ret)
{
	static const char units[] = "KMG"; /* each 2^10 times the one before */
	unsigned long long number;
	unsigned shift = 0;
	const char *unit;
	char *rest;

	errno = 0;
	number = strtoull(text, &rest, 10);
	if (rest == text || errno || *text == '-')
		return false;
	unit = *rest ? strchr(units, *rest) : NULL;
	if (unit) {
		shift = 10 * (unsigned)(unit - units + 1);
		rest++;
	}
	if (*rest || number > UINT64_MAX >> shift)
		return false;
	*size_ret = number << shift;
	return true;
}

static void add_process(struct dump *dump, char *word, struct argp_state *state)
{
	struct fb_keep_options *keep = &dump->options.keep;
	const char **grown = realloc(dump->processes, (keep->process_count + 1) * sizeof(*grown));

	if (!grown) {
		argp_failure(state, FB_EXIT_FAILURE, 0, "out of memory");
		return;
	}
	grown[keep->process_count++] = word;
	keep->processes = dump->processes = grown;
}

static void parse_level(struct dump *dump, const char *text, struct argp_state *state)
{
	char *rest;
	unsigned long level;

	errno = 0;
	level = strtoul(text, &rest, 10);
	if (rest == text || *rest || errno || *text == '-' || level > FB_LEVEL_ALL)
		argp_error(state, "'%s' is no dump level: expected 0 to %u", text, FB_LEVEL_ALL);
	dump->options.level = (unsigned)level;
}

/* Options that makedumpfile needs and fbundle does not: other compressions, and files with data that the kernel's own
 * types have. */
static error_t parse_accepted(int key)
{
	switch (key) {
	case 'c':
	case 'l':
	case 'p':
	case 'z':
	case 'x':
	case 'i':
	case OPTION_MESSAGES:
	case OPTION_THREADS:
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse(int key, char *arg, struct argp_state *state, void *own)
{
	struct dump *dump = own;
	uint64_t size = 0;

	switch (key) {
	case 'o':
		dump->options.output = arg;
		return 0;
	case 'f':
		dump->options.force = true;
		return 0;
	case 'd':
		parse_level(dump, arg, state);
		return 0;
	case 'F':
		dump->options.flattened = true;
		return 0;
	case OPTION_KEEP:
		if (strcmp(arg, "stacks") != 0 && strcmp(arg, "none") != 0)
			argp_error(state, "--keep takes stacks or none, not '%s'", arg);
		dump->options.keep.stacks = strcmp(arg, "stacks") == 0;
		return 0;
	case OPTION_KEEP_PROCESS:
		add_process(dump, arg, state);
		return 0;
	case OPTION_WITH_FILES:
		dump->options.keep.with_files = true;
		return 0;
	case OPTION_BUDGET:
		if (!parse_size(arg, &size))
			argp_error(state, "'%s' is no size: expected a number, with K, M or G",
				   arg);
		dump->options.keep.most_pages = size / FB_PAGE_SIZE;
		return 0;
	case OPTION_DMESG:
		dump->log_only = true;
		return 0;
	case OPTION_INSTALL:
		dump->hook = FB_HOOK_INSTALL;
		return 0;
	case OPTION_UNINSTALL:
		dump->hook = FB_HOOK_UNINSTALL;
		return 0;
	case OPTION_CHECK:
		dump->hook = FB_HOOK_CHECK;
		return 0;
	case OPTION_NEED_CLASSES:
		dump->options.need_classes = true;
		return 0;
	case OPTION_LIVE:
		dump->context->options.input = FB_LIVE_PATH;
		return 0;
	case OPTION_ROOT:
		dump->root = arg;
		return 0;
	default:
		return parse_accepted(key);
	}
}

static const struct fb_example examples[] = {
	{"A whole dump made small, with all memory of what is blocked",
	 "fbundle dump dump.202611231722 small --keep-process blocked --budget 64M", false},
	{"In a capture kernel", "fbundle dump /proc/vmcore /var/crash/dump", true},
	{"Have kdump-tools save dumps so from now on", "fbundle dump --install", true},
	{0},
};

static const struct fb_usage usage = {
	.arguments = "INPUT [OUTPUT]",
	.doc = "Filters a whole dump (/proc/vmcore in a capture kernel, a vmcore, a dump of any level) "
	       "as makedumpfile does, deciding by the types that the kernel itself has, and keeps of "
	       "each thread what its user stack takes, so that no core is needed beside it.",
	.most_arguments = 2,
	.no_input = true, /* settle_arguments() takes it */
	.options = dump_options,
	.parse = parse,
	.examples = examples,
};

static void show_progress(void *own, uint64_t done, uint64_t total)
{
	struct dump *dump = own;

	fb_output_progress(dump->context->output, "writing the dump", done, total);
}

/* INPUT, unless --live stands for it, and behind it makedumpfile's way to name the output. */
static void settle_arguments(struct dump *dump)
{
	struct fb_context *context = dump->context;
	size_t next = 0;

	if (!context->options.input && !context->arg_count)
		fb_usage_error("dump", "arguments missing: %s", usage.arguments);
	if (!context->options.input)
		context->options.input = context->args[next++];
	if (strcmp(context->options.input, FB_LIVE_WORD) == 0)
		context->options.input = FB_LIVE_PATH;
	if (context->arg_count > next + 1)
		fb_usage_error("dump", "one argument too many: '%s'", context->args[next + 1]);
	if (context->arg_count > next && dump->options.output)
		fb_usage_error("dump", "two outputs: '%s' and '%s'", dump->options.output,
			       context->args[next]);
	if (context->arg_count > next)
		dump->options.output = context->args[next];
	if (dump->options.output && strcmp(dump->options.output, "-") == 0)
		dump->options.output = NULL;
	context->writes = dump->options.output;
	if (dump->options.output)
		return;
	if (context->options.json)
		fb_usage_error("dump", "--json takes --output: the dump goes to standard output");
	if (!dump->log_only && isatty(STDOUT_FILENO))
		fb_usage_error("dump", "the dump would go to the terminal: name it with --output");
}

static struct fb_error *append_log(const struct fb_log *log, struct fb_buf *text)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < fb_log_count(log) && !err; i++)
		err = fb_log_format(fb_log_get(log, i), text);
	return err;
}

static struct fb_error *put_text(const struct dump *dump, const struct fb_buf *text)
{
	struct fb_outfile *outfile = NULL;
	struct fb_error *err;

	if (!dump->options.output)
		return fb_put_raw(text->data, text->size)
			       ? NULL
			       : fb_error_os(errno, "cannot write standard output");
	err = fb_input_check_output(dump->input, dump->options.output);
	if (!err)
		err = fb_outfile_create_on(dump->options.start, dump->options.output,
					   dump->options.force, &outfile);
	if (!err)
		err = fb_outfile_write(outfile, text->data, text->size);
	if (!err)
		err = fb_outfile_commit(outfile);
	fb_outfile_destroy(outfile);
	return err;
}

static struct fb_error *write_log(struct dump *dump)
{
	struct fb_log *log = NULL;
	struct fb_buf text;
	struct fb_error *err = fb_log_load(fb_input_kernel(dump->input), &log);

	/* A byte may become four, and each line has its time. */
	fb_buf_init(&text, 8 * (size_t)FB_MAX_LOG_BYTES);
	if (!err)
		err = append_log(log, &text);
	if (!err)
		err = put_text(dump, &text);
	fb_buf_deinit(&text);
	fb_log_destroy(log);
	return fb_error_prefix(err, "%s", fb_input_path(dump->input));
}

static json_t *classes_json(const struct dump *dump)
{
	json_t *object = json_object();

	for (unsigned i = 0; i < FB_PAGE_CLASSES; i++) {
		const struct fb_filter_count *count = &dump->result.classes[i];
		json_t *class = json_object();

		json_object_set_new(class, "kept", json_integer((json_int_t)count->kept));
		json_object_set_new(class, "kept_though",
				    json_integer((json_int_t)count->kept_though));
		json_object_set_new(class, "left_out", json_integer((json_int_t)count->left_out));
		json_object_set_new(object, fb_page_class_name(i), class);
	}
	return object;
}

static json_t *keep_json(const struct fb_keep_result *keep)
{
	json_t *object = json_object(), *whole = json_array();

	for (size_t i = 0; i < keep->whole_count; i++)
		json_array_append_new(whole, json_integer(keep->whole[i]));
	json_object_set_new(object, "whole", whole);
	json_object_set_new(object, "rest_processes",
			    json_integer((json_int_t)keep->rest_processes));
	json_object_set_new(object, "rest_pages", json_integer((json_int_t)keep->rest_pages));
	json_object_set_new(object, "rest_left_out", json_integer((json_int_t)keep->rest_left_out));
	json_object_set_new(object, "threads", json_integer((json_int_t)keep->threads));
	json_object_set_new(object, "threads_without_stack",
			    json_integer((json_int_t)keep->without_stack));
	json_object_set_new(object, "stack_pages", json_integer((json_int_t)keep->stack_pages));
	json_object_set_new(object, "processes", json_integer((json_int_t)keep->processes));
	json_object_set_new(object, "process_pages", json_integer((json_int_t)keep->process_pages));
	json_object_set_new(object, "in_files", json_integer((json_int_t)keep->in_files));
	json_object_set_new(object, "refused", json_integer((json_int_t)keep->refused));
	json_object_set_new(object, "too_late", json_integer((json_int_t)keep->too_late));
	return object;
}

static uint64_t output_bytes(const struct dump *dump)
{
	struct stat status;

	return stat(dump->options.output, &status) == 0 ? (uint64_t)status.st_size : 0;
}

static struct fb_error *print_json(const struct dump *dump)
{
	json_t *answer = json_object();

	json_object_set_new(answer, "output", fb_json_text(dump->options.output));
	json_object_set_new(answer, "output_bytes", json_integer((json_int_t)output_bytes(dump)));
	json_object_set_new(answer, "dump_level", json_integer(dump->options.level));
	json_object_set_new(answer, "pages_written",
			    json_integer((json_int_t)dump->result.written));
	json_object_set_new(answer, "pages_zero", json_integer((json_int_t)dump->result.zeros));
	json_object_set_new(answer, "pages_unread", json_integer((json_int_t)dump->result.unread));
	json_object_set_new(answer, "classes", classes_json(dump));
	json_object_set_new(answer, "keep", keep_json(&dump->result.keep));
	return fb_json_print("dump", answer, dump->context->warnings);
}

/* What filled the budget. */
static void print_rest(const struct dump *dump)
{
	const struct fb_keep_result *keep = &dump->result.keep;
	char pages[32], whole[32], left[32];

	if (keep->rest_pages || keep->rest_processes || keep->rest_left_out)
		fb_print(dump->context->output, FB_STYLE_PLAIN,
			 "%s pages of other processes fill the budget: %s are whole, %s are not\n",
			 fb_text_count(keep->rest_pages, pages, sizeof(pages)),
			 fb_text_count(keep->rest_processes, whole, sizeof(whole)),
			 fb_text_count(keep->rest_left_out, left, sizeof(left)));
}

static struct fb_error *print_text(const struct dump *dump)
{
	static const struct fb_column columns[] = {
		{"PAGES", FB_LEFT},
		{"KEPT", FB_RIGHT},
		{"KEPT FOR STACKS", FB_RIGHT},
		{"LEFT OUT", FB_RIGHT},
	};
	struct fb_output *output = dump->context->output;
	char name[1024], size[32];
	struct fb_table *table = NULL;
	struct fb_error *err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);

	for (unsigned i = 0; i < FB_PAGE_CLASSES && !err; i++) {
		const struct fb_filter_count *count = &dump->result.classes[i];
		const uint64_t numbers[] = {count->kept, count->kept_though, count->left_out};

		err = fb_table_cell(table, FB_STYLE_BOLD, "%s", fb_page_class_name(i));
		for (size_t j = 0; j < FB_ARRAY_SIZE(numbers) && !err; j++)
			err = fb_table_cell(table, FB_STYLE_PLAIN, "%s",
					    fb_text_count(numbers[j], size, sizeof(size)));
	}
	if (!err)
		fb_table_print(table, output);
	fb_table_destroy(table);
	if (err)
		return err;
	fb_print(output, FB_STYLE_PLAIN, "\n%s pages of zeros share one\n",
		 fb_text_count(dump->result.zeros, size, sizeof(size)));
	fb_print(output, FB_STYLE_PLAIN, "stacks of %s threads kept\n",
		 fb_text_count(dump->result.keep.threads, size, sizeof(size)));
	print_rest(dump);
	fb_text_escape(dump->options.output, strlen(dump->options.output), name, sizeof(name));
	fb_print(output, FB_STYLE_GOOD, "%s written, %s\n", name,
		 fb_text_size(output_bytes(dump), size, sizeof(size)));
	return NULL;
}

static void warn_of_missing(const struct dump *dump)
{
	const struct fb_filtered_dump_result *result = &dump->result;
	struct fb_warnings *warnings = dump->context->warnings;

	if (result->unread)
		fb_warn(warnings,
			"%" PRIu64 " pages could not be read: the dump is marked as incomplete",
			result->unread);
	if (result->keep.refused)
		fb_warn(warnings,
			"the budget is spent: %" PRIu64
			" pages of process memory that were to be kept are left out, those of least "
			"use",
			result->keep.refused);
}

static struct fb_error *write_dump(struct dump *dump)
{
	struct fb_error *err;

	fb_output_log_progress(dump->context->output);
	err = fb_filtered_dump_write(dump->input, &dump->options, &dump->result);

	if (err)
		return err;
	warn_of_missing(dump);
	if (!dump->options.output)
		return NULL;
	return dump->context->options.json ? print_json(dump) : print_text(dump);
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct dump dump = {
		.context = context,
		.options = {.level = FB_LEVEL_ALL,
			    .keep = {.stacks = true, .most_pages = UINT64_MAX},
			    .progress = show_progress,
			    .progress_context = &dump},
	};
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, &dump);
	if (dump.hook || dump.root)
		return fb_hook_run(context, dump.hook, dump.root);
	settle_arguments(&dump);
	dump.options.start = &context->output_start;
	err = fb_context_open(context, &dump.input);
	if (!err)
		err = dump.log_only ? write_log(&dump) : write_dump(&dump);
	fb_input_destroy(dump.input);
	free(dump.processes);
	return err;
}

const struct fb_command fb_command_dump = {
	.name = "dump",
	.summary = "a filtered dump, with what user stacks take",
	.run = run,
	.usage = &usage,
	.apart = true,
};
