/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Findings: what is unusual about a host, how grave it is, and what shows it. Filled by the checks of this folder,
 * printed by the commands check and report.
 */
#ifndef FB_BUNDLE_FINDING_H
#define FB_BUNDLE_FINDING_H

#include <stddef.h>

#include "base/attr.h"
#include "base/error.h"

/* In order: the gravest first. */
enum fb_weight {
	FB_WEIGHT_GRAVE,   /* it explains a hang or a crash, or data are lost */
	FB_WEIGHT_SERIOUS, /* it slows the host down or makes requests fail, and may become grave */
	FB_WEIGHT_NOTABLE, /* worth knowing where the cause is looked for */
};

/* Lines of evidence that are kept; further ones are only counted. */
#define FB_MOST_EVIDENCE 6u

struct fb_finding {
	enum fb_weight weight;
	const char *kind; /* static: "deadlock", "oom-kill"... */
	char *text;       /* owned, printable: one line */
	/* Owned, printable; each is a line that shows it. */
	char *evidence[FB_MOST_EVIDENCE];
	size_t evidence_count;
	size_t evidence_left; /* how many lines more there were */
	const char *command;  /* static: the command that shows more, "waits" */
	size_t order;         /* when it was added: the number of findings before it */
};

struct fb_findings {
	struct fb_finding *findings; /* owned */
	size_t count, room;
};

/* A struct of zeros is an empty list. */
void fb_findings_deinit(struct fb_findings *findings);

/* Adds a finding with a formatted text; what of it comes from the input has to be escaped. *finding_ret (NULL: not
 * wanted) is owned by the list and valid until the next is added. FB_NOMEM; FB_LIMIT after FB_MAX_FINDINGS. */
FB_MUST_CHECK struct fb_error *fb_findings_add(struct fb_findings *findings, enum fb_weight weight,
					       const char *kind, const char *command,
					       struct fb_finding **finding_ret, const char *format,
					       ...) FB_PRINTF(6, 7);
/* Adds a line of evidence. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_finding_evidence(struct fb_finding *finding, const char *format,
						   ...) FB_PRINTF(2, 3);

/* Puts the gravest first; those of one weight stay in the order in which they were added. */
void fb_findings_sort(struct fb_findings *findings);

/* "grave", "serious", "notable". Static. */
const char *fb_weight_name(enum fb_weight weight);

#endif
