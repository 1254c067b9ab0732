// SPDX-License-Identifier: GPL-2.0-or-later
/* See lost_tids.h. The table's own lists are empty in the sample, and take those of the test for as long as it is
 * open. */
#include "tests/bundle/lost_tids.h"

#include <string.h>

#include "tests/harness.h"

void lost_tids_open(struct lost_tids *lost, const char *const *cores)
{
	const struct fb_tasks *tasks = NULL;
	const struct fb_input_core *opened;
	size_t count;

	memset(lost, 0, sizeof(*lost));
	sample_open(&lost->sample, cores);
	FB_OK_FATAL(fb_input_tasks(lost->sample.input, &tasks));
	FB_OK_FATAL(fb_input_cores(lost->sample.input, &opened, &count));
	lost->tasks = (struct fb_tasks *)tasks;
	lost->own_lost = tasks->lost;
	lost->own_tids = tasks->lost_tids;
	CU_ASSERT_EQUAL_FATAL(tasks->lost_count, 0);
}

void lost_tids_close(struct lost_tids *lost)
{
	lost->tasks->lost = lost->own_lost;
	lost->tasks->lost_tids = lost->own_tids;
	lost->tasks->lost_count = 0;
	sample_close(&lost->sample);
}

void lost_tids_set(struct lost_tids *lost, const int32_t *tids, size_t count)
{
	CU_ASSERT_FATAL(count <= LOST_TIDS_MOST);
	for (size_t i = 0; i < count; i++) {
		lost->tids[i] = tids[i];
		lost->lost[i] = (struct fb_lost_task){
			.tid = tids[i], .address = 0xffff000000000000u + (uint64_t)tids[i]};
	}
	lost->tasks->lost = lost->lost;
	lost->tasks->lost_tids = lost->tids;
	lost->tasks->lost_count = count;
}

struct fb_core_info *lost_tids_core(struct lost_tids *lost, size_t index)
{
	const struct fb_input_core *cores;
	size_t count;

	FB_OK_FATAL(fb_input_cores(lost->sample.input, &cores, &count));
	CU_ASSERT_FATAL(index < count);
	return (struct fb_core_info *)fb_core_info(cores[index].core);
}

struct fb_core_thread *lost_tids_thread(struct lost_tids *lost, size_t index, size_t thread)
{
	struct fb_core_info *info = lost_tids_core(lost, index);

	CU_ASSERT_FATAL(thread < info->thread_count);
	return (struct fb_core_thread *)&info->threads[thread];
}
