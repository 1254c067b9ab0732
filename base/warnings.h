/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A list of warnings about what is damaged or missing in the input. Libraries, which
 * never print, add to it; cmd/main.c prints it when a command ends. Where the list is
 * not empty, the exit status is 3 and not 0. Safe from many threads. Equal texts are
 * kept once; after FB_MAX_WARNINGS texts, further ones are only counted.
 */
#ifndef FB_BASE_WARNINGS_H
#define FB_BASE_WARNINGS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/error.h"

struct fb_warnings;

FB_MUST_CHECK struct fb_error *fb_warnings_create(struct fb_warnings **warnings_ret);
void fb_warnings_destroy(struct fb_warnings *warnings);

/* Adds a text. Here and below, warnings may be NULL: the text is then discarded. Where memory is out, the text
 * is counted as dropped. */
void fb_warn(struct fb_warnings *warnings, const char *format, ...) FB_PRINTF(2, 3);

/* Takes over err and adds its message with "CONTEXT: " before it. Does nothing where err is NULL. */
void fb_warn_error(struct fb_warnings *warnings, struct fb_error *err, const char *format, ...)
	FB_PRINTF(3, 4);
void fb_warn_errorv(struct fb_warnings *warnings, struct fb_error *err, const char *format,
		    va_list args) FB_PRINTF(3, 0);

/* Adds a text, once, that says why pages are not in the dump: where there is one, warnings whose error is FB_ABSENT are
 * its consequences. */
void fb_warn_cause(struct fb_warnings *warnings, const char *format, ...) FB_PRINTF(2, 3);
bool fb_warnings_have_cause(const struct fb_warnings *warnings);
/* How many of the texts from index first on are of an error FB_ABSENT, and whether that at index is. */
size_t fb_warnings_absences(const struct fb_warnings *warnings, size_t first);
bool fb_warnings_is_absence(const struct fb_warnings *warnings, size_t index);

/* How many texts were kept, and the one at index, which is owned by the list. */
size_t fb_warnings_count(const struct fb_warnings *warnings);
const char *fb_warnings_get(const struct fb_warnings *warnings, size_t index);
/* Moves the texts from index first on to the end of another list, and adds how many `from` has dropped to how many that
 * list has. */
void fb_warnings_move(struct fb_warnings *from, size_t first, struct fb_warnings *to);
/* How many texts were dropped: those that came after the list was full, or for which memory was out. */
size_t fb_warnings_dropped(const struct fb_warnings *warnings);

#endif
