// SPDX-License-Identifier: GPL-2.0-or-later
/* The list of findings (finding.h). Called by the checks and the command check. */
#include "bundle/check/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"

void fb_findings_deinit(struct fb_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		free(findings->findings[i].text);
		for (size_t j = 0; j < findings->findings[i].evidence_count; j++)
			free(findings->findings[i].evidence[j]);
	}
	free(findings->findings);
	*findings = (struct fb_findings){0};
}

static struct fb_error *FB_PRINTF(2, 0)
	format_text(char **text_ret, const char *format, va_list args)
{
	return vasprintf(text_ret, format, args) < 0 ? fb_error_nomem() : NULL;
}

struct fb_error *fb_findings_add(struct fb_findings *findings, enum fb_weight weight,
				 const char *kind, const char *command,
				 struct fb_finding **finding_ret, const char *format, ...)
{
	struct fb_finding *finding;
	struct fb_error *err;
	va_list args;
	char *text;

	err = fb_grow_array(&findings->findings, &findings->room, findings->count,
			    sizeof(*findings->findings), FB_MAX_FINDINGS, "findings");
	if (err)
		return err;
	va_start(args, format);
	err = format_text(&text, format, args);
	va_end(args);
	if (err)
		return err;
	finding = &findings->findings[findings->count];
	*finding = (struct fb_finding){
		.weight = weight,
		.kind = kind,
		.text = text,
		.command = command,
		.order = findings->count++,
	};
	if (finding_ret)
		*finding_ret = finding;
	return NULL;
}

struct fb_error *fb_finding_evidence(struct fb_finding *finding, const char *format, ...)
{
	struct fb_error *err;
	va_list args;

	if (finding->evidence_count == FB_MOST_EVIDENCE) {
		finding->evidence_left++;
		return NULL;
	}
	va_start(args, format);
	err = format_text(&finding->evidence[finding->evidence_count], format, args);
	va_end(args);
	finding->evidence_count += !err;
	return err;
}

static int by_weight(const void *a, const void *b)
{
	const struct fb_finding *left = a, *right = b;

	if (left->weight != right->weight)
		return left->weight < right->weight ? -1 : 1;
	return left->order < right->order ? -1 : 1;
}

void fb_findings_sort(struct fb_findings *findings)
{
	if (findings->count)
		qsort(findings->findings, findings->count, sizeof(*findings->findings), by_weight);
}

const char *fb_weight_name(enum fb_weight weight)
{
	static const char *const names[] = {"grave", "serious", "notable"};

	return names[weight];
}
