// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The error object: one allocation, code and message together. Errors for pages
 * that are not in the dump are made and destroyed by the thousand, so nothing
 * here does more than format once and copy once.
 */
#define FB_ERROR_IMPLEMENTATION
#include "base/error.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Two paths and what is said of them; longer messages are cut. */
#define MESSAGE_SIZE ((size_t)2 * PATH_MAX)

struct fb_error {
	enum fb_code code;
	const char *message; /* into this allocation, but for the static error */
};

static const struct fb_error nomem_error = {FB_NOMEM, "out of memory"};

/* Formats into text; returns the bytes used, without the NUL. */
FB_PRINTF(2, 0)
static size_t format_message(char *text, const char *format, va_list args)
{
	int length = vsnprintf(text, MESSAGE_SIZE, format, args);

	if (length < 0) {
		text[0] = '\0';
		return 0;
	}
	return (size_t)length < MESSAGE_SIZE ? (size_t)length : MESSAGE_SIZE - 1;
}

/* The message is head followed by tail. */
static struct fb_error *make_error(enum fb_code code, const char *head, size_t head_length,
				   const char *tail, size_t tail_length)
{
	struct fb_error *err;
	char *message;

	if (tail_length > MESSAGE_SIZE)
		tail_length = MESSAGE_SIZE;
	err = malloc(sizeof(*err) + head_length + tail_length + 1);
	if (!err)
		return fb_error_nomem();
	message = (char *)(err + 1);
	memcpy(message, head, head_length);
	memcpy(message + head_length, tail, tail_length);
	message[head_length + tail_length] = '\0';
	err->code = code;
	err->message = message;
	return err;
}

struct fb_error *fb_error_createv(enum fb_code code, const char *format, va_list args)
{
	char text[MESSAGE_SIZE];
	size_t length = format_message(text, format, args);

	return make_error(code, text, length, "", 0);
}

struct fb_error *fb_error_create(enum fb_code code, const char *format, ...)
{
	struct fb_error *err;
	va_list args;

	va_start(args, format);
	err = fb_error_createv(code, format, args);
	va_end(args);
	return err;
}

/* What the user can do about it; "" where there is nothing in general. */
static const char *advice(int errnum)
{
	switch (errnum) {
	case EMFILE:
		return " (raise the limit: ulimit -n)";
	case EFBIG:
		return " (larger than the limit of ulimit -f, or than the file system takes)";
	default:
		return "";
	}
}

struct fb_error *fb_error_os(int errnum, const char *format, ...)
{
	const enum fb_code code = errnum == EMFILE || errnum == ENFILE ? FB_EXHAUSTED : FB_OS;
	struct fb_error *err;
	char cause[256];
	va_list args;

	va_start(args, format);
	err = fb_error_createv(code, format, args);
	va_end(args);
	if (err == fb_error_nomem())
		return err;

	/* The GNU strerror_r, which may or may not use the buffer. */
	const char *reason = strerror_r(errnum, cause, sizeof(cause));
	char tail[sizeof(cause) + 96];
	int length = snprintf(tail, sizeof(tail), ": %s%s", reason, advice(errnum));
	struct fb_error *whole;

	if (length < 0 || (size_t)length >= sizeof(tail))
		return err;
	whole = make_error(code, err->message, strlen(err->message), tail, (size_t)length);
	fb_error_destroy(err);
	return whole;
}

struct fb_error *fb_error_nomem(void)
{
	return (struct fb_error *)&nomem_error;
}

struct fb_error *fb_error_prefix(struct fb_error *err, const char *format, ...)
{
	char text[MESSAGE_SIZE + 2];
	struct fb_error *whole;
	va_list args;
	size_t length;

	if (!err)
		return NULL;
	va_start(args, format);
	length = format_message(text, format, args);
	va_end(args);
	memcpy(text + length, ": ", 2);
	whole = make_error(err->code, text, length + 2, err->message, strlen(err->message));
	if (whole == fb_error_nomem() && err->code != FB_NOMEM)
		return err; /* better without the layer than without the cause */
	fb_error_destroy(err);
	return whole;
}

enum fb_code fb_error_code(const struct fb_error *err)
{
	return err->code;
}

const char *fb_error_message(const struct fb_error *err)
{
	return err->message;
}

bool fb_error_is(const struct fb_error *err, enum fb_code code)
{
	return err && err->code == code;
}

bool fb_error_is_fatal(const struct fb_error *err)
{
	return fb_error_is(err, FB_NOMEM) || fb_error_is(err, FB_OS) ||
	       fb_error_is(err, FB_EXHAUSTED);
}

void fb_error_destroy(struct fb_error *err)
{
	if (err != &nomem_error)
		free(err);
}
