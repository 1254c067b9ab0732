// SPDX-License-Identifier: GPL-2.0-or-later
/* Bundles of the real dumps and cores, held against what was known before the panic. */
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "bundle/file/fiber.h"
#include "bundle/input/input.h"
#include "bundle/merge/merge.h"
#include "tests/harness.h"

static const char *const kernels[] = {"5.10", "6.1"};

/* Every core that was taken, and those of processes still there. */
#define CORES 21u
#define MATCHED 17u

struct real {
	char folder[4096];
	glob_t cores;
	struct fb_warnings *warnings;
	struct fb_input *input;
	struct fb_merge_result result;
	struct fb_dump *bundle;
};

static void open_real(struct real *real, const char *data, const char *kernel)
{
	char dump[4200], pattern[4200], output[4200];
	struct fb_input_options options = {.path = dump};
	struct fb_merge_options merge = {.output = output, .force = true};
	const char *path;

	memset(real, 0, sizeof(*real));
	(void)snprintf(real->folder, sizeof(real->folder), "%s/%s", data, kernel);
	(void)snprintf(dump, sizeof(dump), "%s/dump.flat-zlib-d31", real->folder);
	(void)snprintf(pattern, sizeof(pattern), "%s/core.*", real->folder);
	(void)snprintf(output, sizeof(output), "%s/bundle", fb_test_folder());
	CU_ASSERT_EQUAL_FATAL(glob(pattern, 0, NULL, &real->cores), 0);
	CU_ASSERT_EQUAL(real->cores.gl_pathc, CORES);
	options.cores = (const char *const *)real->cores.gl_pathv;
	options.core_count = real->cores.gl_pathc;
	FB_OK_FATAL(fb_warnings_create(&real->warnings));
	FB_OK_FATAL(fb_input_open(&options, real->warnings, &real->input));
	FB_OK_FATAL(fb_merge(real->input, &merge, &real->result));
	path = real->result.output;
	FB_OK_FATAL(fb_dump_open(&path, 1, real->warnings, &real->bundle));
}

static void close_real(struct real *real)
{
	fb_dump_destroy(real->bundle);
	fb_merge_result_deinit(&real->result);
	fb_input_destroy(real->input);
	fb_warnings_destroy(real->warnings);
	globfree(&real->cores);
}

/* Hashes by frame; 0: not in the full dump. */
static uint64_t *load_truth(const struct real *real, uint64_t max_pfn)
{
	uint64_t *hashes = calloc(max_pfn, sizeof(*hashes)), pfn, hash;
	char path[4200];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/truth/pages", real->folder);
	file = fopen(path, "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	CU_ASSERT_PTR_NOT_NULL_FATAL(hashes);
	while (fscanf(file, "%" SCNx64 " %" SCNx64, &pfn, &hash) == 2)
		if (pfn < max_pfn)
			hashes[pfn] = hash;
	(void)fclose(file);
	return hashes;
}

/* No page of the input is lost or changed; those added are right, but for the few that were
 * written after their core was taken. */
static void check_pages(struct real *real)
{
	struct fb_dump *input = fb_input_dump(real->input);
	uint64_t max_pfn = fb_dump_info(input)->max_pfn, right = 0, other = 0, lost = 0;
	uint64_t *truth = load_truth(real, max_pfn);
	uint8_t page[FB_PAGE_SIZE];

	for (uint64_t pfn = 0; pfn < max_pfn; pfn++) {
		if (!fb_dump_has_page(real->bundle, pfn)) {
			lost += fb_dump_has_page(input, pfn);
			continue;
		}
		FB_OK_FATAL(fb_dump_read_page(real->bundle, pfn, page));
		if (XXH64(page, sizeof(page), 0) == truth[pfn])
			right += !fb_dump_has_page(input, pfn);
		else if (fb_dump_has_page(input, pfn))
			lost++;
		else
			other++;
	}
	printf("%" PRIu64 " added pages right, %" PRIu64 " other: ", right, other);
	CU_ASSERT_EQUAL(lost, 0);
	CU_ASSERT_EQUAL(right + other, real->result.placement.placed_count);
	CU_ASSERT_TRUE(right >= 6400);
	CU_ASSERT_TRUE(other <= 40);
	free(truth);
}

static bool files_equal(struct fb_file *a, struct fb_file *b)
{
	static uint8_t x[1 << 20], y[1 << 20];

	if (a->size != b->size)
		return false;
	for (uint64_t at = 0; at < a->size; at += sizeof(x)) {
		size_t length = a->size - at < sizeof(x) ? (size_t)(a->size - at) : sizeof(x);

		FB_OK_FATAL(fb_file_read(a, at, x, length));
		FB_OK_FATAL(fb_file_read(b, at, y, length));
		if (memcmp(x, y, length))
			return false;
	}
	return true;
}

static void check_cores(struct real *real)
{
	struct fb_fiber *fiber;
	struct fb_file *file;

	FB_OK_FATAL(fb_file_open(real->result.output, &file));
	FB_OK_FATAL(fb_fiber_open(file, real->bundle, real->warnings, &fiber));
	CU_ASSERT_EQUAL_FATAL(fb_fiber_core_count(fiber), CORES);
	for (size_t i = 0; i < CORES; i++) {
		struct fb_file *from, *to;

		FB_OK_FATAL(fb_fiber_core_file(fiber, i, &to));
		FB_OK_FATAL(fb_file_open(real->cores.gl_pathv[i], &from));
		CU_ASSERT_TRUE(files_equal(from, to));
		fb_file_destroy(from);
		fb_file_destroy(to);
	}
	fb_fiber_destroy(fiber);
	fb_file_destroy(file);
}

static void check_counts(struct real *real)
{
	const struct fb_input_core *cores;
	size_t count, matched = 0;

	FB_OK_FATAL(fb_input_cores(real->input, &cores, &count));
	CU_ASSERT_EQUAL_FATAL(count, CORES);
	for (size_t i = 0; i < count; i++) {
		const struct fb_page_counts *counts = &real->result.placement.counts[i];
		bool match = cores[i].match.verdict != FB_VERDICT_NONE;

		matched += match;
		CU_ASSERT_EQUAL(counts->total,
				counts->same + counts->filled + counts->unplaced + counts->differ);
		CU_ASSERT_TRUE(match || counts->unplaced == counts->total);
	}
	CU_ASSERT_EQUAL(matched, MATCHED);
}

/* Bytes here and there, of every part. */
static void check_flips(struct real *real)
{
	FILE *file = fopen(real->result.output, "r+b");
	uint64_t step = real->result.output_bytes / 101;
	struct fb_warnings *problems;
	size_t missed = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	setbuf(file, NULL);
	for (uint64_t at = 5; at < real->result.output_bytes; at += step) {
		int byte = fseek(file, (long)at, SEEK_SET) ? EOF : fgetc(file);

		CU_ASSERT_FALSE_FATAL(fseek(file, (long)at, SEEK_SET) || byte == EOF);
		CU_ASSERT_NOT_EQUAL(fputc(byte ^ 0x10, file), EOF);
		FB_OK_FATAL(fb_warnings_create(&problems));
		FB_OK(fb_fiber_verify(real->result.output, fb_input_pool(real->input), problems));
		missed += !fb_warnings_count(problems);
		fb_warnings_destroy(problems);
		CU_ASSERT_FALSE_FATAL(fseek(file, (long)at, SEEK_SET));
		CU_ASSERT_NOT_EQUAL(fputc(byte, file), EOF);
	}
	CU_ASSERT_EQUAL(missed, 0);
	CU_ASSERT_EQUAL(fclose(file), 0);
	FB_OK_FATAL(fb_warnings_create(&problems));
	FB_OK(fb_fiber_verify(real->result.output, fb_input_pool(real->input), problems));
	CU_ASSERT_EQUAL(fb_warnings_count(problems), 0);
	fb_warnings_destroy(problems);
}

static void for_each_kernel(void (*check)(struct real *real))
{
	const char *data = fb_test_data();

	if (!data)
		return;
	for (size_t i = 0; i < FB_ARRAY_SIZE(kernels); i++) {
		struct real real;

		open_real(&real, data, kernels[i]);
		check(&real);
		close_real(&real);
	}
}

static void added_pages_are_those_of_the_full_dump(void)
{
	for_each_kernel(check_pages);
}

static void cores_come_back_bit_for_bit(void)
{
	for_each_kernel(check_cores);
}

static void every_page_is_counted_once(void)
{
	for_each_kernel(check_counts);
}

static void changed_bytes_are_found(void)
{
	for_each_kernel(check_flips);
}

FB_TEST_MAIN("bundle/bundle, real dumps", FB_TEST(added_pages_are_those_of_the_full_dump),
	     FB_TEST(cores_come_back_bit_for_bit), FB_TEST(every_page_is_counted_once),
	     FB_TEST(changed_bytes_are_found))
