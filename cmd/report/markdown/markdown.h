/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes Markdown (CommonMark) of a limited size, for tickets. Text of an input comes in two forms only: in prose,
 * where each character with a meaning in Markdown is made harmless, and in code blocks, whose fences are longer than
 * any row of backticks in them. All text that is passed in is printable already (fb_text_escape()).
 *
 * After the first error, further calls do nothing; it is in err.
 */
#ifndef FB_CMD_REPORT_MARKDOWN_H
#define FB_CMD_REPORT_MARKDOWN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* A line of a code block is cut behind so many bytes. */
#define FB_MARKDOWN_LINE 300u

struct fb_markdown {
	struct fb_buf text;   /* owned */
	size_t most;          /* bytes that the text is to have at most */
	struct fb_error *err; /* the first one; owned */
};

void fb_markdown_init(struct fb_markdown *markdown, size_t most);
void fb_markdown_deinit(struct fb_markdown *markdown);

/* Bytes that there is still room for. Only fb_markdown_block() looks at it by itself: a caller writes prose that is
 * known to be short. */
size_t fb_markdown_room(const struct fb_markdown *markdown);

/* Writes Markdown of this program unchanged, and numbers and words of this program in it, at most 255 bytes. */
void fb_markdown_raw(struct fb_markdown *markdown, const char *text);
void fb_markdown_format(struct fb_markdown *markdown, const char *format, ...) FB_PRINTF(2, 3);
/* Writes printable text as prose, of which at most `most` bytes of the text are taken. */
void fb_markdown_prose(struct fb_markdown *markdown, const char *text, size_t most);

/* Writes lines, each ended by a newline, as a code block of at most `most` bytes, if there is room for them: the first
 * lines, or the last ones where from_end is set. Returns how many lines were left out; where that is all, no block is
 * written. */
size_t fb_markdown_block(struct fb_markdown *markdown, const struct fb_buf *lines, size_t most,
			 bool from_end);

#endif
