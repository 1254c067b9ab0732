// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The head of the report: what happened, where, and what to look at.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/part.h"
#include "base/text.h"
#include "cmd/report/page/report.h"
#include "cmd/shared/crash_line.h"
#include "cmd/shared/taints.h"

static void add_kernel(struct fb_html *html, const struct fb_kernel_info *kernel)
{
	char text[64];

	if (*kernel->node)
		fb_html_fact(html, "Host", "%s", kernel->node);
	fb_html_fact(html, "Kernel", "Linux %s", kernel->release);
	fb_html_fact(html, "Version", "%s", *kernel->version ? kernel->version : "unknown");
	fb_html_fact(html, "Build ID", "%s", kernel->build_id ? kernel->build_id : "unknown");
	fb_html_fact(html, "Crashed", "%s", fb_format_time(kernel->crash_time, text, sizeof(text)));
	fb_html_fact(html, "Up", "%s",
		     isfinite(kernel->uptime_s)
			     ? fb_text_duration(kernel->uptime_s, text, sizeof(text))
			     : "unknown");
	if (isfinite(kernel->load[0]))
		fb_html_fact(html, "Load", "%.2f, %.2f, %.2f (1, 5, 15 min)", kernel->load[0],
			     kernel->load[1], kernel->load[2]);
	if (kernel->cpus)
		fb_html_fact(html, "CPUs", "%u", kernel->cpus);
	if (kernel->memory_bytes)
		fb_html_fact(html, "Memory", "%s",
			     fb_text_size(kernel->memory_bytes, text, sizeof(text)));
}

static void add_taints(struct fb_report *report)
{
	struct fb_html *html = &report->html;
	uint64_t mask = 0;
	struct fb_error *err = fb_taints(fb_input_kernel(report->input), &mask);
	const bool known = !err;
	char text[64];

	fb_html_raw(html, "<dt>Taints</dt><dd>");
	if (!mask)
		fb_html_text(html, known ? "none" : "unknown");
	err = fb_part_skip(err);
	if (err && !html->err)
		html->err = err;
	else
		fb_error_destroy(err);
	for (unsigned bit = 0; bit < FB_TAINT_BITS; bit++)
		if (mask >> bit & 1)
			fb_html_element(html, "span", "tag warn", "%s",
					fb_taint_text(bit, text, sizeof(text)));
	fb_html_raw(html, "</dd>\n");
}

static void add_dump(struct fb_report *report)
{
	const struct fb_dump_info *dump = fb_dump_info(fb_input_dump(report->input));
	const char *compression = fb_dump_compression(fb_input_dump(report->input));
	char dumped[32], existing[32], size[32];

	fb_html_fact(&report->html, "Input", "%s", fb_report_name(fb_input_path(report->input)));
	fb_html_fact(&report->html, "Dump", "%s, pages %s%s%s%s%s%s", dump->format,
		     compression ? compression : "unknown", dump->flattened ? ", flattened" : "",
		     dump->split ? ", split" : "", dump->stream ? ", inside " : "",
		     dump->stream ? dump->stream : "", dump->incomplete ? ", incomplete" : "");
	fb_text_count(dump->pages_dumped, dumped, sizeof(dumped));
	fb_text_size(dump->pages_dumped * FB_PAGE_SIZE, size, sizeof(size));
	if (dump->pages_existing)
		fb_html_fact(&report->html, "Pages", "%s of %s dumped, %s", dumped,
			     fb_text_count(dump->pages_existing, existing, sizeof(existing)), size);
	else
		fb_html_fact(&report->html, "Pages", "%s dumped, %s", dumped, size);
}

static void add_tile(struct fb_html *html, const char *href, const char *class, uint64_t number,
		     const char *what)
{
	char text[32];

	fb_html_raw(html, "<a class=\"tile ");
	fb_html_raw(html, class);
	fb_html_raw(html, "\" href=\"#");
	fb_html_raw(html, href);
	fb_html_raw(html, "\">");
	fb_html_element(html, "b", NULL, "%s", fb_text_count(number, text, sizeof(text)));
	fb_html_raw(html, " ");
	fb_html_element(html, "span", NULL, "%s", what);
	fb_html_raw(html, "</a>\n");
}

static void add_task_tiles(struct fb_report *report)
{
	struct fb_html *html = &report->html;
	size_t processes = 0, threads = 0, blocked = 0, matched = 0;
	char of_cores[64];
	size_t cycles = report->waits ? fb_waits_analysis(report->waits)->cycle_count : 0;

	for (size_t i = 0; i < fb_tasks_count(report->tasks); i++) {
		const struct fb_task *task = fb_tasks_get(report->tasks, i);

		blocked += task->state == 'D';
		threads += !task->idle;
		processes += !task->idle && !task->kernel_thread && task->tid == task->pid;
	}
	for (size_t i = 0; i < report->core_count; i++)
		matched += report->cores[i].match.task != NULL;
	add_tile(html, "tasks", "", processes, "processes");
	add_tile(html, "tasks", "", threads, "threads, with the kernel's");
	add_tile(html, "blocked", blocked ? "bad" : "", blocked, "in D state");
	if (report->waits)
		add_tile(html, "waits", cycles ? "bad" : "", cycles,
			 cycles == 1 ? "deadlock" : "deadlocks");
	snprintf(of_cores, sizeof(of_cores), "of %zu %s matched to a process", report->core_count,
		 report->core_count == 1 ? "core" : "cores");
	add_tile(html, "cores", matched < report->core_count ? "warn" : "", matched, of_cores);
}

static void add_tiles(struct fb_report *report)
{
	struct fb_html *html = &report->html;
	size_t warnings = fb_warnings_count(report->context->warnings) +
			  fb_warnings_dropped(report->context->warnings);

	fb_html_raw(html, "<div class=\"tiles\">\n");
	if (report->tasks)
		add_task_tiles(report);
	add_tile(html, "missing", warnings ? "warn" : "", warnings,
		 warnings == 1 ? "warning" : "warnings");
	fb_html_raw(html, "</div>\n");
}

/* Text that is printable already, which fb_html_text() would escape again. */
static void put_printable(struct fb_html *html, const char *text)
{
	fb_html_printable(html, text, strlen(text));
}

static void add_kicker(struct fb_report *report)
{
	const struct fb_kernel_info *kernel = fb_kernel_info(fb_input_kernel(report->input));
	char time[64];

	fb_html_raw(&report->html, "<p class=\"kicker\">Crash report");
	if (*kernel->node)
		fb_html_text(&report->html, " · %s", kernel->node);
	if (kernel->crash_time)
		fb_html_text(&report->html, " · %s",
			     fb_format_time(kernel->crash_time, time, sizeof(time)));
	fb_html_raw(&report->html, "</p>\n");
}

/* The panic's own words, and where it was. */
static void add_panic(struct fb_report *report)
{
	const struct fb_panic *panic = &report->panic;
	struct fb_html *html = &report->html;

	fb_html_raw(html, "<p class=\"where\"><span class=\"code\">");
	put_printable(html, panic->message ? panic->message : "The log does not name a panic");
	fb_html_raw(html, "</span>");
	if (panic->cpu >= 0)
		fb_html_text(html, " on CPU %d", panic->cpu);
	if (panic->task)
		fb_html_text(html, "%sin PID %d, TID %d (%.*s)", panic->cpu >= 0 ? ", " : " ",
			     panic->task->pid, panic->task->tid, (int)sizeof(panic->task->comm),
			     panic->task->comm);
	fb_html_raw(html, "</p>\n");
}

static void add_part(struct fb_report *report, enum fb_assessment_part part)
{
	const struct fb_assessment *assessment = &report->assessment;
	struct fb_html *html = &report->html;

	fb_html_raw(html, "<div>\n");
	fb_html_element(html, "h2", NULL, "%s", fb_assessment_part_name(part));
	fb_html_raw(html, part == FB_ASSESS_NEXT ? "\n<ol>\n" : "\n<ul>\n");
	for (size_t i = 0; i < assessment->counts[part]; i++) {
		const struct fb_point *point = &assessment->points[part][i];

		fb_html_raw(html, "<li>");
		put_printable(html, point->text);
		if (point->section)
			fb_html_markup(html, " <a href=\"#%s\">%s</a>", point->section,
				       part == FB_ASSESS_NEXT ? "where" : "evidence");
		fb_html_raw(html, "</li>\n");
	}
	fb_html_raw(html, part == FB_ASSESS_NEXT ? "</ol>\n" : "</ul>\n");
	if (assessment->left[part])
		fb_html_element(html, "p", "how", "and %zu more, see Findings",
				assessment->left[part]);
	fb_html_raw(html, "</div>\n");
}

void fb_report_summary(struct fb_report *report)
{
	struct fb_html *html = &report->html;

	fb_html_raw(html, "<header id=\"summary\">\n");
	add_kicker(report);
	fb_html_raw(html, "<h1>");
	put_printable(html, report->assessment.headline);
	fb_html_raw(html, "</h1>\n");
	add_panic(report);
	fb_html_raw(html, "<div class=\"answers\">\n");
	for (unsigned part = 0; part < FB_ASSESS_PARTS; part++)
		add_part(report, (enum fb_assessment_part)part);
	fb_html_raw(html, "</div>\n");
	add_tiles(report);
	fb_html_raw(html, "<dl>\n");
	add_kernel(html, fb_kernel_info(fb_input_kernel(report->input)));
	add_taints(report);
	add_dump(report);
	fb_html_raw(html, "</dl>\n</header>\n");
}
