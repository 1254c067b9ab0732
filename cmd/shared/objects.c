// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds types by their names on the command line, and shows objects of them. Called by the commands struct, list and
 * tree.
 */
#include "cmd/shared/objects.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/part.h"
#include "kernel/values/value_print.h"

#define TEXT_DEPTH 2u
#define MAX_TEXT (64u << 20)
/* Members that are shown of each object. */
#define MAX_PATHS 1024u

void fb_objects_parse_depth(struct fb_objects *objects, const char *arg,
			    const struct argp_state *state)
{
	char *end;
	unsigned long depth = strtoul(arg, &end, 10);

	if (end == arg || *end || *arg == '-' || depth > FB_MAX_TYPE_DEPTH)
		argp_error(state, "--depth takes a number up to %u, not '%s'", FB_MAX_TYPE_DEPTH,
			   arg);
	objects->depth = (unsigned)depth;
	objects->depth_given = true;
}

struct fb_error *fb_objects_open(struct fb_context *context, struct fb_input *input,
				 struct fb_objects *objects)
{
	struct fb_kernel *kernel = fb_input_kernel(input);

	objects->context = context;
	objects->input = input;
	objects->space = fb_kernel_space(kernel);
	if (!fb_kernel_types(kernel))
		return fb_error_create(FB_NOT_FOUND, "%s", fb_kernel_lost(kernel));
	return fb_module_types_create(kernel, &objects->types);
}

void fb_objects_deinit(struct fb_objects *objects)
{
	for (size_t i = 0; i < objects->path_count; i++)
		free(objects->paths[i]);
	free(objects->paths);
	fb_modules_destroy(objects->modules);
	fb_module_types_destroy(objects->types);
	memset(objects, 0, sizeof(*objects));
}

struct fb_error *fb_objects_load_symbols(struct fb_objects *objects)
{
	if (objects->context->options.json)
		return NULL;
	return fb_part_skip(fb_modules_load(fb_input_kernel(objects->input), &objects->modules));
}

bool fb_is_type_keyword(const char *text, size_t length)
{
	static const char *const keywords[] = {"struct", "union", "enum"};

	for (size_t i = 0; i < FB_ARRAY_SIZE(keywords); i++)
		if (strlen(keywords[i]) == length && !strncmp(keywords[i], text, length))
			return true;
	return false;
}

static struct fb_error *unknown_type(const struct fb_objects *objects, const char *name)
{
	const char *nearest =
		fb_btf_nearest(fb_kernel_types(fb_input_kernel(objects->input)), name);

	if (!nearest)
		return fb_error_create(FB_NOT_FOUND, "no type is named '%s'", name);
	return fb_error_create(FB_NOT_FOUND, "no type is named '%s'; the nearest is '%s'", name,
			       nearest);
}

struct fb_error *fb_objects_find_type(struct fb_objects *objects, const char *keyword,
				      const char *name, struct fb_value *value_ret)
{
	static const struct {
		const char *keyword;
		enum fb_type_kind kind;
	} kinds[] = {
		{"struct", FB_TYPE_STRUCT},   {"union", FB_TYPE_UNION}, {"enum", FB_TYPE_ENUM},
		{"typedef", FB_TYPE_TYPEDEF}, {"", FB_TYPE_INT},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(kinds); i++) {
		struct fb_error *err;

		if (keyword && strcmp(keyword, kinds[i].keyword) != 0)
			continue;
		err = fb_module_types_find(objects->types, kinds[i].kind, name, &value_ret->types,
					   &value_ret->type);
		if (!fb_error_is(err, FB_NOT_FOUND))
			return err;
		fb_error_destroy(err);
	}
	return unknown_type(objects, name);
}

struct fb_error *fb_objects_split_type(struct fb_objects *objects, const char *text, char *type,
				       size_t size, struct fb_value *value_ret,
				       const char **member_ret)
{
	size_t length = strcspn(text, ".");

	if (!length || length >= size)
		return fb_error_create(FB_INVALID, "'%s' does not begin with a type's name", text);
	memcpy(type, text, length);
	type[length] = '\0';
	*member_ret = text[length] ? text + length + 1 : NULL;
	return fb_objects_find_type(objects, NULL, type, value_ret);
}

struct fb_error *fb_objects_add_path(struct fb_objects *objects, const char *path, size_t length)
{
	char **paths;
	char *copy;

	if (objects->path_count == MAX_PATHS)
		return fb_error_create(FB_LIMIT, "more than %u members", MAX_PATHS);
	paths = realloc(objects->paths, (objects->path_count + 1) * sizeof(*paths));
	if (!paths)
		return fb_error_nomem();
	objects->paths = paths;
	copy = malloc(length + 2);
	if (!copy)
		return fb_error_nomem();
	copy[0] = '.';
	memcpy(copy + 1, path, length);
	copy[length + 1] = '\0';
	paths[objects->path_count++] = copy;
	return NULL;
}

struct fb_error *fb_objects_select(struct fb_objects *objects, const char *type, const char *list)
{
	size_t length = strlen(type);
	struct fb_error *err = NULL;

	if (!strcmp(list, type))
		return NULL;
	if (!strncmp(list, type, length) && list[length] == '.')
		list += length + 1;
	for (bool more = true; more && !err;) {
		size_t part = strcspn(list, ",");

		if (!part)
			return fb_error_create(FB_INVALID, "an empty name in the list of members");
		err = fb_objects_add_path(objects, list, part);
		more = list[part] == ',';
		list += part + more;
	}
	return err;
}

static struct fb_value_printer printer_of(const struct fb_objects *objects)
{
	unsigned standard = objects->context->options.json ? FB_MAX_TYPE_DEPTH : TEXT_DEPTH;

	return (struct fb_value_printer){
		.space = objects->space,
		.modules = objects->modules,
		.depth = objects->depth_given ? objects->depth : standard,
	};
}

/* Nothing read is an error; a part not read a warning. */
static struct fb_error *judge(struct fb_objects *objects, struct fb_value_printer *printer,
			      struct fb_error *err)
{
	struct fb_error *reason = printer->reason;

	if (err || !reason) {
		fb_error_destroy(reason);
		return err;
	}
	if (!printer->read)
		return reason;
	fb_warn_error(objects->context->warnings, reason, "%u values cannot be read; the first",
		      printer->missing);
	return NULL;
}

/* Where several members are given, one that cannot be read is only missing; err is returned where none can be
 * read. */
static struct fb_error *spare_others(struct fb_objects *objects, struct fb_error *err,
				     size_t *missing)
{
	if ((!fb_error_is(err, FB_FAULT) && !fb_error_is(err, FB_ABSENT)) ||
	    ++*missing == objects->path_count)
		return err;
	fb_warn_error(objects->context->warnings, err, "not to be had");
	return NULL;
}

/* A value at a path; "" for all of it. */
static struct fb_error *print_path(struct fb_objects *objects, const struct fb_value *value,
				   const char *path, const char *indent)
{
	struct fb_value_printer printer = printer_of(objects);
	struct fb_value found;
	struct fb_buf text;
	struct fb_error *err;

	fb_buf_init(&text, MAX_TEXT);
	err = fb_value_follow(printer.space, objects->types, value, path, &found);
	if (!err)
		err = fb_value_text(&printer, &found, &text);
	err = judge(objects, &printer, err);
	if (!err) {
		fb_put("%s", indent);
		if (*path)
			fb_print(objects->context->output, FB_STYLE_BOLD, "%s = ", path);
		fb_put("%.*s\n", (int)text.size, (const char *)text.data);
	}
	fb_buf_deinit(&text);
	return err;
}

struct fb_error *fb_objects_print(struct fb_objects *objects, const struct fb_value *value,
				  const char *indent)
{
	size_t missing = 0;
	struct fb_error *err = NULL;

	if (!objects->path_count)
		return print_path(objects, value, "", "");
	for (size_t i = 0; i < objects->path_count && !err; i++) {
		err = print_path(objects, value, objects->paths[i], indent);
		err = spare_others(objects, err, &missing);
	}
	return err;
}

static struct fb_error *path_json(struct fb_objects *objects, const struct fb_value *value,
				  const char *path, json_t **json_ret)
{
	struct fb_value_printer printer = printer_of(objects);
	struct fb_value found;
	json_t *json = NULL;
	struct fb_error *err;

	err = fb_value_follow(printer.space, objects->types, value, path, &found);
	if (!err)
		err = fb_value_json(&printer, &found, &json);
	err = judge(objects, &printer, err);
	if (err)
		json_decref(json);
	else
		*json_ret = json;
	return err;
}

struct fb_error *fb_objects_json(struct fb_objects *objects, const struct fb_value *value,
				 json_t **json_ret)
{
	json_t *object;
	size_t missing = 0;
	struct fb_error *err = NULL;

	if (!objects->path_count)
		return path_json(objects, value, "", json_ret);
	object = json_object();
	for (size_t i = 0; i < objects->path_count && !err; i++) {
		json_t *json = NULL;

		err = path_json(objects, value, objects->paths[i], &json);
		err = spare_others(objects, err, &missing);
		if (!err &&
		    json_object_set_new(object, objects->paths[i] + 1, json ? json : json_null()))
			err = fb_error_nomem();
	}
	if (err)
		json_decref(object);
	else
		*json_ret = object;
	return err;
}
