// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

static void reads_all_or_fails(void)
{
	char *path = fb_test_file("plain", "0123456789", 10);
	struct fb_file *file = NULL;
	char to[11] = "xxxxxxxxxx";
	size_t got = 99;

	FB_OK_FATAL(fb_file_open(path, &file));
	CU_ASSERT_EQUAL(file->size, 10);
	CU_ASSERT_STRING_EQUAL(file->path, path);
	CU_ASSERT_TRUE(file->fd >= 0);
	FB_OK(fb_file_read(file, 3, to, 4));
	CU_ASSERT_EQUAL(memcmp(to, "3456xx", 6), 0);
	FB_OK(fb_file_read(file, 10, to, 0));
	FB_FAILS_WITH(fb_file_read(file, 8, to, 3), FB_TRUNCATED, "offset 8, 2 are there");
	FB_FAILS(fb_file_read(file, 10, to, 1), FB_TRUNCATED);
	FB_FAILS(fb_file_read(file, UINT64_MAX, to, 10), FB_TRUNCATED);
	FB_OK(fb_file_read_some(file, 8, to, 10, &got));
	CU_ASSERT_EQUAL(got, 2);
	FB_OK(fb_file_read_some(file, 10, to, 1, &got));
	CU_ASSERT_EQUAL(got, 0);
	FB_OK(fb_file_read_some(file, UINT64_MAX, to, 1, &got));
	CU_ASSERT_EQUAL(got, 0);
	fb_file_destroy(file);
	free(path);
}

static void a_file_that_shrinks_is_truncated(void)
{
	char *path = fb_test_file("shrinks", "0123456789", 10);
	struct fb_file *file = NULL;
	char to[10];

	FB_OK_FATAL(fb_file_open(path, &file));
	CU_ASSERT_EQUAL(truncate(path, 4), 0);
	FB_OK(fb_file_read(file, 0, to, 4));
	FB_FAILS_WITH(fb_file_read(file, 0, to, 10), FB_TRUNCATED, "4 are there");
	fb_file_destroy(file);
	free(path);
}

static void the_time_of_the_file_is_kept(void)
{
	char *path = fb_test_file("dated", "x", 1);
	const struct timespec times[2] = {{1, 0}, {1700000000, 123456789}};
	struct fb_file *file = NULL;

	CU_ASSERT_EQUAL(utimensat(AT_FDCWD, path, times, 0), 0);
	FB_OK_FATAL(fb_file_open(path, &file));
	CU_ASSERT_EQUAL(file->mtime_ns, 1700000000123456789);
	fb_file_destroy(file);
	free(path);
}

static void only_regular_files_open(void)
{
	struct fb_file *file = NULL;
	char fifo[4096];

	FB_FAILS_WITH(fb_file_open(fb_test_folder(), &file), FB_INVALID, "folder");
	FB_FAILS(fb_file_open("/dev/null", &file), FB_INVALID);
	FB_FAILS_WITH(fb_file_open("/nonexistent/x", &file), FB_OS, "No such file");
	FB_FAILS(fb_file_open("", &file), FB_OS);
	(void)snprintf(fifo, sizeof(fifo), "%s/fifo", fb_test_folder());
	CU_ASSERT_EQUAL(mkfifo(fifo, 0600), 0);
	FB_FAILS(fb_file_open(fifo, &file), FB_INVALID); /* and does not wait for a writer */
	CU_ASSERT_PTR_NULL(file);
}

static void memory_is_a_file_too(void)
{
	struct fb_file *file = NULL;
	char to[4] = "";

	FB_OK_FATAL(fb_file_from_memory("part", strdup("abc"), 3, &file));
	CU_ASSERT_EQUAL(file->fd, -1);
	FB_OK(fb_file_read(file, 1, to, 2));
	CU_ASSERT_STRING_EQUAL(to, "bc");
	FB_FAILS_WITH(fb_file_read(file, 1, to, 3), FB_TRUNCATED, "part");
	fb_file_destroy(file);
	FB_OK_FATAL(fb_file_from_memory("empty", NULL, 0, &file));
	FB_OK(fb_file_read(file, 0, to, 0));
	FB_FAILS(fb_file_read(file, 0, to, 1), FB_TRUNCATED);
	fb_file_destroy(file);
	fb_file_destroy(NULL);
}

static void check_temporary(void)
{
	struct fb_file *file = NULL;
	struct stat stat_buf;
	char to[3] = "";
	int fd = -1;

	FB_OK_FATAL(fb_temporary_fd(&fd));
	CU_ASSERT_EQUAL(fstat(fd, &stat_buf), 0);
	CU_ASSERT_EQUAL(stat_buf.st_nlink, 0);
	CU_ASSERT_EQUAL(stat_buf.st_mode & 07777, 0600);
	CU_ASSERT_TRUE((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
	CU_ASSERT_EQUAL(write(fd, "xy", 2), 2);
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
	int fd = -1;

	CU_ASSERT_EQUAL(setenv("TMPDIR", "/nonexistent", 1), 0);
	FB_FAILS_WITH(fb_temporary_fd(&fd), FB_OS, "/nonexistent (set TMPDIR)");
	CU_ASSERT_EQUAL(fd, -1);
	CU_ASSERT_EQUAL(unsetenv("TMPDIR"), 0);
	FB_OK(fb_temporary_fd(&fd));
	CU_ASSERT_TRUE(fd >= 0);
	(void)close(fd);
}

FB_TEST_MAIN("base/file", FB_TEST(reads_all_or_fails), FB_TEST(a_file_that_shrinks_is_truncated),
	     FB_TEST(the_time_of_the_file_is_kept), FB_TEST(only_regular_files_open),
	     FB_TEST(memory_is_a_file_too), FB_TEST(temporaries_have_no_name),
	     FB_TEST(a_bad_tmpdir_is_named))
