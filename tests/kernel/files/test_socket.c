// SPDX-License-Identifier: GPL-2.0-or-later
/* Sockets of every family this program knows, and damaged ones. */
#include "kernel/files/socket.h"

#include <string.h>
#include <sys/socket.h>

#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/made_files.h"
#include "tests/kernel/made_sockets.h"

enum { ESTABLISHED = 1, CLOSE = 7, LISTEN = 10 };

static struct made_kernel *begin(void)
{
	struct made_kernel *made = made_kernel_create();

	made_files_members(made);
	made_sockets_members(made);
	return made;
}

static void check(struct made_kernel *made, uint64_t sock, const char *state, const char *local,
		  const char *peer)
{
	struct fb_socket socket;

	FB_OK_FATAL(fb_sock_read(&made->kernel, sock, &socket));
	CU_ASSERT_STRING_EQUAL(fb_socket_state_name(&socket), state);
	CU_ASSERT_STRING_EQUAL(socket.local, local);
	CU_ASSERT_STRING_EQUAL(socket.peer, peer);
}

static void reads_inet(void)
{
	struct made_kernel *made = begin();
	uint64_t sock = made_sock(made, AF_INET, SOCK_STREAM, ESTABLISHED);
	struct fb_socket socket;

	made_sock_inet(made, sock, (const uint8_t[]){10, 0, 0, 1}, 51234,
		       (const uint8_t[]){192, 168, 7, 9}, 443);
	check(made, sock, "ESTABLISHED", "10.0.0.1:51234", "192.168.7.9:443");
	FB_OK_FATAL(fb_socket_read(&made->kernel, made_socket(made, sock, 4242), 4242, &socket));
	CU_ASSERT_EQUAL(socket.inode, 4242);
	CU_ASSERT_EQUAL(socket.port[1], 443);
	CU_ASSERT_EQUAL(socket.ip[1][3], 9);
	/* UDP: a state of 7 is no closed connection. */
	sock = made_sock(made, AF_INET, SOCK_DGRAM, CLOSE);
	check(made, sock, "UNCONNECTED", "0.0.0.0:0", "0.0.0.0:0");
	sock = made_sock(made, AF_INET, SOCK_STREAM, CLOSE);
	check(made, sock, "CLOSE", "0.0.0.0:0", "0.0.0.0:0");
	made_kernel_destroy(made);
}

static void reads_inet6(void)
{
	struct made_kernel *made = begin();
	uint64_t sock = made_sock(made, AF_INET6, SOCK_STREAM, LISTEN);

	made_put(made, sock + 32 + 15, 1, 1);
	MADE_SET(made, sock, sock_num, 22);
	check(made, sock, "LISTEN", "[::1]:22", "[::]:0");
	made_kernel_destroy(made);
}

static void reads_unix(void)
{
	struct made_kernel *made = begin();
	uint64_t server = made_sock(made, AF_UNIX, SOCK_STREAM, LISTEN);
	uint64_t client = made_sock(made, AF_UNIX, SOCK_STREAM, ESTABLISHED);
	char longest[108];

	check(made, server, "LISTEN", "", "");
	made_sock_bind(made, server, "/run/x.sock\0junk", 12);
	check(made, server, "LISTEN", "/run/x.sock", "");
	MADE_SET(made, client, unix_peer, server);
	check(made, client, "ESTABLISHED", "", "/run/x.sock");
	made_sock_bind(made, server, "\0abs\0tract\033", 11);
	check(made, client, "ESTABLISHED", "", "@abs\\x00tract\\x1b");
	/* Bytes that all take four, the NUL at the end not counted by the kernel. */
	memset(longest, 1, sizeof(longest));
	made_sock_bind(made, server, longest, sizeof(longest));
	FB_OK_FATAL(fb_sock_read(&made->kernel, server, &(struct fb_socket){0}));
	CU_ASSERT_EQUAL(fb_warnings_count(made->warnings), 0);
	made_kernel_destroy(made);
}

static void reads_netlink_and_packet(void)
{
	struct made_kernel *made = begin();
	uint64_t sock = made_sock(made, AF_NETLINK, SOCK_RAW, CLOSE);
	uint64_t groups = made_alloc(made, 8);

	MADE_SET(made, sock, netlink_portid, 812);
	MADE_SET(made, sock, netlink_groups, groups);
	made_put(made, groups, 0x11, 8);
	check(made, sock, "UNCONNECTED", "pid 812, groups 0x11", "pid 0");
	sock = made_sock(made, AF_PACKET, SOCK_RAW, CLOSE);
	MADE_SET(made, sock, packet_ifindex, 2);
	MADE_SET(made, sock, packet_num, 0x0300);
	check(made, sock, "UNCONNECTED", "interface 2, protocol 0x0003", "");
	sock = made_sock(made, AF_VSOCK, SOCK_STREAM, ESTABLISHED);
	check(made, sock, "ESTABLISHED", "", "");
	made_kernel_destroy(made);
}

struct question {
	struct made_kernel *made;
	uint64_t sock;
};

static struct fb_error *ask(void *context)
{
	const struct question *question = context;
	struct fb_socket socket;

	return fb_sock_read(&question->made->kernel, question->sock, &socket);
}

/* Groups that are not in the dump cost themselves, with a warning; any read that fails otherwise fails the whole. */
static void lost_groups_cost_themselves(void)
{
	struct question question = {.made = begin()};
	struct made_kernel *made = question.made;
	uint64_t groups = made_alloc_pages(made, FB_PAGE_SIZE);

	question.sock = made_sock(made, AF_NETLINK, SOCK_RAW, CLOSE);
	MADE_SET(made, question.sock, netlink_portid, 812);
	MADE_SET(made, question.sock, netlink_groups, groups);
	failing_made_must_pass(made, ask, &question);
	CU_ASSERT_EQUAL(fb_warnings_count(made->warnings), 0);
	made_lose(made, groups);
	check(made, question.sock, "UNCONNECTED", "pid 812, groups 0x0", "pid 0");
	CU_ASSERT_EQUAL(fb_warnings_count(made->warnings), 1);
	made_kernel_destroy(made);
}

static struct fb_error *ask_place(void *context)
{
	const struct question *question = context;
	bool is;
	struct fb_error *err = fb_socket_is_at(&question->made->kernel, question->sock, &is);

	if (!err)
		CU_ASSERT_TRUE(is);
	return err;
}

/* A socket is where its sock leads back to it. */
static void sockets_and_socks_name_each_other(void)
{
	struct question question = {.made = begin()};
	struct made_kernel *made = question.made;
	uint64_t sock = made_sock(made, AF_INET, SOCK_STREAM, ESTABLISHED);
	bool is = true;

	question.sock = made_socket(made, sock, 7);
	CU_ASSERT_EQUAL(failing_made_must_pass(made, ask_place, &question), 2);
	FB_OK(fb_socket_is_at(&made->kernel, question.sock + 64, &is));
	CU_ASSERT_FALSE(is);
	MADE_SET(made, sock, sock_socket, question.sock + 64);
	is = true;
	FB_OK(fb_socket_is_at(&made->kernel, question.sock, &is));
	CU_ASSERT_FALSE(is);
	/* What is no address at all, and what is not in the dump, is none. */
	MADE_SET(made, question.sock, socket_sk, 0x10);
	is = true;
	FB_OK(fb_socket_is_at(&made->kernel, question.sock, &is));
	CU_ASSERT_FALSE(is);
	is = true;
	FB_OK(fb_socket_is_at(&made->kernel, 0, &is));
	CU_ASSERT_FALSE(is);
	made_kernel_destroy(made);
}

static void reads_a_socket_without_a_sock(void)
{
	struct made_kernel *made = begin();
	struct fb_socket socket;

	FB_OK_FATAL(fb_socket_read(&made->kernel, made_socket(made, 0, 5), 5, &socket));
	CU_ASSERT_EQUAL(socket.address, 0);
	CU_ASSERT_EQUAL(socket.type, SOCK_STREAM);
	CU_ASSERT_STRING_EQUAL(fb_socket_state_name(&socket), "UNKNOWN");
	made_kernel_destroy(made);
}

static void keeps_what_is_readable(void)
{
	struct made_kernel *made = begin();
	uint64_t sock = made_sock(made, AF_UNIX, SOCK_DGRAM, 250);
	struct fb_socket socket;

	made_sock_bind(made, sock, "/run/log", 8);
	MADE_SET(made, sock, unix_peer, 0x10);
	check(made, sock, "UNKNOWN", "/run/log", "");
	CU_ASSERT_EQUAL(fb_warnings_count(made->warnings), 1);
	/* Types of a family that is a module stand in that module's own types. */
	made->kernel.layout.packet_ifindex.found = false;
	sock = made_sock(made, AF_PACKET, SOCK_RAW, CLOSE);
	check(made, sock, "UNCONNECTED", "", "");
	FB_FAILS(fb_sock_read(&made->kernel, 0x1000, &socket), FB_CORRUPT);
	made_kernel_destroy(made);
}

static void refuses_a_name_that_is_too_long(void)
{
	struct made_kernel *made = begin();
	uint64_t sock = made_sock(made, AF_UNIX, SOCK_DGRAM, CLOSE), address;

	made_sock_bind(made, sock, "/run/log", 8);
	memcpy(&address, made_at(made, sock + 80), 8);
	MADE_SET(made, address, unix_address_length, 5000);
	check(made, sock, "UNCONNECTED", "", "");
	MADE_SET(made, address, unix_address_length, 1);
	check(made, sock, "UNCONNECTED", "", "");
	CU_ASSERT_EQUAL(fb_warnings_count(made->warnings), 2);
	made_kernel_destroy(made);
}

/* From the family alone up to a byte more than struct sockaddr_un, for a NUL that is not counted. */
static void names_have_lengths(void)
{
	static const struct {
		uint64_t length;
		size_t name;
		bool good;
	} lengths[] = {{1, 0, false},    {2, 0, true},     {3, 1, true},   {9, 7, true},
		       {110, 100, true}, {111, 100, true}, {112, 0, false}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(lengths); i++) {
		struct made_kernel *made = begin();
		uint64_t sock = made_sock(made, AF_UNIX, SOCK_DGRAM, CLOSE), address;
		struct fb_socket socket;
		char name[101];

		memset(name, 'n', sizeof(name));
		name[100] = '\0';
		made_sock_bind(made, sock, name, 101);
		memcpy(&address, made_at(made, sock + 80), 8);
		MADE_SET(made, address, unix_address_length, lengths[i].length);
		FB_OK_FATAL(fb_sock_read(&made->kernel, sock, &socket));
		CU_ASSERT_EQUAL(strlen(socket.local), lengths[i].name);
		CU_ASSERT_EQUAL(fb_warnings_count(made->warnings), !lengths[i].good);
		made_kernel_destroy(made);
	}
}

static void names(void)
{
	CU_ASSERT_STRING_EQUAL(fb_socket_family_name(AF_INET6), "inet6");
	CU_ASSERT_PTR_NULL(fb_socket_family_name(65535));
	CU_ASSERT_STRING_EQUAL(fb_socket_type_name(SOCK_SEQPACKET), "seqpacket");
	CU_ASSERT_PTR_NULL(fb_socket_type_name(0));
}

FB_TEST_MAIN("kernel/socket", FB_TEST(reads_inet), FB_TEST(reads_inet6), FB_TEST(reads_unix),
	     FB_TEST(reads_netlink_and_packet), FB_TEST(lost_groups_cost_themselves),
	     FB_TEST(reads_a_socket_without_a_sock), FB_TEST(sockets_and_socks_name_each_other),
	     FB_TEST(keeps_what_is_readable), FB_TEST(refuses_a_name_that_is_too_long),
	     FB_TEST(names_have_lengths), FB_TEST(names))
