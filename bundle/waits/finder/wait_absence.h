/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records whether something that was not found is certain not to exist. Dumps are incomplete: "no process
 * has it open" is true only where all tables of open files were read. A search therefore returns, with its
 * result, a struct fb_wait_absence; and the only way to write into an object that nothing was found is
 * fb_wait_say_none(), which requires it. Called by all recognisers.
 */
#ifndef FB_BUNDLE_WAIT_ABSENCE_H
#define FB_BUNDLE_WAIT_ABSENCE_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/error.h"
#include "bundle/waits/finder/wait_finder.h"
#include "bundle/waits/graph/wait_graph.h"

struct fb_wait_absence {
	bool known; /* everything was searched: what was not found does not exist */
	/* Where known is false: what is missing, "open files of 3 processes are not in the dump". */
	char because[160];
};

#define FB_WAIT_ABSENCE_KNOWN ((struct fb_wait_absence){.known = true})

/* Records that something could not be searched, with the reason; the first reason is kept. */
void fb_wait_absence_unknown(struct fb_wait_absence *absence, const char *format, ...)
	FB_PRINTF(2, 3);

/* Takes the error of something that could not be looked through: it becomes the reason, printable; a fatal one
 * is returned. absence may be NULL, where the answer does not rest on it. NULL stays NULL. */
FB_MUST_CHECK struct fb_error *fb_wait_absence_of(struct fb_wait_absence *absence,
						  struct fb_error *err);

/* Notes which threads' task_structs are not in the dump, where some are not: whatever is said of all threads may
 * not hold for these. */
void fb_wait_absence_of_tasks(const struct fb_wait_finder *finder, struct fb_wait_absence *absence);

/* Sets the object's need: `none` ("no process has it open") where that can be known; else "cannot be
 * known whether THERE_IS: BECAUSE" ("a process has it open"), and that others may release it. */
FB_MUST_CHECK struct fb_error *fb_wait_say_none(struct fb_wait_object *object,
						const struct fb_wait_absence *absence,
						const char *none, const char *there_is);
/* The same as an error, for recognisers that have no object yet: FB_NOT_FOUND, or FB_ABSENT where absence is not
 * known. */
FB_MUST_CHECK struct fb_error *fb_wait_none_error(const struct fb_wait_absence *absence,
						  const char *none, const char *there_is);

#endif
