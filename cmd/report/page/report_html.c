// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes HTML, with text escaped. Called by the files of the report.
 */
#include "cmd/report/page/report_html.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* fb_text_escape() makes at most four bytes of one. */
#define ESCAPED_PER_BYTE 4u
/* Texts up to this take no allocation. */
#define SHORT_TEXT 512u

void fb_html_init(struct fb_html *html, struct fb_outfile *outfile)
{
	*html = (struct fb_html){.outfile = outfile};
}

void fb_html_init_text(struct fb_html *html, struct fb_buf *text)
{
	*html = (struct fb_html){.text = text};
}

struct fb_error *fb_html_finish(struct fb_html *html)
{
	struct fb_error *err = html->err;

	html->err = NULL;
	return err;
}

static void write_bytes(struct fb_html *html, const char *bytes, size_t length)
{
	if (html->err || !length)
		return;
	html->err = html->text ? fb_buf_append(html->text, bytes, length)
			       : fb_outfile_write(html->outfile, bytes, length);
}

/* What a reader sees of this markup, whose tags are whole. */
static void write_between_tags(struct fb_html *html, const char *markup)
{
	while (*markup) {
		size_t shown = strcspn(markup, "<");

		write_bytes(html, markup, shown);
		markup += shown;
		markup += strcspn(markup, ">");
		markup += *markup == '>';
	}
}

void fb_html_raw(struct fb_html *html, const char *markup)
{
	if (html->text)
		write_between_tags(html, markup);
	else
		write_bytes(html, markup, strlen(markup));
}

void fb_html_markup(struct fb_html *html, const char *format, ...)
{
	char markup[256];
	va_list args;

	va_start(args, format);
	vsnprintf(markup, sizeof(markup), format, args);
	va_end(args);
	fb_html_raw(html, markup);
}

static const char *entity(char byte)
{
	switch (byte) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void fb_html_printable(struct fb_html *html, const char *text, size_t length)
{
	size_t start = 0;

	for (size_t i = 0; i < length; i++) {
		const char *replacement = html->text ? NULL : entity(text[i]);

		if (!replacement)
			continue;
		write_bytes(html, text + start, i - start);
		fb_html_raw(html, replacement);
		start = i + 1;
	}
	write_bytes(html, text + start, length - start);
}

void fb_html_bytes(struct fb_html *html, const char *text, size_t length)
{
	char small[SHORT_TEXT * ESCAPED_PER_BYTE + 1];
	size_t size = length * ESCAPED_PER_BYTE + 1;
	char *escaped = length <= SHORT_TEXT ? small : malloc(size);

	if (!escaped) {
		if (!html->err)
			html->err = fb_error_nomem();
		return;
	}
	fb_text_escape(text, length, escaped, size);
	fb_html_printable(html, escaped, strlen(escaped));
	if (escaped != small)
		free(escaped);
}

static void write_format(struct fb_html *html, const char *format, va_list args) FB_PRINTF(2, 0);

static void write_format(struct fb_html *html, const char *format, va_list args)
{
	char *text;
	int length;

	if (html->err)
		return;
	length = vasprintf(&text, format, args);
	if (length < 0) {
		html->err = fb_error_nomem();
		return;
	}
	fb_html_bytes(html, text, (size_t)length);
	free(text);
}

void fb_html_text(struct fb_html *html, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_format(html, format, args);
	va_end(args);
}

static void open_tag(struct fb_html *html, const char *tag, const char *class)
{
	if (html->text)
		return;
	fb_html_raw(html, "<");
	fb_html_raw(html, tag);
	if (class && *class) {
		fb_html_raw(html, " class=\"");
		fb_html_raw(html, class);
		fb_html_raw(html, "\"");
	}
	fb_html_raw(html, ">");
}

static void close_tag(struct fb_html *html, const char *tag)
{
	if (html->text)
		return;
	fb_html_raw(html, "</");
	fb_html_raw(html, tag);
	fb_html_raw(html, ">");
}

void fb_html_element(struct fb_html *html, const char *tag, const char *class, const char *format,
		     ...)
{
	va_list args;

	open_tag(html, tag, class);
	va_start(args, format);
	write_format(html, format, args);
	va_end(args);
	close_tag(html, tag);
}

void fb_html_anchor(struct fb_html *html, const char *tag, const char *prefix, int32_t number)
{
	fb_html_markup(html, "<%s id=\"%s%" PRId32 "\">", tag, prefix, number);
}

void fb_html_link(struct fb_html *html, const char *prefix, int32_t number)
{
	fb_html_markup(html, "<a href=\"#%s%" PRId32 "\">", prefix, number);
}

void fb_html_section(struct fb_html *html, const char *id, const char *heading, const char *intro)
{
	fb_html_raw(html, "\n<section id=\"");
	fb_html_raw(html, id);
	fb_html_raw(html, "\">\n");
	fb_html_element(html, "h2", NULL, "%s", heading);
	fb_html_raw(html, "\n");
	if (intro)
		fb_html_element(html, "p", "intro", "%s", intro);
	fb_html_raw(html, "\n");
}

void fb_html_section_end(struct fb_html *html)
{
	fb_html_raw(html, "</section>\n");
}

void fb_html_table(struct fb_html *html, const char *class, const struct fb_column *columns,
		   size_t count)
{
	fb_html_raw(html, "<div class=\"scroll\">");
	open_tag(html, "table", class);
	fb_html_raw(html, "<thead><tr>");
	for (size_t i = 0; i < count; i++)
		fb_html_element(html, "th", columns[i].align == FB_RIGHT ? "n" : NULL, "%s",
				columns[i].heading);
	fb_html_raw(html, "</tr></thead><tbody>\n");
}

void fb_html_table_end(struct fb_html *html)
{
	fb_html_raw(html, "</tbody></table></div>\n");
}

void fb_html_row(struct fb_html *html, const char *class)
{
	open_tag(html, "tr", class);
}

void fb_html_row_end(struct fb_html *html)
{
	fb_html_raw(html, "</tr>\n");
}

void fb_html_cell(struct fb_html *html, const char *class, const char *format, ...)
{
	va_list args;

	open_tag(html, "td", class);
	va_start(args, format);
	write_format(html, format, args);
	va_end(args);
	close_tag(html, "td");
}

void fb_html_fact(struct fb_html *html, const char *name, const char *format, ...)
{
	va_list args;

	fb_html_element(html, "dt", NULL, "%s", name);
	open_tag(html, "dd", NULL);
	va_start(args, format);
	write_format(html, format, args);
	va_end(args);
	close_tag(html, "dd");
	fb_html_raw(html, "\n");
}
