// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds which task panicked, on which CPU, its message in the log, and the
 * reports in it. Called by bt, info and report.
 */
#include "bundle/input/panic.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/part.h"
#include "base/text.h"
#include "kernel/log/log.h"

static struct fb_error *copy_text(const char *text, char **text_ret)
{
	char *copy = strdup(text);

	if (!copy)
		return fb_error_nomem();
	*text_ret = copy;
	return NULL;
}

/* The first line of a record. */
static struct fb_error *copy_line(const struct fb_log *log, size_t index, char **text_ret)
{
	const struct fb_log_record *record = fb_log_get(log, index);
	const char *end = memchr(record->text, '\n', record->length);
	char text[FB_MAX_STRING];

	fb_text_escape(record->text, end ? (size_t)(end - record->text) : record->length, text,
		       sizeof(text));
	return copy_text(text, text_ret);
}

static struct fb_error *copy_report(const struct fb_log *log, const struct fb_log_report *report,
				    struct fb_panic_report *report_ret)
{
	report_ret->time_ns = fb_log_get(log, report->record)->time_ns;
	report_ret->kind = report->kind;
	report_ret->cpu = report->cpu;
	report_ret->tid = report->tid;
	return copy_line(log, report->record, &report_ret->text);
}

static struct fb_error *read_log(const struct fb_log *log, struct fb_panic *panic)
{
	struct fb_log_cause cause;
	struct fb_error *err = NULL;

	fb_log_find_cause(log, &cause);
	panic->cause = cause.kind;
	panic->reports = cause.reports;
	if (fb_log_count(log))
		panic->time_ns = fb_log_get(log, fb_log_count(log) - 1)->time_ns;
	if (cause.known)
		err = copy_line(log, cause.message, &panic->message);
	if (!err && cause.reported)
		err = copy_report(log, &cause.report, &panic->report);
	if (!err && cause.reports)
		err = copy_report(log, &cause.first, &panic->first);
	return err;
}

static struct fb_error *find_in_log(struct fb_input *input, struct fb_panic *panic)
{
	struct fb_log *log = NULL;
	struct fb_error *err = fb_log_load(fb_input_kernel(input), &log);

	if (err)
		return fb_part_warn(fb_input_warnings(input), err, "the kernel's log");
	err = read_log(log, panic);
	fb_log_destroy(log);
	return err;
}

struct fb_error *fb_panic_find(struct fb_input *input, struct fb_panic *panic_ret)
{
	struct fb_panic panic = {.cpu = fb_kernel_panic_cpu(fb_input_kernel(input))};
	const struct fb_tasks *tasks = NULL;
	struct fb_error *err = fb_input_tasks(input, &tasks);

	/* Where symbols or types are missing, which is a warning already, the log and the CPUs tell all
	 * the same. */
	if (err && (!fb_error_is(err, FB_NOT_FOUND) || !fb_kernel_lost(fb_input_kernel(input))))
		return err;
	fb_error_destroy(err);
	if (panic.cpu >= 0 && tasks)
		panic.task = fb_tasks_on_cpu(tasks, panic.cpu);
	err = find_in_log(input, &panic);
	if (err)
		fb_panic_deinit(&panic);
	else
		*panic_ret = panic;
	return err;
}

void fb_panic_deinit(struct fb_panic *panic)
{
	free(panic->message);
	free(panic->report.text);
	free(panic->first.text);
	memset(panic, 0, sizeof(*panic));
}
