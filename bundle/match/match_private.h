/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the sources of matching share. */
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

/* AT_VECTOR_SIZE is at most 2 * (2 + 20 + 4) words so far; newer kernels may add some. */
#define FB_MATCH_AUXV_WORDS 128u

/* A process that a core may be of. */
struct fb_match_process {
	const struct fb_task *leader; /* of a thread group that has memory */
	uint64_t auxv[FB_MATCH_AUXV_WORDS];
	size_t pairs;   /* of auxv; 0: could not be read */
	uint64_t stack; /* where its stack began at exec, below the vector; 0: could not be read */
};

/* match_remains.c: the PIDs that a core may be of by its notes, or else by the name of its file. */
#define FB_MAX_NAME_PIDS 4u
struct fb_core_pids {
	int32_t pid[FB_MAX_NAME_PIDS];
	size_t count;
	bool by_name; /* no note has it: a hint, any number in a name may be one */
};
void fb_core_pids_read(const struct fb_core *core, struct fb_core_pids *pids_ret);

/* Whether the memory of a core has the process's vector where exec put it: on the stack. */
FB_MUST_CHECK struct fb_error *
fb_core_has_vector(struct fb_core *core, const struct fb_match_process *process, bool *has_ret);

/* match_bounds.c: where the mappings of all processes begin and end. Most of these addresses are drawn at
 * random at exec, so a core's segments tell its process even where its notes are lost. */
struct fb_bounds;
/* process (borrowed) is that of the caller. A process whose mappings are lost has no bounds; where there are
 * too many, those of the last processes are left out, with a warning. */
FB_MUST_CHECK struct fb_error *fb_bounds_create(struct fb_kernel *kernel,
						const struct fb_match_process *process,
						size_t count, struct fb_bounds **bounds_ret);
void fb_bounds_destroy(struct fb_bounds *bounds);
/* Whether any mapping of that process is known. */
bool fb_bounds_known(const struct fb_bounds *bounds, size_t process);
/* hits_ret[i], of as many as there are processes: how many segments of the core begin or end where a
 * mapping of process i does. *segments_ret: how many it has below the kernel's half. */
FB_MUST_CHECK struct fb_error *fb_bounds_count(const struct fb_bounds *bounds,
					       const struct fb_core_info *info, uint32_t *hits_ret,
					       size_t *segments_ret);

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
