// SPDX-License-Identifier: GPL-2.0-or-later
/* See changed_process.h. */
#include "tests/bundle/process/changed_process.h"

#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"

void changed_process_open(struct changed_process *process, const char *core, bool sysroot,
			  struct fb_joined_options options)
{
	char *root = sample_path("sysroot");

	memset(process, 0, sizeof(*process));
	sample_open(&process->sample, (const char *const[]){core, NULL});
	process->kernel = fb_input_kernel(process->sample.input);
	changed_space_init(&process->physical, process->kernel->tables.physical);
	changed_space_init(&process->memory, process->kernel->space);
	FB_OK_FATAL(fb_host_files_create(sysroot ? root : NULL, &process->files));
	options.files = sysroot ? process->files : NULL;
	process->kernel->tables.physical = &process->physical.space;
	FB_OK_FATAL(fb_joined_create(process->sample.input,
				     sample_task(&process->sample, CHANGED_PID), &options,
				     &process->joined));
	process->kernel->space = &process->memory.space;
	while (!fb_dump_has_page(fb_input_dump(process->sample.input),
				 process->in >> FB_PAGE_SHIFT))
		process->in += PAGE;
	free(root);
}

void changed_process_close(struct changed_process *process)
{
	process->kernel->tables.physical = process->physical.whole;
	process->kernel->space = process->memory.whole;
	fb_joined_destroy(process->joined);
	fb_host_files_destroy(process->files);
	sample_close(&process->sample);
}

void changed_process_choose(struct changed_process *process, uint64_t page)
{
	struct fb_pt_walk walk;

	process->page = page;
	FB_OK_FATAL(fb_pt_walk(&process->joined->tables, page, &walk));
	CU_ASSERT_EQUAL_FATAL(walk.level_count, process->joined->tables.levels);
	CU_ASSERT_EQUAL_FATAL(walk.state, FB_PT_PRESENT);
	process->entry = walk.levels[walk.level_count - 1].entry_address;
	process->pmd = walk.levels[walk.level_count - 2].entry_address;
	process->out = walk.physical;
	CU_ASSERT_FATAL(!fb_dump_has_page(fb_input_dump(process->sample.input),
					  process->out >> FB_PAGE_SHIFT));
}
