// SPDX-License-Identifier: GPL-2.0-or-later
/* See sample_kernel.h. */
#include "tests/kernel/sample_kernel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"

void sample_kernel_open(struct sample_kernel *sample)
{
	const struct fb_kernel_options options = {0};
	char *path;

	memset(sample, 0, sizeof(*sample));
	if (asprintf(&path, "%s/small/dump.202611231722", fb_test_sample()) < 0)
		abort();
	FB_OK_FATAL(fb_warnings_create(&sample->warnings));
	FB_OK_FATAL(fb_dump_open((const char *[]){path}, 1, sample->warnings, &sample->dump));
	FB_OK_FATAL(fb_kernel_open(sample->dump, &options, sample->warnings, &sample->kernel));
	FB_OK_FATAL(fb_tasks_load(sample->kernel, &sample->tasks));
	free(path);
}

void sample_kernel_close(struct sample_kernel *sample)
{
	fb_tasks_destroy(sample->tasks);
	fb_kernel_destroy(sample->kernel);
	fb_dump_destroy(sample->dump);
	fb_warnings_destroy(sample->warnings);
}
