// SPDX-License-Identifier: GPL-2.0-or-later
/* Paths that stand for open files. */
#include "base/files/open_path.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/harness.h"

static void opens_files(void)
{
	char text[4] = "";
	int fd = fb_open_path("/proc/self/comm");

	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_EQUAL(read(fd, text, 3), 3);
	CU_ASSERT_STRING_EQUAL(text, "tes");
	close(fd);
	CU_ASSERT_EQUAL(fb_open_path("/nowhere"), -1);
	CU_ASSERT_EQUAL(errno, ENOENT);
}

/* One whose name is gone, which nobody could open again. */
static void takes_open_ones(void)
{
	FILE *file = tmpfile();
	char path[64], text[5] = "";
	int fd;

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fputs("here", file);
	fflush(file);
	snprintf(path, sizeof(path), "/dev/fd/%d", fileno(file));
	fd = fb_open_path(path);
	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_NOT_EQUAL(fd, fileno(file));
	CU_ASSERT_EQUAL(pread(fd, text, 4, 0), 4);
	CU_ASSERT_STRING_EQUAL(text, "here");
	close(fd);
	CU_ASSERT_EQUAL(pread(fileno(file), text, 4, 0), 4); /* it is open still */
	fclose(file);
	CU_ASSERT_EQUAL(fb_open_path(path), -1);
	CU_ASSERT_EQUAL(errno, EBADF);
}

static void refuses_what_is_no_number(void)
{
	static const char *const paths[] = {"/dev/fd/", "/dev/fd/x", "/dev/fd/1x",
					    "/dev/fd/4294967297"};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		errno = 0;
		CU_ASSERT_EQUAL(fb_open_path(paths[i]), -1);
		CU_ASSERT_EQUAL(errno, ENOENT);
	}
}

FB_TEST_MAIN("base/open_path", FB_TEST(opens_files), FB_TEST(takes_open_ones),
	     FB_TEST(refuses_what_is_no_number))
