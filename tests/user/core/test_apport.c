// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/core/apport.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/base/failing.h"
#include "tests/harness.h"
#include "tests/user/make_core.h"
#include "tests/user/make_report.h"

static struct fb_file *text_file(const char *text)
{
	return make_file_of("victim.crash", text, strlen(text));
}

/* 700 KB that do not compress to nothing: more than any buffer on the way. */
static uint8_t *make_payload(size_t *size_ret)
{
	const size_t size = 700001;
	uint8_t *payload = malloc(size);
	uint32_t state = 1;

	for (size_t i = 0; i < size; i++) {
		state = state * 1664525 + 1013904223;
		payload[i] = i % 3 ? (uint8_t)(state >> 24) : 0;
	}
	*size_ret = size;
	return payload;
}

static struct fb_file *unpack(const void *report, size_t size, struct fb_warnings *warnings,
			      bool *cut)
{
	struct fb_file *file = make_file_of("victim.crash", report, size), *core = NULL;
	bool is_report = false;

	FB_OK(fb_apport_probe(file, &is_report));
	CU_ASSERT_TRUE(is_report);
	FB_OK_FATAL(fb_apport_unpack(file, warnings, cut, &core));
	fb_file_destroy(file);
	return core;
}

static void expect(struct fb_file *core, const uint8_t *payload, size_t size)
{
	uint8_t *got = malloc(size);

	CU_ASSERT_EQUAL(core->size, size);
	FB_OK(fb_file_read(core, 0, got, size));
	CU_ASSERT_EQUAL(memcmp(got, payload, size), 0);
	CU_ASSERT_STRING_EQUAL(core->path, "victim.crash");
	free(got);
	fb_file_destroy(core);
}

static void round_trip(enum make_stream stream, size_t line_size)
{
	size_t size, compressed_size, report_size;
	uint8_t *payload = make_payload(&size);
	uint8_t *compressed = make_compressed(stream, payload, size, &compressed_size);
	char *report = make_report(compressed, compressed_size, line_size, &report_size);
	bool cut = true;

	expect(unpack(report, report_size, NULL, &cut), payload, size);
	CU_ASSERT_FALSE(cut);
	free(report);
	free(compressed);
	free(payload);
}

static void unpacks_gzip(void)
{
	round_trip(MAKE_GZIP, 100000);
	round_trip(MAKE_GZIP, 19);
	round_trip(MAKE_GZIP, SIZE_MAX / 2);
}

static void unpacks_zlib_of_old(void)
{
	round_trip(MAKE_ZLIB, 100000);
	round_trip(MAKE_ZLIB, 4);
}

static void unpacks_zstd(void)
{
	round_trip(MAKE_ZSTD, 1 << 20);
	round_trip(MAKE_ZSTD, 77);
}

static void keeps_memory_that_was_never_used_sparse(void)
{
	const size_t size = 64u << 20;
	uint8_t *payload = calloc(1, size);
	size_t compressed_size, report_size;
	struct stat stat_buf = {0};
	uint8_t *compressed;
	struct fb_file *core;
	char *report;
	bool cut;

	payload[size / 2] = 1;
	compressed = make_compressed(MAKE_ZSTD, payload, size, &compressed_size);
	report = make_report(compressed, compressed_size, 1 << 20, &report_size);
	core = unpack(report, report_size, NULL, &cut);
	CU_ASSERT_EQUAL(fstat(core->fd, &stat_buf), 0);
	CU_ASSERT_TRUE(stat_buf.st_blocks * 512 < 1 << 20);
	CU_ASSERT_EQUAL(stat_buf.st_nlink, 0);
	expect(core, payload, size);
	free(report);
	free(compressed);
	free(payload);
}

/* The damage is named, and what came before it given: at least intact bytes. */
static void expect_damage(const char *report, size_t size, const uint8_t *payload, size_t intact,
			  const char *text)
{
	struct fb_warnings *warnings;
	struct fb_file *core;
	bool cut = false;

	FB_OK_FATAL(fb_warnings_create(&warnings));
	core = unpack(report, size, warnings, &cut);
	CU_ASSERT_TRUE(cut);
	CU_ASSERT_EQUAL_FATAL(fb_warnings_count(warnings), 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(fb_warnings_get(warnings, 0), text));
	CU_ASSERT_TRUE(core->size >= intact);
	core->size = intact;
	expect(core, payload, intact);
	fb_warnings_destroy(warnings);
}

static void takes_what_came_before_damage(void)
{
	size_t size, compressed_size, report_size;
	uint8_t *payload = make_payload(&size);
	uint8_t *compressed = make_compressed(MAKE_GZIP, payload, size, &compressed_size);
	char *report = make_report(compressed, compressed_size, 60000, &report_size);

	expect_damage(report, report_size / 2, payload, 200000,
		      "ends before its compressed stream does");
	report[report_size / 2] = '!';
	expect_damage(report, report_size, payload, 200000, "byte 0x21 at offset");
	free(report);
	memset(compressed + compressed_size / 2, 0xff, 4000);
	report = make_report(compressed, compressed_size, 60000, &report_size);
	expect_damage(report, report_size, payload, 200000, "deflate stream");
	free(report);
	free(compressed);
	free(payload);
}

static void refuse(const char *report, enum fb_code code, const char *text)
{
	struct fb_file *file = text_file(report), *core;
	bool cut;

	FB_FAILS_WITH(fb_apport_unpack(file, NULL, &cut, &core), code, text);
	fb_file_destroy(file);
}

static void says_what_is_wrong_with_a_report(void)
{
	refuse("", FB_NOT_FOUND, "no CoreDump field");
	refuse("ProblemType: Crash\nUname: Linux\n", FB_NOT_FOUND, "no CoreDump field");
	refuse("ProblemType: Crash\n CoreDump: base64\n AAAA\n", FB_NOT_FOUND, "no CoreDump");
	refuse("ProblemType: Crash\nCoreDump: lost\n", FB_CORRUPT, "not base64");
	refuse("ProblemType: Crash\nCoreDump:", FB_CORRUPT, "not base64");
	refuse("ProblemType: Crash\nCoreDump: base64\n", FB_TRUNCATED, "cannot be unpacked");
	refuse("ProblemType: Crash\nCoreDump: base64", FB_TRUNCATED, "cannot be unpacked");
	refuse("ProblemType: Crash\nCoreDump: base64\n AAAAAAAA\n", FB_CORRUPT, "deflate stream");
	refuse("ProblemType: Crash\nCoreDump: base64\n *\n", FB_CORRUPT, "byte 0x2a at offset 37");
}

static bool is_report(const char *text)
{
	struct fb_file *file = text_file(text);
	bool is = false;

	FB_OK(fb_apport_probe(file, &is));
	fb_file_destroy(file);
	return is;
}

static void knows_a_report_by_its_fields(void)
{
	CU_ASSERT_TRUE(is_report("ProblemType: Crash\n"));
	CU_ASSERT_TRUE(is_report("\xef\xbb\xbfProblemType: Crash\n"));
	CU_ASSERT_TRUE(is_report("Date: Mon\nProcMaps:\n 55-56 r-xp\nProblemType: Crash\n"));
	CU_ASSERT_FALSE(is_report("ProblemTypes: Crash\n"));
	CU_ASSERT_FALSE(is_report("Problem"));
	CU_ASSERT_FALSE(is_report(""));
	CU_ASSERT_FALSE(is_report("\xef\xbb\xbf"));
	CU_ASSERT_FALSE(is_report("a line of text\nProblemType: Crash\n"));
	CU_ASSERT_FALSE(is_report(" ProblemType: Crash\n"));
	CU_ASSERT_FALSE(is_report("Date: Mon\nUname: Linux\n"));
}

/* The report as an editor leaves it that writes a byte-order mark, and with its fields sorted. */
static void unpacks_reports_that_begin_otherwise(void)
{
	static const char *const begins[] = {"\xef\xbb\xbf", "Architecture: amd64\nDate: Mon\n"};
	size_t size, compressed_size, report_size;
	uint8_t *payload = make_payload(&size);
	uint8_t *compressed = make_compressed(MAKE_GZIP, payload, size, &compressed_size);
	char *report = make_report(compressed, compressed_size, 1000, &report_size);

	for (size_t i = 0; i < FB_ARRAY_SIZE(begins); i++) {
		size_t more = strlen(begins[i]);
		char *other = malloc(more + report_size);
		bool cut = true;

		CU_ASSERT_PTR_NOT_NULL_FATAL(other);
		memcpy(other, begins[i], more);
		memcpy(other + more, report, report_size);
		expect(unpack(other, more + report_size, NULL, &cut), payload, size);
		CU_ASSERT_FALSE(cut);
		free(other);
	}
	free(report);
	free(compressed);
	free(payload);
}

/* Streams one behind the other, wherever the lines end, and bytes that are none behind the last. */
static void unpacks_streams_that_follow_each_other(enum make_stream stream, size_t line_size,
						   size_t junk)
{
	size_t size, first_size, second_size, report_size, half = 300007;
	uint8_t *payload = make_payload(&size);
	uint8_t *first = make_compressed(stream, payload, half, &first_size);
	uint8_t *second = make_compressed(stream, payload + half, size - half, &second_size);
	uint8_t *both = calloc(1, first_size + second_size + junk);
	bool cut = true;
	char *report;

	CU_ASSERT_PTR_NOT_NULL_FATAL(both);
	memcpy(both, first, first_size);
	memcpy(both + first_size, second, second_size);
	report = make_report(both, first_size + second_size + junk, line_size, &report_size);
	expect(unpack(report, report_size, NULL, &cut), payload, size);
	CU_ASSERT_FALSE(cut);
	free(report);
	free(both);
	free(second);
	free(first);
	free(payload);
}

static void unpacks_many_streams(void)
{
	unpacks_streams_that_follow_each_other(MAKE_GZIP, 100000, 0);
	unpacks_streams_that_follow_each_other(MAKE_GZIP, 1, 0);
	unpacks_streams_that_follow_each_other(MAKE_GZIP, 1000, 77);
	unpacks_streams_that_follow_each_other(MAKE_ZSTD, 100000, 0);
	unpacks_streams_that_follow_each_other(MAKE_ZSTD, 5, 77);
}

struct question {
	struct failing_file failing; /* first */
	struct failure failure;
	struct fb_file *file;
	bool cut;
};

static struct fb_error *unpack_failing(void *context)
{
	struct question *question = context;
	struct fb_file *core = NULL;
	struct fb_error *err;

	failing_file_init(&question->failing, question->file, &question->failure);
	err = fb_apport_unpack(&question->failing.file, NULL, &question->cut, &core);
	fb_file_destroy(core);
	return err;
}

/* Reads within long fields before the core, within its lines, and behind it. Lines of each length end anywhere in what
 * is read at once. */
static void what_is_fatal_passes(void)
{
	size_t size, compressed_size, report_size, more = 0;
	uint8_t *payload = make_payload(&size);
	uint8_t *compressed = make_compressed(MAKE_GZIP, payload, size, &compressed_size);
	char *report = make_report(compressed, compressed_size, 50000, &report_size);
	const size_t room = 1u << 20;
	char *whole = malloc(room + report_size);
	struct question question = {.cut = true};
	size_t reads;

	CU_ASSERT_PTR_NOT_NULL_FATAL(whole);
	more += (size_t)snprintf(whole, room, "ProblemType: Crash\nProcMaps:\n");
	for (unsigned i = 0; more < room - 1000; i++)
		more += (size_t)snprintf(whole + more, room - more, " %*d\n", (int)(i % 71), 1);
	memcpy(whole + more, report, report_size);
	question.file = make_file_of("victim.crash", whole, more + report_size);
	reads = failing_must_pass(unpack_failing, &question, &question.failure, 200, 0);
	CU_ASSERT(reads > 6);
	CU_ASSERT_FALSE(question.cut);
	fb_file_destroy(question.file);
	free(whole);
	free(report);
	free(compressed);
	free(payload);
}

/* A disk that does not give the last part: what came before is taken, and said to be cut. */
static void a_bad_disk_costs_what_it_keeps(void)
{
	size_t size, compressed_size, report_size;
	uint8_t *payload = make_payload(&size);
	uint8_t *compressed = make_compressed(MAKE_GZIP, payload, size, &compressed_size);
	char *report = make_report(compressed, compressed_size, 50000, &report_size);
	struct question question = {.cut = false};
	size_t reads;

	question.file = make_file_of("victim.crash", report, report_size);
	FB_OK(unpack_failing(&question));
	CU_ASSERT_FALSE(question.cut);
	reads = question.failure.reads;
	CU_ASSERT_FATAL(reads >= 2);
	question.failure = (struct failure){.at = 2, .code = FB_CORRUPT};
	FB_OK(unpack_failing(&question));
	CU_ASSERT_TRUE(question.cut);
	question.failure = (struct failure){.at = 1, .code = FB_CORRUPT};
	FB_FAILS(unpack_failing(&question), FB_CORRUPT);
	fb_file_destroy(question.file);
	free(report);
	free(compressed);
	free(payload);
}

static struct fb_error *probe_failing(void *context)
{
	struct question *question = context;
	bool is_report;

	failing_file_init(&question->failing, question->file, &question->failure);
	return fb_apport_probe(&question->failing.file, &is_report);
}

static void a_probe_passes_what_is_fatal(void)
{
	struct question question = {.cut = true};

	question.file = text_file("ProblemType: Crash\n");
	CU_ASSERT_EQUAL(failing_must_pass(probe_failing, &question, &question.failure, 10, 0), 1);
	fb_file_destroy(question.file);
}

/* Names of letters, digits and, not at their start, a few signs. */
static void fields_have_names(void)
{
	CU_ASSERT_TRUE(is_report("a:\nProblemType: Crash\n"));
	CU_ASSERT_TRUE(is_report("A.b_c-9:\nProblemType: Crash\n"));
	CU_ASSERT_TRUE(is_report("9:\nProblemType:"));
	CU_ASSERT_FALSE(is_report(":\nProblemType: Crash\n"));
	CU_ASSERT_FALSE(is_report(".a:\nProblemType: Crash\n"));
	CU_ASSERT_FALSE(is_report("a\nProblemType: Crash\n"));
	CU_ASSERT_FALSE(is_report("a b:\nProblemType: Crash\n"));
	CU_ASSERT_FALSE(is_report("a:\n\nProblemType: Crash\n"));
	CU_ASSERT_TRUE(is_report("a:\n \n more\nProblemType:"));
}

FB_TEST_MAIN("user/apport", FB_TEST(unpacks_gzip), FB_TEST(unpacks_zlib_of_old),
	     FB_TEST(unpacks_zstd), FB_TEST(keeps_memory_that_was_never_used_sparse),
	     FB_TEST(takes_what_came_before_damage), FB_TEST(says_what_is_wrong_with_a_report),
	     FB_TEST(knows_a_report_by_its_fields), FB_TEST(unpacks_reports_that_begin_otherwise),
	     FB_TEST(unpacks_many_streams), FB_TEST(what_is_fatal_passes),
	     FB_TEST(a_bad_disk_costs_what_it_keeps), FB_TEST(a_probe_passes_what_is_fatal),
	     FB_TEST(fields_have_names))
