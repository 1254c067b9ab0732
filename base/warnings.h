/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was damaged or missing, collected by libraries (which never print) and
 * shown by the command at its end. A non-empty list turns exit status 0 into 3.
 * Safe for concurrent use. Equal texts are kept once; past FB_MAX_WARNINGS
 * they are only counted.
 */
#ifndef FB_BASE_WARNINGS_H
#define FB_BASE_WARNINGS_H

#include <stdarg.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/error.h"

struct fb_warnings;

FB_MUST_CHECK struct fb_error *fb_warnings_create(struct fb_warnings **warnings_ret);
void fb_warnings_destroy(struct fb_warnings *warnings);

/* A NULL list swallows the text, here and below. Out of memory loses the text, not the count. */
void fb_warn(struct fb_warnings *warnings, const char *format, ...) FB_PRINTF(2, 3);

/* Takes err (NULL: no-op) and keeps its message, behind "CONTEXT: ". */
void fb_warn_error(struct fb_warnings *warnings, struct fb_error *err, const char *format, ...)
	FB_PRINTF(3, 4);
void fb_warn_errorv(struct fb_warnings *warnings, struct fb_error *err, const char *format,
		    va_list args) FB_PRINTF(3, 0);

/* Texts kept; the text is owned by the list. */
size_t fb_warnings_count(const struct fb_warnings *warnings);
const char *fb_warnings_get(const struct fb_warnings *warnings, size_t index);
/* Texts that came after the list was full. */
size_t fb_warnings_dropped(const struct fb_warnings *warnings);

#endif
