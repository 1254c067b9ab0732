// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The whole memory of processes of the sample: where each byte of it comes from, from the dump alone and with
 * each of what can stand in for it, and what it is.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "bundle/process/joined_space.h"
#include "bundle/process/user_mappings.h"
#include "tests/bundle/sample_input.h"
#include "tests/expected.h"
#include "tests/harness.h"

#define MOST_TEXT (1u << 20)
/* Of a run's bytes so many at its start are looked at, and some at its end. */
#define MOST_BYTES (1u << 20)
#define TAIL_BYTES 5u

/* What is at hand. */
struct given {
	int32_t pid;
	const char *core;
	bool sysroot, swap, prefer_core, no_core;
};

static const char *last_part(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return !path ? "-" : slash ? slash + 1 : path;
}

/* A hash of the run's bytes, which must be the same at any place and length that they are read by. */
static uint64_t hash_run(struct fb_space *space, const struct fb_run *run)
{
	static uint8_t bytes[MOST_BYTES];
	size_t length = run->length < MOST_BYTES ? (size_t)run->length : MOST_BYTES;
	uint8_t again[FB_PAGE_SIZE + 2];

	FB_OK_FATAL(fb_space_read(space, run->start, bytes, length));
	for (size_t at = 0; at + sizeof(again) + 7 < length; at += 16 * FB_PAGE_SIZE) {
		FB_OK_FATAL(fb_space_read(space, run->start + at + 7, again, sizeof(again)));
		CU_ASSERT_EQUAL(memcmp(again, bytes + at + 7, sizeof(again)), 0);
	}
	FB_OK_FATAL(fb_space_read(space, run->start + run->length - TAIL_BYTES, again, TAIL_BYTES));
	return XXH64(again, TAIL_BYTES, XXH64(bytes, length, 0));
}

/* The error with which a run that is not there fails; the first time that it is this one, what it says. */
static void add_absent(struct fb_buf *text, struct fb_space *space, const struct fb_run *run,
		       unsigned *seen)
{
	uint8_t byte;
	struct fb_error *err = fb_space_u8(space, run->start + run->length - 1, &byte);

	CU_ASSERT_PTR_NOT_NULL_FATAL(err);
	expected_add(text, " %s, error %d", fb_absence_name(run->origin.absence),
		     (int)fb_error_code(err));
	expected_add(text, "%s%s\n", *seen & 1u << run->origin.absence ? "" : ": ",
		     *seen & 1u << run->origin.absence ? "" : fb_error_message(err));
	*seen |= 1u << run->origin.absence;
	fb_error_destroy(err);
}

static void add_run(struct fb_buf *text, struct fb_space *space, const struct fb_run *run,
		    unsigned *seen)
{
	const struct fb_origin *origin = &run->origin;

	expected_add(text, "%12" PRIx64 " +%" PRIx64 " %s", run->start, run->length,
		     fb_source_name(origin->source));
	if (origin->has_physical)
		expected_add(text, " physical %" PRIx64, origin->physical);
	else
		CU_ASSERT_EQUAL(origin->physical, 0);
	if (origin->file_offset)
		expected_add(text, " offset %" PRIx64, origin->file_offset);
	if (origin->swap_type || origin->swap_offset)
		expected_add(text, " swap %" PRIu32 ":%" PRIx64, origin->swap_type,
			     origin->swap_offset);
	if (origin->detail)
		expected_add(text, " of %s", last_part(origin->detail));
	if (origin->source == FB_SOURCE_ABSENT)
		add_absent(text, space, run, seen);
	else
		expected_add(text, " %016" PRIx64 "\n", hash_run(space, run));
}

/* All runs from start to end. Asked anywhere within it, a run's rest is the same. */
static void add_runs(struct fb_buf *text, struct fb_space *space, uint64_t start, uint64_t end,
		     unsigned *seen)
{
	struct fb_run run, rest;

	for (uint64_t at = start; at < end; at += run.length) {
		uint64_t into;

		FB_OK_FATAL(fb_space_locate(space, at, end - at, &run));
		CU_ASSERT_EQUAL(run.start, at);
		CU_ASSERT_FATAL(run.length && run.length <= end - at);
		add_run(text, space, &run, seen);
		into = run.length / 2 + 1;
		FB_OK_FATAL(fb_space_locate(space, at + into, end - at - into, &rest));
		CU_ASSERT_EQUAL(rest.length, run.length - into);
		CU_ASSERT_EQUAL(rest.origin.source, run.origin.source);
		CU_ASSERT_EQUAL(rest.origin.absence, run.origin.absence);
		CU_ASSERT_PTR_EQUAL(rest.origin.detail, run.origin.detail);
		if (run.origin.file_offset)
			CU_ASSERT_EQUAL(rest.origin.file_offset, run.origin.file_offset + into);
		FB_OK_FATAL(fb_space_locate(space, at, 1, &rest));
		CU_ASSERT_EQUAL(rest.length, 1);
	}
}

static void add_mapping(struct fb_buf *text, const struct fb_vma *vma,
			const struct fb_user_mapping *mapping)
{
	CU_ASSERT(mapping->start == vma->start && mapping->end == vma->end);
	expected_add(text, "%" PRIx64 "-%" PRIx64 " %c%c%c%s", vma->start, vma->end,
		     vma->flags & FB_VM_READ ? 'r' : '-', vma->flags & FB_VM_WRITE ? 'w' : '-',
		     vma->flags & FB_VM_EXEC ? 'x' : '-', mapping->executable ? " code" : "");
	if (mapping->file)
		expected_add(text, " %s file %" PRIx64 " of %" PRIu64 " bytes from %" PRIx64,
			     mapping->path, mapping->file, mapping->file_size, mapping->offset);
	else
		expected_add(text, " %s", *mapping->path ? mapping->path : "-");
	if (mapping->own_path)
		expected_add(text, " own path %s", mapping->own_path);
	expected_add(text, "%s%s\n", vma->from_core ? " (of the core)" : "",
		     mapping->path_from_core ? " (path of the core)" : "");
}

static void add_process(struct fb_buf *text, const struct given *given)
{
	struct fb_joined_options options = {.prefer_core = given->prefer_core,
					    .no_core = given->no_core};
	char *root = sample_path("sysroot");
	struct fb_user_mapping *mappings = NULL;
	struct fb_string_pool pool = {0};
	struct fb_host_files *files = NULL;
	struct fb_joined *joined = NULL;
	struct fb_swap *swap = NULL;
	const struct fb_task *task;
	const struct fb_vmas *vmas;
	struct sample_input sample;
	unsigned seen = 0; /* kinds of absence */

	sample_open(&sample, (const char *const[]){given->core, NULL});
	task = sample_task(&sample, given->pid);
	FB_OK_FATAL(fb_host_files_create(given->sysroot ? root : NULL, &files));
	FB_OK_FATAL(fb_swap_create(fb_input_kernel(sample.input), &swap));
	options.files = files;
	options.swap = given->swap ? swap : NULL;
	FB_OK_FATAL(fb_joined_create(sample.input, task, &options, &joined));
	FB_OK_FATAL(fb_user_mappings_load(sample.input, task, joined, &pool, &mappings));
	vmas = fb_joined_vmas(joined);
	expected_add(text, "PID %d%s%s%s%s%s%s\n", given->pid, given->core ? " with " : "",
		     given->core ? given->core : "", given->sysroot ? ", sysroot" : "",
		     given->swap ? ", swap" : "", given->prefer_core ? ", core first" : "",
		     given->no_core ? ", without its core" : "");
	for (size_t i = 0; i < vmas->count; i++) {
		add_mapping(text, &vmas->vma[i], &mappings[i]);
		add_runs(text, fb_joined_space(joined), vmas->vma[i].start, vmas->vma[i].end,
			 &seen);
	}
	CU_ASSERT_TRUE(fb_joined_has_tables(joined));
	expected_add(text, "its core: %s\n",
		     fb_joined_core(joined) ? fb_core_name(fb_joined_core(joined)) : "none");
	for (size_t i = 0; i < fb_warnings_count(sample.warnings); i++)
		expected_add(text, "warning: %s\n", last_part(fb_warnings_get(sample.warnings, i)));
	free(mappings);
	fb_string_pool_deinit(&pool);
	fb_joined_destroy(joined);
	fb_swap_destroy(swap);
	fb_host_files_destroy(files);
	sample_close(&sample);
	free(root);
}

static void check(const struct given *given, size_t count, const char *name)
{
	struct fb_buf text;

	fb_buf_init(&text, MOST_TEXT);
	for (size_t i = 0; i < count; i++)
		add_process(&text, &given[i]);
	expected_check(&text, name);
}

static void a_process_with_all_kinds_of_memory(void)
{
	static const struct given given[] = {
		{132, NULL, false, false, false, false},
		{132, "core.132.xz", false, true, false, false},
		{132, "core.132.xz", true, true, true, false},
		{132, "core.132.xz", true, false, false, true},
	};

	check(given, FB_ARRAY_SIZE(given), "bundle/process/sample_memory_132.txt");
}

/* A thread group, processes of a container, and one that no core was taken of. */
static void other_processes(void)
{
	static const struct given given[] = {
		{128, "core.128.xz", true, true, false, false},
		{202, "core.202.zst", true, true, false, false},
		{204, NULL, true, true, false, false},
		{328, NULL, true, true, false, false},
	};

	check(given, FB_ARRAY_SIZE(given), "bundle/process/sample_memory_others.txt");
}

FB_TEST_MAIN("bundle/process, memory of the sample", FB_TEST(a_process_with_all_kinds_of_memory),
	     FB_TEST(other_processes))
