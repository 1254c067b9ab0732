/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The report as Markdown for a ticket: the words of the page's first screen, the log, chains of waits, and the stacks
 * of the threads concerned, within the size that trackers take. What is left out is said at its end.
 */
#ifndef FB_CMD_REPORT_TICKET_H
#define FB_CMD_REPORT_TICKET_H

#include "base/files/outfile.h"
#include "cmd/report/markdown/markdown.h"
#include "cmd/report/page/report.h"

/* The most bytes of a ticket: GitHub, GitLab and Bugzilla take 65,535 characters or more. */
#define FB_TICKET_BYTES 60000u

/* The report must be loaded, with its groups. Changes its member html. */
FB_MUST_CHECK struct fb_error *fb_ticket_write(struct fb_report *report,
					       struct fb_outfile *outfile);

#endif
