// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The sections of a ticket that are no waits and no stacks, and their order. Called by report.c and by the folder of
 * `report --sos`.
 */
#include "cmd/report/markdown/ticket.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "cmd/report/markdown/ticket_private.h"
#include "cmd/shared/crash_line.h"
#include "kernel/log/log_reports.h"

/* Of the bytes of a ticket: what a sentence, the log and the findings may have. */
#define SENTENCE 1200u
#define LOG_BYTES 12000u
#define FINDING_BYTES 8000u
/* Records of the log before the report, or at its end where there is none. */
#define BEFORE 5u
#define RECORDS_OF_END 60u
#define MOST_RECORDS 400u
/* Text of one block before it is cut. */
#define MAX_LINES (1u << 20)

static void put_panic(struct fb_ticket *ticket)
{
	const struct fb_panic *panic = &ticket->report->panic;
	struct fb_markdown *markdown = &ticket->markdown;

	fb_markdown_prose(markdown,
			  panic->message ? panic->message : "The log does not name a panic",
			  SENTENCE);
	if (panic->cpu >= 0)
		fb_markdown_format(markdown, ", on CPU %d", panic->cpu);
	if (panic->task) {
		fb_markdown_format(markdown, ", in PID %d, TID %d (", panic->task->pid,
				   panic->task->tid);
		fb_markdown_prose(markdown, fb_task_comm(panic->task).text, SENTENCE);
		fb_markdown_raw(markdown, ")");
	}
	fb_markdown_raw(markdown, "\n\n");
	fb_ticket_concern(ticket, panic->task);
}

static void put_part(struct fb_ticket *ticket, enum fb_assessment_part part)
{
	const struct fb_assessment *assessment = &ticket->report->assessment;
	struct fb_markdown *markdown = &ticket->markdown;

	fb_markdown_format(markdown, "## %s\n\n", fb_assessment_part_name(part));
	for (size_t i = 0; i < assessment->counts[part]; i++) {
		if (part == FB_ASSESS_NEXT)
			fb_markdown_format(markdown, "%zu. ", i + 1);
		else
			fb_markdown_raw(markdown, "- ");
		fb_markdown_prose(markdown, assessment->points[part][i].text, SENTENCE);
		fb_markdown_raw(markdown, "\n");
	}
	if (assessment->left[part])
		fb_markdown_format(markdown, "\n%zu more: `fbundle check` has them.\n",
				   assessment->left[part]);
	fb_markdown_raw(markdown, "\n");
}

/* "Kernel    Linux 6.1.0" */
static struct fb_error *put_fact(struct fb_buf *lines, const char *name, const char *value)
{
	char escaped[1024];

	return fb_buf_printf(lines, "%-9s %s\n", name,
			     fb_text_escape(value, strlen(value), escaped, sizeof(escaped)));
}

static struct fb_error *collect_host(const struct fb_report *report, struct fb_buf *lines)
{
	const struct fb_kernel_info *kernel = fb_kernel_info(fb_input_kernel(report->input));
	struct fb_error *err = NULL;
	char text[64];

	if (*kernel->node)
		err = put_fact(lines, "Host", kernel->node);
	if (!err)
		err = put_fact(lines, "Linux", kernel->release);
	if (!err && kernel->build_id)
		err = put_fact(lines, "Build ID", kernel->build_id);
	if (!err)
		err = put_fact(lines, "Crashed",
			       fb_format_time(kernel->crash_time, text, sizeof(text)));
	if (!err && isfinite(kernel->uptime_s))
		err = put_fact(lines, "Up", fb_text_duration(kernel->uptime_s, text, sizeof(text)));
	if (!err && kernel->cpus)
		err = fb_buf_printf(lines, "%-9s %u\n", "CPUs", kernel->cpus);
	if (!err && kernel->memory_bytes)
		err = put_fact(lines, "Memory",
			       fb_text_size(kernel->memory_bytes, text, sizeof(text)));
	return err ? err : put_fact(lines, "Dump", fb_report_name(fb_input_path(report->input)));
}

static void put_host(struct fb_ticket *ticket)
{
	struct fb_buf lines;

	fb_buf_init(&lines, MAX_LINES);
	fb_markdown_raw(&ticket->markdown, "## Host\n\n");
	fb_ticket_keep(ticket, collect_host(ticket->report, &lines));
	(void)fb_markdown_block(&ticket->markdown, &lines, SIZE_MAX, false);
	fb_buf_deinit(&lines);
}

/* The records from shortly before the last report on; without one, the end. */
static struct fb_error *collect_log(const struct fb_log *log, bool reported, size_t first,
				    struct fb_buf *lines)
{
	const size_t count = fb_log_count(log);
	struct fb_error *err = NULL;

	if (reported)
		first = first > BEFORE ? first - BEFORE : 0;
	else
		first = count > RECORDS_OF_END ? count - RECORDS_OF_END : 0;
	for (size_t i = first; i < count && i < first + MOST_RECORDS && !err; i++)
		err = fb_log_format(fb_log_get(log, i), lines);
	if (fb_error_is(err, FB_LIMIT)) {
		/* The block is cut much shorter than this. */
		fb_error_destroy(err);
		err = NULL;
	}
	return err;
}

static void put_log(struct fb_ticket *ticket)
{
	const struct fb_log *log = ticket->report->log;
	struct fb_log_panic panic = {0};
	struct fb_buf lines;
	bool reported;

	fb_markdown_raw(&ticket->markdown, "## Kernel log\n\n");
	if (!log || !fb_log_count(log)) {
		fb_markdown_raw(&ticket->markdown, "The log cannot be read from this dump.\n\n");
		return;
	}
	reported = fb_log_panic(log, &panic);
	fb_buf_init(&lines, MAX_LINES);
	fb_ticket_keep(ticket, collect_log(log, reported, panic.first, &lines));
	ticket->log_lines += fb_markdown_block(&ticket->markdown, &lines, LOG_BYTES, !reported);
	fb_buf_deinit(&lines);
}

/* The evidence of a finding is at most one line: the command that is named has the rest. */
static void put_findings(struct fb_ticket *ticket)
{
	const struct fb_findings *findings = &ticket->report->check.findings;
	struct fb_markdown *markdown = &ticket->markdown;
	const size_t begin = markdown->text.size;
	size_t shown = 0;

	if (!findings->count)
		return;
	fb_markdown_raw(markdown, "## Findings\n\n");
	for (; shown < findings->count && markdown->text.size - begin < FINDING_BYTES &&
	       fb_markdown_room(markdown) > 4 * SENTENCE;
	     shown++) {
		const struct fb_finding *finding = &findings->findings[shown];

		fb_markdown_format(markdown, "- %s: ", fb_weight_name(finding->weight));
		fb_markdown_prose(markdown, finding->text, SENTENCE / 2);
		if (finding->evidence_count) {
			fb_markdown_raw(markdown, " — ");
			fb_markdown_prose(markdown, finding->evidence[0], SENTENCE / 2);
		}
		fb_markdown_format(markdown, " (`fbundle %s`)\n", finding->command);
	}
	fb_markdown_raw(markdown, "\n");
	ticket->findings += findings->count - shown;
}

static void put_left_out(struct fb_markdown *markdown, size_t count, const char *what,
			 const char *command)
{
	if (count)
		fb_markdown_format(markdown, "- %zu %s%s: `fbundle %s`\n", count, what,
				   count == 1 ? "" : "s", command);
}

static void put_end(struct fb_ticket *ticket)
{
	struct fb_markdown *markdown = &ticket->markdown;
	const size_t warnings = fb_warnings_count(ticket->report->context->warnings) +
				fb_warnings_dropped(ticket->report->context->warnings);

	if (ticket->log_lines || ticket->wait_lines || ticket->findings || ticket->stacks)
		fb_markdown_raw(markdown, "## Left out, for the size of a ticket\n\n");
	put_left_out(markdown, ticket->log_lines, "line of the log", "log");
	put_left_out(markdown, ticket->wait_lines, "line of waits", "waits");
	put_left_out(markdown, ticket->findings, "finding", "check");
	put_left_out(markdown, ticket->stacks, "stack of a thread concerned", "bt -a");
	if (warnings)
		fb_markdown_format(
			markdown,
			"\n%zu warning%s: something is missing in this dump; `fbundle report` says what.\n",
			warnings, warnings == 1 ? "" : "s");
	fb_markdown_format(markdown, "\nWritten by fbundle %s.\n", FB_VERSION);
}

static void put_all(struct fb_ticket *ticket)
{
	struct fb_markdown *markdown = &ticket->markdown;

	fb_markdown_raw(markdown, "# ");
	fb_markdown_prose(markdown, ticket->report->assessment.headline, SENTENCE);
	fb_markdown_raw(markdown, "\n\n");
	put_panic(ticket);
	for (unsigned part = 0; part < FB_ASSESS_PARTS; part++)
		put_part(ticket, (enum fb_assessment_part)part);
	put_host(ticket);
	fb_ticket_waits(ticket);
	put_findings(ticket);
	put_log(ticket);
	fb_ticket_stacks(ticket);
	put_end(ticket);
}

struct fb_error *fb_ticket_write(struct fb_report *report, struct fb_outfile *outfile)
{
	struct fb_ticket ticket = {.report = report};
	struct fb_error *err;

	fb_markdown_init(&ticket.markdown, FB_TICKET_BYTES);
	put_all(&ticket);
	err = ticket.markdown.err;
	ticket.markdown.err = NULL;
	if (!err)
		err = fb_outfile_write(outfile, ticket.markdown.text.data,
				       ticket.markdown.text.size);
	fb_markdown_deinit(&ticket.markdown);
	return err;
}
