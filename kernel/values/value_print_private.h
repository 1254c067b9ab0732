/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The walk over a value, which value_text.c and value_json.c share; each writes in its own form what the walk finds. */
#ifndef FB_KERNEL_VALUE_PRINT_PRIVATE_H
#define FB_KERNEL_VALUE_PRINT_PRIVATE_H

#include "kernel/values/value_print.h"

/* Of the text behind a pointer to char, with its NUL: most names are shorter. */
#define FB_VALUE_TEXT_SIZE 201u

/* The functions by which a form is written. `to` is the pointer that fb_value_walk() was given, the output. level: how
 * many structs are around the value. */
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
	/* A pointer to char that is not null. text: what it leads to, FB_VALUE_TEXT_SIZE - 1 bytes at most, then NUL;
	 * NULL: it cannot be read. NULL: it is printed as any scalar. */
	struct fb_error *(*text_pointer)(struct fb_value_printer *printer,
					 const struct fb_scalar *scalar, const char *text,
					 void *to);
	/* A text or scalar that could not be read. */
	struct fb_error *(*unread)(void *to);
};

/* Reads the value, counts it in printer, and calls the form's function for its kind, which calls this again for members
 * and elements. FB_LIMIT where there is too much to show, FB_INVALID where the type has no value. The depth of the
 * calls is limited, because the check of BTF ensures that types nest at most FB_MAX_TYPE_DEPTH deep. */
FB_MUST_CHECK struct fb_error *fb_value_walk(struct fb_value_printer *printer,
					     const struct fb_value *value, unsigned level,
					     const struct fb_value_form *form, void *to);

typedef struct fb_error *fb_value_member_fn(struct fb_value_printer *printer, const char *name,
					    const struct fb_value *member, unsigned level,
					    void *to);
/* Runs call() for each member of a struct. The members of an anonymous struct are treated as members of the struct
 * around it, as in C. */
FB_MUST_CHECK struct fb_error *fb_value_members(struct fb_value_printer *printer,
						const struct fb_value *value, unsigned level,
						fb_value_member_fn *call, void *to);
/* How many elements an array has; 0 for a flexible array at a struct's end. */
uint64_t fb_value_array_length(const struct fb_value *array);

#endif
