// SPDX-License-Identifier: GPL-2.0-or-later
/* Opening the sample's kernel where one read of its memory fails. */
#include <stdio.h>
#include <stdlib.h>

#include "kernel/image/kernel_private.h"
#include "tests/base/failing.h"
#include "tests/harness.h"
#include "tests/kernel/sample_kernel.h"

struct opening {
	struct fb_dump *dump;
	struct fb_warnings *warnings;
	struct failure failure;
};

static void open_dump(struct opening *opening)
{
	char *path;

	if (asprintf(&path, "%s/small/dump.202611231722", fb_test_sample()) < 0)
		abort();
	FB_OK_FATAL(fb_warnings_create(&opening->warnings));
	FB_OK_FATAL(fb_dump_open((const char *[]){path}, 1, opening->warnings, &opening->dump));
	free(path);
}

static void close_dump(struct opening *opening)
{
	fb_dump_destroy(opening->dump);
	fb_warnings_destroy(opening->warnings);
}

/* All but finding the page tables, which is over before there is kernel memory to read. */
static struct fb_error *open_kernel(void *context)
{
	const struct fb_kernel_options options = {.memory_only = true};
	struct opening *opening = context;
	struct failing_space failing;
	struct fb_kernel *kernel = NULL;
	struct fb_error *err;

	FB_OK_FATAL(fb_kernel_open(opening->dump, &options, opening->warnings, &kernel));
	failing_space_init(&failing, kernel->space, &opening->failure);
	kernel->space = &failing.space;
	err = fb_kernel_complete(kernel);
	if (!err)
		CU_ASSERT(kernel->info.memory_bytes && kernel->info.uptime_s > 0 &&
			  kernel->info.build_id && kernel->info.load[0] >= 0 &&
			  *kernel->info.node && kernel->linear.direct_start);
	kernel->space = failing.whole;
	fb_kernel_destroy(kernel);
	return err;
}

/* The first reads find kallsyms, the last are those of the types, the CPUs and what the kernel says of itself. */
static void what_is_fatal_passes(void)
{
	struct opening opening;

	open_dump(&opening);
	failing_must_pass(open_kernel, &opening, &opening.failure, 6, 28);
	CU_ASSERT_EQUAL(fb_warnings_count(opening.warnings), 0);
	close_dump(&opening);
}

FB_TEST_MAIN("kernel/failing_open", FB_TEST(what_is_fatal_passes))
