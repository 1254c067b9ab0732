// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle sysctl: the kernel's settings and counters below /proc/sys, in the words of sysctl(8), as a process sees
 * them.
 */
#include "kernel/sysctl/sysctl.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "cmd/shared/command.h"
#include "cmd/shared/function_name.h"
#include "cmd/shared/target.h"

/* The process whose values are shown where none is named. */
#define INIT "1"
/* Bytes of a value that a person is shown. */
#define SHOWN_BYTES 1024u
/* Of one in JSON: strings have 4 KiB at most, each byte of which may become four. */
#define JSON_TEXT 65536u

static const struct argp_option sysctl_options[] = {
	{"pid", 'p', "PID", 0, "as this process (its PID or name) sees them, in its namespaces", 0},
	{"all", 'a', NULL, 0, "the values of all network namespaces", 0},
	{0},
};

struct asked {
	const char *process;
	bool all;
};

static error_t parse(int key, char *arg, struct argp_state *state FB_UNUSED, void *own)
{
	struct asked *asked = own;

	switch (key) {
	case 'p':
		asked->process = arg;
		return 0;
	case 'a':
		asked->all = true;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct fb_example examples[] = {
	{"How large a PID may be", "fbundle sysctl dump.202611231722 kernel.pid_max", false},
	{"All settings of the virtual memory", "fbundle sysctl dump.202611231722 vm", false},
	{"One setting of all interfaces, in all network namespaces",
	 "fbundle sysctl dump.202611231722 '*.forwarding' --all", false},
	{0},
};

static const struct fb_usage usage = {
	.options = sysctl_options,
	.parse = parse,
	.arguments = "INPUT [PATTERN]",
	.doc = "Prints the values of /proc/sys as PID 1 sees them, or another process: all, those whose name is or "
	       "begins with PATTERN, or that match it as a pattern of the shell.",
	.most_arguments = 1,
	.examples = examples,
};

/* What a command has of its input. */
struct listing {
	struct fb_sysctls sysctls;
	struct fb_nets nets;
	struct fb_modules *modules; /* owned, or NULL: they cannot be read */
	const char *pattern;
	bool all;
};

static struct fb_error *load(struct fb_input *input, const struct asked *asked,
			     struct listing *listing)
{
	struct fb_kernel *kernel = fb_input_kernel(input);
	const struct fb_tasks *tasks = NULL;
	const struct fb_task *task = NULL;
	struct fb_sysctl_view view;
	struct fb_error *err = fb_input_tasks(input, &tasks);

	if (!err)
		err = fb_find_process_named(input, asked->process ? asked->process : INIT, &task);
	/* Without the first process the initial namespaces are shown, which are its own. */
	if (!asked->process && fb_error_is(err, FB_NOT_FOUND)) {
		fb_error_destroy(err);
		err = NULL;
	}
	if (!err)
		err = fb_nets_load(kernel, tasks, &listing->nets);
	if (!err)
		err = fb_sysctl_view_of(kernel, task, &view);
	if (!err)
		err = fb_input_do_without(input, fb_modules_load(kernel, &listing->modules),
					  "the kernel's modules");
	return err ? err
		   : fb_input_explain(input, "the values of /proc/sys cannot be read",
				      fb_sysctls_load(kernel, listing->modules, &view,
						      listing->all ? &listing->nets : NULL,
						      &listing->sysctls));
}

/* Escapes a value, but for the tabs between its numbers and the ends of its lines. Returns `to`. */
static char *escape_value(const char *value, char *to, size_t size)
{
	size_t used = 0;

	to[0] = '\0';
	while (used < size - 1) {
		size_t length = strcspn(value, "\t\n");

		fb_text_escape(value, length, to + used, size - used);
		used += strlen(to + used);
		value += length;
		if (!*value || used >= size - 1)
			break;
		to[used++] = *value++;
		to[used] = '\0';
	}
	return to;
}

static json_t *text_json(const struct fb_sysctl *value)
{
	char text[JSON_TEXT];

	return value->text ? json_string(escape_value(value->text, text, sizeof(text)))
			   : json_null();
}

static json_t *net_json(const struct listing *listing, const struct fb_sysctl *value)
{
	const struct fb_net *net = value->owner == FB_SYSCTL_NET
					   ? fb_nets_find(&listing->nets, value->namespace)
					   : NULL;

	return net && net->inode ? json_integer(net->inode) : json_null();
}

static json_t *value_json(const struct listing *listing, const struct fb_sysctl *value)
{
	json_t *object = json_object();

	json_object_set_new(object, "name", fb_json_text(value->name));
	json_object_set_new(object, "value", text_json(value));
	json_object_set_new(object, "state", json_string(fb_sysctl_state_name(value->state)));
	json_object_set_new(object, "mode", json_integer(value->mode));
	json_object_set_new(object, "handler", fb_function_json(listing->modules, value->handler));
	json_object_set_new(object, "namespace", fb_json_text(fb_sysctl_owner_name(value->owner)));
	json_object_set_new(object, "net", net_json(listing, value));
	json_object_set_new(object, "table", fb_json_hex(value->table));
	json_object_set_new(object, "data", value->data ? fb_json_hex(value->data) : json_null());
	json_object_set_new(object, "length", json_integer(value->length));
	return object;
}

static struct fb_error *print_json(struct fb_context *context, const struct listing *listing)
{
	json_t *answer = json_object(), *list = json_array();

	for (size_t i = 0; i < listing->sysctls.count; i++)
		if (fb_sysctl_matches(listing->sysctls.values[i].name, listing->pattern))
			json_array_append_new(list,
					      value_json(listing, &listing->sysctls.values[i]));
	json_object_set_new(answer, "values", list);
	return fb_json_print("sysctl", answer, context->warnings);
}

/* With the values of several namespaces, each says whose it is. */
static void print_owner(struct fb_context *context, const struct listing *listing,
			const struct fb_sysctl *value)
{
	const struct fb_net *net = listing->all && value->owner == FB_SYSCTL_NET
					   ? fb_nets_find(&listing->nets, value->namespace)
					   : NULL;

	if (net)
		fb_print(context->output, FB_STYLE_DIM, "  (net:[%u])", net->inode);
}

/* A value of several lines has its name in front of each, as sysctl(8) has it. */
static void print_lines(struct fb_context *context, const struct fb_sysctl *value, const char *name)
{
	const char *line = value->text;
	char one[SHOWN_BYTES + 1], text[4 * SHOWN_BYTES + 1];

	for (;;) {
		size_t length = strcspn(line, "\n"), shown = length;

		if (shown > SHOWN_BYTES)
			shown = SHOWN_BYTES;
		memcpy(one, line, shown);
		one[shown] = '\0';
		escape_value(one, text, sizeof(text));
		fb_put(" =%s%s", *text ? " " : "", text);
		if (shown < length)
			fb_print(context->output, FB_STYLE_DIM, "... %zu bytes more: --json",
				 length - shown);
		line += length;
		if (!*line++)
			return;
		fb_put("\n");
		fb_print(context->output, FB_STYLE_BOLD, "%s", name);
	}
}

static void print_value(struct fb_context *context, const struct listing *listing,
			const struct fb_sysctl *value)
{
	char name[4 * SHOWN_BYTES + 1];

	fb_text_escape(value->name, strlen(value->name), name, sizeof(name));
	fb_print(context->output, FB_STYLE_BOLD, "%s", name);
	switch (value->state) {
	case FB_SYSCTL_VALUE:
		print_lines(context, value, name);
		break;
	case FB_SYSCTL_COMPUTED:
		fb_print(context->output, FB_STYLE_DIM, ": computed by %s()",
			 fb_function_name(listing->modules, value->handler).text);
		break;
	case FB_SYSCTL_UNREADABLE:
		fb_print(context->output, FB_STYLE_WARN, ": cannot be read");
		break;
	case FB_SYSCTL_WRITE_ONLY:
		fb_print(context->output, FB_STYLE_DIM, ": can only be written");
		break;
	}
	print_owner(context, listing, value);
	fb_put("\n");
}

static struct fb_error *print_text(struct fb_context *context, const struct listing *listing)
{
	size_t shown = 0;

	for (size_t i = 0; i < listing->sysctls.count; i++) {
		const struct fb_sysctl *value = &listing->sysctls.values[i];

		if (!fb_sysctl_matches(value->name, listing->pattern))
			continue;
		shown++;
		print_value(context, listing, value);
	}
	if (!shown && listing->pattern)
		return fb_error_create(FB_NOT_FOUND,
				       "no value of /proc/sys matches '%s': without it, all are "
				       "listed",
				       listing->pattern);
	return NULL;
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct listing listing = {0};
	struct asked asked = {0};
	struct fb_input *input = NULL;
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, &asked);
	listing.pattern = context->arg_count ? context->args[0] : NULL;
	listing.all = asked.all;
	err = fb_context_open(context, &input);
	if (!err)
		err = load(input, &asked, &listing);
	if (!err)
		err = context->options.json ? print_json(context, &listing)
					    : print_text(context, &listing);
	fb_sysctls_deinit(&listing.sysctls);
	fb_modules_destroy(listing.modules);
	fb_nets_deinit(&listing.nets);
	fb_input_destroy(input);
	return err;
}

const struct fb_command fb_command_sysctl = {
	.name = "sysctl",
	.summary = "the values of /proc/sys",
	.run = run,
	.usage = &usage,
};
