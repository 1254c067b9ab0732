// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle waits: shows which threads wait for which others, in kernel and user space.
 */
#include "cmd/waits/waits.h"

struct waits_options {
	bool dot;
	int32_t why; /* 0: --why is not given */
};

static const struct argp_option waits_options[] = {
	{"dot", 'd', NULL, 0, "a graph for Graphviz's dot(1)", 0},
	{"why", 'w', "PID", 0, "what that process's threads, or that thread, wait for, and on", 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state FB_UNUSED, void *own)
{
	struct waits_options *options = own;

	switch (key) {
	case 'd':
		options->dot = true;
		return 0;
	case 'w':
		options->why = fb_parse_pid(arg);
		if (options->why <= 0)
			fb_usage_error("waits", "--why takes a PID or TID");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct fb_example examples[] = {
	{"Is it a deadlock, and whose?", "fbundle waits dump.202611231722.fbundle", false},
	{"What thread 130 waits for, and on to where the chain ends",
	 "fbundle waits dump.202611231722.fbundle --why 130", false},
	{"As a drawing, by dot -Tsvg waits.dot >waits.svg",
	 "fbundle waits dump.202611231722.fbundle --dot >waits.dot", false},
	{0},
};

static const struct fb_usage usage = {
	.arguments = "INPUT",
	.doc = "Shows who waits for whom: what hangs in three lines, then deadlocks, then where chains "
	       "end, then every wait. Locks of the kernel, of the C library in process memory, of files; pipes, "
	       "sockets, children, frozen file systems.",
	.options = waits_options,
	.parse = parse,
	.examples = examples,
};

static struct fb_error *answer(struct fb_waits_view *view, const struct waits_options *options)
{
	struct fb_wait_options find = {0};
	struct fb_waits *waits;
	struct fb_error *err = fb_input_tasks(view->input, &view->tasks);

	if (!err)
		err = fb_memory_sources_open(view->context, view->input, &view->sources);
	if (err)
		return err;
	find.files = view->sources.files;
	find.swap = view->sources.swap;
	err = fb_waits_find(view->input, &find, &waits);
	if (err)
		return err;
	view->waits = waits;
	view->graph = fb_waits_graph(waits);
	view->analysis = fb_waits_analysis(waits);
	if (options->dot)
		err = fb_waits_print_dot(view);
	else if (options->why)
		err = fb_waits_print_why(view, options->why);
	else if (view->context->options.json)
		err = fb_waits_print_json(view);
	else
		err = fb_waits_print_text(view);
	fb_waits_destroy(waits);
	return err;
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct waits_options options = {0};
	struct fb_waits_view view = {.context = context};
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, &options);
	if (options.dot && context->options.json)
		fb_usage_error("waits", "--dot and --json exclude each other");
	if (options.why && (options.dot || context->options.json))
		fb_usage_error("waits", "--why is a text: it excludes --dot and --json");
	err = fb_context_open(context, &view.input);
	if (!err)
		err = answer(&view, &options);
	fb_memory_sources_deinit(&view.sources);
	fb_input_destroy(view.input);
	return err;
}

const struct fb_command fb_command_waits = {
	.name = "waits",
	.summary = "who waits for whom, across kernel and user space",
	.run = run,
	.usage = &usage,
};
