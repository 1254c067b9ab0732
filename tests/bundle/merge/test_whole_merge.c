// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All cores of the sample at once: whose they are and why, where each of their pages is placed, and that a
 * bundle of them has every byte of the dump and of the cores.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "bundle/file/fiber.h"
#include "bundle/input/panic.h"
#include "bundle/merge/merge.h"
#include "bundle/merge/merge_manifest.h"
#include "tests/bundle/sample_input.h"
#include "tests/expected.h"
#include "tests/harness.h"

#define MOST_TEXT (4u << 20)
#define CORES 12u
/* 2026-11-23 17:20:22 UTC; each core was written 1.5 s before the one behind it. */
#define PANIC 1795454422

static const char *const names[CORES] = {
	"core.128.xz",       "core.132.xz",         "core.139.xz",        "core.144.gz",
	"core.148.xz",       "core.151.lz4",        "core.202.zst",       "core.210.xz",
	"core.actors.1.zst", "core.actors.207.zst", "core.reused.328.xz", "_lab_actors.0.crash",
};

struct whole {
	struct sample_input sample;
	char *paths[CORES + 1];
};

static char *copy_core(const char *name, size_t index)
{
	const struct timespec times[2] = {
		{.tv_sec = PANIC - 20 + (time_t)index * 3 / 2,
		 .tv_nsec = index % 2 ? 500000000 : 0},
		{.tv_sec = PANIC - 20 + (time_t)index * 3 / 2,
		 .tv_nsec = index % 2 ? 500000000 : 0},
	};
	char *from = sample_path(name), *path;
	struct fb_file *file = NULL;
	uint8_t *bytes;

	FB_OK_FATAL(fb_file_open(from, &file));
	bytes = malloc(file->size);
	CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
	FB_OK_FATAL(fb_file_read(file, 0, bytes, file->size));
	path = fb_test_file(name, bytes, file->size);
	CU_ASSERT_EQUAL_FATAL(utimensat(AT_FDCWD, path, times, 0), 0);
	free(bytes);
	fb_file_destroy(file);
	free(from);
	return path;
}

static void open_whole(struct whole *whole)
{
	for (size_t i = 0; i < CORES; i++)
		whole->paths[i] = copy_core(names[i], i);
	whole->paths[CORES] = NULL;
	sample_open(&whole->sample, (const char *const *)whole->paths);
}

static void close_whole(struct whole *whole)
{
	sample_close(&whole->sample);
	for (size_t i = 0; i < CORES; i++)
		free(whole->paths[i]);
}

static void add_match(struct fb_buf *text, const struct fb_input_core *core)
{
	const struct fb_match *match = &core->match;

	expected_add(text, "%s: %s", fb_core_name(core->core), fb_verdict_name(match->verdict));
	if (match->task)
		expected_add(text, ", PID %d (%s), mm %" PRIx64, match->task->pid,
			     match->task->comm, match->mm);
	expected_add(text, ", taken %.1f s before the panic\n", match->taken_before_panic_s);
	for (size_t i = 0; i < match->evidence_count; i++)
		expected_add(text, "  %s\n", match->evidence[i]);
	CU_ASSERT(!core->from_bundle && !match->own_task);
}

static void add_counts(struct fb_buf *text, const struct fb_page_counts *counts)
{
	expected_add(text,
		     "%" PRIu64 " pages: %" PRIu64 " the same, %" PRIu64 " filled, %" PRIu64
		     " unplaced, %" PRIu64 " differ\n",
		     counts->total, counts->same, counts->filled, counts->unplaced, counts->differ);
}

static void add_placement(struct fb_buf *text, const struct fb_placement *placement)
{
	XXH64_state_t *hash = XXH64_createState();

	CU_ASSERT_PTR_NOT_NULL_FATAL(hash);
	XXH64_reset(hash, 0);
	for (size_t i = 0; i < placement->placed_count; i++) {
		const struct fb_placed *placed = &placement->placed[i];
		const uint64_t one[] = {placed->pfn, placed->core, placed->file_offset};

		CU_ASSERT(!i || placement->placed[i - 1].pfn < placed->pfn);
		XXH64_update(hash, one, sizeof(one));
	}
	expected_add(text, "placed: %zu, %016" PRIx64 "; conflicts: %" PRIu64 "\n",
		     placement->placed_count, XXH64_digest(hash), placement->conflicts);
	for (size_t i = 0; i < placement->core_count; i++) {
		const struct fb_core_frames *frames = &placement->frames[i];
		uint64_t pages = 0;

		XXH64_reset(hash, 0);
		XXH64_update(hash, frames->runs, frames->count * sizeof(*frames->runs));
		for (size_t j = 0; j < frames->count; j++)
			pages += frames->runs[j].pages;
		expected_add(text, "%zu: %zu runs of %" PRIu64 " pages, %016" PRIx64 "; ", i,
			     frames->count, pages, XXH64_digest(hash));
		add_counts(text, &placement->counts[i]);
	}
	XXH64_freeState(hash);
}

static void cores_are_told_apart_and_placed(void)
{
	const struct fb_input_core *cores = NULL;
	struct fb_placement placement = {0};
	struct fb_panic panic = {0};
	struct whole whole;
	struct fb_buf text;
	size_t count = 0;
	char *json;
	json_t *value;

	fb_buf_init(&text, MOST_TEXT);
	open_whole(&whole);
	FB_OK_FATAL(fb_input_cores(whole.sample.input, &cores, &count));
	for (size_t i = 0; i < count; i++)
		add_match(&text, &cores[i]);
	FB_OK_FATAL(fb_merge_place(whole.sample.input, &placement));
	add_placement(&text, &placement);
	value = fb_merge_json(cores, count, &placement);
	CU_ASSERT_PTR_NOT_NULL_FATAL(value);
	/* Where the cores lie is the machine's. */
	for (size_t i = 0; i < count; i++)
		json_object_del(json_array_get(json_object_get(value, "cores"), i), "path");
	json = json_dumps(value, JSON_INDENT(1) | JSON_SORT_KEYS | JSON_REAL_PRECISION(6));
	CU_ASSERT_PTR_NOT_NULL_FATAL(json);
	expected_add(&text, "%s\n", json);
	free(json);
	json_decref(value);
	fb_placement_deinit(&placement);
	FB_OK_FATAL(fb_panic_find(whole.sample.input, &panic));
	expected_add(&text, "panic: %s; CPU %d, PID %d\n", panic.message, panic.cpu,
		     panic.task ? panic.task->pid : -1);
	fb_panic_deinit(&panic);
	for (size_t i = 0; i < fb_warnings_count(whole.sample.warnings); i++)
		expected_add(&text, "warning: %s\n", fb_warnings_get(whole.sample.warnings, i));
	close_whole(&whole);
	expected_check(&text, "bundle/merge/whole_merge.txt");
}

/* Every frame has what the dump has there, or else the page of the core that is placed there. */
static void check_pages(struct fb_dump *bundle, struct fb_dump *dump,
			const struct fb_input_core *cores, const struct fb_placement *placement)
{
	uint8_t page[FB_PAGE_SIZE], wanted[FB_PAGE_SIZE];
	size_t next = 0;

	for (uint64_t pfn = fb_dump_next_page(bundle, 0); pfn != UINT64_MAX;
	     pfn = fb_dump_next_page(bundle, pfn + 1)) {
		FB_OK_FATAL(fb_dump_read_page(bundle, pfn, page));
		if (next < placement->placed_count && placement->placed[next].pfn == pfn) {
			const struct fb_placed *placed = &placement->placed[next++];
			struct fb_file *file = fb_core_file(cores[placed->core].core);

			CU_ASSERT_FALSE(fb_dump_has_page(dump, pfn));
			FB_OK_FATAL(fb_file_read(file, placed->file_offset, wanted, FB_PAGE_SIZE));
		} else {
			FB_OK_FATAL(fb_dump_read_page(dump, pfn, wanted));
		}
		CU_ASSERT_EQUAL_FATAL(memcmp(page, wanted, FB_PAGE_SIZE), 0);
	}
	CU_ASSERT_EQUAL(next, placement->placed_count);
	for (uint64_t pfn = fb_dump_next_page(dump, 0); pfn != UINT64_MAX;
	     pfn = fb_dump_next_page(dump, pfn + 1))
		CU_ASSERT_TRUE_FATAL(fb_dump_has_page(bundle, pfn));
}

static void check_cores(struct fb_fiber *fiber, const struct fb_input_core *cores, size_t count)
{
	CU_ASSERT_EQUAL_FATAL(fb_fiber_core_count(fiber), count);
	for (size_t i = 0; i < count; i++) {
		struct fb_file *file = fb_core_file(cores[i].core), *kept = NULL;
		uint8_t *bytes, *wanted;

		FB_OK_FATAL(fb_fiber_core_file(fiber, i, &kept));
		CU_ASSERT_EQUAL_FATAL(kept->size, file->size);
		bytes = malloc(file->size);
		wanted = malloc(file->size);
		CU_ASSERT_FATAL(bytes && wanted);
		FB_OK_FATAL(fb_file_read(kept, 0, bytes, file->size));
		FB_OK_FATAL(fb_file_read(file, 0, wanted, file->size));
		CU_ASSERT_EQUAL(memcmp(bytes, wanted, file->size), 0);
		free(bytes);
		free(wanted);
		fb_file_destroy(kept);
	}
}

static void a_bundle_has_every_byte(void)
{
	struct fb_merge_options options = {.force = true};
	const struct fb_input_core *cores = NULL;
	struct fb_warnings *problems = NULL;
	struct fb_merge_result result;
	struct fb_fiber *fiber = NULL;
	struct fb_dump *bundle = NULL;
	struct fb_file *file = NULL;
	struct whole whole;
	size_t count = 0;
	const char *path;
	char output[4200];

	open_whole(&whole);
	(void)snprintf(output, sizeof(output), "%s/whole.fbundle", fb_test_folder());
	options.output = output;
	FB_OK_FATAL(fb_merge(whole.sample.input, &options, &result));
	CU_ASSERT_STRING_EQUAL(result.output, output);
	FB_OK_FATAL(fb_input_cores(whole.sample.input, &cores, &count));
	path = output;
	FB_OK_FATAL(fb_warnings_create(&problems));
	FB_OK_FATAL(fb_dump_open(&path, 1, problems, &bundle));
	FB_OK_FATAL(fb_file_open(output, &file));
	CU_ASSERT_EQUAL(file->size, result.output_bytes);
	FB_OK_FATAL(fb_fiber_open(file, bundle, problems, &fiber));
	check_pages(bundle, fb_input_dump(whole.sample.input), cores, &result.placement);
	check_cores(fiber, cores, count);
	for (size_t i = 0; i < result.placement.placed_count; i++) {
		bool added = false;

		FB_OK(fb_fiber_page_added(fiber, result.placement.placed[i].pfn, &added));
		CU_ASSERT_TRUE(added);
	}
	FB_OK(fb_fiber_verify(output, fb_input_pool(whole.sample.input), problems));
	CU_ASSERT_EQUAL(fb_warnings_count(problems), 0);
	fb_fiber_destroy(fiber);
	fb_file_destroy(file);
	fb_dump_destroy(bundle);
	fb_warnings_destroy(problems);
	fb_merge_result_deinit(&result);
	close_whole(&whole);
}

FB_TEST_MAIN("bundle/merge, all of the sample", FB_TEST(cores_are_told_apart_and_placed),
	     FB_TEST(a_bundle_has_every_byte))
