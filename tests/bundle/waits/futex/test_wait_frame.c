// SPDX-License-Identifier: GPL-2.0-or-later
/* The page frames of a process of the sample: each that an address of its mappings leads to is found, and no other. */
#include "bundle/waits/futex/wait_frame.h"

#include <stdlib.h>

#include "kernel/mappings/vma.h"
#include "tests/bundle/sample_input.h"
#include "tests/harness.h"

#define PROCESS 146
#define FRAMES 0x8000u /* more than the sample has */

static void note_frames(struct fb_kernel *kernel, uint64_t mm, bool has[FRAMES])
{
	struct fb_page_tables tables;
	struct fb_vmas vmas;

	FB_OK_FATAL(fb_kernel_mm_page_tables(kernel, mm, &tables));
	FB_OK_FATAL(fb_vmas_load(kernel, mm, &vmas));
	for (size_t i = 0; i < vmas.count; i++)
		for (uint64_t at = vmas.vma[i].start; at < vmas.vma[i].end; at += FB_PAGE_SIZE) {
			uint64_t frame = 0;

			FB_OK(fb_pt_frame(&tables, at, &frame));
			if (frame && frame < FRAMES)
				has[frame] = true;
		}
	fb_vmas_deinit(&vmas);
}

static void finds_the_frames_of_a_process(void)
{
	static const char *const none[] = {NULL};
	bool *has = calloc(FRAMES, sizeof(*has));
	struct fb_wait_finder finder = {0};
	const struct fb_task *task;
	struct sample_input sample;
	size_t found = 0, edges = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(has);
	sample_open(&sample, none);
	finder.input = sample.input;
	finder.kernel = fb_input_kernel(sample.input);
	task = sample_task(&sample, PROCESS);
	note_frames(finder.kernel, task->mm, has);
	/* Those at which runs begin and end, and a few of the others. */
	for (uint64_t frame = 1; frame + 1 < FRAMES; frame++) {
		bool maps = !has[frame];

		if (has[frame - 1] == has[frame] && has[frame] == has[frame + 1] && frame % 1000)
			continue;
		FB_OK(fb_wait_maps_frame(&finder, task, frame, &maps));
		if (maps != has[frame])
			CU_FAIL("a frame is not what its addresses say");
		found += has[frame];
		edges++;
	}
	CU_ASSERT(found > 10 && edges > 2 * found);
	sample_close(&sample);
	free(has);
}

FB_TEST_MAIN("bundle/wait_frame", FB_TEST(finds_the_frames_of_a_process))
