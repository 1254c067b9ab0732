// SPDX-License-Identifier: GPL-2.0-or-later
/* The records of a flattened stream, byte for byte, and where it goes to. */
#include "bundle/dump/flat_writer.h"

#include <endian.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/dump/kdump_format.h"
#include "tests/base/failing.h"
#include "tests/base/failing_memory.h"
#include "tests/harness.h"

#define LATE 0x123456789abcull /* an offset far behind */
#define MOST (FB_FLAT_HEADER_SIZE + 1000)

/* What a stream of "abc" at 5, and then of "de" at LATE, has to be. */
static size_t make_wanted(uint8_t *wanted)
{
	static const struct {
		uint64_t offset;
		const char *bytes;
	} records[] = {{5, "abc"}, {LATE, "de"}};
	size_t at = FB_FLAT_HEADER_SIZE;

	memset(wanted, 0, MOST);
	memcpy(wanted, "makedumpfile", 12);
	wanted[23] = wanted[31] = 1; /* type and version, big-endian */
	for (size_t i = 0; i < FB_ARRAY_SIZE(records); i++) {
		const uint64_t length = strlen(records[i].bytes);
		const uint64_t record[] = {htobe64(records[i].offset), htobe64(length)};

		memcpy(wanted + at, record, sizeof(record));
		memcpy(wanted + at + sizeof(record), records[i].bytes, length);
		at += sizeof(record) + length;
	}
	memset(wanted + at, 0xff, sizeof(struct fb_flat_record));
	return at + sizeof(struct fb_flat_record);
}

static struct fb_error *write_stream(struct fb_outfile *file, int fd)
{
	struct fb_flat_writer *writer = NULL;
	struct fb_error *err = fb_flat_writer_create(file, fd, "made", &writer);

	if (!err)
		err = fb_outfile_write_at(fb_flat_writer_outfile(writer), 5, "abc", 3);
	if (!err)
		err = fb_outfile_write_at(fb_flat_writer_outfile(writer), LATE, "de", 2);
	if (!err)
		err = fb_flat_writer_finish(writer);
	fb_flat_writer_destroy(writer);
	return err;
}

struct sink {
	struct failure failure;
	uint8_t bytes[MOST];
	size_t size;
};

static struct fb_error *put(void *context, uint64_t offset, const void *bytes, size_t length)
{
	struct sink *sink = context;
	struct fb_error *err = failing_step(&sink->failure);

	if (err)
		return err;
	CU_ASSERT_FATAL(offset == sink->size && length <= MOST - sink->size);
	memcpy(sink->bytes + offset, bytes, length);
	sink->size += length;
	return NULL;
}

static struct fb_error *write_to_sink(void *context)
{
	struct sink *sink = context;
	struct fb_outfile *file = NULL;
	struct fb_error *err = fb_outfile_create_sink("sink", put, sink, &file);

	sink->size = 0;
	if (!err)
		err = write_stream(file, -1);
	if (!err)
		err = fb_outfile_commit(file);
	fb_outfile_destroy(file);
	return err;
}

static void records_are_written_to_a_file(void)
{
	uint8_t wanted[MOST];
	struct sink sink = {.size = 0};
	size_t size = make_wanted(wanted);

	(void)failing_must_pass(write_to_sink, &sink, &sink.failure, 20, 0);
	(void)failing_memory_must_pass(write_to_sink, &sink, NULL, 20, 0);
	FB_OK(write_to_sink(&sink));
	CU_ASSERT_EQUAL(sink.size, size);
	CU_ASSERT_EQUAL(memcmp(sink.bytes, wanted, size), 0);
}

static void records_are_written_to_a_descriptor(void)
{
	uint8_t wanted[MOST], bytes[MOST];
	size_t size = make_wanted(wanted);
	char *path = fb_test_file("stream", "", 0);
	int fd = open(path, O_RDWR | O_CLOEXEC);

	CU_ASSERT_FATAL(fd >= 0);
	FB_OK(write_stream(NULL, fd));
	CU_ASSERT_EQUAL(pread(fd, bytes, sizeof(bytes), 0), (ssize_t)size);
	CU_ASSERT_EQUAL(memcmp(bytes, wanted, size), 0);
	close(fd);
	free(path);
	fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	CU_ASSERT_FATAL(fd >= 0);
	FB_FAILS_WITH(write_stream(NULL, fd), FB_OS, "cannot write made: No space left on device");
	close(fd);
}

FB_TEST_MAIN("bundle/flat_writer", FB_TEST(records_are_written_to_a_file),
	     FB_TEST(records_are_written_to_a_descriptor))
