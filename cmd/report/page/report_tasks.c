// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The section with the table of tasks: processes, then kernel threads.
 */
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "bundle/process/process.h"
#include "cmd/report/page/report.h"
#include "kernel/files/files.h"

struct row {
	const struct fb_task *task; /* the leader, or another thread of the group that is left */
	size_t first, threads;      /* of the process, in the table of tasks */
	size_t blocked;
	char states[8]; /* of its threads, each once */
	struct fb_filter filter;
};

/* Threads of a process that are listed. */
#define MOST_THREADS 6000u

static void add_state(struct row *row, const struct fb_task *task)
{
	size_t length = strlen(row->states);

	row->blocked += task->state == 'D';
	if (!strchr(row->states, task->state) && length + 1 < sizeof(row->states))
		row->states[length] = task->state;
}

/* The thread's links to its stack and its wait, with what it waits for as the text. */
static void add_links(struct fb_report *report, const struct fb_task *task)
{
	struct fb_html *html = &report->html;
	const struct fb_wait *waits = NULL;
	size_t count = 0;

	fb_report_link(report, FB_ANCHOR_STACK, task->tid, "stack");
	if (report->waits)
		waits = fb_waits_of(report->waits, task->tid, &count);
	if (!count)
		return;
	fb_html_raw(html, " ");
	if (fb_report_has_anchor(report, FB_ANCHOR_WAIT, task->tid))
		fb_report_link(report, FB_ANCHOR_WAIT, task->tid, waits->kind);
	else
		fb_html_text(html, "%s", waits->kind);
}

/* Of a process with several threads they can be opened. */
static void add_threads(struct fb_report *report, const struct row *row)
{
	struct fb_html *html = &report->html;

	fb_html_raw(html, "<td class=\"threads\">");
	if (row->threads == 1) {
		add_links(report, row->task);
		fb_html_raw(html, "</td>");
		return;
	}
	fb_html_raw(html, "<details>");
	fb_html_element(html, "summary", NULL, "%zu threads", row->threads);
	for (size_t i = 0; i < row->threads && i < MOST_THREADS; i++) {
		const struct fb_task *task = fb_tasks_get(report->tasks, row->first + i);

		fb_html_raw(html, "<div>");
		fb_html_text(html, "%s %c ", fb_report_task(task).text, task->state);
		add_links(report, task);
		fb_html_raw(html, "</div>\n");
	}
	if (row->threads > MOST_THREADS)
		fb_html_element(html, "div", NULL, "and %zu more", row->threads - MOST_THREADS);
	fb_html_raw(html, "</details></td>");
}

static void add_core(struct fb_report *report, const struct fb_task *task)
{
	const struct fb_input_core *core = fb_input_core_of(report->input, task->pid);
	struct fb_html *html = &report->html;

	if (!core) {
		fb_html_cell(html, NULL, "-");
		return;
	}
	fb_html_raw(html, "<td class=\"name good\">");
	fb_html_text(html, "%s ", fb_report_name(fb_core_info(core->core)->path));
	fb_report_link(report, FB_ANCHOR_MEMORY, task->pid, "memory");
	fb_html_raw(html, "</td>");
}

/* Sockets among them are what a hang is often about. */
static struct fb_error *add_files(struct fb_report *report, const struct fb_task *task)
{
	struct fb_open_files files = {0};
	char count[32];
	size_t sockets = 0;
	struct fb_error *err;

	if (task->kernel_thread || !task->mm) {
		fb_html_cell(&report->html, "n", "-");
		return NULL;
	}
	err = fb_open_files_load(fb_input_kernel(report->input), task, NULL, &files);
	if (fb_error_is_fatal(err))
		return err;
	if (err) {
		fb_error_destroy(err);
		fb_html_cell(&report->html, "n warn", "?");
		return NULL;
	}
	for (size_t i = 0; i < files.count; i++)
		sockets += files.files[i].socket != NULL;
	fb_text_count(files.count, count, sizeof(count));
	if (sockets)
		fb_html_cell(&report->html, "n", "%s (%zu sockets)", count, sockets);
	else
		fb_html_cell(&report->html, "n", "%s", count);
	fb_open_files_deinit(&files);
	return NULL;
}

static void open_row(struct fb_html *html, const struct row *row)
{
	const char *class = row->blocked        ? " class=\"bad\""
			    : row->task->on_cpu ? " class=\"good\""
						: "";

	fb_html_markup(html, "<tr id=\"p%d\"%s", row->task->pid, class);
	fb_filter_write(html, &row->filter);
	fb_html_raw(html, ">");
}

static struct fb_error *add_row(struct fb_report *report, const struct row *row)
{
	const struct fb_task *task = row->task;
	struct fb_html *html = &report->html;
	char cmdline[FB_MAX_STRING];
	struct fb_error *err;

	open_row(html, row);
	fb_html_cell(html, "n", "%d", task->pid);
	fb_html_cell(html, "name", "%.*s", (int)sizeof(task->comm), task->comm);
	fb_html_cell(html, NULL, "%s", row->states);
	fb_html_cell(html, "n", "%d", task->ppid);
	if (task->uid == UINT32_MAX)
		fb_html_cell(html, "n", "?");
	else
		fb_html_cell(html, "n", "%u", task->uid);
	add_threads(report, row);
	err = add_files(report, task);
	add_core(report, task);
	if (!err)
		err = fb_process_cmdline(report->input, task, cmdline, sizeof(cmdline));
	if (!err)
		fb_html_cell(html, "how", "%s", cmdline);
	fb_html_row_end(html);
	return err;
}

/* The process whose threads begin at index `first` of the table. */
static void fill_row(const struct fb_report *report, size_t first, struct row *row)
{
	const size_t total = fb_tasks_count(report->tasks);
	const struct fb_task *task = fb_tasks_get(report->tasks, first);

	*row = (struct row){.task = task, .first = first};
	fb_filter_begin(&row->filter);
	for (size_t i = first; i < total; i++) {
		const struct fb_task *member = fb_tasks_get(report->tasks, i);

		if (member->pid != task->pid)
			break;
		if (member->tid == member->pid)
			row->task = member;
		row->threads++;
		add_state(row, member);
		fb_report_filter_add(report, &row->filter, member);
	}
}

/* The rows of processes, or of kernel threads. */
static struct fb_error *add_rows(struct fb_report *report, bool kernel)
{
	size_t total = fb_tasks_count(report->tasks);
	struct fb_error *err = NULL;
	struct row row;

	for (size_t i = 0; i < total && !err; i += row.threads) {
		const struct fb_task *task = fb_tasks_get(report->tasks, i);

		row.threads = 1;
		if (task->idle)
			continue;
		fill_row(report, i, &row);
		if (task->kernel_thread == kernel)
			err = add_row(report, &row);
	}
	return err;
}

struct fb_error *fb_report_tasks(struct fb_report *report)
{
	static const struct fb_column columns[] = {
		{"PID", FB_RIGHT},        {"Name", FB_LEFT}, {"State", FB_LEFT},
		{"PPID", FB_RIGHT},       {"UID", FB_RIGHT}, {"Stack, wait", FB_LEFT},
		{"Open files", FB_RIGHT}, {"Core", FB_LEFT}, {"Command line", FB_LEFT},
	};
	struct fb_error *err;

	fb_html_section(
		&report->html, "tasks", "Tasks",
		"R runs or could, S sleeps, D sleeps and cannot be woken by a signal, I idle "
		"worker, T stopped, t traced, Z exited and not waited for. Links lead to "
		"the stack, the wait and the memory.");
	if (!report->tasks) {
		fb_report_without_tasks(report);
		fb_html_section_end(&report->html);
		return NULL;
	}
	fb_html_table(&report->html, "dense", columns, FB_ARRAY_SIZE(columns));
	err = add_rows(report, false);
	fb_html_table_end(&report->html);
	if (!err) {
		fb_html_element(&report->html, "h3", NULL, "Kernel threads");
		fb_html_table(&report->html, "dense", columns, FB_ARRAY_SIZE(columns));
		err = add_rows(report, true);
		fb_html_table_end(&report->html);
	}
	fb_html_section_end(&report->html);
	return err;
}
