// SPDX-License-Identifier: GPL-2.0-or-later
/* Cores of an input that is filtered: what was taken comes back bit for bit, whatever the filter leaves of the dump. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bundle/dump/filtered_dump.h"
#include "tests/bundle/sample_input.h"
#include "tests/harness.h"

static const char *const names[] = {"core.132.xz", "core.128.xz", NULL};

static void compare(struct fb_file *file, struct fb_file *wanted)
{
	static uint8_t bytes[1u << 16], others[1u << 16];

	CU_ASSERT_EQUAL_FATAL(file->size, wanted->size);
	for (uint64_t at = 0; at < wanted->size; at += sizeof(bytes)) {
		uint64_t left = wanted->size - at;
		size_t length = left < sizeof(bytes) ? (size_t)left : sizeof(bytes);

		FB_OK_FATAL(fb_file_read(file, at, bytes, length));
		FB_OK_FATAL(fb_file_read(wanted, at, others, length));
		CU_ASSERT_EQUAL_FATAL(memcmp(bytes, others, length), 0);
	}
}

/* Opens what was written from an input, and compares each of its cores with the input's. */
static void check(const struct sample_input *from, const char *path, size_t count)
{
	struct fb_input_options options = {.path = path};
	const struct fb_input_core *cores = NULL, *wanted = NULL;
	struct sample_input out;
	size_t found = 0, had = 0;

	FB_OK_FATAL(fb_warnings_create(&out.warnings));
	FB_OK_FATAL(fb_input_open(&options, out.warnings, &out.input));
	FB_OK_FATAL(fb_input_cores(out.input, &cores, &found));
	FB_OK_FATAL(fb_input_cores(from->input, &wanted, &had));
	CU_ASSERT_EQUAL_FATAL(found, count);
	for (size_t i = 0; i < count; i++) {
		CU_ASSERT_EQUAL(cores[i].match.task->pid, wanted[i].match.task->pid);
		compare(fb_core_file(cores[i].core), fb_core_file(wanted[i].core));
	}
	CU_ASSERT_EQUAL(fb_warnings_count(out.warnings), 0);
	sample_close(&out);
}

static void filter(bool bundle, bool stacks)
{
	struct fb_filtered_dump_options options = {
		.level = FB_LEVEL_ALL, .keep.most_pages = UINT64_MAX, .force = true};
	struct fb_filtered_dump_result result;
	struct sample_input sample;
	char path[4200];

	(void)snprintf(path, sizeof(path), "%s/filtered", fb_test_folder());
	options.output = path;
	options.keep.stacks = stacks;
	if (bundle)
		sample_open_bundle(&sample, names);
	else
		sample_open(&sample, names);
	FB_OK_FATAL(fb_filtered_dump_write(sample.input, &options, &result));
	/* Without process memory no core is taken, and that is told. */
	CU_ASSERT_EQUAL(fb_warnings_count(sample.warnings), !stacks);
	CU_ASSERT_EQUAL(sample_warnings(&sample, "2 cores of "), !stacks);
	check(&sample, path, stacks ? 2 : 0);
	sample_close(&sample);
}

static void cores_beside_a_dump_come_back(void)
{
	filter(false, true);
}

static void cores_of_a_bundle_come_back(void)
{
	filter(true, true);
}

static void no_core_is_taken_without_process_memory(void)
{
	filter(false, false);
	filter(true, false);
}

FB_TEST_MAIN("bundle/filtered_cores", FB_TEST(cores_beside_a_dump_come_back),
	     FB_TEST(cores_of_a_bundle_come_back), FB_TEST(no_core_is_taken_without_process_memory))
