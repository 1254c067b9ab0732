/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fills the folder of `report --sos`. Called by report.c. */
#ifndef FB_CMD_REPORT_SOS_H
#define FB_CMD_REPORT_SOS_H

#include "cmd/report/page/report.h"
#include "cmd/report/sos/sos_folder.h"

/* Runs each command on the open input in a child of its own, its output into its file, mode 0600; then writes the list
 * of files. What a command warns of is in FB_SOS_LOG; one that fails, and how many lack a part of their answer, is a
 * warning. To be called before the report is loaded. FB_OS. */
FB_MUST_CHECK struct fb_error *fb_sos_fill(const struct fb_report *report,
					   const struct fb_sos_folder *folder);
/* Writes the page and the ticket, from the loaded report. */
FB_MUST_CHECK struct fb_error *fb_sos_fill_reports(struct fb_report *report,
						   const struct fb_sos_folder *folder);

#endif
