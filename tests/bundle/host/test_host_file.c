// SPDX-License-Identifier: GPL-2.0-or-later
/* Small files below a root: read whole, replaced whole or not at all. */
#include "bundle/host/host_file.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/harness.h"

#define NAME "/etc"
#define COPY "/etc.fbundle-new"

/* Stand before the C library's: the call fails once, as on a disk that is full or of another's mount. */
static bool bad_close, bad_mode;

int close(int fd)
{
	const long closed = syscall(SYS_close, fd);

	if (!bad_close)
		return (int)closed;
	bad_close = false;
	errno = EIO;
	return -1;
}

int fchmod(int fd, mode_t mode)
{
	if (!bad_mode)
		return (int)syscall(SYS_fchmod, fd, mode);
	bad_mode = false;
	errno = EPERM;
	return -1;
}

static const char *in_folder(const char *name)
{
	static char paths[2][2 * PATH_MAX]; /* for two in one call */
	static unsigned next;
	char *path = paths[next++ % 2];

	(void)snprintf(path, sizeof(paths[0]), "%s%s", fb_test_folder(), name);
	return path;
}

/* A file of that mode with this text. */
static void make(const char *text, mode_t mode)
{
	(void)unlink(in_folder(NAME));
	(void)unlink(in_folder(COPY));
	free(fb_test_file("etc", text, strlen(text)));
	CU_ASSERT_EQUAL_FATAL(chmod(in_folder(NAME), mode), 0);
}

static void check(const char *text)
{
	struct fb_buf bytes;

	fb_buf_init(&bytes, FB_HOST_FILE_MAX);
	FB_OK_FATAL(fb_host_file_read(fb_test_folder(), NAME, &bytes));
	CU_ASSERT_EQUAL(bytes.size, strlen(text));
	CU_ASSERT_STRING_EQUAL((const char *)bytes.data, text);
	fb_buf_deinit(&bytes);
}

static bool is_copy_left(void)
{
	struct stat status;

	return lstat(in_folder(COPY), &status) == 0;
}

static void reads_what_is_there(void)
{
	struct fb_buf bytes;

	make("", 0644);
	check("");
	make("USE_KDUMP=1\n", 0644);
	check("USE_KDUMP=1\n");
	fb_buf_init(&bytes, FB_HOST_FILE_MAX);
	FB_FAILS_WITH(fb_host_file_read(fb_test_folder(), "/none", &bytes), FB_NOT_FOUND,
		      "there is no ");
	FB_FAILS_WITH(fb_host_file_read(fb_test_folder(), "/etc/kdump", &bytes), FB_NOT_FOUND,
		      "/etc/kdump");
	CU_ASSERT_EQUAL_FATAL(symlink("loop", in_folder("/loop")), 0);
	FB_FAILS_WITH(fb_host_file_read(fb_test_folder(), "/loop", &bytes), FB_OS, "cannot open ");
	CU_ASSERT_EQUAL(bytes.size, 0);
	fb_buf_deinit(&bytes);
}

/* Owner and mode are as they were, whatever the umask. */
static void replaces_the_whole_file(void)
{
	struct stat before, after;
	mode_t mask = umask(077);

	make("a long text that stood there", 0641);
	CU_ASSERT_EQUAL_FATAL(stat(in_folder(NAME), &before), 0);
	FB_OK(fb_host_file_replace(fb_test_folder(), NAME, "short", 5));
	check("short");
	CU_ASSERT_EQUAL_FATAL(stat(in_folder(NAME), &after), 0);
	CU_ASSERT_EQUAL(after.st_mode, before.st_mode);
	CU_ASSERT(after.st_uid == before.st_uid && after.st_gid == before.st_gid);
	CU_ASSERT_NOT_EQUAL(after.st_ino, before.st_ino);
	CU_ASSERT_FALSE(is_copy_left());
	/* Over what an earlier try has left. */
	free(fb_test_file("etc.fbundle-new", "a longer text that is left", 26));
	FB_OK(fb_host_file_replace(fb_test_folder(), NAME, "", 0));
	check("");
	CU_ASSERT_FALSE(is_copy_left());
	(void)umask(mask);
}

static void makes_no_file_that_was_not_there(void)
{
	make("", 0600);
	CU_ASSERT_EQUAL(unlink(in_folder(NAME)), 0);
	FB_FAILS_WITH(fb_host_file_replace(fb_test_folder(), NAME, "x", 1), FB_OS, NAME);
	CU_ASSERT_EQUAL(access(in_folder(NAME), F_OK), -1);
	CU_ASSERT_FALSE(is_copy_left());
}

static void links_and_folders_are_changed_by_hand(void)
{
	make("", 0600);
	CU_ASSERT_EQUAL(rename(in_folder(NAME), in_folder(COPY)), 0);
	CU_ASSERT_EQUAL_FATAL(symlink("etc.fbundle-new", in_folder(NAME)), 0);
	FB_FAILS_WITH(fb_host_file_replace(fb_test_folder(), NAME, "x", 1), FB_INVALID,
		      "is no plain file: change it by hand");
	CU_ASSERT_TRUE(is_copy_left()); /* somebody else's */
	CU_ASSERT_EQUAL(unlink(in_folder(NAME)), 0);
	CU_ASSERT_EQUAL_FATAL(mkdir(in_folder(NAME), 0700), 0);
	FB_FAILS(fb_host_file_replace(fb_test_folder(), NAME, "x", 1), FB_INVALID);
	CU_ASSERT_EQUAL(rmdir(in_folder(NAME)), 0);
}

/* A link of the copy's name leads nowhere, and what cannot be written whole leaves the file as it was. */
static void what_cannot_be_written_changes_nothing(void)
{
	const struct rlimit small = {.rlim_cur = 4, .rlim_max = RLIM_INFINITY};
	struct rlimit whole;
	char wanted[2 * PATH_MAX + 80];

	make("as it was", 0600);
	(void)snprintf(wanted, sizeof(wanted), "cannot write %s: ", in_folder(COPY));
	free(fb_test_file("victim", "untouched", 9));
	CU_ASSERT_EQUAL_FATAL(symlink("victim", in_folder(COPY)), 0);
	FB_FAILS_WITH(fb_host_file_replace(fb_test_folder(), NAME, "x", 1), FB_OS, wanted);
	check("as it was");
	CU_ASSERT_FALSE(is_copy_left());
	CU_ASSERT_PTR_NOT_EQUAL(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
	CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_FSIZE, &whole), 0);
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_FSIZE, &small), 0);
	FB_FAILS_WITH(fb_host_file_replace(fb_test_folder(), NAME, "too long", 8), FB_OS, wanted);
	FB_OK(fb_host_file_replace(fb_test_folder(), NAME, "four", 4));
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_FSIZE, &whole), 0);
	check("four");
	bad_close = true;
	FB_FAILS_WITH(fb_host_file_replace(fb_test_folder(), NAME, "x", 1), FB_OS, wanted);
	check("four");
	CU_ASSERT_FALSE(is_copy_left());
	(void)snprintf(wanted, sizeof(wanted),
		       "%s: cannot give it the owner and mode of %s%s: ", in_folder(COPY),
		       fb_test_folder(), NAME);
	bad_mode = true;
	FB_FAILS_WITH(fb_host_file_replace(fb_test_folder(), NAME, "x", 1), FB_OS, wanted);
	check("four");
	CU_ASSERT_FALSE(is_copy_left());
}

FB_TEST_MAIN("bundle/host_file", FB_TEST(reads_what_is_there), FB_TEST(replaces_the_whole_file),
	     FB_TEST(makes_no_file_that_was_not_there),
	     FB_TEST(links_and_folders_are_changed_by_hand),
	     FB_TEST(what_cannot_be_written_changes_nothing))
