// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/bundle/sample_input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files/file.h"
#include "bundle/input/crash_folder.h"
#include "bundle/merge/merge.h"
#include "tests/harness.h"

#define MAX_SAMPLE_CORES 16u

char *sample_path(const char *name)
{
	char *path;

	if (asprintf(&path, "%s/small%s%s", fb_test_sample(), *name ? "/" : "", name) < 0)
		abort();
	return path;
}

void sample_open(struct sample_input *sample, const char *const *cores)
{
	char *path = sample_path(""), *paths[MAX_SAMPLE_CORES];
	struct fb_input_options options = {.cores = (const char *const *)paths};
	struct fb_crash_folder folder = {0};

	memset(sample, 0, sizeof(*sample));
	FB_OK_FATAL(fb_crash_folder_find(path, true, &folder));
	options.path = folder.dump.list[0];
	for (; cores[options.core_count]; options.core_count++) {
		const char *core = cores[options.core_count];

		if (options.core_count == MAX_SAMPLE_CORES)
			abort();
		paths[options.core_count] = *core == '/' ? strdup(core) : sample_path(core);
	}
	FB_OK_FATAL(fb_warnings_create(&sample->warnings));
	FB_OK_FATAL(fb_input_open(&options, sample->warnings, &sample->input));
	for (size_t i = 0; i < options.core_count; i++)
		free(paths[i]);
	fb_crash_folder_deinit(&folder);
	free(path);
}

void sample_open_bundle(struct sample_input *bundle, const char *const *cores)
{
	struct fb_merge_options merge = {.force = true};
	struct fb_input_options options = {0};
	struct fb_merge_result result;
	struct sample_input sample;
	char path[4200];

	(void)snprintf(path, sizeof(path), "%s/sample.fbundle", fb_test_folder());
	merge.output = options.path = path;
	sample_open(&sample, cores);
	FB_OK_FATAL(fb_merge(sample.input, &merge, &result));
	fb_merge_result_deinit(&result);
	sample_close(&sample);
	FB_OK_FATAL(fb_warnings_create(&bundle->warnings));
	FB_OK_FATAL(fb_input_open(&options, bundle->warnings, &bundle->input));
}

void sample_close(struct sample_input *sample)
{
	fb_input_destroy(sample->input);
	fb_warnings_destroy(sample->warnings);
}

size_t sample_warnings(const struct sample_input *sample, const char *text)
{
	size_t count = 0;

	for (size_t i = 0; i < fb_warnings_count(sample->warnings); i++)
		count += strstr(fb_warnings_get(sample->warnings, i), text) != NULL;
	return count;
}

const struct fb_task *sample_task(struct sample_input *sample, int32_t pid)
{
	const struct fb_tasks *tasks = NULL;
	const struct fb_task *task;

	FB_OK_FATAL(fb_input_tasks(sample->input, &tasks));
	task = fb_tasks_by_tid(tasks, pid);
	CU_ASSERT_PTR_NOT_NULL_FATAL(task);
	return task;
}

uint64_t sample_number(const char *line, const char *key)
{
	char *path = sample_path("waits.txt"), text[8192] = "";
	FILE *file = fopen(path, "r");
	const char *at;

	if (!file || !fread(text, 1, sizeof(text) - 1, file))
		abort();
	fclose(file);
	free(path);
	at = strstr(text, line);
	at = at ? strstr(at, key) : NULL;
	if (!at)
		abort();
	return strtoull(at + strlen(key), NULL, 0);
}
