// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The section on what the CPUs ran, with the one that panicked first.
 */
#include "cmd/report/page/report.h"

static void add_cpu(struct fb_report *report, const struct fb_task *task, bool panicked)
{
	const struct fb_thread_stack *stack = fb_report_stack_of(report, task);

	if (task->idle)
		fb_html_raw(&report->html, "<h3>");
	else
		fb_html_anchor(&report->html, "h3", "s", task->tid);
	fb_html_text(&report->html, "CPU %u: ", task->cpu);
	if (!task->idle)
		fb_html_link(&report->html, "p", task->pid);
	fb_html_text(&report->html, "%s", fb_report_task(task).text);
	fb_html_raw(&report->html, task->idle ? "" : "</a>");
	fb_html_text(&report->html, "%s", panicked ? " (panicked)" : "");
	fb_html_raw(&report->html, "</h3>\n");
	if (stack)
		fb_report_stack(report, stack);
	else
		fb_html_element(&report->html, "p", "warn", "Its stack cannot be read.");
}

static void add_idle(struct fb_report *report)
{
	size_t shown = 0;

	for (size_t i = 0; i < fb_tasks_count(report->tasks); i++) {
		const struct fb_task *task = fb_tasks_get(report->tasks, i);

		if (!task->on_cpu || !task->idle || task == report->panic.task)
			continue;
		fb_html_raw(&report->html, shown++ ? ", " : "<p>Idle: CPU ");
		fb_html_text(&report->html, "%u", task->cpu);
	}
	if (shown)
		fb_html_raw(&report->html, "</p>\n");
}

/* What CPUs ran whose threads are not known. */
static void add_cpus(struct fb_report *report)
{
	struct fb_html *html = &report->html;

	if (!report->cpus.count)
		fb_html_element(html, "p", "warn",
				"What the CPUs ran cannot be told from this dump.");
	for (size_t i = 0; i < report->cpus.count; i++) {
		const struct fb_bt_cpu *cpu = &report->cpus.list[i];

		fb_html_element(html, "h3", NULL, "CPU %u%s", cpu->cpu,
				cpu->panicked ? " (panicked)" : "");
		fb_html_element(html, "p", "how", "%s",
				fb_bt_cpu_in_user(cpu)
					? "It ran in user mode; which thread is not known."
					: "Which thread it ran is not known.");
		if (cpu->stack.count || !fb_bt_cpu_in_user(cpu))
			fb_report_cpu_stack(report, &cpu->stack);
	}
}

/* What the tasks of CPUs did. */
static void add_tasks(struct fb_report *report)
{
	const struct fb_task *panicked = report->panic.task;

	if (panicked)
		add_cpu(report, panicked, true);
	else
		fb_html_element(&report->html, "p", "warn",
				"Which task panicked cannot be told from the dump.");
	for (size_t i = 0; i < fb_tasks_count(report->tasks); i++) {
		const struct fb_task *task = fb_tasks_get(report->tasks, i);

		if (task->on_cpu && !task->idle && task != panicked)
			add_cpu(report, task, false);
	}
	add_idle(report);
}

void fb_report_panic(struct fb_report *report)
{
	fb_html_section(&report->html, "panic", "Where it panicked, and what the other CPUs ran",
			"Kernel frames first, then those of the program. A ? marks a frame that "
			"unwind tables did not lead to.");
	if (report->tasks)
		add_tasks(report);
	else
		add_cpus(report);
	fb_html_section_end(&report->html);
}
