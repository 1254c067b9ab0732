// SPDX-License-Identifier: GPL-2.0-or-later
/* The picture of what happened when, of the sample's threads: all of them stand within it, however short the log is. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bundle/waits/waits.h"
#include "cmd/report/page/report.h"
#include "kernel/log/log_source.h"
#include "tests/bundle/sample_input.h"
#include "tests/harness.h"

static struct fb_error *read_text(struct fb_space *space FB_UNUSED, uint64_t address, void *to,
				  size_t length)
{
	memcpy(to, (const void *)(uintptr_t)address, length);
	return NULL;
}

/* A log that begins so many seconds before the panic. */
static struct fb_log *make_log(unsigned seconds)
{
	static const char *const texts[] = {"first", "Kernel panic - not syncing: x"};
	static const struct fb_space_ops ops = {.read = read_text};
	struct fb_space space = {.ops = &ops, .name = "texts"};
	struct fb_log *log;

	FB_OK_FATAL(fb_log_create(&log));
	for (size_t i = 0; i < FB_ARRAY_SIZE(texts); i++) {
		struct fb_log_record record = {
			.sequence = i,
			.time_ns = (1000000 + i * seconds) * 1000000000ull,
			.length = (uint32_t)strlen(texts[i]),
		};

		FB_OK_FATAL(fb_log_append(log, &space, &record, (uintptr_t)texts[i]));
	}
	fb_log_finish(log);
	return log;
}

/* The page of the section. */
static char *draw(struct fb_report *report)
{
	static char page[256 << 10];
	struct fb_outfile *outfile = NULL;
	struct fb_file *file = NULL;
	char path[512];

	snprintf(path, sizeof(path), "%s/page.html", fb_test_folder());
	FB_OK_FATAL(fb_outfile_create(path, true, &outfile));
	fb_html_init(&report->html, outfile);
	fb_report_timeline(report);
	FB_OK(fb_html_finish(&report->html));
	FB_OK_FATAL(fb_outfile_commit(outfile));
	fb_outfile_destroy(outfile);
	FB_OK_FATAL(fb_file_open(path, &file));
	CU_ASSERT_FATAL(file->size < sizeof(page));
	FB_OK_FATAL(fb_file_read(file, 0, page, (size_t)file->size));
	page[file->size] = '\0';
	fb_file_destroy(file);
	return page;
}

static void threads_stand_within_the_picture(void)
{
	const struct fb_wait_options options = {.tasks = NULL};
	struct sample_input sample;
	struct fb_report report = {.core_count = 0};
	double least = INFINITY, most = 0;
	size_t points = 0;
	char *at;

	sample_open(&sample, (const char *const[]){NULL});
	report.input = sample.input;
	FB_OK_FATAL(fb_input_tasks(sample.input, &report.tasks));
	FB_OK_FATAL(fb_waits_find(sample.input, &options, &report.waits));
	report.log = make_log(1);
	at = draw(&report);
	while ((at = strstr(at, " cx=\"")) != NULL) {
		double x = strtod(at + 5, &at);

		least = x < least ? x : least;
		most = x > most ? x : most;
		points++;
	}
	CU_ASSERT(points > 20);
	/* The names of the lanes stand left of it; one that waits for the longest time is at its edge. */
	CU_ASSERT(least >= 150 && least < 151);
	CU_ASSERT(most <= 1090);
	fb_log_destroy(report.log);
	fb_waits_destroy(report.waits);
	sample_close(&sample);
}

FB_TEST_MAIN("cmd/report/page/report_timeline", FB_TEST(threads_stand_within_the_picture))
