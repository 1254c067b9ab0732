// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writing a bundle with each of its steps failing in turn: reads of the dump and of the cores, writes, allocations. An
 * error that is passed over would leave a bundle that lacks something and says nothing of it.
 */
#include <stdlib.h>
#include <string.h>

#include "bundle/file/fiber.h"
#include "bundle/merge/bundle_writer.h"
#include "kernel/dump/dump_private.h"
#include "kernel/dump/kdump_format.h"
#include "tests/base/failing.h"
#include "tests/base/failing_memory.h"
#include "tests/bundle/made_host.h"
#include "tests/harness.h"

#define MOST_BYTES (4u << 20)

static const struct fb_bundle_object objects[] = {
	{.build_id = "00c0ffee", .paths = "/lib/a.so", .paths_size = 10, .bytes = "a", .size = 1},
	{.build_id = "", .paths = "/bin/b", .paths_size = 7, .bytes = "bbbb", .size = 4},
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
	memcpy(writing->whole, writing->bytes, writing->size);
	writing->whole_size = writing->size;
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

/* The functions of a made dump, each call of which is a step that may fail; ops_of_whole are those that answer. */
static struct failure calls;
static const struct fb_dump_ops *ops_of_whole;

static struct fb_error *failing_page(struct fb_dump *dump, uint64_t pfn, void *page)
{
	struct fb_error *err = failing_step(&calls);

	return err ? err : ops_of_whole->read_page(dump, pfn, page);
}

static struct fb_error *failing_part(struct fb_dump *dump, size_t index,
				     struct fb_dump_part *part_ret)
{
	struct fb_error *err = failing_step(&calls);

	return err ? err : ops_of_whole->part(dump, index, part_ret);
}

static struct fb_error *failing_stored(struct fb_dump *dump, uint64_t pfn,
				       struct fb_dump_stored *stored, size_t room,
				       size_t *count_ret)
{
	struct fb_error *err = failing_step(&calls);

	return err ? err : ops_of_whole->stored(dump, pfn, stored, room, count_ret);
}

static struct fb_error *failing_existing(struct fb_dump *dump, uint64_t offset, void *bits,
					 size_t length)
{
	struct fb_error *err = failing_step(&calls);

	return err ? err : ops_of_whole->existing(dump, offset, bits, length);
}

static void fail_calls(struct writing *writing)
{
	struct fb_dump *dump = writing->host.dump;
	struct fb_dump_ops ops = *dump->ops;

	ops_of_whole = dump->ops;
	ops.read_page = failing_page;
	if (ops.parts) {
		ops.part = failing_part;
		ops.stored = failing_stored;
		ops.existing = failing_existing;
	}
	dump->ops = &ops;
	CU_ASSERT(failing_must_pass(write_bundle, writing, &calls, 10, 10) >= 5);
	dump->ops = ops_of_whole;
}

static void reads_of_the_dump_fail_the_bundle(void)
{
	static const enum made_format formats[] = {MADE_KDUMP, MADE_SPLIT, MADE_ELF};

	for (size_t i = 0; i < FB_ARRAY_SIZE(formats); i++) {
		struct writing *writing = open_writing(formats[i], FB_KDUMP_PAGE_ZLIB);

		fail_calls(writing);
		close_writing(writing);
	}
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
	     FB_TEST(reads_of_the_dump_fail_the_bundle), FB_TEST(progress_ends_where_all_is_done))
