// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle info --probes: what the program looks for in a kernel by name, and what this kernel lacks of it.
 */
#include "cmd/info_probes.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "bundle/probes/probes.h"

/* Missing ones that a person is shown without --all: more are missing only where all types or symbols are. */
#define MOST_SHOWN 60u

static json_t *probe_json(const struct fb_probe *probe)
{
	json_t *object = json_object();

	json_object_set_new(object, "kind", json_string(fb_probe_kind_name(probe->kind)));
	json_object_set_new(object, "name", json_string(probe->name));
	json_object_set_new(object, "state", json_string(fb_probe_state_name(probe->state)));
	json_object_set_new(object, "found", fb_json_text(probe->found));
	json_object_set_new(object, "instead", fb_json_text(probe->instead));
	json_object_set_new(object, "why", fb_json_text(probe->why));
	json_object_set_new(object, "sort", fb_json_text(probe->sort));
	json_object_set_new(object, "module", fb_json_text(probe->module));
	json_object_set_new(object, "wait", fb_json_text(probe->wait));
	json_object_set_new(object, "row", probe->row ? json_integer(probe->row) : json_null());
	json_object_set_new(object, "cost", json_string(probe->cost));
	return object;
}

static struct fb_error *print_json(struct fb_context *context, struct fb_kernel *kernel,
				   const struct fb_probes *probes)
{
	json_t *answer = json_object(), *list = json_array();

	for (size_t i = 0; i < probes->count; i++)
		json_array_append_new(list, probe_json(&probes->probes[i]));
	json_object_set_new(answer, "release", fb_json_text(fb_kernel_info(kernel)->release));
	json_object_set_new(answer, "probes", list);
	return fb_json_print("info", answer, context->warnings);
}

/* The last column: what follows from the state. */
static void remark(const struct fb_probe *probe, char *to, size_t size)
{
	switch (probe->state) {
	case FB_PROBE_FOUND:
		snprintf(to, size, "%s%s", probe->renamed ? "as " : "",
			 probe->renamed ? probe->found : "");
		break;
	case FB_PROBE_REPLACED:
		snprintf(to, size, "%s in its place", probe->instead);
		break;
	case FB_PROBE_UNLOADED:
		snprintf(to, size, "of %s, which is not loaded", probe->module);
		break;
	case FB_PROBE_EXPLAINED:
		snprintf(to, size, "%s", probe->why);
		break;
	default:
		snprintf(to, size, "%s%s%s", probe->cost, probe->wait ? ": " : "",
			 probe->wait ? probe->wait : "");
	}
}

static struct fb_error *add_probe(struct fb_table *table, const struct fb_probe *probe)
{
	char text[256];
	struct fb_error *err =
		fb_table_cell(table, FB_STYLE_DIM, "%s", fb_probe_kind_name(probe->kind));

	remark(probe, text, sizeof(text));
	if (!err)
		err = fb_table_cell(
			table, probe->state == FB_PROBE_MISSING ? FB_STYLE_BAD : FB_STYLE_PLAIN,
			"%s", probe->name);
	return err ? err : fb_table_cell(table, FB_STYLE_PLAIN, "%s", text);
}

/* Those of one state, `most` of them at most, and how many more there are. */
static struct fb_error *print_state(struct fb_context *context, const struct fb_probes *probes,
				    enum fb_probe_state state, size_t most)
{
	static const char *const headings[] = {"", "", "", "WHY", "WHAT IS MISSING WITHOUT IT"};
	const struct fb_column columns[] = {
		{"KIND", FB_LEFT}, {"NAME", FB_LEFT}, {headings[state], FB_LEFT}};
	struct fb_table *table = NULL;
	size_t shown = 0;
	struct fb_error *err;

	_Static_assert(FB_ARRAY_SIZE(headings) == FB_PROBE_STATES, "a heading for each state");
	err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);
	for (size_t i = 0; !err && i < probes->count && shown < most; i++)
		if (probes->probes[i].state == state) {
			err = add_probe(table, &probes->probes[i]);
			shown++;
		}
	if (!err && shown) {
		fb_put("\n");
		fb_table_print(table, context->output);
		if (probes->states[state] > shown)
			fb_put("and %zu more: --all lists them\n", probes->states[state] - shown);
	}
	fb_table_destroy(table);
	return err;
}

static struct fb_error *print_text(struct fb_context *context, struct fb_kernel *kernel,
				   const struct fb_probes *probes, bool all)
{
	static const enum fb_probe_state order[] = {FB_PROBE_MISSING, FB_PROBE_EXPLAINED,
						    FB_PROBE_REPLACED, FB_PROBE_UNLOADED,
						    FB_PROBE_FOUND};
	static const char *const texts[] = {
		[FB_PROBE_FOUND] = "found",
		[FB_PROBE_REPLACED] = "replaced: this kernel has another in its place",
		[FB_PROBE_UNLOADED] = "of modules that are not loaded",
		[FB_PROBE_EXPLAINED] = "absent, for a reason that is known",
		[FB_PROBE_MISSING] = "missing",
	};
	char release[256];
	struct fb_error *err = NULL;

	fb_text_escape(fb_kernel_info(kernel)->release, strlen(fb_kernel_info(kernel)->release),
		       release, sizeof(release));
	fb_print(context->output, FB_STYLE_BOLD, "Kernel %s, %zu names looked for\n", release,
		 probes->count);
	for (size_t i = 0; i < FB_ARRAY_SIZE(order); i++) {
		size_t count = probes->states[order[i]];

		fb_print(context->output,
			 order[i] == FB_PROBE_MISSING && count ? FB_STYLE_BAD : FB_STYLE_PLAIN,
			 "%6zu  %s", count, texts[order[i]]);
		if (order[i] == FB_PROBE_FOUND && probes->renamed)
			fb_put(", %zu under an older name", probes->renamed);
		fb_put("\n");
	}
	for (size_t i = 0; !err && i < FB_ARRAY_SIZE(order); i++)
		if (all || order[i] == FB_PROBE_MISSING)
			err = print_state(context, probes, order[i], all ? SIZE_MAX : MOST_SHOWN);
	return err;
}

struct fb_error *fb_info_print_probes(struct fb_context *context, struct fb_input *input, bool all)
{
	struct fb_kernel *kernel = fb_input_kernel(input);
	struct fb_modules *modules = NULL;
	struct fb_probes probes = {0};
	struct fb_error *err;

	err = fb_input_do_without(input, fb_modules_load(kernel, &modules), "modules");
	if (!err)
		err = fb_probes_load(kernel, modules, &probes);
	if (!err)
		err = context->options.json ? print_json(context, kernel, &probes)
					    : print_text(context, kernel, &probes, all);
	fb_probes_deinit(&probes);
	fb_modules_destroy(modules);
	return err;
}
