// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The walk over a value, which the text and the JSON share. It reads texts and numbers, and counts what could be read
 * and what could not. Called by value_text.c and value_json.c, which write what it finds.
 */
#include "kernel/values/value_print.h"

#include "base/limits.h"
#include "kernel/values/value_print_private.h"

static struct fb_error *count_one(struct fb_value_printer *printer)
{
	if (++printer->shown > FB_MAX_SHOWN_VALUES)
		return fb_error_create(
			FB_LIMIT, "more than %u values to show: name a member, or lower --depth",
			FB_MAX_SHOWN_VALUES);
	return NULL;
}

/* Counts a value that could not be read; takes err. What stops everything is given back. */
static struct fb_error *miss(struct fb_value_printer *printer, struct fb_error *err)
{
	if (fb_error_is_fatal(err) || fb_error_is(err, FB_LIMIT))
		return err;
	if (printer->missing++)
		fb_error_destroy(err);
	else
		printer->reason = err;
	return NULL;
}

uint64_t fb_value_array_length(const struct fb_value *array)
{
	return fb_btf_length(array->types, fb_btf_strip(array->types, array->type));
}

static struct fb_error *no_value(const struct fb_value *value)
{
	char spelling[256];

	return fb_error_create(FB_INVALID, "%s has no value that could be shown",
			       fb_btf_spell(value->types, value->type, spelling, sizeof(spelling)));
}

static struct fb_error *walk_text(struct fb_value_printer *printer, const struct fb_value *value,
				  const struct fb_value_form *form, void *to)
{
	uint64_t length = fb_value_array_length(value);
	char text[FB_MAX_STRING];
	struct fb_error *err = NULL;

	if (length > sizeof(text))
		length = sizeof(text);
	if (length)
		err = fb_space_read(printer->space, value->address, text, length);
	return err ? err : form->text(text, length, to);
}

/* The text behind a pointer is no part of the value: where it cannot be read nothing is missing of that. */
static struct fb_error *walk_text_pointer(struct fb_value_printer *printer,
					  const struct fb_scalar *scalar,
					  const struct fb_value_form *form, void *to)
{
	char text[FB_VALUE_TEXT_SIZE];
	struct fb_error *err = fb_space_string(printer->space, scalar->bits, text, sizeof(text));
	const bool lost = err && !fb_error_is_fatal(err);

	if (lost)
		fb_error_destroy(err);
	else if (err)
		return err;
	return form->text_pointer(printer, scalar, lost ? NULL : text, to);
}

static struct fb_error *walk_scalar(struct fb_value_printer *printer, const struct fb_value *value,
				    const struct fb_value_form *form, void *to)
{
	struct fb_scalar scalar;
	struct fb_error *err = fb_value_scalar(printer->space, value, &scalar);

	if (err)
		return err;
	if (form->text_pointer && scalar.bits && fb_value_points_to_text(value))
		return walk_text_pointer(printer, &scalar, form, to);
	return form->scalar(printer, &scalar, to);
}

struct fb_error *fb_value_walk(struct fb_value_printer *printer, const struct fb_value *value,
			       unsigned level, const struct fb_value_form *form, void *to)
{
	struct fb_error *err = count_one(printer);

	if (err)
		return err;
	switch (fb_value_kind(value)) {
	case FB_VALUE_STRUCT:
		return level > printer->depth ? form->deep_struct(to)
					      : form->whole_struct(printer, value, level, to);
	case FB_VALUE_ARRAY:
		return form->array(printer, value, level, to);
	case FB_VALUE_TEXT:
		err = walk_text(printer, value, form, to);
		break;
	case FB_VALUE_SCALAR:
		err = walk_scalar(printer, value, form, to);
		break;
	case FB_VALUE_OTHER:
		return no_value(value);
	}
	if (!err) {
		printer->read++;
		return NULL;
	}
	err = miss(printer, err);
	return err ? err : form->unread(to);
}

struct fb_error *fb_value_members(struct fb_value_printer *printer, const struct fb_value *value,
				  unsigned level, fb_value_member_fn *call, void *to)
{
	uint64_t count = fb_value_array_length(value);
	struct fb_error *err = NULL;

	for (uint32_t i = 0; i < count && !err; i++) {
		struct fb_value member;
		const char *name;

		fb_value_member(value, i, &name, &member);
		if (*name)
			err = call(printer, name, &member, level, to);
		else if (fb_value_kind(&member) == FB_VALUE_STRUCT)
			err = fb_value_members(printer, &member, level, call, to);
	}
	return err;
}
