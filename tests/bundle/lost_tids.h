/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A sample's task table as if it had lost threads, and its cores as if they had other ones. */
#ifndef FB_TESTS_BUNDLE_LOST_TIDS_H
#define FB_TESTS_BUNDLE_LOST_TIDS_H

#include <stddef.h>
#include <stdint.h>

#include "kernel/tasks/task_table.h"
#include "tests/bundle/sample_input.h"

#define LOST_TIDS_MOST 8u

struct lost_tids {
	struct sample_input sample;
	struct fb_tasks *tasks; /* of its input */
	struct fb_lost_task lost[LOST_TIDS_MOST];
	int32_t tids[LOST_TIDS_MOST];
	struct fb_lost_task *own_lost; /* the table's own lists, which are empty */
	int32_t *own_tids;
};

/* Opens the sample with these cores (NULL behind the last), and reads its tasks and cores. */
void lost_tids_open(struct lost_tids *lost, const char *const *cores);
void lost_tids_close(struct lost_tids *lost);
/* Makes these, in order, the ones that are lost; the task_struct of TID was at 0xffff000000000000 + TID. */
void lost_tids_set(struct lost_tids *lost, const int32_t *tids, size_t count);
/* What the core of that index has, to be changed. */
struct fb_core_info *lost_tids_core(struct lost_tids *lost, size_t index);
struct fb_core_thread *lost_tids_thread(struct lost_tids *lost, size_t index, size_t thread);

#endif
