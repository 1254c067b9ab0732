// SPDX-License-Identifier: GPL-2.0-or-later
/* Checksums of what is written in pieces that are not chunks. */
#include "bundle/merge/region_sums.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "tests/base/failing.h"
#include "tests/harness.h"

#define OFFSET 1000u /* of the region in the file */
#define MOST (4u * FB_FIBER_CHUNK)

struct sink {
	struct failure failure;
	uint64_t next; /* where the next write must be */
	uint8_t bytes[MOST];
};

static struct fb_error *put(void *context, uint64_t offset, const void *bytes, size_t length)
{
	struct sink *sink = context;
	struct fb_error *err = failing_step(&sink->failure);

	if (err)
		return err;
	CU_ASSERT_EQUAL_FATAL(offset, sink->next);
	CU_ASSERT_FATAL(length <= MOST - (offset - OFFSET));
	memcpy(sink->bytes + (offset - OFFSET), bytes, length);
	sink->next += length;
	return NULL;
}

static uint8_t *make_bytes(void)
{
	uint8_t *bytes = malloc(MOST);

	CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
	for (size_t i = 0; i < MOST; i++)
		bytes[i] = (uint8_t)(i * 2654435761u >> 13);
	return bytes;
}

/* Of length bytes, and that there is one for each chunk. */
static void check_sums(const struct fb_region_sums *region, const uint8_t *bytes, size_t length)
{
	size_t count = 0;

	for (size_t at = 0; at < length; at += FB_FIBER_CHUNK) {
		size_t size = length - at < FB_FIBER_CHUNK ? length - at : FB_FIBER_CHUNK;

		CU_ASSERT_FATAL(count < region->count);
		CU_ASSERT_EQUAL(region->sums[count++], XXH64(bytes + at, size, 0));
	}
	CU_ASSERT_EQUAL(region->count, count);
	CU_ASSERT_EQUAL(region->offset, OFFSET);
	CU_ASSERT_EQUAL(region->length, length);
	CU_ASSERT_EQUAL(region->kind, FB_FIBER_REGION_ADDED);
}

static void check_pieces(const uint8_t *bytes, const size_t *pieces, size_t count)
{
	struct sink *sink = calloc(1, sizeof(*sink));
	struct fb_outfile *outfile = NULL;
	struct fb_region_sums region;
	size_t length = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(sink);
	sink->next = OFFSET;
	FB_OK_FATAL(fb_outfile_create_sink("made", put, sink, &outfile));
	FB_OK_FATAL(fb_region_init(&region, FB_FIBER_REGION_ADDED, OFFSET));
	for (size_t i = 0; i < count; i++) {
		FB_OK(fb_region_write(&region, outfile, bytes + length, pieces[i]));
		length += pieces[i];
	}
	FB_OK(fb_region_close(&region));
	FB_OK(fb_outfile_commit(outfile));
	check_sums(&region, bytes, length);
	CU_ASSERT_EQUAL(sink->next, OFFSET + length);
	CU_ASSERT_EQUAL(memcmp(sink->bytes, bytes, length), 0);
	fb_region_deinit(&region);
	fb_outfile_destroy(outfile);
	free(sink);
}

static void each_chunk_has_its_own(void)
{
	static const size_t pieces[][4] = {
		{0, 0, 0, 0},
		{1, 0, 0, 0},
		{FB_FIBER_CHUNK, 0, 0, 0},
		{FB_FIBER_CHUNK - 1, 1, 1, 0},
		{10, FB_FIBER_CHUNK - 5, 2 * FB_FIBER_CHUNK, 7},
		{3 * FB_FIBER_CHUNK, FB_FIBER_CHUNK, 0, 0},
	};
	uint8_t *bytes = make_bytes();

	for (size_t i = 0; i < FB_ARRAY_SIZE(pieces); i++)
		check_pieces(bytes, pieces[i], FB_ARRAY_SIZE(pieces[i]));
	free(bytes);
}

static void sums_are_set_in_any_order(void)
{
	static const size_t lengths[] = {0, 1, FB_FIBER_CHUNK, FB_FIBER_CHUNK + 1, MOST - 1};
	uint8_t *bytes = make_bytes();
	struct fb_region_sums region;

	for (size_t i = 0; i < FB_ARRAY_SIZE(lengths); i++) {
		FB_OK_FATAL(
			fb_region_init_sized(&region, FB_FIBER_REGION_ADDED, OFFSET, lengths[i]));
		for (size_t chunk = region.count; chunk-- > 0;) {
			size_t at = chunk * FB_FIBER_CHUNK, left = lengths[i] - at;

			fb_region_set(&region, chunk, bytes + at,
				      left < FB_FIBER_CHUNK ? left : FB_FIBER_CHUNK);
		}
		check_sums(&region, bytes, lengths[i]);
		fb_region_deinit(&region);
	}
	FB_FAILS(fb_region_init_sized(&region, FB_FIBER_REGION_ADDED, OFFSET,
				      FB_MAX_SUM_CHUNKS * (uint64_t)FB_FIBER_CHUNK + 1),
		 FB_LIMIT);
	free(bytes);
}

static void a_write_that_fails_is_not_summed(void)
{
	struct sink *sink = calloc(1, sizeof(*sink));
	struct fb_outfile *outfile = NULL;
	struct fb_region_sums region;

	CU_ASSERT_PTR_NOT_NULL_FATAL(sink);
	sink->failure = (struct failure){.at = 1, .code = FB_OS};
	FB_OK_FATAL(fb_outfile_create_sink("made", put, sink, &outfile));
	FB_OK_FATAL(fb_region_init(&region, FB_FIBER_REGION_ADDED, OFFSET));
	FB_FAILS(fb_region_write(&region, outfile, "abc", 3), FB_OS);
	CU_ASSERT_EQUAL(region.length, 0);
	FB_OK(fb_region_close(&region));
	CU_ASSERT_EQUAL(region.count, 0);
	fb_region_deinit(&region);
	fb_outfile_destroy(outfile);
	free(sink);
}

FB_TEST_MAIN("bundle/region_sums", FB_TEST(each_chunk_has_its_own),
	     FB_TEST(sums_are_set_in_any_order), FB_TEST(a_write_that_fails_is_not_summed))
