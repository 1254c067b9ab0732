// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The section on findings: what is unusual about the host, the gravest first, as the command check has it.
 */
#include "cmd/report/page/report.h"

/* The section of this page that has more on what a command shows; NULL: none has. */
static const char *section_of(const char *command)
{
	static const struct {
		const char *command, *section;
	} sections[] = {
		{"waits", "#waits"}, {"log", "#log"},      {"ps", "#tasks"},
		{"bt", "#panic"},    {"mods", "#modules"},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(sections); i++)
		if (!strcmp(sections[i].command, command))
			return sections[i].section;
	return NULL;
}

/* Where there is more: a link within the page, or the command. */
static void add_more(struct fb_html *html, const char *command)
{
	const char *section = section_of(command);

	if (!section) {
		fb_html_element(html, "span", "code", "fbundle %s", command);
		return;
	}
	fb_html_raw(html, "<a href=\"");
	fb_html_raw(html, section);
	fb_html_raw(html, "\">");
	fb_html_text(html, "%s", command);
	fb_html_raw(html, "</a>");
}

static void add_finding(struct fb_html *html, const struct fb_finding *finding)
{
	const char *class = finding->weight == FB_WEIGHT_GRAVE     ? "bad"
			    : finding->weight == FB_WEIGHT_SERIOUS ? "warn"
								   : NULL;

	fb_html_row(html, class);
	fb_html_cell(html, "name", "%s", fb_weight_name(finding->weight));
	fb_html_raw(html, "<td class=\"what\">");
	fb_html_element(html, "b", NULL, "%s", finding->text);
	for (size_t i = 0; i < finding->evidence_count; i++)
		fb_html_element(html, "p", "how", "%s", finding->evidence[i]);
	if (finding->evidence_left)
		fb_html_element(html, "p", "how", "%zu more", finding->evidence_left);
	fb_html_raw(html, "</td><td>");
	add_more(html, finding->command);
	fb_html_raw(html, "</td>");
	fb_html_row_end(html);
}

/* What could not be looked for. */
static void add_left_out(struct fb_html *html, const struct fb_check_result *check)
{
	size_t shown = 0;

	for (size_t i = 0; i < check->check_count; i++) {
		if (check->checks[i].done)
			continue;
		fb_html_raw(html, shown++ ? ", " : "<p class=\"warn\">Not checked: ");
		fb_html_text(html, "%s", check->checks[i].name);
	}
	if (shown)
		fb_html_raw(html, "</p>\n");
}

void fb_report_findings(struct fb_report *report)
{
	static const struct fb_column columns[] = {
		{"Weight", FB_LEFT}, {"Finding", FB_LEFT}, {"More", FB_LEFT}};
	const struct fb_findings *findings = &report->check.findings;
	struct fb_html *html = &report->html;

	fb_html_section(html, "findings", "Findings",
			"What is unusual about this host, the gravest first, with what shows it.");
	if (!findings->count)
		fb_html_element(html, "p", NULL, "Nothing unusual was found.");
	else
		fb_html_table(html, NULL, columns, FB_ARRAY_SIZE(columns));
	for (size_t i = 0; i < findings->count; i++)
		add_finding(html, &findings->findings[i]);
	if (findings->count)
		fb_html_table_end(html);
	add_left_out(html, &report->check);
	fb_html_section_end(html);
}
