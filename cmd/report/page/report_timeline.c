// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The section that shows when things happened before the panic: lines of the log, when each thread that waits last ran,
 * and when cores were taken. Time runs to the right, to the panic, and is drawn by its logarithm: the last second is
 * as wide as the ten before.
 */
#include <math.h>
#include <stdio.h>

#include "base/text.h"
#include "cmd/report/page/report.h"

/* In pixels. */
#define WIDTH 1120
#define LEFT 150
#define RIGHT 1090
#define LANE 34
#define TOP 12
/* A span of time that is drawn: from this many seconds before the panic, to the longest of all. */
#define SHORTEST 0.1
/* Points of a lane: more would only cover each other. */
#define MOST_POINTS 400u

enum lane { LANE_LOG, LANE_THREADS, LANE_CORES };

struct timeline {
	struct fb_html *html;
	double longest; /* seconds */
	int lanes;      /* that of the cores only where it is known when one was taken */
	size_t points;  /* of the lane that is drawn */
};

/* Where a time stands that is so many seconds before the panic. */
static double place(const struct timeline *line, double seconds)
{
	double span = log(line->longest / SHORTEST);

	if (!(seconds > SHORTEST))
		return RIGHT;
	return RIGHT - log(seconds / SHORTEST) / span * (RIGHT - LEFT);
}

static int middle(enum lane lane)
{
	return TOP + (int)lane * LANE + LANE / 2;
}

/* When the panic was, in seconds since boot. */
static double panic_time(const struct fb_report *report)
{
	struct fb_log_panic panic = {0};
	size_t at = fb_log_count(report->log) - 1;

	if (fb_log_panic(report->log, &panic))
		at = panic.message;
	return (double)fb_log_get(report->log, at)->time_ns / 1e9;
}

static void put_scale(struct timeline *line)
{
	static const struct {
		double seconds;
		const char *name;
	} marks[] = {
		{1, "1 s"},      {10, "10 s"},     {60, "1 min"},
		{600, "10 min"}, {3600, "1 h"},    {36000, "10 h"},
		{86400, "1 d"},  {864000, "10 d"}, {8640000, "100 d"},
	};
	int bottom = TOP + line->lanes * LANE;

	for (size_t i = 0; i < FB_ARRAY_SIZE(marks) && marks[i].seconds <= line->longest; i++) {
		double x = place(line, marks[i].seconds);

		fb_html_markup(line->html, "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>", x,
			       x, TOP, bottom);
		fb_html_markup(line->html, "<text x=\"%.1f\" y=\"%d\">-%s</text>\n", x - 12,
			       bottom + 15, marks[i].name);
	}
	fb_html_markup(line->html,
		       "<line class=\"error\" x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>", RIGHT,
		       RIGHT, TOP, bottom);
	fb_html_markup(line->html, "<text x=\"%d\" y=\"%d\">panic</text>\n", RIGHT - 14,
		       bottom + 15);
}

/* name: a literal. */
static void put_name(struct timeline *line, enum lane lane, const char *name)
{
	fb_html_markup(line->html, "<text x=\"4\" y=\"%d\">%s</text>\n", middle(lane) + 4, name);
}

static void put_log(struct timeline *line, const struct fb_report *report, double end)
{
	size_t count = fb_log_count(report->log);

	for (size_t i = count > MOST_POINTS ? count - MOST_POINTS : 0; i < count; i++) {
		const struct fb_log_record *record = fb_log_get(report->log, i);
		double x = place(line, end - (double)record->time_ns / 1e9);

		fb_html_markup(line->html,
			       "<line class=\"%s\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>\n",
			       record->level <= 3   ? "error"
			       : record->level == 4 ? "warn"
						    : "info",
			       x, x, middle(LANE_LOG) - 9, middle(LANE_LOG) + 9);
	}
}

static void put_point(struct timeline *line, enum lane lane, const char *class, double seconds,
		      const char *name)
{
	char text[32];

	if (!isfinite(seconds) || line->points++ >= MOST_POINTS)
		return;
	fb_html_markup(line->html, "<circle class=\"%s\" cx=\"%.1f\" cy=\"%d\" r=\"5\">", class,
		       place(line, seconds), middle(lane));
	fb_html_element(line->html, "title", NULL, "%s: %s before the panic", name,
			fb_text_duration(seconds, text, sizeof(text)));
	fb_html_raw(line->html, "</circle>\n");
}

static void put_threads(struct timeline *line, const struct fb_report *report)
{
	const struct fb_wait_graph *graph = fb_waits_graph(report->waits);

	line->points = 0;
	for (size_t i = 0; i < graph->wait_count; i++) {
		const struct fb_task *task = fb_tasks_by_tid(report->tasks, graph->waits[i].tid);

		if (task && (!i || graph->waits[i - 1].tid != graph->waits[i].tid))
			put_point(line, LANE_THREADS, task->state == 'D' ? "kernel" : "user",
				  graph->waits[i].seconds, fb_report_task(task).text);
	}
}

static void put_cores(struct timeline *line, const struct fb_report *report)
{
	line->points = 0;
	for (size_t i = 0; i < report->core_count; i++)
		put_point(line, LANE_CORES, "core", report->cores[i].match.taken_before_panic_s,
			  fb_core_name(report->cores[i].core));
}

static void lengthen(struct timeline *line, double seconds)
{
	if (isfinite(seconds) && seconds > line->longest)
		line->longest = seconds;
}

/* The longest time that a lane shows, and whether there is one for cores. A thread may have waited for longer than the
 * log, which keeps its last lines, goes back. */
static void measure(struct timeline *line, const struct fb_report *report, double end)
{
	const struct fb_wait_graph *graph = report->waits ? fb_waits_graph(report->waits) : NULL;

	line->longest = 10;
	line->lanes = LANE_CORES;
	lengthen(line, end - (double)fb_log_get(report->log, 0)->time_ns / 1e9);
	for (size_t i = 0; graph && i < graph->wait_count; i++)
		lengthen(line, graph->waits[i].seconds);
	for (size_t i = 0; i < report->core_count; i++) {
		double age = report->cores[i].match.taken_before_panic_s;

		if (isfinite(age))
			line->lanes = LANE_CORES + 1;
		lengthen(line, age);
	}
}

void fb_report_timeline(struct fb_report *report)
{
	struct timeline line = {.html = &report->html};
	double end;

	if (!report->log || !fb_log_count(report->log))
		return;
	end = panic_time(report);
	measure(&line, report, end);
	fb_html_section(
		line.html, "times", "When it happened",
		"The log: errors in red, warnings in orange. Threads stand where they last ran, those in D "
		"state in red.");
	fb_html_markup(
		line.html,
		"<figure class=\"scroll\"><svg class=\"picture times\" role=\"img\" width=\"%d\" "
		"height=\"%d\" viewBox=\"0 0 %d %d\">\n",
		WIDTH, TOP + line.lanes * LANE + 24, WIDTH, TOP + line.lanes * LANE + 24);
	put_scale(&line);
	put_name(&line, LANE_LOG, "Log");
	put_log(&line, report, end);
	put_name(&line, LANE_THREADS, "Waiting threads");
	if (report->waits)
		put_threads(&line, report);
	if (line.lanes > LANE_CORES) {
		put_name(&line, LANE_CORES, "Cores taken");
		put_cores(&line, report);
	}
	fb_html_raw(line.html, "</svg></figure>\n");
	fb_html_section_end(line.html);
}
