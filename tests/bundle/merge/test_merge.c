// SPDX-License-Identifier: GPL-2.0-or-later
/* Merging the sample with some of its cores. */
#include "bundle/merge/merge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "bundle/file/manifest.h"
#include "bundle/merge/merge_manifest.h"
#include "tests/bundle/sample_input.h"
#include "tests/harness.h"

#define SAMPLE(sample, ...) \
	sample_open(sample, (const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})

/* Of a bundle (again.path; input is it, and taken) with no further core, and with one: not over itself. */
static void check_further_merges(struct fb_input_options *again, struct fb_warnings *warnings,
				 struct fb_input *input, const struct fb_page_counts *first)
{
	struct fb_merge_options options = {.output = again->path, .force = true};
	char *more = sample_path("core.139.xz");
	const struct fb_input_core *cores;
	struct fb_page_counts *kept = NULL;
	struct fb_merge_result result;
	size_t count;

	FB_FAILS_WITH(fb_merge(input, &options, &result), FB_INVALID, "nothing to merge: no core");
	fb_input_destroy(input);
	again->cores = (const char *const *)&more;
	again->core_count = 1;
	FB_OK_FATAL(fb_input_open(again, warnings, &input));
	FB_FAILS_WITH(fb_merge(input, &options, &result), FB_INVALID, "is an input");
	/* With a core beside the bundle the manifest has not all counts. */
	FB_OK_FATAL(fb_input_cores(input, &cores, &count));
	CU_ASSERT_EQUAL_FATAL(count, 3);
	FB_OK_FATAL(fb_merge_count(input, &kept));
	CU_ASSERT_EQUAL(kept[0].filled, first->filled);
	CU_ASSERT(kept[2].total > 100 && kept[2].filled > 20);
	free(kept);
	CU_ASSERT_EQUAL(fb_warnings_count(warnings), 0);
	fb_input_destroy(input);
	free(more);
}

/* A bundle, opened again, has its cores; a second merge of the same adds nothing. */
static void merges_and_opens_the_bundle(void)
{
	struct fb_merge_options options = {0};
	struct fb_merge_result result;
	struct sample_input sample;
	struct fb_input_options again = {0};
	const struct fb_input_core *cores;
	struct fb_placement placement;
	struct fb_page_counts counts, *kept = NULL;
	struct fb_input *input = NULL;
	struct fb_warnings *warnings = NULL;
	size_t count;
	char *output;

	if (asprintf(&output, "%s/bundle", fb_test_folder()) < 0)
		abort();
	options.output = output;
	SAMPLE(&sample, "core.128.xz", "core.reused.328.xz");
	FB_OK_FATAL(fb_merge(sample.input, &options, &result));
	CU_ASSERT(result.placement.placed_count > 100);
	counts = result.placement.counts[0];
	CU_ASSERT(result.output_bytes > (14u << 20));
	fb_merge_result_deinit(&result);
	FB_FAILS_WITH(fb_merge(sample.input, &options, &result), FB_INVALID, "exists");
	sample_close(&sample);

	again.path = output;
	FB_OK_FATAL(fb_warnings_create(&warnings));
	FB_OK_FATAL(fb_input_open(&again, warnings, &input));
	CU_ASSERT_PTR_NOT_NULL(fb_input_fiber(input));
	FB_OK_FATAL(fb_input_cores(input, &cores, &count));
	CU_ASSERT_EQUAL_FATAL(count, 2);
	CU_ASSERT(cores[0].from_bundle);
	CU_ASSERT_EQUAL(cores[0].match.task->pid, 128);
	CU_ASSERT_EQUAL(cores[1].match.verdict, FB_VERDICT_NONE);
	FB_OK_FATAL(fb_merge_place(input, &placement));
	CU_ASSERT_EQUAL(placement.placed_count, 0);
	/* The manifest's counts are those that placing the cores again gives. */
	FB_OK_FATAL(fb_merge_count(input, &kept));
	for (size_t i = 0; i < count; i++)
		CU_ASSERT_EQUAL(memcmp(&kept[i], &placement.counts[i], sizeof(*kept)), 0);
	free(kept);
	/* What the core filled is in the bundle now, and still is what it filled. */
	CU_ASSERT(counts.filled > 100);
	CU_ASSERT_EQUAL(placement.counts[0].filled, counts.filled);
	CU_ASSERT_EQUAL(placement.counts[0].same, counts.same);
	fb_placement_deinit(&placement);
	check_further_merges(&again, warnings, input, &counts);
	fb_warnings_destroy(warnings);
	free(output);
}

static void merges_nothing_without_a_core(void)
{
	struct fb_merge_options options = {.output = "/no/such/folder/bundle"};
	struct fb_merge_result result;
	struct sample_input sample;

	SAMPLE(&sample);
	FB_FAILS_WITH(fb_merge(sample.input, &options, &result), FB_INVALID, "no core");
	sample_close(&sample);
	SAMPLE(&sample, "/no/such/core");
	FB_FAILS_WITH(fb_merge(sample.input, &options, &result), FB_INVALID, "/no/such/core");
	sample_close(&sample);
	SAMPLE(&sample, "core.139.xz");
	FB_FAILS(fb_merge(sample.input, &options, &result), FB_OS);
	sample_close(&sample);
}

/* A bundle that is written of the input has as many stacks of its manifest. */
static void check_kept(struct fb_input *input, size_t stacks)
{
	static const struct fb_placement nothing;
	json_t *manifest = NULL, *threads;

	FB_OK_FATAL(fb_merge_manifest(input, NULL, 0, &nothing, false, NULL, &manifest));
	threads = json_object_get(manifest, "threads");
	CU_ASSERT_EQUAL(json_array_size(threads), stacks);
	CU_ASSERT_EQUAL(json_is_array(threads), stacks > 0);
	json_decref(manifest);
}

/* Stacks of which a manifest has no room for all: the first are kept, and it is said how many are not. */
static void keeps_as_many_stacks_as_fit(void)
{
	struct fb_merge_options options = {.redact = true};
	size_t length = (size_t)FB_MAX_MANIFEST / 2 - (1u << 20);
	struct fb_merge_result result;
	struct sample_input sample;
	struct fb_input_options again = {0};
	struct fb_input *input = NULL;
	json_t *manifest = NULL;
	char *output, *text = malloc(length);

	if (!text || asprintf(&output, "%s/crowded", fb_test_folder()) < 0)
		abort();
	memset(text, 'x', length);
	options.output = output;
	options.stacks = json_array();
	/* Two large ones, one that does not fit behind them, and one that would. */
	for (int i = 0; i < 4; i++)
		json_array_append_new(options.stacks, json_pack("{s:i,s:s%}", "tid", i, "text",
								text, i < 3 ? length : 5));
	SAMPLE(&sample, "core.139.xz");
	FB_OK_FATAL(fb_merge(sample.input, &options, &result));
	CU_ASSERT_EQUAL(sample_warnings(&sample,
					"stacks of 2 threads, and has no room for those of 2 more"),
			1);
	CU_ASSERT_EQUAL(json_array_size(options.stacks), 4);
	fb_merge_result_deinit(&result);
	again.path = output;
	FB_OK_FATAL(fb_input_open(&again, sample.warnings, &input));
	FB_OK_FATAL(fb_manifest_parse(fb_fiber_manifest(fb_input_fiber(input)), &manifest));
	CU_ASSERT_EQUAL(json_array_size(json_object_get(manifest, "threads")), 2);
	json_decref(manifest);
	check_kept(input, 2);
	fb_input_destroy(input);
	sample_close(&sample);
	json_decref(options.stacks);
	free(output);
	free(text);
}

/* The counts of the bundle's first core, of which the manifest's text is changed at `at` to be `byte`, and back. */
static struct fb_page_counts counts_with(struct sample_input *bundle, char *at, char byte)
{
	struct fb_page_counts *counts = NULL, first;
	const char before = *at;

	*at = byte;
	FB_OK_FATAL(fb_merge_count(bundle->input, &counts));
	*at = before;
	first = counts[0];
	free(counts);
	return first;
}

/* They are the manifest's, and those that placing the cores gives where it lacks one. */
static void counts_are_the_manifests(void)
{
	static const struct {
		const char *name;
		size_t offset; /* in struct fb_page_counts */
	} members[] = {
		{"\"total\":", offsetof(struct fb_page_counts, total)},
		{"\"same\":", offsetof(struct fb_page_counts, same)},
		{"\"filled\":", offsetof(struct fb_page_counts, filled)},
		{"\"unplaced\":", offsetof(struct fb_page_counts, unplaced)},
		{"\"differ\":", offsetof(struct fb_page_counts, differ)},
	};
	struct fb_placement placement = {0};
	struct sample_input bundle;
	struct fb_page_counts wanted, other;
	char *manifest;

	sample_open_bundle(&bundle, (const char *const[]){"core.128.xz", "core.132.xz", NULL});
	FB_OK_FATAL(fb_merge_place(bundle.input, &placement));
	wanted = placement.counts[0];
	fb_placement_deinit(&placement);
	manifest = (char *)fb_fiber_manifest(fb_input_fiber(bundle.input));
	for (size_t i = 0; i < FB_ARRAY_SIZE(members); i++) {
		char *name = strstr(manifest, members[i].name);
		char *digit = name + strlen(members[i].name);
		struct fb_page_counts placed;
		uint64_t value;

		CU_ASSERT_PTR_NOT_NULL_FATAL(name);
		other = counts_with(&bundle, digit, *digit == '9' ? '8' : '9');
		memcpy(&value, (char *)&other + members[i].offset, sizeof(value));
		CU_ASSERT_NOT_EQUAL(
			memcmp(&value, (char *)&wanted + members[i].offset, sizeof(value)), 0);
		memcpy((char *)&other + members[i].offset, (char *)&wanted + members[i].offset,
		       sizeof(value));
		CU_ASSERT_EQUAL(memcmp(&other, &wanted, sizeof(other)), 0);
		placed = counts_with(&bundle, name + 1, '?');
		CU_ASSERT_EQUAL(memcmp(&placed, &wanted, sizeof(placed)), 0);
	}
	/* A number less than 0, and a manifest that is no JSON. */
	other = counts_with(&bundle, strstr(manifest, "\"same\":") + 7, '-');
	CU_ASSERT_EQUAL(memcmp(&other, &wanted, sizeof(other)), 0);
	other = counts_with(&bundle, manifest, '?');
	CU_ASSERT_EQUAL(memcmp(&other, &wanted, sizeof(other)), 0);
	sample_close(&bundle);
}

static void a_bundle_cannot_be_redacted(void)
{
	struct fb_merge_options options = {.output = "/no/such/folder/bundle", .redact = true};
	struct fb_merge_result result;
	struct sample_input bundle;

	sample_open_bundle(&bundle, (const char *const[]){"core.139.xz", NULL});
	check_kept(bundle.input, 0);
	*(char *)fb_fiber_manifest(fb_input_fiber(bundle.input)) = '?'; /* no JSON any more */
	check_kept(bundle.input, 0);
	CU_ASSERT_EQUAL(sample_warnings(&bundle, "stored stacks are lost"), 1);
	FB_FAILS_WITH(fb_merge(bundle.input, &options, &result), FB_INVALID,
		      "is a bundle, and holds its cores' memory already");
	sample_close(&bundle);
}

static void the_output_stands_beside_the_input(void)
{
	char *dump = sample_path("dump.202611231722"), *core = sample_path("core.139.xz"), *link;
	struct fb_input_options options = {.cores = (const char *const *)&core, .core_count = 1};
	struct fb_merge_options merge = {0};
	struct fb_merge_result result;
	struct fb_warnings *warnings = NULL;
	struct fb_input *input = NULL;
	struct stat status;
	char wanted[4200];

	if (asprintf(&link, "%s/linked", fb_test_folder()) < 0)
		abort();
	CU_ASSERT_EQUAL_FATAL(symlink(dump, link), 0);
	options.path = link;
	FB_OK_FATAL(fb_warnings_create(&warnings));
	FB_OK_FATAL(fb_input_open(&options, warnings, &input));
	FB_OK_FATAL(fb_merge(input, &merge, &result));
	(void)snprintf(wanted, sizeof(wanted), "%s.fbundle", link);
	CU_ASSERT_STRING_EQUAL(result.output, wanted);
	CU_ASSERT_EQUAL_FATAL(stat(wanted, &status), 0);
	CU_ASSERT_EQUAL(result.output_bytes, (uint64_t)status.st_size);
	fb_merge_result_deinit(&result);
	fb_input_destroy(input);
	fb_warnings_destroy(warnings);
	free(link);
	free(core);
	free(dump);
}

FB_TEST_MAIN("bundle/merge", FB_TEST(merges_and_opens_the_bundle),
	     FB_TEST(merges_nothing_without_a_core), FB_TEST(keeps_as_many_stacks_as_fit),
	     FB_TEST(counts_are_the_manifests), FB_TEST(a_bundle_cannot_be_redacted),
	     FB_TEST(the_output_stands_beside_the_input))
