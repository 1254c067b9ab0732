/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which files the folder of `report --sos` has, and which command prints each. Included only by the files of this
 * folder. */
#ifndef FB_CMD_REPORT_SOS_FILES_H
#define FB_CMD_REPORT_SOS_FILES_H

#include <stddef.h>

/* Words of a command, without INPUT. */
#define FB_SOS_WORDS 4u

struct fb_sos_file {
	const char *path;                /* below the folder */
	const char *words[FB_SOS_WORDS]; /* NULL behind the last */
	const char *link; /* a name in the folder itself that leads there; NULL: none */
};

/* The last one has no path. */
extern const struct fb_sos_file fb_sos_files[];
/* Folders below the folder, each behind the one that it is in; NULL behind the last. */
extern const char *const fb_sos_folders[];

#define FB_SOS_LOG "sos_logs/fbundle.log"
#define FB_SOS_INDEX "sos_reports/fbundle.txt"
#define FB_SOS_PAGE "sos_reports/fbundle.html"
#define FB_SOS_TICKET "sos_reports/fbundle.md"

#endif
