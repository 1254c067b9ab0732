// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The stacks of a ticket: of the thread that panicked, of those in deadlocks and chains, then the first of each group
 * of threads in state D. Called by ticket.c.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cmd/report/markdown/ticket_private.h"

/* One stack, and what is kept for the end of the ticket. */
#define STACK_BYTES 6000u
#define RESERVE 1200u
/* A stack is up to 164 frames of at most about 1.2 KB. */
#define MAX_STACK (1u << 20)

/* Writes a whole stack, as the page has it but without markup, below its heading. False: there was no room for it. */
static bool put_stack(struct fb_ticket *ticket, const struct fb_task *task, const char *heading,
		      void (*write)(struct fb_report *report, const void *stack), const void *stack)
{
	struct fb_report *report = ticket->report;
	struct fb_markdown *markdown = &ticket->markdown;
	const struct fb_html page = report->html;
	struct fb_buf lines;
	size_t left, most;
	bool shown = false;

	fb_buf_init(&lines, MAX_STACK);
	fb_html_init_text(&report->html, &lines);
	write(report, stack);
	fb_ticket_keep(ticket, fb_html_finish(&report->html));
	report->html = page;
	/* What ends the last line of a <pre> makes an empty one. */
	if (lines.size > 1 && !memcmp(lines.data + lines.size - 2, "\n\n", 2))
		lines.size--;
	most = lines.size + 256 < STACK_BYTES ? lines.size + 256 : STACK_BYTES;
	if (fb_markdown_room(markdown) > most + RESERVE) {
		fb_markdown_format(markdown, "%s", heading);
		if (task)
			fb_markdown_prose(markdown, fb_task_comm(task).text, 64);
		fb_markdown_raw(markdown, "\n\n");
		left = fb_markdown_block(markdown, &lines, STACK_BYTES, false);
		if (left)
			fb_markdown_format(markdown,
					   "%zu more lines: `fbundle bt -a` has them.\n\n", left);
		shown = true;
	}
	fb_buf_deinit(&lines);
	return shown;
}

static void write_thread(struct fb_report *report, const void *stack)
{
	fb_report_stack(report, stack);
}

static void write_cpu(struct fb_report *report, const void *stack)
{
	fb_report_cpu_stack(report, stack);
}

static void put_task(struct fb_ticket *ticket, const struct fb_task *task)
{
	const struct fb_thread_stack *stack = fb_report_stack_of(ticket->report, task);
	const double waited = fb_report_waited(ticket->report, task);
	char heading[128], since[32] = "";

	if (!stack)
		return;
	if (waited >= 0)
		fb_text_duration(waited, since, sizeof(since));
	snprintf(heading, sizeof(heading), "### PID %d, TID %d, state %c%s%s%s: ", task->pid,
		 task->tid, task->state, *since ? ", for " : "", since,
		 task == ticket->report->panic.task ? ", panicked" : "");
	if (!put_stack(ticket, task, heading, write_thread, stack))
		ticket->stacks++;
}

/* Of a dump in which no task is found: what the CPUs ran, the one that panicked first. */
static void put_cpus(struct fb_ticket *ticket)
{
	for (size_t i = 0; i < ticket->report->cpus.count; i++) {
		const struct fb_bt_cpu *cpu = &ticket->report->cpus.list[i];
		char heading[64];

		snprintf(heading, sizeof(heading), "### CPU %u%s", cpu->cpu,
			 cpu->panicked ? ", panicked" : "");
		if (cpu->stack.count && !put_stack(ticket, NULL, heading, write_cpu, &cpu->stack))
			ticket->stacks++;
	}
}

void fb_ticket_stacks(struct fb_ticket *ticket)
{
	const struct fb_report *report = ticket->report;

	for (size_t i = 0; i < report->group_count; i++)
		if (report->groups[i].blocked)
			fb_ticket_concern(ticket, report->groups[i].entries->stack->task);
	fb_markdown_raw(&ticket->markdown, "## Stacks of the threads concerned\n\n");
	for (size_t i = 0; i < ticket->concerned_count; i++)
		put_task(ticket, ticket->concerned[i]);
	if (!report->tasks)
		put_cpus(ticket);
}
