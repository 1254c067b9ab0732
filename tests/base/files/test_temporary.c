// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/files/temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files/file.h"
#include "base/limits.h"
#include "tests/harness.h"

/* Stands before the C library's: a file system without O_TMPFILE. */
static bool refuse_tmpfile;

int open(const char *path, int flags, ...)
{
	if (refuse_tmpfile && (flags & O_TMPFILE) == O_TMPFILE) {
		errno = EOPNOTSUPP;
		return -1;
	}
	return openat(AT_FDCWD, path, flags, 0600);
}

static void check_temporary(void)
{
	struct fb_file *file = NULL;
	struct stat stat_buf;
	char to[3] = "";
	struct fb_temporary temporary;
	int fd;

	FB_OK_FATAL(fb_temporary_create(2, &temporary));
	fd = temporary.fd;
	CU_ASSERT_EQUAL(fstat(fd, &stat_buf), 0);
	CU_ASSERT_EQUAL(stat_buf.st_nlink, 0);
	CU_ASSERT_EQUAL(stat_buf.st_mode & 07777, 0600);
	CU_ASSERT_TRUE((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
	FB_OK(fb_temporary_write(&temporary, 0, "xy", 2));
	FB_OK(fb_temporary_finish(&temporary, 2));
	FB_OK_FATAL(fb_file_from_fd("named", fd, 42, &file));
	CU_ASSERT_EQUAL(file->mtime_ns, 42);
	CU_ASSERT_EQUAL(file->size, 2);
	FB_OK(fb_file_read(file, 0, to, 2));
	CU_ASSERT_STRING_EQUAL(to, "xy");
	fb_file_destroy(file);
	CU_ASSERT_EQUAL(fcntl(fd, F_GETFD), -1); /* the file closed it */
}

static void temporaries_have_no_name(void)
{
	CU_ASSERT_EQUAL(setenv("TMPDIR", fb_test_folder(), 1), 0);
	check_temporary();
	refuse_tmpfile = true;
	check_temporary();
	refuse_tmpfile = false;
}

static void a_bad_tmpdir_is_named(void)
{
	struct fb_temporary temporary = {.fd = -1};

	CU_ASSERT_EQUAL(setenv("TMPDIR", "/nonexistent", 1), 0);
	FB_FAILS_WITH(fb_temporary_create(1, &temporary), FB_OS, "/nonexistent (set TMPDIR)");
	CU_ASSERT_EQUAL(temporary.fd, -1);
	CU_ASSERT_EQUAL(unsetenv("TMPDIR"), 0);
	FB_OK(fb_temporary_create(1, &temporary));
	CU_ASSERT_TRUE(temporary.fd >= 0);
	(void)close(temporary.fd);
}

/* Pieces of many sizes, of which whole blocks are zero, some only in part, and so is the end. */
static void zeros_are_left_out(void)
{
	const size_t size = 3 << 20;
	uint8_t *bytes = calloc(1, size), *got = malloc(size);
	struct fb_file *file = NULL;
	struct fb_temporary temporary;
	size_t step = 1;

	memset(bytes, 'a', 100);
	memset(bytes + (1 << 20) - 1, 'b', 2);
	memset(bytes + (2 << 20), 'c', 70000);
	FB_OK_FATAL(fb_temporary_create(size, &temporary));
	for (size_t at = 0; at < size; at += step) {
		step = (step * 7 + 31) % 200000 + 1;
		if (step > size - at)
			step = size - at;
		FB_OK(fb_temporary_write(&temporary, at, bytes + at, step));
	}
	FB_OK(fb_temporary_finish(&temporary, size));
	FB_OK_FATAL(fb_file_from_fd("zeros", temporary.fd, 0, &file));
	CU_ASSERT_EQUAL(file->size, size);
	FB_OK(fb_file_read(file, 0, got, size));
	CU_ASSERT_EQUAL(memcmp(got, bytes, size), 0);
	if (fb_file_data_size(file) < size)
		CU_ASSERT_TRUE(fb_file_data_size(file) <= 1 << 20);
	fb_file_destroy(file);
	free(bytes);
	free(got);
}

static void what_cannot_be_written_is_said(void)
{
	struct fb_temporary temporary = {
		.fd = open("/dev/full", O_WRONLY | O_CLOEXEC), .packed = 1, .room = UINT64_MAX};

	CU_ASSERT_TRUE_FATAL(temporary.fd >= 0);
	FB_FAILS_WITH(fb_temporary_write(&temporary, 0, "x", 1), FB_OS,
		      "set TMPDIR to a folder with more");
	FB_OK(fb_temporary_write(&temporary, 0, "", 0));
	FB_FAILS_WITH(fb_temporary_finish(&temporary, 1), FB_OS, "cannot size a temporary file");
	(void)close(temporary.fd);
}

/* Nothing is written here but what the last byte takes. */
static void no_more_than_the_input_holds(void)
{
	const uint64_t packed = 1 << 20, most = packed * FB_MAX_UNPACKED_RATIO;
	const uint64_t most_zeros = packed * FB_MAX_UNPACKED_ZEROS;
	struct fb_temporary temporary;

	FB_OK_FATAL(fb_temporary_create(packed, &temporary));
	temporary.room = UINT64_MAX;
	FB_OK(fb_temporary_write(&temporary, most_zeros - 1, "", 1));
	FB_FAILS_WITH(fb_temporary_write(&temporary, most_zeros, "", 1), FB_LIMIT,
		      "more than 32.0 GiB, which 1.00 MiB do not hold");
	FB_FAILS(fb_temporary_finish(&temporary, most_zeros + 1), FB_LIMIT);
	CU_ASSERT_EQUAL(temporary.written, 0);
	temporary.written = most - 1;
	FB_OK(fb_temporary_write(&temporary, 0, "x", 1));
	FB_FAILS_WITH(fb_temporary_write(&temporary, 1, "x", 1), FB_LIMIT, "more than 1.00 GiB");
	/* A small input may always hold so much. */
	temporary.packed = 1;
	temporary.written = FB_MIN_UNPACKED_BYTES - 1;
	FB_OK(fb_temporary_write(&temporary, 1, "x", 1));
	FB_FAILS(fb_temporary_write(&temporary, 2, "x", 1), FB_LIMIT);
	(void)close(temporary.fd);
}

static void no_more_than_there_is_room_for(void)
{
	struct fb_temporary temporary;

	FB_OK_FATAL(fb_temporary_create(1 << 20, &temporary));
	CU_ASSERT_NOT_EQUAL(temporary.room, UINT64_MAX);
	temporary.room = 3;
	FB_OK(fb_temporary_write(&temporary, 0, "xyz", 3));
	FB_FAILS_WITH(fb_temporary_write(&temporary, 3, "x", 1), FB_LIMIT, "no more is free in");
	FB_OK(fb_temporary_write(&temporary, 3, "", 1));
	(void)close(temporary.fd);
}

FB_TEST_MAIN("base/temporary", FB_TEST(temporaries_have_no_name), FB_TEST(a_bad_tmpdir_is_named),
	     FB_TEST(zeros_are_left_out), FB_TEST(what_cannot_be_written_is_said),
	     FB_TEST(no_more_than_the_input_holds), FB_TEST(no_more_than_there_is_room_for))
