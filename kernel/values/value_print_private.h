/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What value_text.c and value_json.c share: one walk over a value, and two forms of what it finds. */
#ifndef FB_KERNEL_VALUE_PRINT_PRIVATE_H
#define FB_KERNEL_VALUE_PRINT_PRIVATE_H

#include "kernel/values/value_print.h"

/* How one form writes what the walk comes to. `to` is what fb_value_walk() was given: where it goes. level: structs
 * around it. */
struct fb_value_form {
	/* A struct whose members may be shown, and one that is too deep. */
	struct fb_error *(*whole_struct)(struct fb_value_printer *printer,
					 const struct fb_value *value, unsigned level, void *to);
	struct fb_error *(*deep_struct)(void *to);
	struct fb_error *(*array)(struct fb_value_printer *printer, const struct fb_value *array,
				  unsigned level, void *to);
	/* All bytes of an array of char, FB_MAX_STRING at most; not NUL-terminated. */
	struct fb_error *(*text)(const char *bytes, size_t length, void *to);
	struct fb_error *(*scalar)(struct fb_value_printer *printer, const struct fb_scalar *scalar,
				   void *to);
	/* A text or scalar that could not be read. */
	struct fb_error *(*unread)(void *to);
};

/* Reads the value, counts it in printer, and has the form write it; the form calls this again for members and elements.
 * FB_LIMIT where there is too much to show, FB_INVALID for what has no value. Types nest by value at most
 * FB_MAX_TYPE_DEPTH deep: the check of BTF ensures it. */
FB_MUST_CHECK struct fb_error *fb_value_walk(struct fb_value_printer *printer,
					     const struct fb_value *value, unsigned level,
					     const struct fb_value_form *form, void *to);

typedef struct fb_error *fb_value_member_fn(struct fb_value_printer *printer, const char *name,
					    const struct fb_value *member, unsigned level,
					    void *to);
/* Calls for each member of a struct. Those of an anonymous struct stand among those of the one around it, as in C. */
FB_MUST_CHECK struct fb_error *fb_value_members(struct fb_value_printer *printer,
						const struct fb_value *value, unsigned level,
						fb_value_member_fn *call, void *to);
/* Elements; 0 for the array at a struct's end. */
uint64_t fb_value_array_length(const struct fb_value *array);

#endif
