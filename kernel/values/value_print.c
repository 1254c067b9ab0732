// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the text and the JSON of a value share: what was counted, and what could not be read.
 * Called by value_text.c and value_json.c.
 */
#include "kernel/values/value_print.h"

#include "base/limits.h"
#include "kernel/values/value_print_private.h"

struct fb_error *fb_value_count(struct fb_value_printer *printer)
{
	if (++printer->shown > FB_MAX_SHOWN_VALUES)
		return fb_error_create(
			FB_LIMIT, "more than %u values to show: name a member, or lower --depth",
			FB_MAX_SHOWN_VALUES);
	return NULL;
}

struct fb_error *fb_value_miss(struct fb_value_printer *printer, struct fb_error *err)
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

struct fb_error *fb_value_other(const struct fb_value *value)
{
	char spelling[256];

	return fb_error_create(FB_INVALID, "%s has no value that could be shown",
			       fb_btf_spell(value->types, value->type, spelling, sizeof(spelling)));
}
