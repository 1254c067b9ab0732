// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle net: the sockets of network namespaces, as ss shows them, and their interfaces, routes and neighbours, as ip
 * does.
 */
#include "cmd/net/net.h"

#include <inttypes.h>

#include "base/part.h"
#include "cmd/shared/target.h"

/* The process whose namespace is shown where none is named. */
#define INIT "1"

enum {
	/* -s, -n and -a are words of crash for something else. */
	OPTION_SOCKETS = 0x200,
	OPTION_NEIGHBOURS,
	OPTION_ALL,
};

static const struct argp_option net_options[] = {
	{"sockets", OPTION_SOCKETS, NULL, 0,
	 "sockets; this is shown where nothing else is asked for", 0},
	{"if", 'i', NULL, 0, "interfaces with their addresses and counters", 0},
	{"route", 'r', NULL, 0, "routes of all tables, and the rules that choose a table", 0},
	{"neigh", OPTION_NEIGHBOURS, NULL, 0, "neighbours: which link addresses hosts have", 0},
	{"all", OPTION_ALL, NULL, 0, "of all network namespaces", 0},
	{0},
};

static error_t parse(int key, char *arg FB_UNUSED, struct argp_state *state FB_UNUSED, void *own)
{
	struct fb_net_options *options = own;

	switch (key) {
	case OPTION_SOCKETS:
		options->sockets = true;
		return 0;
	case 'i':
		options->interfaces = true;
		return 0;
	case 'r':
		options->routes = true;
		return 0;
	case OPTION_NEIGHBOURS:
		options->neighbours = true;
		return 0;
	case OPTION_ALL:
		options->all = true;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct fb_example examples[] = {
	{"Every socket: its queues, its timer, and who has it open",
	 "fbundle net dump.202611231722", false},
	{"The interfaces of all network namespaces", "fbundle net dump.202611231722 --if --all",
	 false},
	{"The routes and neighbours of the network namespace of process 130",
	 "fbundle net dump.202611231722 130 --route --neigh", false},
	{0},
};

static const struct fb_usage usage = {
	.options = net_options,
	.parse = parse,
	.arguments = "INPUT [PID|NAME]",
	.doc = "Lists the sockets of PID 1's network namespace, or of a process's: their queues, "
	       "addresses and timers, and the processes that have them open; or its interfaces, "
	       "routes or neighbours.",
	.most_arguments = 1,
	.examples = examples,
};

static struct fb_error *choose(struct fb_input *input, const char *process, bool all,
			       struct fb_net_view *view)
{
	const struct fb_task *task = NULL;
	struct fb_error *err;

	if (all)
		return NULL;
	err = fb_find_process_named(input, process, &task);
	if (!err)
		err = fb_net_of_task(view->kernel, task, &view->chosen);
	if (!err && !view->chosen)
		err = fb_error_create(
			FB_NOT_FOUND,
			"PID %d has left its network namespace, on its exit: name another process, or --all",
			task->pid);
	return err;
}

static struct fb_error *load(struct fb_input *input, const char *process, bool all,
			     struct fb_net_view *view)
{
	struct fb_error *err;

	view->kernel = fb_input_kernel(input);
	err = fb_input_tasks(input, &view->tasks);
	if (!err)
		err = fb_nets_load(view->kernel, view->tasks, &view->nets);
	if (!err)
		err = choose(input, process, all, view);
	if (err)
		return err;
	err = fb_jiffies_read(view->kernel, &view->jiffies);
	view->time_known = !err;
	return fb_part_warn(fb_kernel_warnings(view->kernel), err, "when timers expire");
}

static json_t *namespaces_json(const struct fb_net_view *view)
{
	json_t *list = json_array();

	for (size_t i = 0; i < view->nets.count; i++) {
		const struct fb_net *net = &view->nets.nets[i];
		json_t *object = json_object();

		json_object_set_new(object, "inode",
				    net->inode ? json_integer(net->inode) : json_null());
		json_object_set_new(object, "address", fb_json_hex(net->address));
		json_object_set_new(object, "pid", net->pid ? json_integer(net->pid) : json_null());
		json_object_set_new(object, "processes", json_integer(net->processes));
		json_object_set_new(object, "shown",
				    json_boolean(fb_net_is_shown(view, net->address)));
		json_array_append_new(list, object);
	}
	return list;
}

/* A namespace that is not shown is easily overlooked. */
static void print_others(struct fb_context *context, const struct fb_net_view *view)
{
	size_t others = view->chosen && view->nets.count ? view->nets.count - 1 : 0;

	if (others)
		fb_print(context->output, FB_STYLE_DIM,
			 "\n%zu further network namespace%s: --all shows %s\n", others,
			 others == 1 ? "" : "s", others == 1 ? "it too" : "them too");
}

static struct fb_error *print(struct fb_context *context, const struct fb_net_view *view,
			      const struct fb_net_options *options)
{
	const struct {
		bool wanted;
		const char *key;
		struct fb_error *(*show)(struct fb_context *context, const struct fb_net_view *view,
					 json_t *answer);
	} parts[] = {
		{options->interfaces, "interfaces", fb_net_interfaces},
		{options->routes, "routes", fb_net_routes},
		{options->neighbours, "neighbours", fb_net_neighbours},
		{options->sockets, "sockets", fb_net_sockets},
	};
	json_t *answer = context->options.json ? json_object() : NULL;
	struct fb_error *err = NULL;
	bool first = true;

	if (answer) {
		json_object_set_new(answer, "namespaces", namespaces_json(view));
		json_object_set_new(answer, "rules", json_null());
	}
	for (size_t i = 0; i < FB_ARRAY_SIZE(parts) && !err; i++) {
		if (answer)
			json_object_set_new(answer, parts[i].key, json_null());
		if (!parts[i].wanted)
			continue;
		if (!answer && !first)
			fb_print(context->output, FB_STYLE_PLAIN, "\n");
		first = false;
		err = parts[i].show(context, view, answer);
	}
	if (err) {
		json_decref(answer);
		return err;
	}
	if (context->options.json)
		return fb_json_print("net", answer, context->warnings);
	print_others(context, view);
	return NULL;
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct fb_net_view view = {0};
	struct fb_net_options options = {0};
	struct fb_input *input = NULL;
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, &options);
	if (options.all && context->arg_count)
		fb_usage_error("net", "--all shows the namespaces of all processes: name none");
	if (!options.interfaces && !options.routes && !options.neighbours)
		options.sockets = true;
	err = fb_context_open(context, &input);
	if (!err)
		err = load(input, context->arg_count ? context->args[0] : INIT, options.all, &view);
	if (!err)
		err = print(context, &view, &options);
	fb_nets_deinit(&view.nets);
	fb_input_destroy(input);
	return err;
}

const struct fb_command fb_command_net = {
	.name = "net",
	.summary = "sockets, their queues and who has them; interfaces, routes, neighbours",
	.run = run,
	.usage = &usage,
};
