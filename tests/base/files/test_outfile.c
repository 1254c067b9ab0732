// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/files/outfile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/harness.h"

/* The functions below stand before the C library's and fail as file systems do. */
static bool refuse_tmpfile, refuse_noreplace, refuse_kernel_copy, refuse_sync;
static uint64_t disk_size = UINT64_MAX;
static unsigned kernel_copies;

int openat(int folder, const char *path, int flags, ...)
{
	if (refuse_tmpfile && (flags & O_TMPFILE) == O_TMPFILE) {
		errno = EOPNOTSUPP;
		return -1;
	}
	return (int)syscall(SYS_openat, folder, path, flags, 0600);
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
	if (refuse_noreplace && flags) {
		errno = EINVAL;
		return -1;
	}
	return (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
}

ssize_t copy_file_range(int from, off64_t *from_offset, int to, off64_t *to_offset, size_t length,
			unsigned flags)
{
	if (refuse_kernel_copy) {
		errno = EXDEV;
		return -1;
	}
	if ((uint64_t)*to_offset + length > disk_size) {
		errno = ENOSPC;
		return -1;
	}
	kernel_copies++;
	return syscall(SYS_copy_file_range, from, from_offset, to, to_offset, length, flags);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset)
{
	if ((uint64_t)offset >= disk_size) {
		errno = ENOSPC;
		return -1;
	}
	if (length > disk_size - (uint64_t)offset)
		length = disk_size - (uint64_t)offset; /* a short write comes first */
	return syscall(SYS_pwrite64, fd, bytes, length, offset);
}

int fsync(int fd)
{
	if (refuse_sync) {
		errno = EIO;
		return -1;
	}
	return (int)syscall(SYS_fsync, fd);
}

static char *target_path(const char *name)
{
	char *path = NULL;

	CU_ASSERT_TRUE_FATAL(asprintf(&path, "%s/out/%s", fb_test_folder(), name) > 0);
	return path;
}

/* An empty folder of our own for each test. */
static void fresh_folder(void)
{
	char command[4096 + 64];

	(void)snprintf(command, sizeof(command), "rm -rf '%s/out' && mkdir '%s/out'",
		       fb_test_folder(), fb_test_folder());
	CU_ASSERT_EQUAL_FATAL(system(command), 0);
	refuse_tmpfile = refuse_noreplace = refuse_kernel_copy = refuse_sync = false;
	disk_size = UINT64_MAX;
	kernel_copies = 0;
}

static size_t folder_entries(void)
{
	char *path = target_path(".");
	DIR *dir = opendir(path);
	struct dirent *entry;
	size_t count = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(dir);
	while ((entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			count++;
	(void)closedir(dir);
	free(path);
	return count;
}

static bool file_holds(const char *path, const void *bytes, size_t size)
{
	struct fb_file *file = NULL;
	uint8_t *got = malloc(size + 1);
	size_t length = 0;
	bool same = false;
	struct fb_error *err = fb_file_open(path, &file);

	if (!err)
		err = fb_file_read_some(file, 0, got, size + 1, &length);
	if (!err)
		same = length == size && !memcmp(got, bytes, size);
	fb_file_destroy(file);
	fb_error_destroy(err);
	free(got);
	return same;
}

static void write_and_commit(const char *path, bool force, const char *text)
{
	struct fb_outfile *outfile = NULL;

	FB_OK_FATAL(fb_outfile_create(path, force, &outfile));
	FB_OK(fb_outfile_write(outfile, text, strlen(text)));
	FB_OK(fb_outfile_commit(outfile));
	fb_outfile_destroy(outfile);
}

/* Runs check with a nameless temporary, a named one, and without RENAME_NOREPLACE. */
static void on_each_file_system(void (*check)(void))
{
	fresh_folder();
	check();
	fresh_folder();
	refuse_tmpfile = true;
	check();
	fresh_folder();
	refuse_tmpfile = true;
	refuse_noreplace = true;
	check();
	fresh_folder();
}

static void check_whole_or_not_at_all(void)
{
	char *path = target_path("x");
	struct fb_outfile *outfile = NULL;
	struct stat stat_buf;

	FB_OK_FATAL(fb_outfile_create(path, false, &outfile));
	FB_OK(fb_outfile_write(outfile, "abc", 3));
	CU_ASSERT_EQUAL(access(path, F_OK), -1);
	CU_ASSERT_EQUAL(folder_entries(), refuse_tmpfile ? 1 : 0);
	fb_outfile_destroy(outfile);
	CU_ASSERT_EQUAL(folder_entries(), 0);

	write_and_commit(path, false, "abc");
	CU_ASSERT_EQUAL(folder_entries(), 1);
	CU_ASSERT_TRUE(file_holds(path, "abc", 3));
	CU_ASSERT_EQUAL(stat(path, &stat_buf), 0);
	CU_ASSERT_EQUAL(stat_buf.st_mode & 07777, 0600);
	free(path);
}

static void appears_whole_or_not_at_all(void)
{
	on_each_file_system(check_whole_or_not_at_all);
}

static void check_existing(void)
{
	char *path = target_path("x");
	struct fb_outfile *outfile = NULL;

	write_and_commit(path, false, "old");
	FB_FAILS_WITH(fb_outfile_create(path, false, &outfile), FB_INVALID, "exists");
	CU_ASSERT_TRUE(file_holds(path, "old", 3));
	write_and_commit(path, true, "new");
	CU_ASSERT_TRUE(file_holds(path, "new", 3));
	CU_ASSERT_EQUAL(folder_entries(), 1);
	free(path);
}

static void existing_needs_force(void)
{
	on_each_file_system(check_existing);
}

static void check_appears_meanwhile(void)
{
	char *path = target_path("x");
	struct fb_outfile *outfile = NULL;

	FB_OK_FATAL(fb_outfile_create(path, false, &outfile));
	FB_OK(fb_outfile_write(outfile, "ours", 4));
	free(fb_test_file("out/x", "theirs", 6));
	FB_FAILS(fb_outfile_commit(outfile), FB_INVALID);
	fb_outfile_destroy(outfile);
	CU_ASSERT_TRUE(file_holds(path, "theirs", 6));
	CU_ASSERT_EQUAL(folder_entries(), 1);
	free(path);
}

static void a_target_that_appears_meanwhile_stays(void)
{
	on_each_file_system(check_appears_meanwhile);
}

static void links_and_devices_are_refused(void)
{
	char *path = target_path("link"), *victim, *folder = target_path("");
	struct fb_outfile *outfile = NULL;

	fresh_folder();
	victim = fb_test_file("out/victim", "keep", 4);
	CU_ASSERT_EQUAL(symlink(victim, path), 0);
	FB_FAILS_WITH(fb_outfile_create(path, true, &outfile), FB_INVALID, "symbolic link");
	CU_ASSERT_EQUAL(unlink(path), 0);
	CU_ASSERT_EQUAL(symlink("dangling", path), 0);
	FB_FAILS_WITH(fb_outfile_create(path, false, &outfile), FB_INVALID, "symbolic link");
	CU_ASSERT_EQUAL(unlink(path), 0);

	/* A link that appears between create and commit. */
	FB_OK_FATAL(fb_outfile_create(path, true, &outfile));
	CU_ASSERT_EQUAL(symlink(victim, path), 0);
	FB_FAILS_WITH(fb_outfile_commit(outfile), FB_INVALID, "symbolic link");
	fb_outfile_destroy(outfile);
	outfile = NULL;
	CU_ASSERT_TRUE(file_holds(victim, "keep", 4));

	FB_FAILS(fb_outfile_create("/dev/null", true, &outfile), FB_INVALID);
	FB_FAILS(fb_outfile_create(fb_test_folder(), true, &outfile), FB_INVALID);
	FB_FAILS(fb_outfile_create(folder, true, &outfile), FB_INVALID); /* ends in a slash */
	FB_FAILS(fb_outfile_create("", true, &outfile), FB_INVALID);
	FB_FAILS(fb_outfile_create("/nonexistent/x", true, &outfile), FB_OS);
	CU_ASSERT_PTR_NULL(outfile);
	free(folder);
	free(victim);
	free(path);
}

static void writes_of_any_size_keep_their_order(void)
{
	const size_t size = 5u << 20;
	uint8_t *bytes = malloc(size);
	char *path = target_path("x");
	struct fb_outfile *outfile = NULL;
	size_t done = 0, step = 1, i;

	fresh_folder();
	for (i = 0; i < size; i++)
		bytes[i] = (uint8_t)(i * 2654435761u >> 24);
	FB_OK_FATAL(fb_outfile_create(path, false, &outfile));
	while (done < size) {
		size_t chunk = step < size - done ? step : size - done;

		CU_ASSERT_EQUAL(fb_outfile_size(outfile), done);
		FB_OK(fb_outfile_write(outfile, bytes + done, chunk));
		done += chunk;
		step = step * 3 % 2500007 + 1; /* small and larger than the buffer */
	}
	FB_OK(fb_outfile_write(outfile, NULL, 0));
	FB_OK(fb_outfile_commit(outfile));
	fb_outfile_destroy(outfile);
	CU_ASSERT_TRUE(file_holds(path, bytes, size));
	free(bytes);
	free(path);
}

static void earlier_bytes_can_be_overwritten(void)
{
	char *path = target_path("x");
	struct fb_outfile *outfile = NULL;

	fresh_folder();
	FB_OK_FATAL(fb_outfile_create(path, false, &outfile));
	FB_OK(fb_outfile_write(outfile, "0123456789", 10));
	FB_OK(fb_outfile_write_at(outfile, 2, "ab", 2));
	CU_ASSERT_EQUAL(fb_outfile_size(outfile), 10);
	FB_OK(fb_outfile_write(outfile, "X", 1));
	FB_OK(fb_outfile_write_at(outfile, 0, "z", 1));
	FB_OK(fb_outfile_write_at(outfile, 10, "YY", 2)); /* over the end */
	CU_ASSERT_EQUAL(fb_outfile_size(outfile), 12);
	FB_OK(fb_outfile_write_at(outfile, 14, "h", 1)); /* a hole of two */
	CU_ASSERT_EQUAL(fb_outfile_size(outfile), 15);
	FB_OK(fb_outfile_align(outfile, 8));
	CU_ASSERT_EQUAL(fb_outfile_size(outfile), 16);
	FB_OK(fb_outfile_align(outfile, 8));
	CU_ASSERT_EQUAL(fb_outfile_size(outfile), 16);
	FB_OK(fb_outfile_write_at(outfile, 5, NULL, 0));
	FB_FAILS(fb_outfile_write_at(outfile, UINT64_MAX, "x", 1), FB_INVALID);
	FB_FAILS(fb_outfile_write_at(outfile, INT64_MAX, "x", 1), FB_INVALID);
	FB_OK(fb_outfile_commit(outfile));
	fb_outfile_destroy(outfile);
	CU_ASSERT_TRUE(file_holds(path, "z1ab456789YY\0\0h\0", 16));
	free(path);
}

/* Small and large copies from a file on disk and one in memory, between writes. */
static void check_copies(void)
{
	const size_t size = 3u << 20;
	uint8_t *bytes = malloc(size), *wanted = malloc(2 * size + 1);
	char *from = fb_test_file("from", "", 0), *path = target_path("x");
	struct fb_file *disk = NULL, *memory = NULL;
	struct fb_outfile *outfile = NULL;
	size_t i;

	for (i = 0; i < size; i++)
		bytes[i] = (uint8_t)(i * 2654435761u >> 24);
	free(from);
	from = fb_test_file("from", bytes, size);
	FB_OK_FATAL(fb_file_open(from, &disk));
	wanted[0] = 'x';
	memcpy(wanted + 1, bytes, size - 5);
	memcpy(wanted + 1 + size - 5, bytes + size - 5, 5);
	memcpy(wanted + 1 + size, bytes, size);
	FB_OK_FATAL(fb_file_from_memory("memory", bytes, size, &memory));
	FB_OK_FATAL(fb_outfile_create(path, false, &outfile));
	FB_OK(fb_outfile_write(outfile, "x", 1));
	FB_OK(fb_outfile_copy(outfile, disk, 0, size - 5));
	FB_OK(fb_outfile_copy(outfile, disk, size - 5, 5));
	FB_OK(fb_outfile_copy(outfile, disk, size, 0));
	FB_OK(fb_outfile_copy(outfile, memory, 0, size));
	CU_ASSERT_EQUAL(fb_outfile_size(outfile), 2 * size + 1);
	FB_FAILS(fb_outfile_copy(outfile, disk, size - 5, 6), FB_TRUNCATED);
	FB_FAILS(fb_outfile_copy(outfile, disk, size + 1, 0), FB_TRUNCATED);
	FB_FAILS(fb_outfile_copy(outfile, disk, 1, UINT64_MAX), FB_TRUNCATED);
	FB_OK(fb_outfile_commit(outfile));
	fb_outfile_destroy(outfile);
	CU_ASSERT_TRUE(file_holds(path, wanted, 2 * size + 1));
	fb_file_destroy(memory);
	fb_file_destroy(disk);
	free(wanted);
	free(from);
	free(path);
}

static void copies_in_the_kernel(void)
{
	fresh_folder();
	check_copies();
	CU_ASSERT_TRUE(kernel_copies > 0);
}

static void copies_where_the_kernel_cannot(void)
{
	fresh_folder();
	refuse_kernel_copy = true;
	check_copies();
	fresh_folder();
}

static void an_input_that_shrinks_is_no_success(void)
{
	static uint8_t bytes[200000];
	char *from = fb_test_file("from", bytes, sizeof(bytes)), *path = target_path("x");
	struct fb_file *file = NULL;
	struct fb_outfile *outfile = NULL;

	fresh_folder();
	FB_OK_FATAL(fb_file_open(from, &file));
	CU_ASSERT_EQUAL(truncate(from, 150000), 0);
	FB_OK_FATAL(fb_outfile_create(path, false, &outfile));
	FB_FAILS_WITH(fb_outfile_copy(outfile, file, 0, sizeof(bytes)), FB_OS, from);
	FB_FAILS(fb_outfile_commit(outfile), FB_INVALID);
	fb_outfile_destroy(outfile);
	CU_ASSERT_EQUAL(folder_entries(), 0);
	fb_file_destroy(file);
	free(from);
	free(path);
}

static void check_full_disk(void)
{
	static uint8_t bytes[3u << 20];
	char *from = fb_test_file("from", bytes, sizeof(bytes)), *path = target_path("x");
	struct fb_file *file = NULL;
	struct fb_outfile *outfile = NULL;

	FB_OK_FATAL(fb_file_open(from, &file));
	disk_size = 1000000;
	FB_OK_FATAL(fb_outfile_create(path, false, &outfile));
	FB_FAILS_WITH(fb_outfile_write(outfile, bytes, sizeof(bytes)), FB_OS,
		      "x: No space left on device");
	FB_FAILS(fb_outfile_commit(outfile), FB_INVALID); /* even where the error was dropped */
	fb_outfile_destroy(outfile);
	FB_OK_FATAL(fb_outfile_create(path, false, &outfile));
	FB_FAILS_WITH(fb_outfile_copy(outfile, file, 0, sizeof(bytes)), FB_OS, "No space left");
	fb_outfile_destroy(outfile);
	FB_OK_FATAL(fb_outfile_create(path, false, &outfile));
	disk_size = 2;
	FB_OK(fb_outfile_write(outfile, "abc", 3)); /* still in the buffer */
	FB_FAILS_WITH(fb_outfile_commit(outfile), FB_OS, "No space left");
	fb_outfile_destroy(outfile);
	CU_ASSERT_EQUAL(folder_entries(), 0);
	fb_file_destroy(file);
	free(from);
	free(path);
}

static void a_full_disk_leaves_nothing(void)
{
	on_each_file_system(check_full_disk);
}

static void an_unsynced_file_does_not_appear(void)
{
	char *path = target_path("x");
	struct fb_outfile *outfile = NULL;

	fresh_folder();
	write_and_commit(path, false, "old");
	FB_OK_FATAL(fb_outfile_create(path, true, &outfile));
	FB_OK(fb_outfile_write(outfile, "new", 3));
	refuse_sync = true;
	FB_FAILS_WITH(fb_outfile_commit(outfile), FB_OS, "Input/output error");
	fb_outfile_destroy(outfile);
	CU_ASSERT_TRUE(file_holds(path, "old", 3));
	CU_ASSERT_EQUAL(folder_entries(), 1);
	fresh_folder();
	free(path);
}

/* A copy of a file of two holes keeps them, one of which is the end. */
static void copies_keep_holes(void)
{
	const size_t size = 4 << 20;
	char *path = target_path("copy"), *sparse = fb_test_file("holes", "begin", 5);
	uint8_t *bytes = calloc(1, size);
	struct fb_outfile *outfile = NULL;
	struct fb_file *file = NULL, *copy = NULL;
	int fd = open(sparse, O_WRONLY | O_CLOEXEC, 0);

	fresh_folder();
	memcpy(bytes, "begin", 5);
	memcpy(bytes + (2 << 20), "middle", 6);
	CU_ASSERT_EQUAL(pwrite(fd, "middle", 6, 2 << 20), 6);
	CU_ASSERT_EQUAL(ftruncate(fd, (off_t)size), 0);
	(void)close(fd);
	FB_OK_FATAL(fb_file_open(sparse, &file));
	FB_OK_FATAL(fb_outfile_create(path, false, &outfile));
	FB_OK(fb_outfile_copy(outfile, file, 0, size));
	CU_ASSERT_EQUAL(fb_outfile_size(outfile), size);
	FB_OK(fb_outfile_commit(outfile));
	fb_outfile_destroy(outfile);
	CU_ASSERT_TRUE(file_holds(path, bytes, size));
	FB_OK_FATAL(fb_file_open(path, &copy));
	CU_ASSERT_EQUAL(fb_file_data_size(copy), fb_file_data_size(file));
	fb_file_destroy(copy);
	fb_file_destroy(file);
	free(bytes);
	free(sparse);
	free(path);
}

FB_TEST_MAIN("base/outfile", FB_TEST(appears_whole_or_not_at_all), FB_TEST(existing_needs_force),
	     FB_TEST(a_target_that_appears_meanwhile_stays), FB_TEST(links_and_devices_are_refused),
	     FB_TEST(writes_of_any_size_keep_their_order),
	     FB_TEST(earlier_bytes_can_be_overwritten), FB_TEST(copies_in_the_kernel),
	     FB_TEST(copies_where_the_kernel_cannot), FB_TEST(copies_keep_holes),
	     FB_TEST(an_input_that_shrinks_is_no_success), FB_TEST(a_full_disk_leaves_nothing),
	     FB_TEST(an_unsynced_file_does_not_appear))
