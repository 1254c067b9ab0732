// SPDX-License-Identifier: GPL-2.0-or-later
/* See sample_finder.h. */
#include "tests/bundle/waits/sample_finder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

char *sample_finder_sysroot(const char *name, const void *bytes, const void *others, size_t size)
{
	char *path = sample_path("sysroot" SAMPLE_PROGRAM), *root = NULL, *lab = NULL, *copy = NULL;
	static uint8_t program[1u << 20];
	FILE *file = fopen(path, "re");
	size_t read;
	void *at;

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	read = fread(program, 1, sizeof(program), file);
	CU_ASSERT_FATAL(read > 0 && read < sizeof(program));
	(void)fclose(file);
	at = memmem(program, read, bytes, size);
	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	memcpy(at, others, size);
	if (asprintf(&root, "%s/%s", fb_test_folder(), name) < 0 ||
	    asprintf(&lab, "%s/lab", root) < 0 || asprintf(&copy, "%s" SAMPLE_PROGRAM, name) < 0)
		abort();
	CU_ASSERT_EQUAL_FATAL(mkdir(root, 0700), 0);
	CU_ASSERT_EQUAL_FATAL(mkdir(lab, 0700), 0);
	free(fb_test_file(copy, program, read));
	free(path);
	free(lab);
	free(copy);
	return root;
}
