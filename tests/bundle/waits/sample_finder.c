// SPDX-License-Identifier: GPL-2.0-or-later
/* See sample_finder.h. */
#include "tests/bundle/waits/sample_finder.h"

#include "kernel/stacks/stack_entry.h"
#include "tests/harness.h"

void sample_finder_begin(struct sample_finder *finder, int32_t tid, const char *core,
			 struct fb_host_files *files)
{
	*finder = (struct sample_finder){.finder = {.options = {.files = files}}};
	sample_open(&finder->sample, (const char *const[]){core, NULL});
	finder->finder.input = finder->sample.input;
	finder->finder.kernel = fb_input_kernel(finder->sample.input);
	finder->finder.space = fb_kernel_space(finder->finder.kernel);
	finder->finder.layout = fb_kernel_layout(finder->finder.kernel);
	FB_OK_FATAL(fb_input_tasks(finder->sample.input, &finder->finder.tasks));
	finder->blocked.task = sample_task(&finder->sample, tid);
	FB_OK_FATAL(fb_user_regs_at_top(finder->finder.kernel, finder->blocked.task->stack,
					&finder->blocked.regs));
	finder->blocked.has_regs = true;
	FB_OK_FATAL(fb_wait_process(&finder->finder, finder->blocked.task, &finder->joined));
}

void sample_finder_end(struct sample_finder *finder)
{
	fb_wait_finder_deinit(&finder->finder);
	sample_close(&finder->sample);
}
