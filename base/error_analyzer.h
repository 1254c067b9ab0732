/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Declares to clang's static analyzer, which reads one file at a time, what error.h
 * guarantees: a new error is never NULL, and a prefixed error is NULL only where it
 * was NULL before. Without this the analyzer reports reads that fail and return NULL,
 * which cannot happen. Included by base/error.h alone.
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
