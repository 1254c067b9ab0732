// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/files/file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/harness.h"

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

static void a_file_that_shrinks_is_an_error(void)
{
	char *path = fb_test_file("shrinks", "0123456789", 10);
	struct fb_file *file = NULL;
	char to[10];
	size_t got;

	FB_OK_FATAL(fb_file_open(path, &file));
	CU_ASSERT_EQUAL(truncate(path, 4), 0);
	FB_OK(fb_file_read(file, 0, to, 4));
	FB_FAILS_WITH(fb_file_read(file, 0, to, 10), FB_OS, "shorter while it was read");
	FB_FAILS(fb_file_read_some(file, 6, to, 2, &got), FB_OS);
	fb_file_destroy(file);
	free(path);
}

/* Where nothing is mapped the kernel answers a read of a process's memory with EIO, as that of a broken disk or of a
 * bad page behind /proc/vmcore. */
static void bytes_that_cannot_be_had_are_damage(void)
{
	static const char there[] = "bytes";
	const uint64_t place = (uint64_t)(uintptr_t)there;
	struct fb_file *file = NULL;
	char to[sizeof(there)];
	size_t got;
	int fd = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);

	CU_ASSERT_FATAL(fd >= 0);
	FB_OK_FATAL(fb_file_from_fd("memory", fd, 0, &file));
	file->size = place + sizeof(there);
	FB_FAILS_WITH(fb_file_read(file, 0, to, sizeof(to)), FB_CORRUPT,
		      "memory: cannot read at offset 0: Input/output error");
	FB_FAILS(fb_file_read_some(file, 4096, to, sizeof(to), &got), FB_CORRUPT);
	FB_OK(fb_file_read(file, place, to, sizeof(to)));
	CU_ASSERT_STRING_EQUAL(to, there);
	fb_file_destroy(file);
}

/* What fails for another reason says nothing of the bytes. */
static void other_failures_are_the_systems(void)
{
	struct fb_file *file = NULL;
	int ends[2];
	char to[4];

	CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
	FB_OK_FATAL(fb_file_from_fd("a pipe", ends[0], 0, &file));
	file->size = sizeof(to);
	FB_FAILS_WITH(fb_file_read(file, 0, to, sizeof(to)), FB_OS, "a pipe: cannot read");
	fb_file_destroy(file);
	(void)close(ends[1]);
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

/* A file of 1 MiB of holes but for two places. */
static char *make_sparse(void)
{
	char *path = fb_test_file("sparse", "begin", 5);
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	CU_ASSERT_TRUE_FATAL(fd >= 0);
	CU_ASSERT_EQUAL(pwrite(fd, "middle", 6, 512 << 10), 6);
	CU_ASSERT_EQUAL(ftruncate(fd, 1 << 20), 0);
	(void)close(fd);
	return path;
}

/* A file system without holes gives one stretch; one with them, blocks of at most 64 KiB. */
static void holes_are_told(void)
{
	char *path = make_sparse();
	uint64_t start, end, size, data;
	struct fb_file *file = NULL;

	FB_OK_FATAL(fb_file_open(path, &file));
	size = file->size;
	fb_file_next_data(file, 0, &start, &end);
	CU_ASSERT_EQUAL(start, 0);
	CU_ASSERT_TRUE(end >= 5);
	data = fb_file_data_size(file);
	CU_ASSERT_TRUE(data == size || data <= 128 << 10);
	if (data < size) {
		CU_ASSERT_TRUE(end <= 64 << 10);
		fb_file_next_data(file, end, &start, &end);
		CU_ASSERT_TRUE(start <= 512 << 10 && end >= (512 << 10) + 6);
		fb_file_next_data(file, 512 << 10, &start, &end);
		CU_ASSERT_EQUAL(start, 512 << 10);
		fb_file_next_data(file, end, &start, &end);
		CU_ASSERT_EQUAL(start, size);
		CU_ASSERT_EQUAL(end, size);
	}
	fb_file_next_data(file, UINT64_MAX, &start, &end);
	CU_ASSERT_EQUAL(start, size);
	CU_ASSERT_EQUAL(end, size);
	fb_file_destroy(file);
	free(path);
}

/* What is gone is no hole: reading it is what says so. */
static void what_a_file_lost_is_no_hole(void)
{
	char *path = make_sparse();
	uint64_t start, end, size;
	struct fb_file *file = NULL;

	FB_OK_FATAL(fb_file_open(path, &file));
	size = file->size;
	CU_ASSERT_EQUAL(truncate(path, 4096), 0);
	for (uint64_t at = 4096; at < size; at += 4096) {
		fb_file_next_data(file, at, &start, &end);
		CU_ASSERT_EQUAL(start, at);
		CU_ASSERT_EQUAL(end, size);
	}
	fb_file_destroy(file);
	free(path);
}

static void what_knows_no_holes_has_none(void)
{
	struct fb_file *file = NULL;
	uint64_t start, end;

	FB_OK_FATAL(fb_file_from_memory("zeros", calloc(1, 100), 100, &file));
	fb_file_next_data(file, 7, &start, &end);
	CU_ASSERT_EQUAL(start, 7);
	CU_ASSERT_EQUAL(end, 100);
	CU_ASSERT_EQUAL(fb_file_data_size(file), 100);
	fb_file_destroy(file);
	FB_OK_FATAL(fb_file_from_memory("empty", NULL, 0, &file));
	CU_ASSERT_EQUAL(fb_file_data_size(file), 0);
	fb_file_destroy(file);
}

/* Since it was opened. */
static void a_file_that_grows_ends_where_it_did(void)
{
	char *path = fb_test_file("grows", "0123456789", 10);
	struct fb_file *file = NULL;
	uint64_t start, end;

	FB_OK_FATAL(fb_file_open(path, &file));
	CU_ASSERT_EQUAL(truncate(path, 1 << 20), 0);
	fb_file_next_data(file, 3, &start, &end);
	CU_ASSERT_EQUAL(start, 3);
	CU_ASSERT_EQUAL(end, 10);
	CU_ASSERT_EQUAL(fb_file_data_size(file), 10);
	fb_file_destroy(file);
	free(path);
}

FB_TEST_MAIN("base/file", FB_TEST(reads_all_or_fails), FB_TEST(a_file_that_shrinks_is_an_error),
	     FB_TEST(bytes_that_cannot_be_had_are_damage), FB_TEST(other_failures_are_the_systems),
	     FB_TEST(the_time_of_the_file_is_kept), FB_TEST(only_regular_files_open),
	     FB_TEST(memory_is_a_file_too), FB_TEST(holes_are_told),
	     FB_TEST(what_a_file_lost_is_no_hole), FB_TEST(what_knows_no_holes_has_none),
	     FB_TEST(a_file_that_grows_ends_where_it_did))
