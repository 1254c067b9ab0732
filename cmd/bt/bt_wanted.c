// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Prints the files with which user stacks could be unwound further, as text and as JSON. Called by bt.
 */
#include "cmd/bt/bt.h"

json_t *fb_bt_wanted_json(const struct fb_wanted_file *files, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++) {
		json_t *object = json_object();

		json_object_set_new(object, "path", fb_json_text(files[i].path));
		json_object_set_new(object, "build_id", fb_json_text(files[i].build_id));
		json_object_set_new(object, "stacks", json_integer((json_int_t)files[i].stacks));
		json_array_append_new(list, object);
	}
	return list;
}

struct fb_error *fb_bt_print_wanted(struct fb_output *output, const struct fb_wanted_file *files,
				    size_t count)
{
	static const struct fb_column columns[] = {
		{"STACKS", FB_RIGHT}, {"FILE", FB_LEFT}, {"BUILD-ID", FB_LEFT}};
	struct fb_table *table = NULL;
	struct fb_error *err;

	if (!count)
		return NULL;
	err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);
	for (size_t i = 0; i < count && !err; i++) {
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%zu", files[i].stacks);
		if (!err)
			err = fb_table_cell(table, FB_STYLE_BOLD, "%s", files[i].path);
		if (!err)
			err = fb_table_cell(table, FB_STYLE_PLAIN, "%s",
					    files[i].build_id ? files[i].build_id : "unknown");
	}
	if (!err) {
		fb_print(output, FB_STYLE_PLAIN,
			 "\nStacks end in these files, which would lead on, below --sysroot:\n");
		fb_table_print(table, output);
	}
	fb_table_destroy(table);
	return err;
}
