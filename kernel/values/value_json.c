// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes values as JSON. Called by the command struct for --json.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "kernel/values/value_print_private.h"

#define NAME_SIZE 1024u

static const struct fb_value_form json_form;

/* to: a json_t *, which gets the reference. */
static struct fb_error *give(json_t *json, void *to)
{
	json_t **json_ret = to;

	if (!json)
		return fb_error_nomem();
	*json_ret = json;
	return NULL;
}

static json_t *raw_json(const struct fb_scalar *scalar)
{
	char text[48];

	if (scalar->size <= sizeof(uint64_t))
		return fb_json_hex(scalar->bits);
	snprintf(text, sizeof(text), "0x%016" PRIx64 "%016" PRIx64, scalar->high, scalar->bits);
	return json_string(text);
}

static json_t *scalar_json(const struct fb_scalar *scalar)
{
	switch (scalar->kind) {
	case FB_SCALAR_UNSIGNED:
		return scalar->bits > INT64_MAX ? fb_json_hex(scalar->bits)
						: json_integer((json_int_t)scalar->bits);
	case FB_SCALAR_SIGNED:
		return json_integer((json_int_t)scalar->bits);
	case FB_SCALAR_BOOL:
		return scalar->bits > 1 ? json_integer((json_int_t)scalar->bits)
					: json_boolean(scalar->bits);
	case FB_SCALAR_ENUM:
		return scalar->name ? fb_json_text(scalar->name)
				    : json_integer((json_int_t)scalar->bits);
	case FB_SCALAR_POINTER:
		return fb_json_hex(scalar->bits);
	case FB_SCALAR_RAW:
		break;
	}
	return raw_json(scalar);
}

static struct fb_error *put_scalar(struct fb_value_printer *printer FB_UNUSED,
				   const struct fb_scalar *scalar, void *to)
{
	return give(scalar_json(scalar), to);
}

static struct fb_error *put_text(const char *bytes, size_t length, void *to)
{
	return give(fb_json_bytes(bytes, length), to);
}

static struct fb_error *put_null(void *to)
{
	return give(json_null(), to);
}

static struct fb_error *add_member(struct fb_value_printer *printer, const char *name,
				   const struct fb_value *member, unsigned level, void *to)
{
	json_t *object = to, *json = NULL;
	char escaped[NAME_SIZE];
	struct fb_error *err = fb_value_walk(printer, member, level, &json_form, &json);

	if (err)
		return err;
	fb_text_escape(name, strlen(name), escaped, sizeof(escaped));
	return json_object_set_new(object, escaped, json) ? fb_error_nomem() : NULL;
}

static struct fb_error *put_struct(struct fb_value_printer *printer, const struct fb_value *value,
				   unsigned level, void *to)
{
	json_t *object = json_object();
	struct fb_error *err = fb_value_members(printer, value, level + 1, add_member, object);

	if (!err)
		return give(object, to);
	json_decref(object);
	return err;
}

static struct fb_error *put_array(struct fb_value_printer *printer, const struct fb_value *array,
				  unsigned level, void *to)
{
	uint64_t count = fb_value_array_length(array);
	json_t *list = json_array();
	struct fb_error *err = NULL;

	for (uint64_t i = 0; i < count && !err; i++) {
		struct fb_value element = fb_value_element(array, i);
		json_t *json = NULL;

		err = fb_value_walk(printer, &element, level, &json_form, &json);
		if (!err && json_array_append_new(list, json))
			err = fb_error_nomem();
	}
	if (!err)
		return give(list, to);
	json_decref(list);
	return err;
}

static const struct fb_value_form json_form = {
	.whole_struct = put_struct,
	.deep_struct = put_null,
	.array = put_array,
	.text = put_text,
	.scalar = put_scalar,
	.unread = put_null,
};

struct fb_error *fb_value_json(struct fb_value_printer *printer, const struct fb_value *value,
			       json_t **json_ret)
{
	return fb_value_walk(printer, value, 0, &json_form, json_ret);
}
