/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Errors that cost a part of an answer and not the whole. Dumps are damaged and incomplete, so most
 * errors concern one task, one mapping or one page, and the walk goes on without it. But where memory
 * is out or a system call has failed (fb_error_is_fatal()), nothing was learned about the part, and
 * that must not be reported as if the dump were damaged. Such an error is returned to the caller.
 *
 * Each function here takes over the error. A fatal error is returned unchanged, for the caller to return
 * in turn. With any other error the function does what its name says and returns NULL. NULL stays NULL.
 * So the usual form is
 *
 *     err = fb_part_warn(warnings, read_part(...), "part %zu", i);
 *     if (err)
 *             return err;
 */
#ifndef FB_BASE_PART_H
#define FB_BASE_PART_H

#include <stddef.h>

#include "base/attr.h"
#include "base/error.h"
#include "base/warnings.h"

/* Discards the error: for parts that are optional, or whose absence the answer itself shows. */
FB_MUST_CHECK struct fb_error *fb_part_skip(struct fb_error *err);

/* Turns the error into a warning, with "CONTEXT: " before its message, as fb_warn_error() does. */
FB_MUST_CHECK struct fb_error *fb_part_warn(struct fb_warnings *warnings, struct fb_error *err,
					    const char *format, ...) FB_PRINTF(3, 4);

/* The same for a part that not every kernel or process has: FB_NOT_FOUND is no damage, and is discarded. */
FB_MUST_CHECK struct fb_error *fb_part_warn_if_there(struct fb_warnings *warnings,
						     struct fb_error *err, const char *format, ...)
	FB_PRINTF(3, 4);

/* Copies the error's message to reason (size bytes; NUL-terminated, cut where it does not fit), for answers
 * that contain the reason why they are incomplete. Where err is NULL or fatal, reason is not touched. */
FB_MUST_CHECK struct fb_error *fb_part_reason(struct fb_error *err, char *reason, size_t size);

#endif
