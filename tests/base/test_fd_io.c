// SPDX-License-Identifier: GPL-2.0-or-later
/* More than a pipe holds at once, and ends that are closed too early. */
#include "base/fd_io.h"

#include <errno.h>
#include <signal.h>
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

FB_TEST_MAIN("base/fd_io", FB_TEST(whole_messages_go_through_a_pipe), FB_TEST(says_why_it_ends))
