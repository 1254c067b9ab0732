/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What match.c and match_evidence.c share. */
#ifndef FB_BUNDLE_MATCH_PRIVATE_H
#define FB_BUNDLE_MATCH_PRIVATE_H

#include "bundle/match/match.h"

/* One more piece of evidence; past FB_MAX_EVIDENCE it is dropped. */
FB_MUST_CHECK struct fb_error *fb_match_add(struct fb_match *match, const char *format, ...)
	FB_PRINTF(2, 3);

/* A task's name, escaped. */
struct fb_match_comm {
	char text[64];
};
struct fb_match_comm fb_match_comm(const struct fb_task *task);

/* Adds what else speaks for or against a match that has a task: name, threads, mappings, CPU
 * time, start; sets taken_before_panic_s; takes the verdict back where something contradicts. */
FB_MUST_CHECK struct fb_error *fb_match_weigh(struct fb_kernel *kernel,
					      const struct fb_tasks *tasks,
					      const struct fb_core_info *info,
					      struct fb_match *match);

/* match_lost.c: mm_structs that no task of the table has, by a scan of their slab. Only fatal
 * errors are returned. */
struct fb_lost_mms;
FB_MUST_CHECK struct fb_error *fb_lost_mms_create(struct fb_kernel *kernel,
						  const struct fb_tasks *tasks,
						  struct fb_lost_mms **lost_ret);
void fb_lost_mms_destroy(struct fb_lost_mms *lost);
/* Gives match the one that the core is of, if any: verdict, a task made up of what is known, mm. */
FB_MUST_CHECK struct fb_error *fb_lost_mms_match(const struct fb_lost_mms *lost,
						 const struct fb_core_info *info,
						 struct fb_match *match);

#endif
