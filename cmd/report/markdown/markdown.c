// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes Markdown of a limited size. Called by the files of the ticket.
 */
#include "cmd/report/markdown/markdown.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"

/* More than a text ever has: the limit proper is kept by what is written. */
#define SLACK (64u << 10)
/* What a block takes beside its lines: two fences of the usual length and four line ends. */
#define AROUND_BLOCK 12u
#define LEAST_FENCE 3u

void fb_markdown_init(struct fb_markdown *markdown, size_t most)
{
	*markdown = (struct fb_markdown){.most = most};
	fb_buf_init(&markdown->text, most + SLACK);
}

void fb_markdown_deinit(struct fb_markdown *markdown)
{
	fb_buf_deinit(&markdown->text);
	fb_error_destroy(markdown->err);
	markdown->err = NULL;
}

size_t fb_markdown_room(const struct fb_markdown *markdown)
{
	return markdown->text.size < markdown->most ? markdown->most - markdown->text.size : 0;
}

static void put(struct fb_markdown *markdown, const char *bytes, size_t length)
{
	if (!markdown->err && length)
		markdown->err = fb_buf_append(&markdown->text, bytes, length);
}

void fb_markdown_raw(struct fb_markdown *markdown, const char *text)
{
	put(markdown, text, strlen(text));
}

void fb_markdown_format(struct fb_markdown *markdown, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fb_markdown_raw(markdown, text);
}

/* How many of the length bytes of a text are kept if it may have at most `most`: no character of UTF-8 and no \xHH is
 * cut within. */
static size_t cut(const char *text, size_t length, size_t most)
{
	size_t at = 0;

	if (length <= most)
		return length;
	while (at < length) {
		size_t step = 1;

		if (text[at] == '\\' && at + 1 < length)
			step = text[at + 1] == 'x' ? 4 : 2;
		while (at + step < length && (text[at + step] & 0xc0) == 0x80)
			step++;
		if (at + step > most)
			break;
		at += step;
	}
	return at;
}

/* What stands for a character of prose; NULL: itself. Trackers take "@name", "#12" and "$x$" for a mention, a ticket and
 * a formula even behind a backslash, but not in code. */
static const char *replacement(const char *text, size_t at, size_t length)
{
	static const char *const escaped[] = {"\\\\", "\\`", "\\*", "\\_", "\\[", "\\]",
					      "\\<",  "\\>", "\\&", "\\|", "\\~", "\\!"};
	const bool in_word = at && at + 1 < length && isalnum((unsigned char)text[at - 1]) &&
			     isalnum((unsigned char)text[at + 1]);

	switch (text[at]) {
	case '@':
		return "`@`";
	case '#':
		return "`#`";
	case '$':
		return "`$`";
	case '_':
		return in_word ? NULL : "\\_";
	case ':':
		return at + 1 < length && text[at + 1] == '/' ? "\\:" : NULL;
	case '-':
	case '+':
	case '=':
		/* At the beginning they make a list or a heading. */
		return at ? NULL : text[at] == '-' ? "\\-" : text[at] == '+' ? "\\+" : "\\=";
	default:
		break;
	}
	for (size_t i = 0; i < FB_ARRAY_SIZE(escaped); i++)
		if (escaped[i][1] == text[at])
			return escaped[i];
	return NULL;
}

void fb_markdown_prose(struct fb_markdown *markdown, const char *text, size_t most)
{
	const size_t whole = strlen(text), length = cut(text, whole, most);
	size_t digits = strspn(text, "0123456789");

	for (size_t at = 0; at < length; at++) {
		const char *instead = replacement(text, at, length);

		/* "7." and "7)" at the beginning would be an item of a list. */
		if (at && at == digits && (text[at] == '.' || text[at] == ')'))
			instead = text[at] == '.' ? "\\." : "\\)";
		put(markdown, instead ? instead : text + at, instead ? strlen(instead) : 1);
	}
	if (length < whole)
		fb_markdown_raw(markdown, " ...");
}

/* One line with its end; its bytes as they are written. */
struct line {
	const char *text;
	size_t length, kept;
};

static size_t cost(const struct line *line)
{
	return line->kept + (line->kept < line->length ? strlen(" ...") : 0) + 1;
}

/* The line that begins at `at`. */
static struct line line_at(const struct fb_buf *lines, size_t at)
{
	const char *text = (const char *)lines->data + at;
	const char *end = memchr(text, '\n', lines->size - at);
	struct line line = {.text = text, .length = end ? (size_t)(end - text) : lines->size - at};

	line.kept = cut(text, line.length, FB_MARKDOWN_LINE);
	return line;
}

static size_t fence_for(const struct fb_buf *lines)
{
	size_t longest = 0, row = 0;

	for (size_t i = 0; i < lines->size; i++) {
		row = lines->data[i] == '`' ? row + 1 : 0;
		if (row > longest)
			longest = row;
	}
	return longest < LEAST_FENCE ? LEAST_FENCE : longest + 1;
}

static void put_fence(struct fb_markdown *markdown, size_t length)
{
	while (length--)
		fb_markdown_raw(markdown, "`");
	fb_markdown_raw(markdown, "\n");
}

/* How many lines there are, and how many bytes they cost. */
static size_t count_lines(const struct fb_buf *lines, size_t *bytes_ret)
{
	size_t count = 0, bytes = 0;

	for (size_t at = 0; at < lines->size; count++) {
		const struct line line = line_at(lines, at);

		bytes += cost(&line);
		at += line.length + 1;
	}
	*bytes_ret = bytes;
	return count;
}

static void put_line(struct fb_markdown *markdown, const struct line *line)
{
	put(markdown, line->text, line->kept);
	fb_markdown_raw(markdown, line->kept < line->length ? " ...\n" : "\n");
}

size_t fb_markdown_block(struct fb_markdown *markdown, const struct fb_buf *lines, size_t most,
			 bool from_end)
{
	const size_t fence = fence_for(lines), around = AROUND_BLOCK + 2 * (fence - LEAST_FENCE);
	size_t room = fb_markdown_room(markdown), bytes, written = 0, used = 0;
	const size_t count = count_lines(lines, &bytes);
	bool begun = false;

	if (room > most)
		room = most;
	room = room > around ? room - around : 0;
	for (size_t at = 0; at < lines->size;) {
		const struct line line = line_at(lines, at);

		at += line.length + 1;
		if (from_end && bytes > room) {
			bytes -= cost(&line);
			continue;
		}
		used += cost(&line);
		if (used > room)
			break;
		if (!begun)
			put_fence(markdown, fence);
		begun = true;
		put_line(markdown, &line);
		written++;
	}
	if (begun) {
		put_fence(markdown, fence);
		fb_markdown_raw(markdown, "\n");
	}
	return count - written;
}
