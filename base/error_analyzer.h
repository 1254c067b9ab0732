/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tells clang's static analyzer, which sees one file at a time, what error.h
 * promises: a made error is never NULL, and a prefixed one is NULL only where
 * it was before. Without it each read looks as if it could fail with success.
 */
#ifndef FB_BASE_ERROR_ANALYZER_H
#define FB_BASE_ERROR_ANALYZER_H

static inline struct fb_error *fb_analyzer_is_set(struct fb_error *err)
{
	if (!err)
		__builtin_unreachable();
	return err;
}

static inline struct fb_error *fb_analyzer_set_alike(struct fb_error *before,
						     struct fb_error *after)
{
	if (!before != !after)
		__builtin_unreachable();
	return after;
}

#define fb_error_create(...) fb_analyzer_is_set(fb_error_create(__VA_ARGS__))
#define fb_error_createv(...) fb_analyzer_is_set(fb_error_createv(__VA_ARGS__))
#define fb_error_os(...) fb_analyzer_is_set(fb_error_os(__VA_ARGS__))
#define fb_error_nomem() fb_analyzer_is_set(fb_error_nomem())
#define fb_error_prefix(err, ...)                                                      \
	({                                                                             \
		struct fb_error *before_ = (err);                                      \
		fb_analyzer_set_alike(before_, fb_error_prefix(before_, __VA_ARGS__)); \
	})

#endif
