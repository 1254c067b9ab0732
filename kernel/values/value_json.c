// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Values as JSON. Called by struct --json.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "kernel/values/value_print_private.h"

#define NAME_SIZE 1024u

static struct fb_error *print(struct fb_value_printer *printer, const struct fb_value *value,
			      unsigned level, json_t **json_ret);

static struct fb_error *give(json_t *json, json_t **json_ret)
{
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

static struct fb_error *print_scalar(struct fb_value_printer *printer, const struct fb_value *value,
				     json_t **json_ret)
{
	struct fb_scalar scalar;
	struct fb_error *err = fb_value_scalar(printer->space, value, &scalar);

	return err ? err : give(scalar_json(&scalar), json_ret);
}

static struct fb_error *print_text(struct fb_value_printer *printer, const struct fb_value *value,
				   json_t **json_ret)
{
	uint64_t length = fb_value_array_length(value);
	char text[FB_MAX_STRING];
	struct fb_error *err = NULL;

	if (length > sizeof(text))
		length = sizeof(text);
	if (length)
		err = fb_space_read(printer->space, value->address, text, length);
	return err ? err : give(fb_json_bytes(text, length), json_ret);
}

/* Members of an anonymous struct stand among those of the one around it. */
static struct fb_error *add_members(struct fb_value_printer *printer, const struct fb_value *value,
				    unsigned level, json_t *object)
{
	uint64_t count = fb_value_array_length(value);
	struct fb_error *err = NULL;

	for (uint32_t i = 0; i < count && !err; i++) {
		struct fb_value member;
		char escaped[NAME_SIZE];
		const char *name;
		json_t *json = NULL;

		fb_value_member(value, i, &name, &member);
		if (!*name) {
			if (fb_value_kind(&member) == FB_VALUE_STRUCT)
				err = add_members(printer, &member, level, object);
			continue;
		}
		err = print(printer, &member, level, &json);
		fb_text_escape(name, strlen(name), escaped, sizeof(escaped));
		if (!err && json_object_set_new(object, escaped, json))
			err = fb_error_nomem();
	}
	return err;
}

static struct fb_error *print_struct(struct fb_value_printer *printer, const struct fb_value *value,
				     unsigned level, json_t **json_ret)
{
	json_t *object;
	struct fb_error *err;

	if (level > printer->depth)
		return give(json_null(), json_ret);
	object = json_object();
	err = add_members(printer, value, level + 1, object);
	if (!err)
		return give(object, json_ret);
	json_decref(object);
	return err;
}

static struct fb_error *print_array(struct fb_value_printer *printer, const struct fb_value *array,
				    unsigned level, json_t **json_ret)
{
	uint64_t count = fb_value_array_length(array);
	json_t *list = json_array();
	struct fb_error *err = NULL;

	for (uint64_t i = 0; i < count && !err; i++) {
		struct fb_value element = fb_value_element(array, i);
		json_t *json = NULL;

		err = print(printer, &element, level, &json);
		if (!err && json_array_append_new(list, json))
			err = fb_error_nomem();
	}
	if (!err)
		return give(list, json_ret);
	json_decref(list);
	return err;
}

static struct fb_error *print(struct fb_value_printer *printer, const struct fb_value *value,
			      unsigned level, json_t **json_ret)
{
	struct fb_error *err = fb_value_count(printer);

	if (err)
		return err;
	switch (fb_value_kind(value)) {
	case FB_VALUE_STRUCT:
		return print_struct(printer, value, level, json_ret);
	case FB_VALUE_ARRAY:
		return print_array(printer, value, level, json_ret);
	case FB_VALUE_TEXT:
		err = print_text(printer, value, json_ret);
		break;
	case FB_VALUE_SCALAR:
		err = print_scalar(printer, value, json_ret);
		break;
	case FB_VALUE_OTHER:
		return fb_value_other(value);
	}
	if (!err) {
		printer->read++;
		return NULL;
	}
	err = fb_value_miss(printer, err);
	return err ? err : give(json_null(), json_ret);
}

struct fb_error *fb_value_json(struct fb_value_printer *printer, const struct fb_value *value,
			       json_t **json_ret)
{
	return print(printer, value, 0, json_ret);
}
