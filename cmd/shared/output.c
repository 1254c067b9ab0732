// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Prints text on stdout, in colour only on a terminal, and progress on stderr. Called by every
 * command.
 */
#include "cmd/shared/output.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

#define DEFAULT_WIDTH 100u
/* Progress is drawn at most this often. */
#define PROGRESS_INTERVAL_NS 100000000ll
/* And, where it is lines of a log, at most this often. */
#define LINES_INTERVAL_NS 10000000000ll

struct fb_output {
	bool color;
	bool quiet;
	bool progress;
	bool progress_lines;
	bool terminal;
	unsigned width;
	int64_t last_progress_ns;
	int64_t first_progress_ns; /* of these lines */
	bool progress_drawn;
};

/* Whether the terminal has no escape sequences. */
static bool is_dumb(void)
{
	const char *term = getenv("TERM");

	return !term || !*term || strcmp(term, "dumb") == 0;
}

static bool want_color(enum fb_color color, bool terminal)
{
	const char *no_color = getenv("NO_COLOR");

	if (color != FB_COLOR_AUTO)
		return color == FB_COLOR_ALWAYS;
	return terminal && !is_dumb() && (!no_color || !*no_color);
}

struct fb_error *fb_output_create(enum fb_color color, bool quiet, struct fb_output **output_ret)
{
	struct fb_output *output = calloc(1, sizeof(*output));
	struct winsize size;

	if (!output)
		return fb_error_nomem();
	output->terminal = isatty(STDOUT_FILENO);
	output->color = want_color(color, output->terminal);
	output->quiet = quiet;
	output->progress = !quiet && isatty(STDERR_FILENO) && !is_dumb();
	output->width = DEFAULT_WIDTH;
	if (output->terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col)
		output->width = size.ws_col;
	*output_ret = output;
	return NULL;
}

void fb_output_before_terminal(struct fb_output *output, enum fb_color color, unsigned width)
{
	output->terminal = true;
	output->color = want_color(color, true);
	output->width = width;
}

void fb_output_destroy(struct fb_output *output)
{
	free(output);
}

unsigned fb_output_width(const struct fb_output *output)
{
	return output->width;
}

bool fb_output_is_terminal(const struct fb_output *output)
{
	return output->terminal;
}

static const char *style_start(enum fb_style style)
{
	switch (style) {
	case FB_STYLE_BOLD:
		return "\033[1m";
	case FB_STYLE_DIM:
		return "\033[2m";
	case FB_STYLE_GOOD:
		return "\033[32m";
	case FB_STYLE_WARN:
		return "\033[33m";
	case FB_STYLE_BAD:
		return "\033[1;31m";
	case FB_STYLE_PLAIN:
		break;
	}
	return "";
}

static void FB_PRINTF(1, 0) put(const char *format, va_list args)
{
	char *text = NULL;
	int length = vasprintf(&text, format, args);

	for (const char *at = text; length > 0;) {
		const size_t safe = fb_text_safe(at, (size_t)length);

		(void)fwrite(at, 1, safe, stdout);
		at += safe;
		length -= (int)safe;
		if (length-- > 0)
			fprintf(stdout, "\\x%02x", (unsigned char)*at++);
	}
	if (length < 0 && !text)
		fputs("(out of memory)", stdout);
	free(text);
}

void fb_put(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put(format, args);
	va_end(args);
}

bool fb_put_raw(const void *bytes, size_t length)
{
	return fwrite(bytes, 1, length, stdout) == length;
}

bool fb_flush(void)
{
	errno = 0;
	return fflush(stdout) == 0 && !ferror(stdout);
}

void fb_print(struct fb_output *output, enum fb_style style, const char *format, ...)
{
	bool styled = output->color && style != FB_STYLE_PLAIN;
	va_list args;

	if (styled)
		fputs(style_start(style), stdout);
	va_start(args, format);
	put(format, args);
	va_end(args);
	if (styled)
		fputs("\033[0m", stdout);
}

/* Narrower than this nothing is broken. */
#define LEAST_WRAP 40u

void fb_print_wrapped(struct fb_output *output, enum fb_style style, size_t column, size_t indent,
		      const char *text)
{
	size_t left = strlen(text);

	while (left) {
		size_t room =
			output->width > column + LEAST_WRAP ? output->width - column : LEAST_WRAP;
		size_t take = left <= room ? left : room;

		while (take < left && take > room / 2 && text[take] != ' ')
			take--;
		fb_print(output, style, "%.*s\n", (int)take, text);
		text += take;
		left -= take;
		while (*text == ' ') {
			text++;
			left--;
		}
		if (left)
			fb_print(output, FB_STYLE_PLAIN, "%*s", (int)indent, "");
		column = indent;
	}
}

void fb_print_message(const char *kind, const char *text)
{
	char escaped[4096];

	fprintf(stderr, "fbundle: %s%s\n", kind,
		fb_text_escape(text, strlen(text), escaped, sizeof(escaped)));
}

void fb_output_log_progress(struct fb_output *output)
{
	output->progress_lines = !output->quiet && !output->progress;
}

static int64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ll + now.tv_nsec;
}

/* What is done, how fast, and how long it takes yet at that rate. */
static void log_progress(struct fb_output *output, const char *what, uint64_t done, uint64_t total)
{
	int64_t now_ns = monotonic_ns();
	char rate[32];
	double seconds;

	if (!output->first_progress_ns)
		output->first_progress_ns = output->last_progress_ns = now_ns;
	if (now_ns - output->last_progress_ns < LINES_INTERVAL_NS || !done || done >= total)
		return;
	output->last_progress_ns = now_ns;
	seconds = (double)(now_ns - output->first_progress_ns) / 1e9;
	fprintf(stderr, "fbundle: %s: %.1f %%, %s/s, %.0f s left\n", what,
		100.0 * (double)done / (double)total,
		fb_text_size((uint64_t)((double)done / seconds), rate, sizeof(rate)),
		(double)(total - done) * seconds / (double)done);
}

void fb_output_progress(struct fb_output *output, const char *what, uint64_t done, uint64_t total)
{
	int64_t now_ns;
	char done_text[32], total_text[32];

	if (output->progress_lines)
		log_progress(output, what, done, total);
	if (!output->progress)
		return;
	if (done >= total) {
		if (output->progress_drawn)
			fputs("\r\033[K", stderr);
		output->progress_drawn = false;
		return;
	}
	now_ns = monotonic_ns();
	if (now_ns - output->last_progress_ns < PROGRESS_INTERVAL_NS)
		return;
	output->last_progress_ns = now_ns;
	output->progress_drawn = true;
	fprintf(stderr, "\r\033[K%s %3u%%  %s of %s", what, (unsigned)(done * 100 / total),
		fb_text_size(done, done_text, sizeof(done_text)),
		fb_text_size(total, total_text, sizeof(total_text)));
}
