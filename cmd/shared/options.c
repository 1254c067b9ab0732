// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Parses the options that every command takes, by a child of the command's own argp parser. Called by each command
 * first.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "base/text.h"
#include "bundle/input/live.h"
#include "cmd/shared/command.h"

enum {
	OPTION_JSON = 0x100,
	OPTION_CORE,
	OPTION_PART,
	OPTION_VMLINUX,
	OPTION_SYSROOT,
	OPTION_DEBUG_DIR,
	OPTION_COLOR,
	OPTION_QUIET,
	OPTION_NO_SANDBOX,
};

static const struct argp_option option_list[] = {
	{"core", OPTION_CORE, "FILE", 0, "join this core to the dump (repeatable)", 0},
	{"part", OPTION_PART, "FILE", 0, "another part of a split dump (repeatable)", 0},
	{"vmlinux", OPTION_VMLINUX, "FILE", 0, "the kernel with debug information", 0},
	{"sysroot", OPTION_SYSROOT, "DIR", 0, "where the host's programs and libraries are", 0},
	{"debug-dir", OPTION_DEBUG_DIR, "DIR", 0, "where separate debug files are (repeatable)", 0},
	{NULL, 'j', "N", 0, "use N threads (default: one per CPU)", 0},
	{"json", OPTION_JSON, NULL, 0, "answer for machines", 0},
	{"color", OPTION_COLOR, "WHEN", 0, "auto, always or never", 0},
	{"", 'h', NULL, OPTION_HIDDEN, NULL, 0}, /* as --help */
	{"quiet", OPTION_QUIET, NULL, 0, "no progress, no warnings", 0},
	{"no-sandbox", OPTION_NO_SANDBOX, NULL, 0, "do not give up access to other files", 0},
	{0},
};

static void append(struct argp_state *state, const char ***list, size_t *count, const char *text)
{
	const char **grown = realloc(*list, (*count + 1) * sizeof(*grown));

	if (!grown) {
		argp_failure(state, FB_EXIT_FAILURE, 0, "out of memory");
		return;
	}
	grown[(*count)++] = text;
	*list = grown;
}

static enum fb_color parse_color(struct argp_state *state, const char *text)
{
	if (strcmp(text, "always") == 0)
		return FB_COLOR_ALWAYS;
	if (strcmp(text, "never") == 0)
		return FB_COLOR_NEVER;
	if (strcmp(text, "auto") != 0)
		argp_error(state, "--color takes auto, always or never, not '%s'", text);
	return FB_COLOR_AUTO;
}

static unsigned parse_threads(struct argp_state *state, const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (end == text || *end || value < 1 || value > 1024)
		argp_error(state, "-j takes a number from 1 to 1024, not '%s'", text);
	return (unsigned)value;
}

static error_t parse_common(int key, char *arg, struct argp_state *state)
{
	struct fb_options *options = state->input;

	switch (key) {
	case OPTION_CORE:
		append(state, &options->cores, &options->core_count, arg);
		break;
	case OPTION_PART:
		append(state, &options->parts, &options->part_count, arg);
		break;
	case OPTION_VMLINUX:
		options->vmlinux = arg;
		break;
	case OPTION_SYSROOT:
		options->sysroot = arg;
		break;
	case OPTION_DEBUG_DIR:
		append(state, &options->debug_dirs, &options->debug_dir_count, arg);
		break;
	case 'j':
		options->threads = parse_threads(state, arg);
		break;
	case OPTION_JSON:
		options->json = true;
		break;
	case OPTION_COLOR:
		options->color = parse_color(state, arg);
		break;
	case 'h':
		argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
		break;
	case OPTION_QUIET:
		options->quiet = true;
		break;
	case OPTION_NO_SANDBOX:
		options->no_sandbox = true;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* One call of fb_options_parse(). */
struct parsing {
	struct fb_context *context;
	const struct fb_usage *usage;
	void *own;
};

static error_t parse_command(int key, char *arg, struct argp_state *state)
{
	struct parsing *parsing = state->input;
	struct fb_context *context = parsing->context;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &context->options;
		return 0;
	case ARGP_KEY_ARG:
		if (!context->options.input && !parsing->usage->no_input)
			context->options.input = arg;
		else if (context->arg_count < parsing->usage->most_arguments)
			append(state, &context->args, &context->arg_count, arg);
		else
			argp_error(state, "one argument too many: '%s'", arg);
		return 0;
	case ARGP_KEY_END:
		if ((!context->options.input && !parsing->usage->no_input) ||
		    context->arg_count < parsing->usage->least_arguments)
			argp_error(state, "arguments missing: %s", parsing->usage->arguments);
		if (context->options.input && strcmp(context->options.input, FB_LIVE_WORD) == 0)
			context->options.input = FB_LIVE_PATH;
		return 0;
	default:
		return parsing->usage->parse ? parsing->usage->parse(key, arg, state, parsing->own)
					     : ARGP_ERR_UNKNOWN;
	}
}

/* The examples behind the options, as argp_parse() takes them: it frees what is not the text itself. */
static char *add_examples(int key, const char *text, void *input)
{
	const struct parsing *parsing = input;
	char *examples = NULL;
	size_t size;
	FILE *to;

	if (key != ARGP_KEY_HELP_POST_DOC || !parsing || !parsing->usage->examples)
		return (char *)text;
	to = open_memstream(&examples, &size);
	if (!to)
		return (char *)text;
	fprintf(to, "Examples:\n");
	for (const struct fb_example *example = parsing->usage->examples; example->text; example++)
		fprintf(to, "%s  %s%s\n    %c %s\n",
			example == parsing->usage->examples ? "" : "\n", example->text,
			strchr(example->text, '?') ? "" : ":", example->on_host ? '#' : '$',
			example->command);
	fclose(to);
	return examples;
}

const struct argp_option *fb_options_common(void)
{
	return option_list;
}

void fb_options_parse(struct fb_context *context, const struct fb_usage *usage, int argc,
		      char **argv, void *own)
{
	static const struct argp common = {.options = option_list, .parser = parse_common};
	const struct argp_child children[] = {{&common, 0, "Everywhere:", 10}, {0}};
	const struct argp argp = {
		.options = usage->options,
		.parser = parse_command,
		.args_doc = usage->arguments,
		.doc = usage->doc,
		.children = children,
		.help_filter = add_examples,
	};
	struct parsing parsing = {context, usage, own};

	/* It exits by itself but where memory is out. */
	if (argp_parse(&argp, argc, argv, 0, NULL, &parsing)) {
		fprintf(stderr, "fbundle: out of memory\n");
		exit(FB_EXIT_FAILURE);
	}
}

struct fb_error *fb_options_add_cores(struct fb_options *options, const char *const *paths,
				      size_t count)
{
	const char **grown =
		realloc(options->cores, (options->core_count + count) * sizeof(*grown));

	if (!grown)
		return fb_error_nomem();
	for (size_t i = 0; i < count; i++)
		grown[options->core_count++] = paths[i];
	options->cores = grown;
	return NULL;
}

void fb_usage_error(const char *command, const char *format, ...)
{
	char text[4096], escaped[4096];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fprintf(stderr, "fbundle %s: %s\n", command,
		fb_text_escape(text, strlen(text), escaped, sizeof(escaped)));
	exit(FB_EXIT_USAGE);
}

void fb_check_output_name(const char *command, const char *path)
{
	if (path && strcmp(path, "-") == 0)
		fb_usage_error(command,
			       "-o takes a file, and cannot write to standard output: name one "
			       "(./- for a file of that name)");
}

static struct fb_error *check_folder(const char *option, const char *path)
{
	struct stat status;

	if (stat(path, &status) != 0)
		return fb_error_os(errno, "%s %s", option, path);
	if (!S_ISDIR(status.st_mode))
		return fb_error_os(ENOTDIR, "%s %s", option, path);
	return NULL;
}

struct fb_error *fb_options_check(const struct fb_options *options)
{
	struct fb_error *err = NULL;

	if (options->sysroot)
		err = check_folder("--sysroot", options->sysroot);
	for (size_t i = 0; i < options->debug_dir_count && !err; i++)
		err = check_folder("--debug-dir", options->debug_dirs[i]);
	return err;
}

error_t fb_parse_all(int key, char *arg FB_UNUSED, struct argp_state *state FB_UNUSED, void *own)
{
	bool *all = own;

	if (key != 'a')
		return ARGP_ERR_UNKNOWN;
	*all = true;
	return 0;
}

int32_t fb_parse_pid(const char *text)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (end == text || *end || value < 0 || value >= FB_MAX_TASKS) {
		char escaped[512];

		fprintf(stderr,
			"fbundle: '%s' is no PID: expected a decimal number (`fbundle ps` lists them)\n",
			fb_text_escape(text, strlen(text), escaped, sizeof(escaped)));
		exit(FB_EXIT_USAGE);
	}
	return (int32_t)value;
}
