// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle mods: the modules.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd/shared/command.h"
#include "kernel/modules/module.h"

static const struct fb_example examples[] = {
	{"Which modules are loaded, and which of them taint", "fbundle mods dump.202611231722",
	 false},
	{0},
};

static const struct fb_usage usage = {
	.arguments = "INPUT",
	.doc = "Lists the modules as /proc/modules does.",
	.examples = examples,
};

/* used_by has a comma behind each name. */
static json_t *used_by_list(const char *names)
{
	json_t *list = json_array();

	while (*names) {
		size_t length = strcspn(names, ",");

		json_array_append_new(list, fb_json_bytes(names, length));
		names += length + (names[length] == ',');
	}
	return list;
}

static struct fb_error *print_json(struct fb_context *context, const struct fb_modules *modules)
{
	json_t *answer = json_object();
	json_t *list = json_array();

	for (size_t i = 0; i < fb_modules_count(modules); i++) {
		const struct fb_module *module = fb_modules_get(modules, i);
		json_t *object = json_object();
		bool known = module->state != FB_MODULE_UNKNOWN;
		char flags[32];

		fb_module_flags(module, flags, sizeof(flags));
		json_object_set_new(object, "name",
				    fb_json_bytes(module->name, sizeof(module->name)));
		json_object_set_new(object, "address",
				    known ? fb_json_hex(module->base) : json_null());
		json_object_set_new(object, "size",
				    known ? json_integer((json_int_t)module->size) : json_null());
		json_object_set_new(object, "uses", json_integer(module->references));
		json_object_set_new(object, "state",
				    json_string(fb_module_state_name(module->state)));
		json_object_set_new(object, "used_by", used_by_list(module->used_by));
		json_object_set_new(object, "taints", json_string(flags));
		json_array_append_new(list, object);
	}
	json_object_set_new(answer, "modules", list);
	return fb_json_print("mods", answer, context->warnings);
}

static struct fb_error *add_row(struct fb_table *table, const struct fb_module *module)
{
	size_t length = strlen(module->used_by); /* a comma ends each name */
	char flags[32], address[32] = "?", size[32] = "?";
	struct fb_error *err;

	if (module->state != FB_MODULE_UNKNOWN) {
		snprintf(address, sizeof(address), "%" PRIx64, module->base);
		snprintf(size, sizeof(size), "%" PRIu64, module->size);
	}
	err = fb_table_cell(table, FB_STYLE_PLAIN, "%s", address);
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%s", size);
	if (!err)
		err = fb_table_cell(table, FB_STYLE_BOLD, "%s", module->name);
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%lld", (long long)module->references);
	if (!err)
		err = fb_table_cell(
			table, module->state == FB_MODULE_LIVE ? FB_STYLE_PLAIN : FB_STYLE_WARN,
			"%s", fb_module_state_name(module->state));
	if (!err)
		err = fb_table_cell(table, FB_STYLE_WARN, "%s",
				    fb_module_flags(module, flags, sizeof(flags)));
	return err ? err
		   : fb_table_cell(table, FB_STYLE_DIM, "%.*s", (int)(length ? length - 1 : 0),
				   module->used_by);
}

static struct fb_error *print_text(struct fb_context *context, const struct fb_modules *modules)
{
	static const struct fb_column columns[] = {
		{"ADDRESS", FB_LEFT}, {"SIZE", FB_RIGHT}, {"NAME", FB_LEFT},    {"USES", FB_RIGHT},
		{"STATE", FB_LEFT},   {"TAINT", FB_LEFT}, {"USED BY", FB_LEFT},
	};
	struct fb_table *table = NULL;
	struct fb_error *err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);

	for (size_t i = 0; i < fb_modules_count(modules) && !err; i++)
		err = add_row(table, fb_modules_get(modules, i));
	if (!err)
		fb_table_print(table, context->output);
	fb_table_destroy(table);
	return err;
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct fb_modules *modules = NULL;
	struct fb_input *input = NULL;
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, NULL);
	err = fb_context_open(context, &input);
	if (!err)
		err = fb_input_explain(input, "modules cannot be found",
				       fb_modules_load(fb_input_kernel(input), &modules));
	if (!err)
		err = context->options.json ? print_json(context, modules)
					    : print_text(context, modules);
	fb_modules_destroy(modules);
	fb_input_destroy(input);
	return err;
}

const struct fb_command fb_command_mods = {
	.name = "mods",
	.summary = "modules",
	.run = run,
	.usage = &usage,
};
