// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The section that tells what memory is used for: a bar of its uses, as `fbundle mem` has them, and the largest
 * processes and slab caches.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "cmd/report/page/report.h"

/* Rows of each table: `fbundle mem --all` has them all. */
#define MOST_ROWS 8u
/* Classes of colours, "a" to "j", for uses in turn. */
#define COLOURS 10u

static void put_part(struct fb_html *html, size_t number, uint64_t bytes, uint64_t total)
{
	fb_html_markup(html, "<i class=\"%c\" style=\"width:%.2f%%\"></i>",
		       (char)('a' + number % COLOURS), 100.0 * (double)bytes / (double)total);
}

static void put_name(struct fb_html *html, size_t number, const char *name, uint64_t bytes,
		     uint64_t total)
{
	char text[32];

	fb_html_markup(html, "<div><i class=\"%c\"></i>", (char)('a' + number % COLOURS));
	fb_html_text(html, " %s", name);
	fb_html_element(html, "span", NULL, "%s, %.1f %%", fb_text_size(bytes, text, sizeof(text)),
			100.0 * (double)bytes / (double)total);
	fb_html_raw(html, "</div>\n");
}

/* Each use that is not nothing and not within another one, and what no counter names: names or parts of the bar. */
static void put_uses(struct fb_report *report, uint64_t total, bool names)
{
	const struct fb_mem *mem = &report->usage;
	size_t number = 0;

	for (size_t i = 0; i < mem->use_count; i++) {
		const struct fb_mem_use *use = &mem->uses[i];

		if (use->within || !use->bytes)
			continue;
		if (names)
			put_name(&report->html, number, use->name, use->bytes, total);
		else
			put_part(&report->html, number, use->bytes, total);
		number++;
	}
	if (mem->rest_known && names)
		put_name(&report->html, number, "what no counter names", mem->rest, total);
	else if (mem->rest_known)
		put_part(&report->html, number, mem->rest, total);
}

static void put_processes(struct fb_report *report)
{
	static const struct fb_column columns[] = {{"Largest processes", FB_LEFT},
						   {"Resident", FB_RIGHT}};
	const struct fb_mem *mem = &report->usage;
	char text[32];

	if (!mem->process_count)
		return;
	fb_html_table(&report->html, NULL, columns, FB_ARRAY_SIZE(columns));
	for (size_t i = 0; i < mem->process_count && i < MOST_ROWS; i++) {
		fb_html_row(&report->html, NULL);
		fb_html_cell(&report->html, "name", "%s",
			     fb_report_task(mem->processes[i].task).text);
		fb_html_cell(&report->html, "n", "%s",
			     fb_text_size(mem->processes[i].bytes, text, sizeof(text)));
		fb_html_row_end(&report->html);
	}
	fb_html_table_end(&report->html);
}

static void put_slabs(struct fb_report *report)
{
	static const struct fb_column columns[] = {
		{"Largest slab caches", FB_LEFT}, {"Objects", FB_RIGHT}, {"Size", FB_RIGHT}};
	const struct fb_slab_usages *slabs = &report->usage.slabs;
	char text[32];

	if (!slabs->count)
		return;
	fb_html_table(&report->html, NULL, columns, FB_ARRAY_SIZE(columns));
	for (size_t i = 0; i < slabs->count && i < MOST_ROWS; i++) {
		const struct fb_slab_usage *usage = &slabs->caches[i];

		fb_html_row(&report->html, NULL);
		fb_html_cell(&report->html, "name", "%s", usage->name);
		fb_html_cell(&report->html, "n", "%s",
			     usage->counted ? fb_text_count(usage->objects, text, sizeof(text))
					    : "?");
		fb_html_cell(&report->html, "n", "%s",
			     usage->counted ? fb_text_size(usage->bytes, text, sizeof(text)) : "?");
		fb_html_row_end(&report->html);
	}
	fb_html_table_end(&report->html);
}

void fb_report_usage(struct fb_report *report)
{
	struct fb_html *html = &report->html;
	uint64_t total = 0;

	fb_html_section(
		html, "usage", "What memory is used for",
		"By the kernel's own counters. `fbundle mem` has the zones and all of each list.");
	if (fb_meminfo_value(&report->usage.meminfo, "MemTotal", &total) && total) {
		fb_html_raw(html, "<div class=\"wide\"><span class=\"bar\">");
		put_uses(report, total, false);
		fb_html_raw(html, "</span></div>\n<div class=\"legend uses\">\n");
		put_uses(report, total, true);
		fb_html_raw(html, "</div>\n");
		fb_html_raw(html, "<div class=\"pair\">");
		put_processes(report);
		put_slabs(report);
		fb_html_raw(html, "</div>\n");
	} else {
		fb_html_element(html, "p", "warn", "The counters cannot be read from this dump.");
	}
	fb_html_section_end(html);
}
