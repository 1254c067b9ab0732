// SPDX-License-Identifier: GPL-2.0-or-later
/* Bundles that are opened, read and verified with each read of the file, and each allocation, failing in turn. */
#include <stdlib.h>
#include <string.h>

#include "bundle/file/fiber.h"
#include "bundle/file/fiber_private.h"
#include "bundle/file/fiber_table.h"
#include "bundle/file/verify_sums.h"
#include "kernel/dump/kdump_format.h"
#include "tests/base/failing.h"
#include "tests/base/failing_memory.h"
#include "tests/bundle/failing_dump.h"
#include "tests/bundle/made_host.h"
#include "tests/harness.h"

struct reading {
	struct made_host host;
	char *path;
	struct fb_dump *dump; /* the bundle's */
	struct fb_file *file;
	struct failing_file failing; /* file */
	struct failure failure;
	struct fb_warnings *problems; /* of one question */
};

static void open_reading(struct reading *reading)
{
	memset(reading, 0, sizeof(*reading));
	made_host_open(&reading->host, MADE_KDUMP, FB_KDUMP_PAGE_ZLIB);
	reading->path = made_bundle(&reading->host, NULL, "bundle");
	FB_OK_FATAL(fb_dump_open((const char *const *)&reading->path, 1, reading->host.warnings,
				 &reading->dump));
	FB_OK_FATAL(fb_file_open(reading->path, &reading->file));
	failing_file_init(&reading->failing, reading->file, &reading->failure);
	FB_OK_FATAL(fb_warnings_create(&reading->problems));
}

static void close_reading(struct reading *reading)
{
	fb_warnings_destroy(reading->problems);
	fb_file_destroy(reading->file);
	fb_dump_destroy(reading->dump);
	free(reading->path);
	made_host_close(&reading->host);
}

/* All bytes of a core, at once and in small pieces. */
static struct fb_error *read_core(struct fb_fiber *fiber, size_t index)
{
	struct fb_file *core = NULL;
	struct fb_error *err = fb_fiber_core_file(fiber, index, &core);
	uint8_t byte, *bytes;

	if (err)
		return err;
	bytes = malloc(core->size);
	err = bytes ? fb_file_read(core, 0, bytes, core->size) : fb_error_nomem();
	for (uint64_t at = 0; at < core->size && !err; at += 3000)
		err = fb_file_read(core, at, &byte, 1);
	free(bytes);
	fb_file_destroy(core);
	return err;
}

static struct fb_error *read_bundle(void *context)
{
	struct reading *reading = context;
	struct fb_fiber *fiber = NULL;
	bool present = false;
	struct fb_error *err = fb_fiber_present(&reading->failing.file, &present);

	if (!err)
		err = fb_fiber_open(&reading->failing.file, reading->dump, reading->problems,
				    &fiber);
	for (size_t i = 0; i < MADE_CORES && !err; i++)
		err = read_core(fiber, i);
	for (size_t i = 0; i < MADE_CORES && !err; i++)
		err = fb_fiber_core_check(fiber, i, reading->problems);
	fb_fiber_destroy(fiber);
	return err;
}

static struct fb_error *check_sums(void *context)
{
	struct reading *reading = context;
	struct fb_fiber_table table = {0};
	struct fb_dump_sums sums = {0};
	uint64_t section = 0;
	bool found = false;
	struct fb_error *err = fb_fiber_mark_read(&reading->failing.file, &found, &section);

	if (!err)
		err = fb_fiber_table_read(&reading->failing.file, &table);
	if (!err)
		err = fb_dump_sums_load(&table, &sums);
	if (!err)
		err = fb_verify_sums(&table, &sums, NULL, reading->problems);
	fb_dump_sums_deinit(&sums);
	fb_fiber_table_deinit(&table);
	return err;
}

static struct fb_error *verify(void *context)
{
	struct reading *reading = context;
	struct fb_error *err;

	fb_warnings_destroy(reading->problems);
	reading->problems = NULL;
	err = fb_warnings_create(&reading->problems);
	return err ? err : fb_fiber_verify(reading->path, NULL, reading->problems);
}

static bool nothing_is_told(void *context)
{
	const struct reading *reading = context;

	return fb_warnings_count(reading->problems) == 0;
}

/* jansson does not always tell that it lacks memory: the manifest is no JSON then, or a member is missing. */
static bool the_manifest_is_told(void *context)
{
	const struct reading *reading = context;

	return fb_warnings_count(reading->problems) == 1 &&
	       strstr(fb_warnings_get(reading->problems, 0), "manifest");
}

static void reads_fail_the_answer(void)
{
	struct reading reading;

	open_reading(&reading);
	CU_ASSERT(failing_must_pass(read_bundle, &reading, &reading.failure, 60, 20) > 10);
	CU_ASSERT(failing_must_pass(check_sums, &reading, &reading.failure, 60, 20) > 10);
	CU_ASSERT(nothing_is_told(&reading));
	close_reading(&reading);
}

static void pages_of_the_dump_fail_the_answer(void)
{
	struct reading reading;
	struct failure calls;

	open_reading(&reading);
	FB_OK_FATAL(read_bundle(&reading)); /* pages that are kept are not read again */
	failing_dump_begin(reading.dump, &calls);
	CU_ASSERT(failing_must_pass(read_bundle, &reading, &calls, 60, 20) > 10);
	failing_dump_end(reading.dump);
	close_reading(&reading);
}

static void allocations_fail_the_answer(void)
{
	struct reading reading;

	open_reading(&reading);
	CU_ASSERT(failing_memory_must_pass(read_bundle, &reading, NULL, 100, 0) > 10);
	CU_ASSERT(failing_memory_must_pass(check_sums, &reading, NULL, 100, 0) > 10);
	CU_ASSERT(failing_memory_must_pass(verify, &reading, the_manifest_is_told, 120, 160) > 20);
	close_reading(&reading);
}

FB_TEST_MAIN("bundle/file, failing steps", FB_TEST(reads_fail_the_answer),
	     FB_TEST(pages_of_the_dump_fail_the_answer), FB_TEST(allocations_fail_the_answer))
