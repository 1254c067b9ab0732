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
	FB_NOMEM,       /* out of memory */
	FB_OS,          /* a system call failed; errno is in the message */
	FB_INVALID,     /* the caller or the user asked for something that cannot be */
	FB_TRUNCATED,   /* the file ends before the data does */
	FB_CORRUPT,     /* the data contradict themselves or their format */
	FB_UNSUPPORTED, /* well-formed, but a kind this program does not handle */
	FB_NOT_FOUND,   /* no such symbol, type, task, file... */
	FB_ABSENT,      /* mapped, but its bytes are not in the dump */
	FB_FAULT,       /* no mapping at that address */
	FB_LIMIT,       /* a cap of base/limits.h was reached */
	FB_EXHAUSTED,   /* no descriptor was left to look with: not that there was nothing */
};

struct fb_error;

/* Never returns NULL: where memory is out it returns the static NOMEM error. */
FB_MUST_CHECK FB_NEVER_NULL struct fb_error *fb_error_create(enum fb_code code, const char *format,
							     ...) FB_PRINTF(2, 3);
FB_MUST_CHECK FB_NEVER_NULL struct fb_error *fb_error_createv(enum fb_code code, const char *format,
							      va_list args) FB_PRINTF(2, 0);

/* FB_OS, and FB_EXHAUSTED for EMFILE and ENFILE; appends ": " and the text of errnum, and for what a limit
 * of the caller's shell does, how to raise it. */
FB_MUST_CHECK FB_NEVER_NULL struct fb_error *fb_error_os(int errnum, const char *format, ...)
	FB_PRINTF(2, 3);

/* The shared FB_NOMEM error; destroying it is a no-op. */
FB_MUST_CHECK FB_NEVER_NULL struct fb_error *fb_error_nomem(void);

/* Puts "CONTEXT: " before the message; keeps the code. Takes err, returns what replaces it.
 * NULL stays NULL, so `return fb_error_prefix(f(), "...")` is the usual form. */
FB_MUST_CHECK struct fb_error *fb_error_prefix(struct fb_error *err, const char *format, ...)
	FB_PRINTF(2, 3);

/* Both need a non-NULL error. The message is owned by the error. */
enum fb_code fb_error_code(const struct fb_error *err);
const char *fb_error_message(const struct fb_error *err);

/* True where err is set and has this code. */
bool fb_error_is(const struct fb_error *err, enum fb_code code);

/* True of FB_NOMEM, FB_OS and FB_EXHAUSTED: what failed is the program or the machine that it runs on, so that nothing
 * was learned of the input. Errors that are not fatal may cost a part only (base/part.h). NULL is none. */
bool fb_error_is_fatal(const struct fb_error *err);

/* Takes NULL. */
void fb_error_destroy(struct fb_error *err);

#if defined(__clang_analyzer__) && !defined(FB_ERROR_IMPLEMENTATION)
#include "base/error_analyzer.h"
#endif

#endif
