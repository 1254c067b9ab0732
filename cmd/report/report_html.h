/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An HTML page being written. Text goes in through fb_html_text() and its like
 * only, which escape it twice: control characters for the reader's sake, then
 * what HTML gives a meaning. Markup is literal.
 *
 * The first error is kept and everything behind it is ignored:
 * fb_html_finish() returns it.
 */
#ifndef FB_CMD_REPORT_HTML_H
#define FB_CMD_REPORT_HTML_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/outfile.h"
#include "cmd/shared/output.h"

struct fb_html {
	struct fb_outfile *outfile; /* borrowed */
	struct fb_error *err;       /* the first one; owned */
};

void fb_html_init(struct fb_html *html, struct fb_outfile *outfile);
/* Gives the error away. */
FB_MUST_CHECK struct fb_error *fb_html_finish(struct fb_html *html);

/* Markup, as it stands. */
void fb_html_raw(struct fb_html *html, const char *markup);
/* Escaped; the second is for text of which control characters are out already (a log's line),
 * so that its backslashes stay what they are. */
void fb_html_bytes(struct fb_html *html, const char *text, size_t length);
void fb_html_printable(struct fb_html *html, const char *text, size_t length);
void fb_html_text(struct fb_html *html, const char *format, ...) FB_PRINTF(2, 3);
/* <tag class="class">text</tag>; class may be NULL. Tag and class are literals of ours. */
void fb_html_element(struct fb_html *html, const char *tag, const char *class, const char *format,
		     ...) FB_PRINTF(4, 5);

/* <tag id="PREFIX NUMBER">, for the caller to close, and <a href="#PREFIX NUMBER"> that leads to it. Tag and
 * prefix are literals of ours. */
void fb_html_anchor(struct fb_html *html, const char *tag, const char *prefix, int32_t number);
void fb_html_link(struct fb_html *html, const char *prefix, int32_t number);

/* <section id="id"> with its heading; intro (may be NULL) is what a reader must know of it. */
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
