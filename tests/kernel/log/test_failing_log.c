// SPDX-License-Identifier: GPL-2.0-or-later
/* The sample's log where one read fails. */
#include "kernel/log/log.h"
#include "tests/harness.h"
#include "tests/kernel/failing_reads.h"

#define MOST 12u

static struct fb_error *answer_log(struct sample_kernel *sample, struct fb_buf *text,
				   bool *incomplete_ret)
{
	struct fb_log *log = NULL;
	struct fb_error *err = fb_log_load(sample->kernel, &log);

	for (size_t i = 0; !err && i < fb_log_count(log); i++)
		err = fb_log_format(fb_log_get(log, i), text);
	*incomplete_ret = log && fb_log_lost(log) > 0;
	fb_log_destroy(log);
	return err;
}

static void of_the_sample(void)
{
	failing_reads_strictly(answer_log, MOST);
}

FB_TEST_MAIN("kernel/failing_log", FB_TEST(of_the_sample))
