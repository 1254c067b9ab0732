// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One real dump in every format: each gives the same kernel and the same tasks.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/tasks/task.h"
#include "tests/harness.h"
#include "tests/kernel/make_kdump.h"

struct answer {
	struct fb_tasks *tasks;
	struct fb_kernel *kernel;
	struct fb_dump *dump;
	struct fb_warnings *warnings;
};

static struct answer original;

static void open_answer(const char *const *paths, size_t count, struct answer *answer)
{
	struct fb_kernel_options options = {0};

	FB_OK_FATAL(fb_warnings_create(&answer->warnings));
	FB_OK_FATAL(fb_dump_open(paths, count, answer->warnings, &answer->dump));
	FB_OK_FATAL(fb_kernel_open(answer->dump, &options, answer->warnings, &answer->kernel));
	FB_OK_FATAL(fb_tasks_load(answer->kernel, &answer->tasks));
}

static void close_answer(struct answer *answer)
{
	fb_tasks_destroy(answer->tasks);
	fb_kernel_destroy(answer->kernel);
	fb_dump_destroy(answer->dump);
	fb_warnings_destroy(answer->warnings);
}

static void open_original(void)
{
	char pattern[4096];
	glob_t found;

	(void)snprintf(pattern, sizeof(pattern), "%s/small/dump.*", fb_test_sample());
	CU_ASSERT_EQUAL_FATAL(glob(pattern, 0, NULL, &found), 0);
	open_answer((const char *const *)found.gl_pathv, 1, &original);
	CU_ASSERT_TRUE_FATAL(fb_tasks_count(original.tasks) > 50);
	globfree(&found);
}

static void check_same(const char *const *paths, size_t count, const char *compression)
{
	const struct fb_kernel_info *a, *b;
	struct answer answer = {0};
	const char *found;

	open_answer(paths, count, &answer);
	a = fb_kernel_info(original.kernel);
	b = fb_kernel_info(answer.kernel);
	CU_ASSERT_EQUAL(fb_warnings_count(answer.warnings), 0);
	CU_ASSERT_STRING_EQUAL(a->release, b->release);
	CU_ASSERT_STRING_EQUAL(a->version, b->version);
	CU_ASSERT_EQUAL(a->crash_time, b->crash_time);
	/* ELF segments have no bitmap of what exists. */
	if (compression)
		CU_ASSERT_EQUAL(a->memory_bytes, b->memory_bytes);
	CU_ASSERT_EQUAL(a->uptime_s, b->uptime_s);
	CU_ASSERT_EQUAL(fb_dump_info(original.dump)->pages_dumped,
			fb_dump_info(answer.dump)->pages_dumped);
	found = fb_dump_compression(answer.dump);
	if (compression && found)
		CU_ASSERT_STRING_EQUAL(found, compression);
	CU_ASSERT_EQUAL_FATAL(fb_tasks_count(original.tasks), fb_tasks_count(answer.tasks));
	for (size_t i = 0; i < fb_tasks_count(answer.tasks); i++)
		CU_ASSERT_EQUAL(memcmp(fb_tasks_get(original.tasks, i),
				       fb_tasks_get(answer.tasks, i), sizeof(struct fb_task)),
				0);
	close_answer(&answer);
}

/* Writes bytes, checks what they give, and takes them. */
static void check_bytes(struct mk_bytes *bytes, const char *compression)
{
	char *path = mk_file("made", bytes);
	const char *const paths[] = {path};

	free(bytes->data);
	check_same(paths, 1, compression);
	(void)remove(path);
	free(path);
}

static struct mk_recipe recipe_of(uint32_t method)
{
	return (struct mk_recipe){
		.max_pfn = fb_dump_info(original.dump)->max_pfn,
		.method = method,
		.vmcoreinfo = fb_dump_vmcoreinfo(original.dump),
		.source = original.dump,
	};
}

static void check_split(uint32_t method, const char *compression)
{
	uint64_t max_pfn = fb_dump_info(original.dump)->max_pfn;
	const uint64_t bounds[] = {0, max_pfn / 5, max_pfn / 2, max_pfn};
	char *paths[3];

	for (size_t i = 0; i < 3; i++) {
		struct mk_recipe recipe = recipe_of(method);
		struct mk_bytes bytes;
		char name[16];

		recipe.split = true;
		recipe.start_pfn = bounds[i];
		recipe.end_pfn = bounds[i + 1];
		mk_kdump(&recipe, &bytes);
		(void)snprintf(name, sizeof(name), "part%zu", i);
		paths[i] = mk_file(name, &bytes);
		free(bytes.data);
	}
	check_same((const char *const *)paths, 3, compression);
	for (size_t i = 0; i < 3; i++) {
		(void)remove(paths[i]);
		free(paths[i]);
	}
}

/* Plain, flattened, split, and inside a gzip stream. */
static void check_method(uint32_t method, const char *compression)
{
	struct mk_recipe recipe = recipe_of(method);
	struct mk_bytes plain, other;

	mk_kdump(&recipe, &plain);
	mk_flatten(&plain, 40000, &other);
	check_bytes(&other, compression);
	mk_gzip(&plain, &other);
	check_bytes(&other, compression);
	check_bytes(&plain, compression);
	check_split(method, compression);
}

static void not_compressed(void)
{
	check_method(0, "none");
}

static void zlib(void)
{
	check_method(FB_KDUMP_PAGE_ZLIB, "zlib");
}

static void lzo(void)
{
	check_method(FB_KDUMP_PAGE_LZO, "lzo");
}

static void snappy(void)
{
	check_method(FB_KDUMP_PAGE_SNAPPY, "snappy");
}

static void zstd(void)
{
	check_method(FB_KDUMP_PAGE_ZSTD, "zstd");
}

static void all_at_once(void)
{
	check_method(MK_MIXED, "mixed");
}

static void elf(void)
{
	struct mk_recipe recipe = recipe_of(0);
	struct mk_bytes plain, other;

	mk_elf(&recipe, &plain);
	mk_flatten(&plain, 1 << 20, &other);
	check_bytes(&other, NULL);
	mk_gzip(&plain, &other);
	check_bytes(&other, NULL);
	check_bytes(&plain, NULL);
}

static void the_original(void)
{
	open_original();
}

/* The last case: all that was read of the original is whole. */
static void the_original_is_whole(void)
{
	CU_ASSERT_EQUAL(fb_warnings_count(original.warnings), 0);
	close_answer(&original);
}

FB_TEST_MAIN("kernel/formats", FB_TEST(the_original), FB_TEST(not_compressed), FB_TEST(zlib),
	     FB_TEST(lzo), FB_TEST(snappy), FB_TEST(zstd), FB_TEST(all_at_once), FB_TEST(elf),
	     FB_TEST(the_original_is_whole))
