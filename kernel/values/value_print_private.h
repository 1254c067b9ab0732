/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What value_text.c and value_json.c share. */
#ifndef FB_KERNEL_VALUE_PRINT_PRIVATE_H
#define FB_KERNEL_VALUE_PRINT_PRIVATE_H

#include "kernel/values/value_print.h"

/* One more value; FB_LIMIT where that is too many. */
FB_MUST_CHECK struct fb_error *fb_value_count(struct fb_value_printer *printer);
/* Counts a value that could not be read; takes err. What stops everything is given back. */
FB_MUST_CHECK struct fb_error *fb_value_miss(struct fb_value_printer *printer,
					     struct fb_error *err);
/* Elements; 0 for the array at a struct's end. */
uint64_t fb_value_array_length(const struct fb_value *array);
/* The error for FB_VALUE_OTHER. */
FB_MUST_CHECK FB_NEVER_NULL struct fb_error *fb_value_other(const struct fb_value *value);

#endif
