// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fbundle verify: checks every checksum and count of a bundle.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "bundle/file/fiber.h"
#include "bundle/input/crash_folder.h"
#include "cmd/shared/command.h"

static const struct fb_example examples[] = {
	{"Whether a bundle came over whole", "fbundle verify dump.202611231722.fbundle", false},
	{0},
};

static const struct fb_usage usage = {
	.arguments = "BUNDLE",
	.doc = "Checks every checksum and count of a bundle: the dump's tables and pages, and the "
	       "fiber section that holds the cores.",
	.examples = examples,
};

static struct fb_error *print_json(struct fb_context *context, const struct fb_warnings *problems)
{
	json_t *answer = json_object();
	json_t *list = json_array();

	for (size_t i = 0; i < fb_warnings_count(problems); i++)
		json_array_append_new(list, fb_json_text(fb_warnings_get(problems, i)));
	json_object_set_new(answer, "ok", json_boolean(fb_warnings_count(problems) == 0));
	json_object_set_new(answer, "problems", list);
	return fb_json_print("verify", answer, context->warnings);
}

static void print_text(struct fb_context *context, const char *path,
		       const struct fb_warnings *problems)
{
	struct fb_output *output = context->output;
	char text[1024];

	if (fb_warnings_count(problems) == 0) {
		fb_print(output, FB_STYLE_GOOD, "%s: every checksum and count is right\n",
			 fb_text_escape(path, strlen(path), text, sizeof(text)));
		return;
	}
	for (size_t i = 0; i < fb_warnings_count(problems); i++) {
		const char *problem = fb_warnings_get(problems, i);

		fb_print(output, FB_STYLE_BAD, "%s\n",
			 fb_text_escape(problem, strlen(problem), text, sizeof(text)));
	}
	if (fb_warnings_dropped(problems))
		fb_print(output, FB_STYLE_BAD, "and %zu more\n", fb_warnings_dropped(problems));
}

static struct fb_error *run(struct fb_context *context, int argc, char **argv)
{
	struct fb_warnings *problems = NULL;
	struct fb_crash_folder folder = {0};
	struct fb_pool *pool = NULL;
	const char *path;
	struct fb_error *err;

	fb_options_parse(context, &usage, argc, argv, NULL);
	err = fb_context_output(context);
	if (!err)
		err = fb_warnings_create(&problems);
	if (!err)
		err = fb_context_confine(context);
	if (!err)
		err = fb_pool_create(context->options.threads, &pool);
	if (!err)
		err = fb_crash_folder_find(context->options.input, false, &folder);
	path = err ? NULL : folder.dump.list[0];
	if (!err)
		err = fb_fiber_verify(path, pool, problems);
	if (!err && fb_warnings_count(problems))
		fb_warn(context->warnings,
			"%s is damaged: merge again from the dump and the cores, if they are left",
			path);
	if (!err && context->options.json)
		err = print_json(context, problems);
	else if (!err)
		print_text(context, path, problems);
	fb_crash_folder_deinit(&folder);
	fb_pool_destroy(pool);
	fb_warnings_destroy(problems);
	return err;
}

const struct fb_command fb_command_verify = {
	.name = "verify",
	.summary = "check every checksum and count of a bundle",
	.run = run,
	.usage = &usage,
	.apart = true,
};
