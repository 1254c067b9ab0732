/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An error that costs a part of an answer and not the whole. Dumps are damaged and incomplete, so most
 * of what goes wrong concerns one task, one mapping, one page: the walk goes on without it. But where
 * the program itself has come to its end, out of memory or with a system call that failed
 * (fb_error_is_fatal()), nothing was learned about the part, and that must not be told as if it were
 * damage of the dump. Such an error goes up to the caller.
 *
 * Each function here takes the error. It returns a fatal one as it is, for its caller to return; of any
 * other it does what its name says and returns NULL. NULL stays NULL. So the usual form is
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

/* Forgets the error: for what is optional, or whose absence the answer itself shows. */
FB_MUST_CHECK struct fb_error *fb_part_skip(struct fb_error *err);

/* Makes it a warning, behind "CONTEXT: " as fb_warn_error() does. */
FB_MUST_CHECK struct fb_error *fb_part_warn(struct fb_warnings *warnings, struct fb_error *err,
					    const char *format, ...) FB_PRINTF(3, 4);

/* The same for a part that not every kernel or process has: FB_NOT_FOUND is no damage, and forgotten. */
FB_MUST_CHECK struct fb_error *fb_part_warn_if_there(struct fb_warnings *warnings,
						     struct fb_error *err, const char *format, ...)
	FB_PRINTF(3, 4);

/* Its message goes to reason (size bytes, NUL-terminated, cut where it does not fit), which stays as it
 * is where there is no error or a fatal one: for answers that say themselves why they end. */
FB_MUST_CHECK struct fb_error *fb_part_reason(struct fb_error *err, char *reason, size_t size);

#endif
