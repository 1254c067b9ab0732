// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/isolation/packet.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/harness.h"

static int ends[2];

static void open_channel(void)
{
	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
}

static void close_channel(void)
{
	(void)close(ends[0]);
	(void)close(ends[1]);
}

static void bytes_and_descriptors_come(void)
{
	int pipes[2], fds[FB_PACKET_DESCRIPTORS];
	size_t count = 9;
	char room[16] = "";

	open_channel();
	CU_ASSERT_EQUAL_FATAL(pipe(pipes), 0);
	CU_ASSERT_TRUE(fb_packet_send(ends[0], "two", 4, pipes, 2));
	CU_ASSERT_TRUE(fb_packet_send(ends[0], "one", 4, &pipes[1], 1));
	CU_ASSERT_TRUE(fb_packet_send(ends[0], "none", 5, NULL, 0));
	CU_ASSERT_EQUAL(fb_packet_receive(ends[1], room, sizeof(room), fds, &count), 4);
	CU_ASSERT_STRING_EQUAL(room, "two");
	CU_ASSERT_EQUAL_FATAL(count, 2);
	/* They are the pipe, under other numbers, and are not inherited by programs. */
	CU_ASSERT_EQUAL(write(fds[1], "x", 1), 1);
	CU_ASSERT_EQUAL(read(pipes[0], room, 1), 1);
	CU_ASSERT_EQUAL(fcntl(fds[0], F_GETFD), FD_CLOEXEC);
	(void)close(fds[0]);
	(void)close(fds[1]);
	CU_ASSERT_EQUAL(fb_packet_receive(ends[1], room, 4, fds, &count), 4);
	CU_ASSERT_EQUAL_FATAL(count, 1);
	(void)close(fds[0]);
	CU_ASSERT_EQUAL(fb_packet_receive(ends[1], room, sizeof(room), fds, &count), 5);
	CU_ASSERT_EQUAL(count, 0);
	(void)close(pipes[0]);
	(void)close(pipes[1]);
	close_channel();
}

static void what_is_too_long_is_refused(void)
{
	int pipes[2], fds[FB_PACKET_DESCRIPTORS];
	size_t count = 9;
	char room[4];

	open_channel();
	CU_ASSERT_EQUAL_FATAL(pipe(pipes), 0);
	CU_ASSERT_TRUE(fb_packet_send(ends[0], "12345", 5, &pipes[1], 1));
	(void)close(pipes[1]);
	CU_ASSERT_EQUAL(fb_packet_receive(ends[1], room, sizeof(room), fds, &count), -1);
	CU_ASSERT_EQUAL(count, 0);
	/* The descriptor was closed: no writer is left. */
	CU_ASSERT_EQUAL(read(pipes[0], room, 1), 0);
	(void)close(pipes[0]);
	close_channel();
}

static void the_end_and_failures_are_told(void)
{
	int fds[FB_PACKET_DESCRIPTORS];
	size_t count = 9;
	char room[4];

	open_channel();
	(void)close(ends[0]);
	CU_ASSERT_EQUAL(fb_packet_receive(ends[1], room, sizeof(room), fds, &count), 0);
	CU_ASSERT_EQUAL(count, 0);
	CU_ASSERT_FALSE(fb_packet_send(ends[1], "x", 1, NULL, 0));
	(void)close(ends[1]);
	CU_ASSERT_EQUAL(fb_packet_receive(ends[1], room, sizeof(room), fds, &count), -1);
}

FB_TEST_MAIN("base/packet", FB_TEST(bytes_and_descriptors_come),
	     FB_TEST(what_is_too_long_is_refused), FB_TEST(the_end_and_failures_are_told))
