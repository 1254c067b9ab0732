// SPDX-License-Identifier: GPL-2.0-or-later
/* Adds points and the headline to an assessment. Called by its steps. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/report/assess/assess.h"

static char *FB_PRINTF(2, 0) format_text(struct fb_assess *assess, const char *format, va_list args)
{
	char *text;

	if (assess->err)
		return NULL;
	if (vasprintf(&text, format, args) < 0) {
		assess->err = fb_error_nomem();
		return NULL;
	}
	return text;
}

static bool has_point(const struct fb_assessment *assessment, enum fb_assessment_part part,
		      const char *text)
{
	for (size_t i = 0; i < assessment->counts[part]; i++)
		if (strcmp(assessment->points[part][i].text, text) == 0)
			return true;
	return false;
}

void fb_assess_add(struct fb_assess *assess, enum fb_assessment_part part, const char *section,
		   const char *format, ...)
{
	struct fb_assessment *assessment = assess->assessment;
	va_list args;
	char *text;

	va_start(args, format);
	text = format_text(assess, format, args);
	va_end(args);
	if (!text)
		return;
	if (has_point(assessment, part, text)) {
		free(text);
	} else if (assessment->counts[part] == FB_MOST_POINTS) {
		assessment->left[part]++;
		free(text);
	} else {
		assessment->points[part][assessment->counts[part]++] =
			(struct fb_point){.text = text, .section = section};
	}
}

void fb_assess_headline(struct fb_assess *assess, const char *format, ...)
{
	va_list args;

	if (assess->assessment->headline)
		return;
	va_start(args, format);
	assess->assessment->headline = format_text(assess, format, args);
	va_end(args);
}
