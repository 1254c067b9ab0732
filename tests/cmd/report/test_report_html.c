// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/report/page/report_html.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"

static struct fb_html html;
static struct fb_outfile *outfile;
static char page[64 << 10];

static void begin(void)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/page.html", fb_test_folder());
	outfile = NULL;
	FB_OK_FATAL(fb_outfile_create(path, true, &outfile));
	fb_html_init(&html, outfile);
}

/* What was written. */
static const char *end(void)
{
	struct fb_file *file = NULL;
	char path[512];
	size_t size;

	FB_OK(fb_html_finish(&html));
	FB_OK_FATAL(fb_outfile_commit(outfile));
	fb_outfile_destroy(outfile);
	snprintf(path, sizeof(path), "%s/page.html", fb_test_folder());
	FB_OK_FATAL(fb_file_open(path, &file));
	size = file->size < sizeof(page) - 1 ? (size_t)file->size : sizeof(page) - 1;
	FB_OK_FATAL(fb_file_read(file, 0, page, size));
	page[size] = '\0';
	fb_file_destroy(file);
	return page;
}

static void text_has_no_markup(void)
{
	begin();
	fb_html_text(&html, "%s", "<script>alert(\"1\" & '2')</script>");
	CU_ASSERT_STRING_EQUAL(
		end(), "&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;");
}

static void controls_are_shown(void)
{
	begin();
	fb_html_bytes(&html, "a\x1b[31m\0<\xe2\x80\xae\xc3\xa4", 13);
	CU_ASSERT_STRING_EQUAL(end(), "a\\x1b[31m\\x00&lt;\\xe2\\x80\\xae\xc3\xa4");
}

static void printable_text_keeps_backslashes(void)
{
	static const char line[] = "\\x1b <b>";

	begin();
	fb_html_printable(&html, line, sizeof(line) - 1);
	CU_ASSERT_STRING_EQUAL(end(), "\\x1b &lt;b&gt;");
}

static void elements_and_cells_escape(void)
{
	static const struct fb_column columns[] = {{"A<", FB_LEFT}, {"B", FB_RIGHT}};

	begin();
	fb_html_element(&html, "h3", "bad", "%d <%s>", 7, "x");
	fb_html_table(&html, NULL, columns, 2);
	fb_html_row(&html, "warn");
	fb_html_cell(&html, NULL, "%s", "</td>");
	fb_html_cell(&html, "n", "%u", 9u);
	fb_html_row_end(&html);
	fb_html_table_end(&html);
	fb_html_fact(&html, "Name", "%s", "&");
	CU_ASSERT_STRING_EQUAL(
		end(), "<h3 class=\"bad\">7 &lt;x&gt;</h3>"
		       "<div class=\"scroll\"><table><thead><tr><th>A&lt;</th>"
		       "<th class=\"n\">B</th></tr></thead><tbody>\n"
		       "<tr class=\"warn\"><td>&lt;/td&gt;</td><td class=\"n\">9</td></tr>\n"
		       "</tbody></table></div>\n"
		       "<dt>Name</dt><dd>&amp;</dd>\n");
}

/* Texts longer than what is kept on the stack. */
static void long_text_is_whole(void)
{
	static char text[3000];

	memset(text, '<', sizeof(text));
	begin();
	fb_html_bytes(&html, text, sizeof(text));
	CU_ASSERT_EQUAL(strlen(end()), sizeof(text) * strlen("&lt;"));
}

/* The first error is kept, and what follows does no harm. */
static void errors_are_kept(void)
{
	begin();
	html.err = fb_error_create(FB_CORRUPT, "first");
	fb_html_text(&html, "%s", "ignored");
	fb_html_raw(&html, "ignored");
	FB_FAILS_WITH(fb_html_finish(&html), FB_CORRUPT, "first");
	CU_ASSERT_EQUAL(fb_outfile_size(outfile), 0);
	fb_outfile_destroy(outfile);
}

/* Without markup: tags are gone, what stands between them and text of an input stay. */
static void text_without_markup(void)
{
	struct fb_buf text;

	fb_buf_init(&text, 4096);
	fb_html_init_text(&html, &text);
	fb_html_raw(&html, "<pre>");
	fb_html_element(&html, "i", "warn", "%s", "<b>&\x1b");
	fb_html_raw(&html, "\n<b>     -- from</b>\n");
	fb_html_markup(&html, "<i class=\"%c\"></i>", 'a');
	fb_html_printable(&html, "\\x1b>", 5);
	FB_OK(fb_html_finish(&html));
	FB_OK_FATAL(fb_buf_append(&text, "", 1));
	CU_ASSERT_STRING_EQUAL((const char *)text.data, "<b>&\\x1b\n     -- from\n\\x1b>");
	fb_buf_deinit(&text);
}

FB_TEST_MAIN("cmd/report_html", FB_TEST(text_has_no_markup), FB_TEST(controls_are_shown),
	     FB_TEST(printable_text_keeps_backslashes), FB_TEST(elements_and_cells_escape),
	     FB_TEST(long_text_is_whole), FB_TEST(errors_are_kept), FB_TEST(text_without_markup))
