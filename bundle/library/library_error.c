// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The library's errors: those of the rooms below, with codes that keep their numbers, and its version.
 */
#include "bundle/library/library.h"

const char *fbundle_version(void)
{
	return FB_VERSION;
}

struct fbundle_error *fb_library_error(struct fb_error *err)
{
	return (struct fbundle_error *)err;
}

enum fbundle_code fbundle_error_code(const struct fbundle_error *error)
{
	static const enum fbundle_code codes[] = {
		[FB_NOMEM] = FBUNDLE_NOMEM,         [FB_OS] = FBUNDLE_OS,
		[FB_INVALID] = FBUNDLE_INVALID,     [FB_TRUNCATED] = FBUNDLE_TRUNCATED,
		[FB_CORRUPT] = FBUNDLE_CORRUPT,     [FB_UNSUPPORTED] = FBUNDLE_UNSUPPORTED,
		[FB_NOT_FOUND] = FBUNDLE_NOT_FOUND, [FB_ABSENT] = FBUNDLE_ABSENT,
		[FB_FAULT] = FBUNDLE_FAULT,         [FB_LIMIT] = FBUNDLE_LIMIT,
		[FB_EXHAUSTED] = FBUNDLE_OS,
	};

	return error ? codes[fb_error_code((const struct fb_error *)error)] : FBUNDLE_OK;
}

const char *fbundle_error_message(const struct fbundle_error *error)
{
	return error ? fb_error_message((const struct fb_error *)error) : "";
}

void fbundle_error_free(struct fbundle_error *error)
{
	fb_error_destroy((struct fb_error *)error);
}
