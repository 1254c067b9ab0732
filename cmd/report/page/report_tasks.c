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
	size_t threads, blocked;    /* of the process */
	char states[8];             /* of its threads, each once */
};

static void add_state(struct row *row, const struct fb_task *task)
{
	size_t length = strlen(row->states);

	row->blocked += task->state == 'D';
	if (!strchr(row->states, task->state) && length + 1 < sizeof(row->states))
		row->states[length] = task->state;
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

static struct fb_error *add_row(struct fb_report *report, const struct row *row)
{
	const struct fb_input_core *core = fb_input_core_of(report->input, row->task->pid);
	const struct fb_task *task = row->task;
	struct fb_html *html = &report->html;
	char cmdline[FB_MAX_STRING];
	struct fb_error *err;

	fb_html_row(html, row->blocked ? "bad" : task->on_cpu ? "good" : NULL);
	fb_html_cell(html, "n", "%d", task->pid);
	fb_html_cell(html, "name", "%.*s", (int)sizeof(task->comm), task->comm);
	fb_html_cell(html, NULL, "%s", row->states);
	fb_html_cell(html, "n", "%d", task->ppid);
	if (task->uid == UINT32_MAX)
		fb_html_cell(html, "n", "?");
	else
		fb_html_cell(html, "n", "%u", task->uid);
	fb_html_cell(html, "n", "%zu", row->threads);
	err = add_files(report, task);
	fb_html_cell(html, core ? "name good" : NULL, "%s",
		     core ? fb_report_name(fb_core_info(core->core)->path) : "-");
	if (!err)
		err = fb_process_cmdline(report->input, task, cmdline, sizeof(cmdline));
	if (!err)
		fb_html_cell(html, "how", "%s", cmdline);
	fb_html_row_end(html);
	return err;
}

/* The rows of processes, or of kernel threads. */
static struct fb_error *add_rows(struct fb_report *report, bool kernel)
{
	size_t total = fb_tasks_count(report->tasks);
	struct fb_error *err = NULL;

	for (size_t i = 0; i < total && !err;) {
		const struct fb_task *task = fb_tasks_get(report->tasks, i);
		struct row row = {.task = task};

		if (task->idle || task->kernel_thread != kernel) {
			i++;
			continue;
		}
		for (; i < total && fb_tasks_get(report->tasks, i)->pid == task->pid; i++) {
			const struct fb_task *member = fb_tasks_get(report->tasks, i);

			if (member->tid == member->pid)
				row.task = member;
			row.threads++;
			add_state(&row, member);
		}
		err = add_row(report, &row);
	}
	return err;
}

struct fb_error *fb_report_tasks(struct fb_report *report)
{
	static const struct fb_column columns[] = {
		{"PID", FB_RIGHT},        {"Name", FB_LEFT}, {"State", FB_LEFT},
		{"PPID", FB_RIGHT},       {"UID", FB_RIGHT}, {"Threads", FB_RIGHT},
		{"Open files", FB_RIGHT}, {"Core", FB_LEFT}, {"Command line", FB_LEFT},
	};
	struct fb_error *err;

	fb_html_section(
		&report->html, "tasks", "Tasks",
		"R runs or could, S sleeps, D sleeps and cannot be woken by a signal, I idle "
		"worker, T stopped, t traced, Z exited and not waited for.");
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
