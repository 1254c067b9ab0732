// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The list of warnings. FB_MAX_WARNINGS is small, so equal texts are found by looking at each.
 * Filled by libraries through base/part.h, printed by cmd/main.c.
 */
#include "base/warnings.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

struct fb_warnings {
	pthread_mutex_t lock;
	size_t count;
	size_t dropped;
	char *texts[FB_MAX_WARNINGS];
	bool absent[FB_MAX_WARNINGS]; /* its error was FB_ABSENT */
	bool cause;                   /* a text says why */
};

struct fb_error *fb_warnings_create(struct fb_warnings **warnings_ret)
{
	struct fb_warnings *warnings = calloc(1, sizeof(*warnings));
	int errnum;

	if (!warnings)
		return fb_error_nomem();
	errnum = pthread_mutex_init(&warnings->lock, NULL);
	if (errnum) {
		free(warnings);
		return fb_error_os(errnum, "cannot make a lock");
	}
	*warnings_ret = warnings;
	return NULL;
}

void fb_warnings_destroy(struct fb_warnings *warnings)
{
	size_t i;

	if (!warnings)
		return;
	for (i = 0; i < warnings->count; i++)
		free(warnings->texts[i]);
	(void)pthread_mutex_destroy(&warnings->lock);
	free(warnings);
}

static bool has_text(const struct fb_warnings *warnings, const char *text)
{
	size_t i;

	for (i = 0; i < warnings->count; i++)
		if (!strcmp(warnings->texts[i], text))
			return true;
	return false;
}

/* Takes text; NULL (out of memory) is only counted. */
static void keep(struct fb_warnings *warnings, char *text, bool absent)
{
	(void)pthread_mutex_lock(&warnings->lock);
	if (text && has_text(warnings, text)) {
		free(text);
	} else if (text && warnings->count < FB_MAX_WARNINGS) {
		warnings->absent[warnings->count] = absent;
		warnings->texts[warnings->count++] = text;
	} else {
		warnings->dropped++;
		free(text);
	}
	(void)pthread_mutex_unlock(&warnings->lock);
}

void fb_warn(struct fb_warnings *warnings, const char *format, ...)
{
	char *text = NULL;
	va_list args;

	if (!warnings)
		return;
	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	keep(warnings, text, false);
}

void fb_warn_cause(struct fb_warnings *warnings, const char *format, ...)
{
	char *text = NULL;
	va_list args;

	if (!warnings || warnings->cause)
		return;
	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	warnings->cause = text != NULL;
	keep(warnings, text, false);
}

void fb_warn_error(struct fb_warnings *warnings, struct fb_error *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fb_warn_errorv(warnings, err, format, args);
	va_end(args);
}

void fb_warn_errorv(struct fb_warnings *warnings, struct fb_error *err, const char *format,
		    va_list args)
{
	char *context = NULL, *text = NULL;

	if (err && warnings) {
		if (vasprintf(&context, format, args) < 0)
			context = NULL;
		if (asprintf(&text, "%s%s%s", context ? context : "", context ? ": " : "",
			     fb_error_message(err)) < 0)
			text = NULL;
		free(context);
		keep(warnings, text, fb_error_is(err, FB_ABSENT));
	}
	fb_error_destroy(err);
}

void fb_warnings_move(struct fb_warnings *from, size_t first, struct fb_warnings *to)
{
	for (size_t i = first; i < from->count; i++)
		keep(to, from->texts[i], from->absent[i]);
	if (first < from->count)
		from->count = first;
	to->cause = to->cause || from->cause;
	to->dropped += from->dropped;
	from->dropped = 0;
}

size_t fb_warnings_count(const struct fb_warnings *warnings)
{
	return warnings ? warnings->count : 0;
}

const char *fb_warnings_get(const struct fb_warnings *warnings, size_t index)
{
	return index < fb_warnings_count(warnings) ? warnings->texts[index] : NULL;
}

bool fb_warnings_have_cause(const struct fb_warnings *warnings)
{
	return warnings && warnings->cause;
}

bool fb_warnings_is_absence(const struct fb_warnings *warnings, size_t index)
{
	return index < fb_warnings_count(warnings) && warnings->absent[index];
}

size_t fb_warnings_absences(const struct fb_warnings *warnings, size_t first)
{
	size_t count = 0;

	for (size_t i = first; i < fb_warnings_count(warnings); i++)
		count += warnings->absent[i];
	return count;
}

size_t fb_warnings_dropped(const struct fb_warnings *warnings)
{
	return warnings ? warnings->dropped : 0;
}
