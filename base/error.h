/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The error object. Fallible functions return `struct fb_error *`; NULL is
 * success. Whoever receives an error owns it: pass it up, or destroy it.
 * Outputs come last, end in `_ret`, and stay untouched on failure.
 *
 * A message reads from the outside in, one layer each: "core.17: program
 * header 3: offset 0x1000 lies behind the end of the file". fb_error_prefix()
 * adds the layer.
 */
#ifndef FB_BASE_ERROR_H
#define FB_BASE_ERROR_H

#include <stdarg.h>
#include <stdbool.h>

#include "base/attr.h"

enum fb_code {
	FB_NOMEM,     /* out of memory */
	FB_OS,        /* a system call failed; errno is in the message */
	FB_INVALID,   /* the caller or the user asked for something that cannot be */
	FB_TRUNCATED, /* the file ends before the data does */
	FB_CORRUPT,   /* the data contradict themselves or their format, or a bad disk keeps them */
	FB_UNSUPPORTED, /* well-formed, but a kind this program does not handle */
	FB_NOT_FOUND,   /* no such symbol, type, task, file... */
	FB_ABSENT,      /* mapped, but its bytes are not in the dump */
	FB_FAULT,       /* no mapping at that address */
	FB_LIMIT,       /* a cap of base/limits.h was reached */
	FB_EXHAUSTED,   /* no file descriptor was left, so it is unknown whether the thing exists */
};

struct fb_error;

/* Makes an error. Never returns NULL: where memory is out it returns the static FB_NOMEM error. */
FB_MUST_CHECK FB_NEVER_NULL struct fb_error *fb_error_create(enum fb_code code, const char *format,
							     ...) FB_PRINTF(2, 3);
FB_MUST_CHECK FB_NEVER_NULL struct fb_error *fb_error_createv(enum fb_code code, const char *format,
							      va_list args) FB_PRINTF(2, 0);

/* Makes an error of a failed system call; errnum is its errno. The code is FB_EXHAUSTED for EMFILE and
 * ENFILE, else FB_OS. Appends ": " and the text of errnum; where a limit of the user's shell (ulimit) was
 * the cause, also how to raise it. */
FB_MUST_CHECK FB_NEVER_NULL struct fb_error *fb_error_os(int errnum, const char *format, ...)
	FB_PRINTF(2, 3);

/* The shared FB_NOMEM error; destroying it is a no-op. */
FB_MUST_CHECK FB_NEVER_NULL struct fb_error *fb_error_nomem(void);

/* Puts "CONTEXT: " before the message and keeps the code. Takes over err and returns the error that replaces
 * it. NULL stays NULL, so `return fb_error_prefix(f(), "...")` is the usual form. */
FB_MUST_CHECK struct fb_error *fb_error_prefix(struct fb_error *err, const char *format, ...)
	FB_PRINTF(2, 3);

/* Both need a non-NULL error. The message is owned by the error. */
enum fb_code fb_error_code(const struct fb_error *err);
const char *fb_error_message(const struct fb_error *err);

/* True where err is set and has this code. */
bool fb_error_is(const struct fb_error *err, enum fb_code code);

/* True of FB_NOMEM, FB_OS and FB_EXHAUSTED: the failure lies in the program or the machine that it runs on,
 * so nothing was learned about the input. Any other error may cost only a part of the answer (base/part.h).
 * False for NULL. */
bool fb_error_is_fatal(const struct fb_error *err);

/* err may be NULL. */
void fb_error_destroy(struct fb_error *err);

#if defined(__clang_analyzer__) && !defined(FB_ERROR_IMPLEMENTATION)
#include "base/error_analyzer.h"
#endif

#endif
