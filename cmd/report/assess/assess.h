/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steps of fb_assess(), one file each. Included only by the files of this folder. */
#ifndef FB_CMD_ASSESS_H
#define FB_CMD_ASSESS_H

#include "cmd/report/assess/assessment.h"

struct fb_assess {
	const struct fb_assessment_facts *facts;
	struct fb_assessment *assessment;
	struct fb_error *err; /* the first one; afterwards nothing is added */
	/* Set by assess_panic.c: the panic was asked for, so that its reason lies in what the host did before. */
	bool asked_for;
	bool hangs; /* assess_waits.c found a deadlock, or threads that hang or wait for a stopped one */
};

/* Adds a point, unless the part has it already. What of the text comes from the input has to be printable. */
void fb_assess_add(struct fb_assess *assess, enum fb_assessment_part part, const char *section,
		   const char *format, ...) FB_PRINTF(4, 5);
/* Sets the headline, unless there is one. */
void fb_assess_headline(struct fb_assess *assess, const char *format, ...) FB_PRINTF(2, 3);

/* assess_panic.c: what the panic was, and in whose code. */
void fb_assess_panic(struct fb_assess *assess);
/* assess_waits.c: deadlocks, and what threads hang behind. */
void fb_assess_waits(struct fb_assess *assess);
/* assess_findings.c: what else was found. */
void fb_assess_findings(struct fb_assess *assess);

#endif
