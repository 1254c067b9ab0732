// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Prints a command's JSON object, with its schema number and warnings. Called by every command
 * for --json.
 */
#include <errno.h>
#include <stdio.h>

#include "cmd/shared/output.h"

static json_t *warning_list(const struct fb_warnings *warnings)
{
	json_t *list = json_array();
	size_t dropped = fb_warnings_dropped(warnings);

	for (size_t i = 0; i < fb_warnings_count(warnings); i++)
		json_array_append_new(list, fb_json_text(fb_warnings_get(warnings, i)));
	if (dropped) {
		char text[64];

		snprintf(text, sizeof(text), "%zu more of the kind", dropped);
		json_array_append_new(list, json_string(text));
	}
	return list;
}

struct fb_error *fb_json_print(const char *command, json_t *answer,
			       const struct fb_warnings *warnings)
{
	json_t *root = json_object();
	int failed;
	struct fb_error *err = NULL;

	json_object_set_new(root, "schema", json_integer(1));
	json_object_set_new(root, "command", json_string(command));
	failed = json_object_set_new(root, "warnings", warning_list(warnings));
	failed |= !answer || json_object_update(root, answer) != 0;
	json_decref(answer);
	if (failed)
		err = fb_error_nomem();
	else if (json_dumpf(root, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(15)) != 0 ||
		 putchar('\n') == EOF)
		err = ferror(stdout) ? fb_error_os(errno, "standard output") : fb_error_nomem();
	json_decref(root);
	return err;
}
