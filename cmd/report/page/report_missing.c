// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The section on what is missing in the report, and which files are needed for it.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cmd/report/page/report.h"

/* Processes that are named; the table of tasks has them all. */
#define MOST_NAMES 100u
/* And files that stacks end in. */
#define MOST_FILES 20u

static void add_row(struct fb_report *report, const char *what, const char *remedy,
		    const char *format, ...) FB_PRINTF(4, 5);

static void add_row(struct fb_report *report, const char *what, const char *remedy,
		    const char *format, ...)
{
	struct fb_html *html = &report->html;
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fb_html_row(html, NULL);
	fb_html_cell(html, NULL, "%s", what);
	fb_html_cell(html, NULL, "%s", text);
	fb_html_cell(html, "how", "%s", remedy);
	fb_html_row_end(html);
}

static void add_dump(struct fb_report *report)
{
	struct fb_kernel *kernel = fb_input_kernel(report->input);
	const char *build_id = fb_kernel_info(kernel)->build_id;
	char remedy[160];
	const int32_t *lost = NULL;
	size_t count = report->tasks ? fb_tasks_lost(report->tasks, &lost) : 0;

	snprintf(remedy, sizeof(remedy),
		 "its vmlinux with debug information, build-id %s, as --vmlinux",
		 build_id ? build_id : "unknown");
	if (fb_dump_info(fb_input_dump(report->input))->incomplete)
		add_row(report, "Part of the dump", "room where the dump is written to, and time",
			"the dump is incomplete: it was cut off while it was written");
	if (count)
		add_row(report, "Tasks",
			"a makedumpfile that knows this kernel: the filter took pages in use",
			"%zu threads are known by number only, TID %d first", count, lost[0]);
	if (!fb_kernel_types(kernel))
		add_row(report, "Types", remedy,
			"the kernel's types (BTF) are missing, and with them tasks, waits, "
			"user stacks, and whose the cores are");
	if (!fb_kernel_symbols(kernel))
		add_row(report, "Symbols", remedy,
			"the kernel's symbols (kallsyms) are missing, and with them stacks and "
			"modules too");
}

static bool lacks_core(const struct fb_report *report, const struct fb_task *task)
{
	return task->mm && !task->kernel_thread && !task->idle && task->tid == task->pid &&
	       !fb_input_core_of(report->input, task->pid);
}

static void add_names(struct fb_report *report, size_t count)
{
	struct fb_html *html = &report->html;
	size_t shown = 0;

	for (size_t i = 0; i < fb_tasks_count(report->tasks) && shown < MOST_NAMES; i++) {
		const struct fb_task *task = fb_tasks_get(report->tasks, i);

		if (!lacks_core(report, task))
			continue;
		fb_html_element(html, "span", task->state == 'D' ? "tag bad" : "tag", "%s",
				fb_report_task(task).text);
		fb_html_raw(html, " ");
		shown++;
	}
	if (shown < count)
		fb_html_text(html, "and %zu more", count - shown);
}

static void add_processes(struct fb_report *report)
{
	struct fb_html *html = &report->html;
	size_t count = 0, blocked = 0;

	for (size_t i = 0; report->tasks && i < fb_tasks_count(report->tasks); i++) {
		const struct fb_task *task = fb_tasks_get(report->tasks, i);

		if (lacks_core(report, task)) {
			count++;
			blocked += task->state == 'D';
		}
	}
	if (!count)
		return;
	fb_html_row(html, NULL);
	fb_html_cell(html, NULL, "Memory of processes");
	fb_html_raw(html, "<td>");
	fb_html_element(html, "p", NULL, "%zu processes have no core:", count);
	add_names(report, count);
	fb_html_raw(html, "</td>");
	fb_html_cell(html, "how", "gcore of each before the panic, joined by `fbundle merge`.%s",
		     blocked ? " Those in D state no debugger can stop: for them a dump that keeps "
			       "user pages (makedumpfile -d 23)."
			     : "");
	fb_html_row_end(html);
}

static void add_cores(struct fb_report *report)
{
	size_t orphans = 0;

	for (size_t i = 0; i < report->core_count; i++) {
		const struct fb_input_core *core = &report->cores[i];
		const struct fb_core_info *info = fb_core_info(core->core);

		orphans += !core->match.task;
		if (info->truncated)
			add_row(report, "Part of a core", "its whole file: limits and room on disk",
				"%s is cut off", fb_report_name(info->path));
	}
	if (orphans)
		add_row(report, "Processes of cores",
			"nothing: they were gone at the panic, or are another machine's or boot's",
			"%zu %s no process (see Cores)", orphans,
			orphans == 1 ? "core matches" : "cores match");
}

static void add_memory(struct fb_report *report)
{
	uint64_t absent = 0, swap = 0;
	char size[32];

	for (size_t i = 0; i < report->memory_count; i++) {
		absent += report->memory[i].sources.absent;
		swap += report->memory[i].sources.swap;
	}
	if (absent)
		add_row(report, "Pages of processes with a core",
			"the files that were mapped, under --sysroot",
			"%s: mostly of programs and libraries, which cores leave out",
			fb_text_size(absent * FB_PAGE_SIZE, size, sizeof(size)));
	if (swap)
		add_row(report, "Swapped pages", "the swap device's own contents",
			"%s of processes with a core were on a disk",
			fb_text_size(swap * FB_PAGE_SIZE, size, sizeof(size)));
}

/* The files that most stacks end in. */
static void add_files(struct fb_report *report)
{
	char remedy[256];

	for (size_t i = 0; i < report->wanted_count && i < MOST_FILES; i++) {
		const struct fb_wanted_file *file = &report->wanted[i];

		snprintf(remedy, sizeof(remedy), "that file below --sysroot; its build-id is %s",
			 file->build_id ? file->build_id : "unknown");
		add_row(report, file->path, remedy, "%zu user stack%s in it", file->stacks,
			file->stacks == 1 ? " ends" : "s end");
	}
	if (report->wanted_count > MOST_FILES)
		add_row(report, "Other programs and libraries", "fbundle bt -a lists them",
			"user stacks end in %zu more", report->wanted_count - MOST_FILES);
}

static void add_stacks(struct fb_report *report)
{
	size_t kernel = 0, user = 0, stored = 0;

	for (size_t i = 0; report->stacks && i < fb_thread_stacks_count(report->stacks); i++) {
		const struct fb_thread_stack *stack = fb_thread_stacks_get(report->stacks, i);

		kernel += stack->kernel.ended == FB_UNWIND_LOST;
		stored += stack->user_stored;
		user += !stack->user.complete && !stack->task->kernel_thread && !stack->task->idle;
	}
	if (kernel)
		add_row(report, "Kernel stacks", "see where each of them ends", "%zu end early",
			kernel);
	if (user)
		add_row(report, "User stacks",
			"cores of the processes, and their programs and libraries under --sysroot",
			"%zu end early", user);
	if (stored)
		add_row(report, "Memory of redacted processes",
			"the dump and the cores that the bundle was made of",
			"%zu user stacks are shown as they were stored then", stored);
}

static void add_warnings(struct fb_report *report)
{
	const struct fb_warnings *warnings = report->context->warnings;
	size_t count = fb_warnings_count(warnings);

	if (!count)
		return;
	fb_html_element(&report->html, "h3", NULL, "Warnings");
	fb_html_raw(&report->html, "<ul>\n");
	for (size_t i = 0; i < count; i++)
		fb_html_element(&report->html, "li", NULL, "%s", fb_warnings_get(warnings, i));
	if (fb_warnings_dropped(warnings))
		fb_html_element(&report->html, "li", NULL, "%zu more of the kind",
				fb_warnings_dropped(warnings));
	fb_html_raw(&report->html, "</ul>\n");
}

void fb_report_missing(struct fb_report *report)
{
	static const struct fb_column columns[] = {
		{"What", FB_LEFT},
		{"As it is", FB_LEFT},
		{"What would give it", FB_LEFT},
	};

	fb_html_section(&report->html, "missing", "What is missing, and what would give it", NULL);
	fb_html_table(&report->html, NULL, columns, FB_ARRAY_SIZE(columns));
	add_dump(report);
	add_processes(report);
	add_cores(report);
	add_memory(report);
	add_stacks(report);
	add_files(report);
	fb_html_table_end(&report->html);
	add_warnings(report);
	fb_html_section_end(&report->html);
}
