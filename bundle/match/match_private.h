/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of matching (match*.c) share. */
#ifndef FB_BUNDLE_MATCH_PRIVATE_H
#define FB_BUNDLE_MATCH_PRIVATE_H

#include "bundle/match/match.h"
#include "kernel/mappings/saved_auxv.h"

/* Adds a piece of evidence; it is discarded where there are FB_MAX_EVIDENCE already. FB_NOMEM. */
FB_MUST_CHECK struct fb_error *fb_match_add(struct fb_match *match, const char *format, ...)
	FB_PRINTF(2, 3);

/* Adds further evidence for or against a match that has a task: name, threads, mappings, CPU time, start time. Sets
 * taken_before_panic_s. Changes the verdict to FB_VERDICT_NONE where something contradicts the match. */
FB_MUST_CHECK struct fb_error *fb_match_weigh(struct fb_kernel *kernel,
					      const struct fb_tasks *tasks,
					      const struct fb_core_info *info,
					      struct fb_match *match);

/* A process to which a core may belong. */
struct fb_match_process {
	const struct fb_task *leader; /* of a thread group that has memory */
	struct fb_auxv auxv;
	uint64_t stack; /* address at which the stack began at exec, below the vector; 0: unknown */
};

/* match_remains.c: the PIDs that a core's process may have, from its notes, or else from the name of its file. */
#define FB_MAX_NAME_PIDS 4u
struct fb_core_pids {
	int32_t pid[FB_MAX_NAME_PIDS];
	size_t count;
	bool by_name; /* from the name: only a hint, since any number in a name may be meant */
};
void fb_core_pids_read(const struct fb_core *core, struct fb_core_pids *pids_ret);

/* Whether the memory of a core has the process's auxiliary vector on the stack, where exec put it. */
FB_MUST_CHECK struct fb_error *
fb_core_has_vector(struct fb_core *core, const struct fb_match_process *process, bool *has_ret);

/* match_bounds.c: the addresses at which the mappings of all processes begin and end. Most of these addresses are
 * random since exec, so that the segments of a core identify its process even where its notes are lost. */
struct fb_bounds;
/* process is an array of count processes (borrowed). A process whose mappings are lost has no bounds. Where there are
 * too many bounds, those of the last processes are left out, with a warning. */
FB_MUST_CHECK struct fb_error *fb_bounds_create(struct fb_kernel *kernel,
						const struct fb_match_process *process,
						size_t count, struct fb_bounds **bounds_ret);
void fb_bounds_destroy(struct fb_bounds *bounds);
/* Whether any mapping of the process with this index is known. */
bool fb_bounds_known(const struct fb_bounds *bounds, size_t process);
/* Fills hits_ret, which has an element for each process: how many segments of the core begin or end where a mapping of
 * that process does. *segments_ret: how many segments the core has in user space. */
FB_MUST_CHECK struct fb_error *fb_bounds_count(const struct fb_bounds *bounds,
					       const struct fb_core_info *info, uint32_t *hits_ret,
					       size_t *segments_ret);

/* match_lost.c: mm_structs that no task of the table has, found by a scan of their slab. Only fatal errors are
 * returned. */
struct fb_lost_mms;
FB_MUST_CHECK struct fb_error *fb_lost_mms_create(struct fb_kernel *kernel,
						  const struct fb_tasks *tasks,
						  struct fb_lost_mms **lost_ret);
void fb_lost_mms_destroy(struct fb_lost_mms *lost);
/* Where the core belongs to one of them, fills match: the verdict, a task with what is known of it, and mm. */
FB_MUST_CHECK struct fb_error *fb_lost_mms_match(const struct fb_lost_mms *lost,
						 const struct fb_core_info *info,
						 struct fb_match *match);

#endif
