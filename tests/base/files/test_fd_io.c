// SPDX-License-Identifier: GPL-2.0-or-later
/* More than a pipe holds at once, and ends that are closed too early. */
#include "base/files/fd_io.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/harness.h"

#define BYTES 1000003u /* a pipe holds 65,536 */

static void whole_messages_go_through_a_pipe(void)
{
	char *sent = malloc(BYTES), *got = calloc(BYTES, 1);
	int ends[2], status;
	pid_t child;

	CU_ASSERT_FATAL(sent && got && !pipe(ends));
	for (size_t i = 0; i < BYTES; i++)
		sent[i] = (char)(i * 7);
	child = fork();
	if (!child) {
		(void)close(ends[0]);
		_exit(fb_write_all(ends[1], sent, BYTES) ? 0 : 1);
	}
	(void)close(ends[1]);
	CU_ASSERT(fb_read_all(ends[0], got, BYTES));
	CU_ASSERT_EQUAL(memcmp(sent, got, BYTES), 0);
	CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
	CU_ASSERT_EQUAL(status, 0);
	errno = EIO;
	CU_ASSERT_FALSE(fb_read_all(ends[0], got, 1));
	CU_ASSERT_EQUAL(errno, 0);
	(void)close(ends[0]);
	free(sent);
	free(got);
}

static void says_why_it_ends(void)
{
	char bytes[4] = "abc";
	int ends[2];

	CU_ASSERT_FATAL(!pipe(ends));
	CU_ASSERT(fb_write_all(ends[1], bytes, 2));
	(void)close(ends[1]);
	CU_ASSERT_FALSE(fb_read_all(ends[0], bytes, 3));
	CU_ASSERT_EQUAL(errno, 0);
	CU_ASSERT_FALSE(fb_write_all(ends[0], bytes, 1));
	CU_ASSERT_EQUAL(errno, EBADF);
	(void)close(ends[0]);
	CU_ASSERT_FALSE(fb_read_all(ends[0], bytes, 1));
	CU_ASSERT_EQUAL(errno, EBADF);
}

static void a_file_is_read_to_its_end(void)
{
	char *sent = malloc(BYTES);
	struct fb_buf text;
	FILE *file = tmpfile();
	int ends[2];

	CU_ASSERT_FATAL(sent && file && !pipe(ends));
	for (size_t i = 0; i < BYTES; i++)
		sent[i] = (char)(i * 7);
	CU_ASSERT(fb_write_all(fileno(file), sent, BYTES));
	CU_ASSERT_EQUAL(lseek(fileno(file), 3, SEEK_SET), 3);
	fb_buf_init(&text, 2 * BYTES);
	FB_OK(fb_buf_append(&text, "abc", 3));
	FB_OK(fb_read_to_end(fileno(file), "a file", &text));
	CU_ASSERT_EQUAL_FATAL(text.size, BYTES);
	CU_ASSERT_EQUAL(memcmp(text.data, "abc", 3), 0);
	CU_ASSERT_EQUAL(memcmp(text.data + 3, sent + 3, BYTES - 3), 0);
	fb_buf_deinit(&text);

	fb_buf_init(&text, BYTES / 2);
	CU_ASSERT_EQUAL(lseek(fileno(file), 0, SEEK_SET), 0);
	FB_FAILS_WITH(fb_read_to_end(fileno(file), "a file", &text), FB_LIMIT, "a file");
	fb_buf_deinit(&text);

	fb_buf_init(&text, BYTES);
	FB_FAILS_WITH(fb_read_to_end(ends[1], "a pipe", &text), FB_OS, "cannot read a pipe");
	CU_ASSERT_EQUAL(errno, EBADF);
	fb_buf_deinit(&text);
	(void)fclose(file);
	(void)close(ends[0]);
	(void)close(ends[1]);
	free(sent);
}

FB_TEST_MAIN("base/fd_io", FB_TEST(a_file_is_read_to_its_end),
	     FB_TEST(whole_messages_go_through_a_pipe), FB_TEST(says_why_it_ends))
