// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The section with the last part of the kernel's log.
 */
#include "base/buf.h"
#include "base/limits.h"
#include "cmd/report/page/report.h"

/* Records before the last report that are shown, and at most in all: the end is what matters. */
#define BEFORE 60u
#define MOST_RECORDS 1500u
/* One record: text of 1024 bytes (LOG_LINE_MAX), escaped; continued ones are longer. */
#define MAX_LINE (1u << 20)

static const char *open_level(const struct fb_log_record *record)
{
	if (record->level <= 3)
		return "<span class=\"bad\">";
	return record->level == 4 ? "<span class=\"warn\">" : "";
}

static void add_record(struct fb_html *html, const struct fb_log_record *record, bool panic)
{
	const char *opening = panic ? "<span class=\"mark\">" : open_level(record);
	struct fb_buf line;
	struct fb_error *err;

	fb_buf_init(&line, MAX_LINE);
	err = fb_log_format(record, &line);
	if (err && !html->err)
		html->err = err;
	else
		fb_error_destroy(err);
	/* It is escaped, but for the newlines within. */
	for (size_t start = 0, end = 0; end < line.size; end++) {
		if (line.data[end] != '\n')
			continue;
		fb_html_raw(html, opening);
		fb_html_printable(html, (const char *)line.data + start, end - start);
		fb_html_raw(html, *opening ? "</span>\n" : "\n");
		start = end + 1;
	}
	fb_buf_deinit(&line);
}

static void add_records(struct fb_report *report)
{
	size_t count = fb_log_count(report->log), first;
	struct fb_log_panic panic = {0};
	bool known = fb_log_panic(report->log, &panic);

	first = known ? panic.first : count;
	first = first > BEFORE ? first - BEFORE : 0;
	if (!known && count > 4 * BEFORE)
		first = count - 4 * BEFORE;
	if (count - first > MOST_RECORDS)
		first = count - MOST_RECORDS;
	if (first)
		fb_html_element(&report->html, "p", "how",
				"%zu earlier records are left out (`fbundle log` has them).",
				first);
	fb_html_raw(&report->html, "<pre class=\"log\">");
	for (size_t i = first; i < count; i++)
		add_record(&report->html, fb_log_get(report->log, i), known && i == panic.message);
	fb_html_raw(&report->html, "</pre>\n");
}

void fb_report_log(struct fb_report *report)
{
	fb_html_section(&report->html, "log", "The end of the kernel's log", NULL);
	if (report->log && fb_log_count(report->log))
		add_records(report);
	else
		fb_html_element(&report->html, "p", "warn",
				"The log cannot be read from this dump.");
	fb_html_section_end(&report->html);
}
