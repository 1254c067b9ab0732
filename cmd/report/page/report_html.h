/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes an HTML page. Text from an input is written only by fb_html_text() and similar
 * functions, which escape it twice: first control characters, as in all output, then the
 * characters that have a meaning in HTML. Markup consists of literals of this program.
 * Called by the files of the report.
 *
 * After the first error, further calls do nothing; fb_html_finish() returns the error.
 */
#ifndef FB_CMD_REPORT_HTML_H
#define FB_CMD_REPORT_HTML_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/files/outfile.h"
#include "cmd/shared/output.h"

struct fb_html {
	struct fb_outfile *outfile; /* borrowed; NULL: text is made, not a page */
	struct fb_buf *text;        /* borrowed */
	struct fb_error *err;       /* the first one; owned */
};

void fb_html_init(struct fb_html *html, struct fb_outfile *outfile);
/* What is written becomes text without markup, which is appended to text: control characters are escaped, and of
 * markup only what stands between tags is kept. Each tag of fb_html_raw() and fb_html_markup() must then be whole. */
void fb_html_init_text(struct fb_html *html, struct fb_buf *text);
/* Returns the first error, which the caller then owns. */
FB_MUST_CHECK struct fb_error *fb_html_finish(struct fb_html *html);

/* Writes markup unchanged. */
void fb_html_raw(struct fb_html *html, const char *markup);
/* The same with numbers and words of this program in it; at most 255 bytes. Text of an input must not be among them. */
void fb_html_markup(struct fb_html *html, const char *format, ...) FB_PRINTF(2, 3);
/* Write text escaped. fb_html_printable() is for text whose control characters are escaped already (a line of the log):
 * it does not escape backslashes again. */
void fb_html_bytes(struct fb_html *html, const char *text, size_t length);
void fb_html_printable(struct fb_html *html, const char *text, size_t length);
void fb_html_text(struct fb_html *html, const char *format, ...) FB_PRINTF(2, 3);
/* Writes <tag class="class">text</tag>; class may be NULL. tag and class are literals, and not escaped. */
void fb_html_element(struct fb_html *html, const char *tag, const char *class, const char *format,
		     ...) FB_PRINTF(4, 5);

/* Write <tag id="PREFIX NUMBER">, and <a href="#PREFIX NUMBER">, a link to it; the caller closes the elements. tag and
 * prefix are literals, and not escaped. */
void fb_html_anchor(struct fb_html *html, const char *tag, const char *prefix, int32_t number);
void fb_html_link(struct fb_html *html, const char *prefix, int32_t number);

/* Writes <section id="id"> with its heading; intro (may be NULL) is a text that explains it. */
void fb_html_section(struct fb_html *html, const char *id, const char *heading, const char *intro);
void fb_html_section_end(struct fb_html *html);

/* A table: heads, then rows of cells. A cell of a right-aligned column has class "n". */
void fb_html_table(struct fb_html *html, const char *class, const struct fb_column *columns,
		   size_t count);
void fb_html_table_end(struct fb_html *html);
void fb_html_row(struct fb_html *html, const char *class);
void fb_html_row_end(struct fb_html *html);
void fb_html_cell(struct fb_html *html, const char *class, const char *format, ...) FB_PRINTF(3, 4);

/* A name and its value in a list of facts (<dl>). */
void fb_html_fact(struct fb_html *html, const char *name, const char *format, ...) FB_PRINTF(3, 4);

#endif
