// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Handles an error that costs only a part of an answer. Called wherever a walk over parts of a dump, a core
 * or a bundle goes on without one of them.
 */
#include "base/part.h"

#include <stdarg.h>
#include <stdio.h>

struct fb_error *fb_part_skip(struct fb_error *err)
{
	if (fb_error_is_fatal(err))
		return err;
	fb_error_destroy(err);
	return NULL;
}

struct fb_error *fb_part_warn(struct fb_warnings *warnings, struct fb_error *err,
			      const char *format, ...)
{
	va_list args;

	if (!err || fb_error_is_fatal(err))
		return err;
	va_start(args, format);
	fb_warn_errorv(warnings, err, format, args);
	va_end(args);
	return NULL;
}

struct fb_error *fb_part_warn_if_there(struct fb_warnings *warnings, struct fb_error *err,
				       const char *format, ...)
{
	va_list args;

	if (!err || fb_error_is_fatal(err))
		return err;
	if (fb_error_is(err, FB_NOT_FOUND)) {
		fb_error_destroy(err);
		return NULL;
	}
	va_start(args, format);
	fb_warn_errorv(warnings, err, format, args);
	va_end(args);
	return NULL;
}

struct fb_error *fb_part_reason(struct fb_error *err, char *reason, size_t size)
{
	if (!err || fb_error_is_fatal(err))
		return err;
	snprintf(reason, size, "%s", fb_error_message(err));
	fb_error_destroy(err);
	return NULL;
}
