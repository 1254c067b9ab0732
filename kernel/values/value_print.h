/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints whole values: structs with their members, arrays with their elements, texts,
 * numbers, enumerators by name; as text in the manner of C, and as JSON. Called by the
 * command struct.
 */
#ifndef FB_KERNEL_VALUE_PRINT_H
#define FB_KERNEL_VALUE_PRINT_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "kernel/modules/module.h"
#include "kernel/values/value.h"

struct fb_value_printer {
	struct fb_space *space;     /* borrowed */
	struct fb_modules *modules; /* borrowed; NULL: pointers are shown without symbols */
	unsigned depth;             /* how many levels of nested structs are shown */

	/* Filled in by printing. */
	uint32_t shown;          /* at most FB_MAX_SHOWN_VALUES */
	uint32_t read;           /* numbers and texts that could be read */
	uint32_t missing;        /* those that could not */
	struct fb_error *reason; /* of the first of them; the caller destroys it */
};

/* Appends the value as text without a newline at its end. A member that cannot be read is marked, and counted in the
 * printer. Behind a pointer to char stand the first 200 bytes of its text. All text is escaped. FB_LIMIT where there is
 * too much to show; FB_INVALID where the type has no value (void, a function). */
FB_MUST_CHECK struct fb_error *fb_value_text(struct fb_value_printer *printer,
					     const struct fb_value *value, struct fb_buf *to);

/* The same as JSON: objects, arrays, strings, booleans; enumerators by name; pointers, and integers that do not fit
 * into 64 bits with a sign, as "0x..."; a pointer to char that is not null as an object of `address` and `text`. What
 * cannot be read is null, and so are structs below depth. *json_ret is a new reference. */
FB_MUST_CHECK struct fb_error *fb_value_json(struct fb_value_printer *printer,
					     const struct fb_value *value, json_t **json_ret);

#endif
