// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writing a bundle with each of its steps failing in turn: reads of the dump and of the cores, writes, allocations. An
 * error that is passed over would leave a bundle that lacks something and says nothing of it.
 */
#include <stdlib.h>
#include <string.h>

#include "bundle/file/fiber.h"
#include "bundle/merge/bundle_writer.h"
#include "kernel/dump/kdump_format.h"
#include "kernel/image/kernel_private.h"
#include "tests/base/failing.h"
#include "tests/base/failing_memory.h"
#include "tests/bundle/failing_dump.h"
#include "tests/bundle/made_host.h"
#include "tests/harness.h"

#define MOST_BYTES (4u << 20)
#define OBJECT_TEXT "bytes of an object"

static const struct fb_bundle_object objects[] = {
	{.build_id = "00c0ffee", .paths = "/lib/a.so", .paths_size = 10, .bytes = "a", .size = 1},
	{.build_id = "",
	 .paths = "/bin/b",
	 .paths_size = 7,
	 .file_size = 99,
	 .bytes = OBJECT_TEXT,
	 .size = strlen(OBJECT_TEXT)},
};

/* What is asked to fail. */
struct writing {
	struct made_host host;
	struct fb_placement placement;
	struct fb_bundle_plan plan;
	struct fb_core *cores[MADE_CORES]; /* of files whose reads fail */
	struct failing_file files[MADE_CORES];
	struct fb_place_core place[MADE_CORES];
	struct failure reads_of_cores, writes;
	size_t size; /* of bytes */
	uint8_t bytes[MOST_BYTES];
	uint8_t whole[MOST_BYTES];
	size_t whole_size;
};

static struct fb_error *put(void *context, uint64_t offset, const void *bytes, size_t length)
{
	struct writing *writing = context;
	struct fb_error *err = failing_step(&writing->writes);

	if (err)
		return err;
	CU_ASSERT_FATAL(offset < MOST_BYTES && length < MOST_BYTES - offset);
	memcpy(writing->bytes + offset, bytes, length);
	if (writing->size < offset + length)
		writing->size = offset + length;
	return NULL;
}

static struct fb_error *write_bundle(void *context)
{
	struct writing *writing = context;
	struct fb_outfile *outfile = NULL;
	struct fb_error *err = fb_outfile_create_sink("made", put, writing, &outfile);

	memset(writing->bytes, 0, writing->size);
	writing->size = 0;
	if (!err)
		err = fb_bundle_write_to(&writing->plan, outfile);
	if (!err)
		err = fb_outfile_commit(outfile);
	fb_outfile_destroy(outfile);
	return err;
}

static bool is_whole(void *context)
{
	const struct writing *writing = context;

	return writing->size == writing->whole_size &&
	       memcmp(writing->bytes, writing->whole, writing->size) == 0;
}

/* zstd may lack memory that it can do without: the bundle is whole then, and its parts are not compressed. The problems
 * are those of the objects, which are none. */
static bool is_whole_or_plain(void *context)
{
	const struct writing *writing = context;
	struct fb_warnings *problems = NULL;
	bool good = is_whole(context);
	char *path;

	if (good || writing->size <= writing->whole_size)
		return good;
	path = fb_test_file("plain", writing->bytes, writing->size);
	FB_OK_FATAL(fb_warnings_create(&problems));
	FB_OK(fb_fiber_verify(path, NULL, problems));
	good = fb_warnings_count(problems) == FB_ARRAY_SIZE(objects);
	fb_warnings_destroy(problems);
	free(path);
	return good;
}

/* What was written is what has to be written. */
static void keep_whole(struct writing *writing)
{
	memcpy(writing->whole, writing->bytes, writing->size);
	writing->whole_size = writing->size;
}

static struct writing *open_writing(enum made_format format, uint32_t method)
{
	struct writing *writing = calloc(1, sizeof(*writing));

	CU_ASSERT_PTR_NOT_NULL_FATAL(writing);
	made_host_open(&writing->host, format, method);
	for (size_t i = 0; i < MADE_CORES; i++) {
		failing_file_init(&writing->files[i], fb_core_file(writing->host.cores[i]),
				  &writing->reads_of_cores);
		FB_OK_FATAL(fb_core_open_file(&writing->files[i].file, writing->host.warnings,
					      &writing->cores[i]));
		writing->place[i] = (struct fb_place_core){.core = writing->cores[i],
							   .match = &writing->host.matches[i]};
	}
	FB_OK_FATAL(fb_place(writing->host.kernel, writing->place, MADE_CORES, NULL,
			     &writing->placement));
	writing->plan = (struct fb_bundle_plan){
		.kernel = writing->host.kernel,
		.cores = writing->place,
		.core_count = MADE_CORES,
		.placement = &writing->placement,
		.manifest = MADE_MANIFEST,
		.objects = objects,
		.object_count = FB_ARRAY_SIZE(objects),
	};
	FB_OK_FATAL(write_bundle(writing));
	keep_whole(writing);
	return writing;
}

static void close_writing(struct writing *writing)
{
	fb_placement_deinit(&writing->placement);
	for (size_t i = 0; i < MADE_CORES; i++)
		fb_core_destroy(writing->cores[i]);
	made_host_close(&writing->host);
	free(writing);
}

static void writes_fail_the_bundle(void)
{
	static const enum made_format formats[] = {MADE_KDUMP, MADE_SPLIT, MADE_ELF};

	for (size_t i = 0; i < FB_ARRAY_SIZE(formats); i++) {
		struct writing *writing = open_writing(formats[i], 0);

		(void)failing_must_pass(write_bundle, writing, &writing->writes, 40, 40);
		close_writing(writing);
	}
}

static void reads_of_cores_fail_the_bundle(void)
{
	struct writing *writing = open_writing(MADE_KDUMP, FB_KDUMP_PAGE_ZLIB);

	(void)failing_must_pass(write_bundle, writing, &writing->reads_of_cores, 100, 100);
	close_writing(writing);
}

static void allocations_fail_the_bundle(void)
{
	struct writing *writing = open_writing(MADE_SPLIT, FB_KDUMP_PAGE_ZLIB);

	(void)failing_memory_must_pass(write_bundle, writing, is_whole_or_plain, 200, 200);
	close_writing(writing);
	writing = open_writing(MADE_ELF, 0);
	(void)failing_memory_must_pass(write_bundle, writing, is_whole_or_plain, 100, 100);
	close_writing(writing);
}

/* Of the dump, which is the one that is written. */
static void fail_calls(struct writing *writing, struct fb_dump *dump)
{
	struct failure calls;

	failing_dump_begin(dump, &calls);
	CU_ASSERT(failing_must_pass(write_bundle, writing, &calls, 10, 10) >= 5);
	failing_dump_end(dump);
}

static void reads_of_the_dump_fail_the_bundle(void)
{
	static const enum made_format formats[] = {MADE_KDUMP, MADE_SPLIT, MADE_ELF};

	for (size_t i = 0; i < FB_ARRAY_SIZE(formats); i++) {
		struct writing *writing = open_writing(formats[i], FB_KDUMP_PAGE_ZLIB);

		fail_calls(writing, writing->host.dump);
		close_writing(writing);
	}
}

/* A bundle as an input, with the pages and objects that a merge has put in it. */
struct bundled {
	struct writing *writing; /* of it: nothing is placed, and there is no core */
	struct fb_placement nothing;
	struct fb_dump *dump, *before; /* the bundle's, and the one that it was made of */
	struct fb_file *file;
	struct fb_fiber *fiber;
	struct fb_page_choice choice;
};

static struct fb_error *next_page(void *context, uint64_t pfn, uint64_t *pfn_ret)
{
	*pfn_ret = fb_dump_next_page(context, pfn);
	return NULL;
}

/* damaged: what is to be changed of the bundle; NULL: nothing. */
static void open_bundled(struct bundled *bundled, const char *damaged)
{
	struct writing *writing = open_writing(MADE_KDUMP, FB_KDUMP_PAGE_ZLIB);
	const char *path;
	char *name;

	memset(bundled, 0, sizeof(*bundled));
	bundled->writing = writing;
	if (damaged)
		(*(uint8_t *)memmem(writing->whole, writing->whole_size, damaged,
				    strlen(damaged)))++;
	path = name = fb_test_file("input", writing->whole, writing->whole_size);
	FB_OK_FATAL(fb_dump_open(&path, 1, writing->host.warnings, &bundled->dump));
	FB_OK_FATAL(fb_file_open(path, &bundled->file));
	FB_OK_FATAL(fb_fiber_open(bundled->file, bundled->dump, writing->host.warnings,
				  &bundled->fiber));
	bundled->before = writing->host.kernel->dump;
	writing->host.kernel->dump = bundled->dump;
	bundled->choice = (struct fb_page_choice){
		.next = next_page, .context = bundled->dump, .end = MADE_MAX_PFN};
	writing->plan = (struct fb_bundle_plan){.kernel = writing->host.kernel,
						.placement = &bundled->nothing,
						.choice = &bundled->choice,
						.manifest = MADE_MANIFEST,
						.fiber = bundled->fiber,
						.objects = objects,
						.object_count = 1};
	free(name);
}

static void close_bundled(struct bundled *bundled)
{
	bundled->writing->host.kernel->dump = bundled->before;
	fb_fiber_destroy(bundled->fiber);
	fb_file_destroy(bundled->file);
	fb_dump_destroy(bundled->dump);
	close_writing(bundled->writing);
}

/* What is written of it: the objects are its own that are whole, and the one of the plan. */
static void check_rewritten(struct writing *writing, const size_t *wanted, size_t count)
{
	char *path = fb_test_file("output", writing->bytes, writing->size);
	const char *paths[] = {path};
	const struct fb_fiber_objects *kept;
	struct fb_fiber *fiber = NULL;
	struct fb_dump *dump = NULL;
	struct fb_file *file = NULL;

	FB_OK_FATAL(fb_dump_open(paths, 1, NULL, &dump));
	FB_OK_FATAL(fb_file_open(path, &file));
	FB_OK_FATAL(fb_fiber_open(file, dump, NULL, &fiber));
	for (uint64_t pfn = 0; pfn < MADE_MAX_PFN; pfn++) {
		bool added = false;

		FB_OK(fb_fiber_page_added(fiber, pfn, &added));
		CU_ASSERT_EQUAL(added, pfn >= 95 && pfn < 95 + MADE_PLACED);
	}
	kept = fb_fiber_objects(fiber);
	CU_ASSERT_EQUAL_FATAL(kept->count, count);
	for (size_t i = 0; i < count; i++) {
		const struct fb_bundle_object *object = &objects[wanted[i]];
		void *bytes = NULL;
		size_t size = 0;

		CU_ASSERT_STRING_EQUAL(kept->objects[i].build_id, object->build_id);
		CU_ASSERT_STRING_EQUAL(kept->objects[i].paths, object->paths);
		CU_ASSERT_EQUAL(kept->objects[i].paths_size, object->paths_size);
		CU_ASSERT_EQUAL(kept->objects[i].file_size, object->file_size);
		FB_OK(fb_fiber_object_load(fiber, i, &bytes, &size));
		CU_ASSERT(size == object->size && memcmp(bytes, object->bytes, size) == 0);
		free(bytes);
	}
	fb_fiber_destroy(fiber);
	fb_file_destroy(file);
	fb_dump_destroy(dump);
	free(path);
}

static void a_bundle_keeps_what_it_was_given(void)
{
	static const size_t all[] = {0, 1, 0}, rest[] = {0, 0};
	struct bundled bundled;

	open_bundled(&bundled, NULL);
	FB_OK_FATAL(write_bundle(bundled.writing));
	keep_whole(bundled.writing);
	check_rewritten(bundled.writing, all, FB_ARRAY_SIZE(all));
	fail_calls(bundled.writing, bundled.dump);
	(void)failing_memory_must_pass(write_bundle, bundled.writing, is_whole, 100, 100);
	CU_ASSERT_EQUAL(fb_warnings_count(bundled.writing->host.warnings), 0);
	close_bundled(&bundled);
	open_bundled(&bundled, OBJECT_TEXT);
	FB_OK_FATAL(write_bundle(bundled.writing));
	check_rewritten(bundled.writing, rest, FB_ARRAY_SIZE(rest));
	CU_ASSERT_EQUAL(fb_warnings_count(bundled.writing->host.warnings), 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(fb_warnings_get(bundled.writing->host.warnings, 0),
				      "/bin/b: what stacks need of it is lost: "));
	close_bundled(&bundled);
}

struct steps {
	uint64_t done, total;
	size_t count;
};

static void note_progress(void *context, uint64_t done, uint64_t total)
{
	struct steps *steps = context;

	CU_ASSERT(done >= steps->done && done <= total);
	CU_ASSERT(!steps->count || total == steps->total);
	steps->done = done;
	steps->total = total;
	steps->count++;
}

/* The bytes to do are the stored pages that are copied, those that are compressed, and the cores. */
static void progress_ends_where_all_is_done(void)
{
	struct steps steps = {0};
	struct writing *writing = open_writing(MADE_SPLIT, FB_KDUMP_PAGE_ZLIB);
	uint64_t total = MADE_PLACED * (uint64_t)FB_PAGE_SIZE;

	for (size_t i = 0; i < MADE_CORES; i++)
		total += writing->host.core_sizes[i];
	for (size_t i = 0; i < fb_dump_parts(writing->host.dump); i++) {
		struct fb_dump_part part;

		FB_OK_FATAL(fb_dump_part(writing->host.dump, i, &part));
		total += part.data_end - part.data_start;
	}
	writing->plan.progress = note_progress;
	writing->plan.progress_context = &steps;
	FB_OK(write_bundle(writing));
	CU_ASSERT_EQUAL(steps.total, total);
	CU_ASSERT_EQUAL(steps.done, total);
	CU_ASSERT(steps.count >= 1 + MADE_CORES);
	CU_ASSERT(is_whole(writing));
	close_writing(writing);
}

FB_TEST_MAIN("bundle/merge, failing steps", FB_TEST(writes_fail_the_bundle),
	     FB_TEST(reads_of_cores_fail_the_bundle), FB_TEST(allocations_fail_the_bundle),
	     FB_TEST(reads_of_the_dump_fail_the_bundle), FB_TEST(a_bundle_keeps_what_it_was_given),
	     FB_TEST(progress_ends_where_all_is_done))
