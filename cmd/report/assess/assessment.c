// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/report/assess/assessment.h"

#include <stdlib.h>

#include "cmd/report/assess/assess.h"

/* Of a host in which nothing that hangs was found. */
static const char *last_headline(const struct fb_assess *assess)
{
	const struct fb_panic *panic = assess->facts->panic;

	if (assess->facts->live)
		return "The running host: nothing that hangs was found";
	if (panic->cause != FB_LOG_UNKNOWN)
		return "The host was stopped on purpose; nothing that hangs was found";
	return panic->message ? "Why the kernel stopped is not known"
			      : "The host's memory was read; nothing that hangs was found";
}

/* What is said where nothing else is known, so that no part is empty. */
static void fill_up(struct fb_assess *assess)
{
	const struct fb_assessment_facts *facts = assess->facts;

	fb_assess_headline(assess, "%s", last_headline(assess));
	if (!assess->assessment->counts[FB_ASSESS_FAULT])
		fb_assess_add(assess, FB_ASSESS_FAULT, "missing",
			      facts->tasks ? "Not known: nothing in the dump points at a culprit."
					   : "Not known: this dump does not show what the host's "
					     "programs did.");
	if (!facts->tasks)
		fb_assess_add(
			assess, FB_ASSESS_NEXT, "missing",
			"Give the kernel's vmlinux file to fbundle: the dump alone does not show the "
			"host's programs.");
	else if (facts->files_wanted)
		fb_assess_add(
			assess, FB_ASSESS_NEXT, "missing",
			"Give fbundle the host's programs and libraries (%zu file%s): then more stacks can be "
			"read.",
			facts->files_wanted, facts->files_wanted == 1 ? "" : "s");
	if (!assess->assessment->counts[FB_ASSESS_NEXT])
		fb_assess_add(assess, FB_ASSESS_NEXT, "log",
			      "Have a kernel engineer read this report, beginning with the log.");
}

struct fb_error *fb_assess(const struct fb_assessment_facts *facts,
			   struct fb_assessment *assessment_ret)
{
	struct fb_assess assess = {.facts = facts, .assessment = assessment_ret};

	*assessment_ret = (struct fb_assessment){0};
	fb_assess_panic(&assess);
	if (facts->graph && facts->analysis)
		fb_assess_waits(&assess);
	fb_assess_findings(&assess);
	fill_up(&assess);
	return assess.err;
}

void fb_assessment_deinit(struct fb_assessment *assessment)
{
	free(assessment->headline);
	for (size_t part = 0; part < FB_ASSESS_PARTS; part++)
		for (size_t i = 0; i < assessment->counts[part]; i++)
			free(assessment->points[part][i].text);
	*assessment = (struct fb_assessment){0};
}

const char *fb_assessment_part_name(enum fb_assessment_part part)
{
	static const char *const names[] = {
		[FB_ASSESS_HAPPENED] = "What happened",
		[FB_ASSESS_FAULT] = "Whose fault, as far as it is known",
		[FB_ASSESS_NEXT] = "What to do next",
	};

	return names[part];
}
