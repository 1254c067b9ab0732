// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The sections on cores and memory: to which process each core belongs and by which evidence, what it added, and the
 * memory of those processes.
 */
#include <math.h>

#include "base/text.h"
#include "cmd/report/page/report.h"

static const char *verdict_class(enum fb_verdict verdict)
{
	switch (verdict) {
	case FB_VERDICT_CERTAIN:
		return "name good";
	case FB_VERDICT_LIKELY:
		return "name warn";
	case FB_VERDICT_NONE:
		break;
	}
	return "name bad";
}

static void count_cell(struct fb_html *html, const char *class, uint64_t count)
{
	char text[32];

	fb_html_cell(html, class, "%s", count ? fb_text_count(count, text, sizeof(text)) : "-");
}

static void add_core(struct fb_report *report, size_t index)
{
	const struct fb_input_core *core = &report->cores[index];
	const struct fb_page_counts *counts = &report->counts[index];
	const struct fb_core_info *info = fb_core_info(core->core);
	double age = core->match.taken_before_panic_s;
	struct fb_html *html = &report->html;
	char text[32];

	fb_html_row(html, "main");
	fb_html_cell(html, "name", "%s%s", fb_core_name(core->core),
		     info->truncated ? " (cut off)" : "");
	fb_html_cell(html, "name", "%s",
		     core->match.task ? fb_report_task(core->match.task).text : "-");
	fb_html_cell(html, verdict_class(core->match.verdict), "%s",
		     fb_verdict_name(core->match.verdict));
	fb_html_cell(html, "n", "%s",
		     isfinite(age) ? fb_text_duration(age, text, sizeof(text)) : "?");
	count_cell(html, "n", counts->total);
	count_cell(html, "n", counts->same);
	count_cell(html, "n good", counts->filled);
	count_cell(html, "n", counts->differ);
	count_cell(html, "n", counts->unplaced);
	fb_html_row_end(html);
	fb_html_raw(html, "<tr class=\"sub\"><td colspan=\"9\">");
	for (size_t i = 0; i < core->match.evidence_count; i++)
		fb_html_text(html, "%s%s", i ? "; " : "", core->match.evidence[i]);
	fb_html_raw(html, "</td>");
	fb_html_row_end(html);
}

void fb_report_cores(struct fb_report *report)
{
	static const struct fb_column columns[] = {
		{"Core", FB_LEFT},      {"Process", FB_LEFT}, {"Match", FB_LEFT},
		{"Older by", FB_RIGHT}, {"Pages", FB_RIGHT},  {"Same", FB_RIGHT},
		{"Filled", FB_RIGHT},   {"Differ", FB_RIGHT}, {"No frame", FB_RIGHT},
	};

	fb_html_section(
		&report->html, "cores", "Cores, and whose they are",
		"Same: the dump has the page with these bytes. Filled: only the core has it. "
		"Differ: written between core and panic. No frame: swapped out or given back "
		"since. Below each, what its match rests on.");
	if (!report->tasks) {
		fb_report_without_tasks(report);
	} else if (report->core_count) {
		fb_html_table(&report->html, NULL, columns, FB_ARRAY_SIZE(columns));
		for (size_t i = 0; i < report->core_count; i++)
			add_core(report, i);
		fb_html_table_end(&report->html);
	} else {
		fb_html_element(
			&report->html, "p", NULL,
			"No core was given: the memory of processes is not in this report.");
	}
	fb_html_section_end(&report->html);
}

/* A bar of parts, each as wide as its share. */
static void add_bar(struct fb_html *html, const struct fb_page_sources *sources)
{
	const struct {
		const char *class;
		uint64_t pages;
	} parts[] = {
		{"vmcore", sources->vmcore}, {"core", sources->core}, {"file", sources->file},
		{"zero", sources->zero},     {"swap", sources->swap}, {"absent", sources->absent},
	};
	uint64_t total = 0;

	for (size_t i = 0; i < FB_ARRAY_SIZE(parts); i++)
		total += parts[i].pages;
	fb_html_raw(html, "<td><span class=\"bar\">");
	for (size_t i = 0; i < FB_ARRAY_SIZE(parts) && total; i++) {
		if (!parts[i].pages)
			continue;
		fb_html_markup(html, "<i class=\"%s\" style=\"width:%.2f%%\"></i>", parts[i].class,
			       100.0 * (double)parts[i].pages / (double)total);
	}
	fb_html_raw(html, "</span></td>");
}

static void size_cell(struct fb_html *html, const char *class, uint64_t pages)
{
	char text[32];

	fb_html_cell(html, class, "%s",
		     pages ? fb_text_size(pages * FB_PAGE_SIZE, text, sizeof(text)) : "-");
}

static void add_memory(struct fb_report *report, const struct fb_report_memory *memory)
{
	const struct fb_page_sources *sources = &memory->sources;
	struct fb_html *html = &report->html;

	fb_html_anchor(html, "tr", "m", memory->task->pid);
	fb_html_raw(html, "<td class=\"name\">");
	fb_html_link(html, "p", memory->task->pid);
	fb_html_text(html, "%s", fb_report_task(memory->task).text);
	fb_html_raw(html, "</a></td>");
	add_bar(html, sources);
	size_cell(html, "n", sources->vmcore);
	size_cell(html, "n", sources->core);
	size_cell(html, "n", sources->file);
	size_cell(html, "n", sources->zero);
	size_cell(html, sources->swap ? "n warn" : "n", sources->swap);
	size_cell(html, sources->absent ? "n warn" : "n", sources->absent);
	fb_html_row_end(html);
}

void fb_report_memory(struct fb_report *report)
{
	static const struct fb_column columns[] = {
		{"Process", FB_LEFT}, {"", FB_LEFT},
		{"Dump", FB_RIGHT},   {"Core", FB_RIGHT},
		{"File", FB_RIGHT},   {"Untouched", FB_RIGHT},
		{"Swap", FB_RIGHT},   {"Not to be had", FB_RIGHT},
	};

	if (!report->memory_count)
		return;
	fb_html_section(&report->html, "memory", "Where the memory of these processes comes from",
			"Readable mappings of each process with a core. Files are those under "
			"--sysroot.");
	fb_html_table(&report->html, NULL, columns, FB_ARRAY_SIZE(columns));
	for (size_t i = 0; i < report->memory_count; i++)
		add_memory(report, &report->memory[i]);
	fb_html_table_end(&report->html);
	fb_html_raw(&report->html,
		    "<p class=\"legend\"><i class=\"vmcore\"></i> dump <i class=\"core\"></i> core "
		    "<i class=\"file\"></i> file <i class=\"zero\"></i> untouched "
		    "<i class=\"swap\"></i> swap <i class=\"absent\"></i> not to be had</p>\n");
	fb_html_section_end(&report->html);
}
