// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sockets of made tables and of descriptors, and of real kernels: what is found in which way, and what is found where
 * one way is broken. Also namespaces, which the tables are found by.
 */
#include "kernel/net/sockets.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "kernel/files/socket.h"
#include "kernel/tasks/task_table.h"
#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/made_files.h"
#include "tests/kernel/made_sockets.h"
#include "tests/kernel/real_kernel.h"

#define BUCKETS 4u
#define SLOT 16u
#define FDS 16u
#define RAW_HEADS 64u /* bytes from the start of raw_hashinfo to its heads */

enum { ESTABLISHED = 1, TIME_WAIT = 6, CLOSE = 7, LISTEN = 10 };

struct world {
	struct made_kernel *made;
	uint64_t nets[2];
	/* chains: listening, established, and of the second namespace's own table */
	uint64_t tcp[3];
	uint64_t udp, own_udp, raw, local[2], netlink;
	uint64_t fds; /* of the only process */
	struct fb_task task;
	struct fb_tasks tasks;
};

static void put_members(struct made_kernel *made)
{
	made_files_members(made);
	made_sockets_members(made);
	MADE_FIELD(made, sock_net, 96, 8);
	MADE_FIELD(made, net_list, 8, 16);
	MADE_FIELD(made, net_inum, 24, 4);
	MADE_FIELD(made, net_tcp_hashinfo, 32, 8);
	MADE_FIELD(made, net_udp_table, 40, 8);
	MADE_FIELD(made, net_unix_buckets, 48, 8);
	MADE_FIELD(made, net_packet_list, 56, 8);
	MADE_FIELD(made, hashinfo_ehash, 0, 8);
	MADE_FIELD(made, hashinfo_ehash_mask, 8, 4);
	MADE_FIELD(made, hashinfo_lhash2, 16, 8);
	MADE_FIELD(made, hashinfo_lhash2_mask, 24, 4);
	MADE_FIELD(made, listen_bucket_head, 8, 8);
	made->kernel.layout.inet_listen_hashbucket.size = SLOT;
	MADE_FIELD(made, udp_table_hash, 0, 8);
	MADE_FIELD(made, udp_table_mask, 16, 4);
	MADE_FIELD(made, udp_hslot_head, 8, 8);
	made->kernel.layout.udp_hslot.size = SLOT;
	MADE_FIELD(made, raw_hashinfo_table, RAW_HEADS, BUCKETS * 8);
	MADE_FIELD(made, netlink_table_hash, 8, 8);
	made->kernel.layout.netlink_table.size = SLOT;
	MADE_FIELD(made, bucket_table_size, 0, 4);
	MADE_FIELD(made, bucket_table_nest, 4, 4);
	MADE_FIELD(made, bucket_table_next, 8, 8);
	MADE_FIELD(made, bucket_table_buckets, 16, 0);
	MADE_FIELD(made, netlink_node, 160, 8);
	MADE_FIELD(made, task_nsproxy, 8, 8);
	MADE_FIELD(made, nsproxy_net, 0, 8);
	MADE_FIELD(made, task_files, 16, 8);
	MADE_FIELD(made, files_fdt, 8, 8);
	MADE_FIELD(made, fdtable_max_fds, 0, 4);
	MADE_FIELD(made, fdtable_fd, 8, 8);
}

/* A struct inet_hashinfo or udp_table whose chains are at *chains_ret. */
static uint64_t put_tcp(struct made_kernel *made, uint64_t *listening_ret, uint64_t *chains_ret)
{
	uint64_t info = made_alloc(made, 64);

	*listening_ret = made_alloc(made, BUCKETS * SLOT) + 8;
	*chains_ret = made_alloc(made, BUCKETS * 8);
	MADE_SET(made, info, hashinfo_ehash, *chains_ret);
	MADE_SET(made, info, hashinfo_ehash_mask, BUCKETS - 1);
	MADE_SET(made, info, hashinfo_lhash2, *listening_ret - 8);
	MADE_SET(made, info, hashinfo_lhash2_mask, BUCKETS - 1);
	return info;
}

static uint64_t put_udp(struct made_kernel *made, uint64_t *chains_ret)
{
	uint64_t table = made_alloc(made, 64);

	*chains_ret = made_alloc_pages(made, BUCKETS * SLOT) + 8;
	MADE_SET(made, table, udp_table_hash, *chains_ret - 8);
	MADE_SET(made, table, udp_table_mask, BUCKETS - 1);
	return table;
}

/* One process in the second namespace, with a table of descriptors. */
static void put_process(struct world *w)
{
	struct made_kernel *made = w->made;
	uint64_t proxy = made_alloc(made, 64), files = made_alloc(made, 64);
	uint64_t fdt = made_alloc(made, 64);

	w->task = (struct fb_task){.address = made_alloc(made, 64), .pid = 7, .tid = 7};
	w->tasks = (struct fb_tasks){.kernel = &made->kernel, .tasks = &w->task, .count = 1};
	w->fds = made_alloc(made, FDS * 8);
	MADE_SET(made, w->task.address, task_nsproxy, proxy);
	MADE_SET(made, proxy, nsproxy_net, w->nets[1]);
	MADE_SET(made, w->task.address, task_files, files);
	MADE_SET(made, files, files_fdt, fdt);
	MADE_SET(made, fdt, fdtable_max_fds, FDS);
	MADE_SET(made, fdt, fdtable_fd, w->fds);
}

static void begin(struct world *w)
{
	static const char *const names[] = {"init_net",  "net_namespace_list", "tcp_hashinfo",
					    "udp_table", "raw_v4_hashinfo",    "nl_table",
					    NULL};
	struct made_kernel *made = made_kernel_create();
	uint64_t list = made_alloc(made, 16), tcp, own_tcp, udp, own_udp, raw, tables, unused;

	*w = (struct world){.made = made};
	put_members(made);
	tcp = put_tcp(made, &w->tcp[0], &w->tcp[1]);
	own_tcp = put_tcp(made, &unused, &w->tcp[2]);
	udp = put_udp(made, &w->udp);
	own_udp = put_udp(made, &w->own_udp);
	raw = made_alloc(made, RAW_HEADS + BUCKETS * 8);
	w->raw = raw + RAW_HEADS;
	made_list_init(made, list);
	for (unsigned i = 0; i < 2; i++) {
		w->nets[i] = made_alloc(made, 128);
		made_list_add(made, list, w->nets[i] + made->kernel.layout.net_list.offset);
		MADE_SET(made, w->nets[i], net_inum, 4026531840u + i);
		MADE_SET(made, w->nets[i], net_tcp_hashinfo, i ? own_tcp : tcp);
		MADE_SET(made, w->nets[i], net_udp_table, i ? own_udp : udp);
		w->local[i] = made_alloc_pages(made, 4096);
		MADE_SET(made, w->nets[i], net_unix_buckets, w->local[i]);
	}
	tables = made_alloc(made, 32 * SLOT);
	w->netlink = made_alloc(made, 64);
	MADE_SET(made, w->netlink, bucket_table_size, BUCKETS);
	MADE_SET(made, tables + 3 * SLOT, netlink_table_hash, w->netlink);
	unused = made_alloc(made, 8);
	made_put(made, unused, tables, 8);
	put_process(w);
	made_symbols(made, names, (const uint64_t[]){w->nets[0], list, tcp, udp, raw, unused});
}

/* In front of the chain whose head is at this address (0: in none). */
static uint64_t add(struct world *w, uint64_t head, unsigned family, unsigned type,
		    unsigned protocol, unsigned state, uint16_t port)
{
	struct made_kernel *made = w->made;
	uint64_t sock = made_sock(made, family, type, state), first;
	uint64_t node = sock + (family == AF_NETLINK ? made->kernel.layout.netlink_node.offset
						     : made->kernel.layout.sock_nulls_node.offset);

	MADE_SET(made, sock, sock_protocol, protocol);
	MADE_SET(made, sock, sock_num, port);
	MADE_SET(made, sock, sock_net, w->nets[0]);
	if (!head)
		return sock;
	memcpy(&first, made_at(made, head), 8);
	made_put(made, node, first, 8);
	made_put(made, head, node, 8);
	return sock;
}

/* The process has the sock open. */
static uint64_t open_at(struct world *w, unsigned fd, uint64_t sock)
{
	struct made_kernel *made = w->made;
	uint64_t socket = made_socket(made, sock, 100 + fd), file = made_alloc(made, 128);

	MADE_SET(made, file, file_private_data, socket);
	made_put(made, w->fds + 8ull * fd, file, 8);
	return socket;
}

static struct fb_sockets load(struct world *w, bool with_files)
{
	struct fb_kernel *kernel = &w->made->kernel;
	struct fb_held_files *held = NULL;
	struct fb_sockets sockets = {0};
	struct fb_nets nets = {0};

	FB_OK_FATAL(fb_nets_load(kernel, &w->tasks, &nets));
	if (with_files)
		FB_OK_FATAL(fb_held_files_create(kernel, &w->tasks, &held));
	FB_OK_FATAL(fb_sockets_load(kernel, &nets, held, &sockets));
	fb_held_files_destroy(held);
	fb_nets_deinit(&nets);
	return sockets;
}

static void lists_namespaces(void)
{
	struct fb_nets nets = {0};
	struct world w;
	uint64_t net = 1;

	begin(&w);
	FB_OK_FATAL(fb_nets_load(&w.made->kernel, &w.tasks, &nets));
	CU_ASSERT_EQUAL_FATAL(nets.count, 2);
	CU_ASSERT_EQUAL(nets.nets[0].address, w.nets[0]);
	CU_ASSERT_EQUAL(nets.nets[0].inode, 4026531840u);
	CU_ASSERT_EQUAL(nets.nets[0].pid, 0);
	CU_ASSERT_EQUAL(nets.nets[1].inode, 4026531841u);
	CU_ASSERT_EQUAL(nets.nets[1].pid, 7);
	CU_ASSERT_EQUAL(nets.nets[1].processes, 1);
	CU_ASSERT_PTR_EQUAL(fb_nets_find(&nets, w.nets[1]), &nets.nets[1]);
	CU_ASSERT_PTR_NULL(fb_nets_find(&nets, w.nets[1] + 1));
	fb_nets_deinit(&nets);
	/* Where the list is broken, the process still leads to its namespace. */
	made_put(w.made, w.nets[0] + w.made->kernel.layout.net_list.offset, 0x10, 8);
	FB_OK_FATAL(fb_nets_load(&w.made->kernel, &w.tasks, &nets));
	CU_ASSERT_EQUAL(nets.count, 2);
	CU_ASSERT_EQUAL(fb_warnings_count(w.made->warnings), 1);
	fb_nets_deinit(&nets);
	/* A task that exits is in none. */
	MADE_SET(w.made, w.task.address, task_nsproxy, 0);
	FB_OK(fb_net_of_task(&w.made->kernel, &w.task, &net));
	CU_ASSERT_EQUAL(net, 0);
	made_kernel_destroy(w.made);
}

static void finds_those_of_all_tables(void)
{
	static const char *const netids[] = {"tcp", "tcp",   "tcp",   "tcp",   "udp", "udp",
					     "raw", "p_raw", "u_str", "u_dgr", "nl"};
	struct world w;
	struct fb_sockets sockets;

	begin(&w);
	(void)add(&w, w.local[0] + 511 * 8, AF_UNIX, SOCK_STREAM, 0, ESTABLISHED, 0);
	(void)add(&w, w.local[1], AF_UNIX, SOCK_DGRAM, 0, CLOSE, 0);
	(void)add(&w, w.tcp[1], AF_INET, SOCK_STREAM, IPPROTO_TCP, ESTABLISHED, 9);
	(void)add(&w, w.tcp[1] + 8, AF_INET6, 0, 0, TIME_WAIT, 7);
	(void)add(&w, w.tcp[2] + 24, AF_INET, SOCK_STREAM, IPPROTO_TCP, ESTABLISHED, 8);
	(void)add(&w, w.tcp[0] + SLOT, AF_INET6, SOCK_STREAM, IPPROTO_TCP, LISTEN, 80);
	(void)add(&w, w.udp + 3 * SLOT, AF_INET, SOCK_DGRAM, IPPROTO_UDP, CLOSE, 2);
	(void)add(&w, w.own_udp, AF_INET6, SOCK_DGRAM, IPPROTO_UDP, CLOSE, 1);
	(void)add(&w, w.raw + 24, AF_INET, SOCK_RAW, IPPROTO_ICMP, CLOSE, 1);
	(void)add(&w, w.nets[1] + 56, AF_PACKET, SOCK_RAW, 768, CLOSE, 0);
	(void)add(&w, w.netlink + 16 + 24, AF_NETLINK, SOCK_RAW, 3, CLOSE, 0);
	sockets = load(&w, true);
	CU_ASSERT(sockets.whole);
	CU_ASSERT_EQUAL_FATAL(sockets.count, FB_ARRAY_SIZE(netids));
	for (size_t i = 0; i < sockets.count; i++) {
		CU_ASSERT_STRING_EQUAL(fb_listed_socket_netid(&sockets.sockets[i]), netids[i]);
		CU_ASSERT_EQUAL(sockets.sockets[i].found_in, FB_SOCKET_IN_TABLE);
	}
	CU_ASSERT_EQUAL(sockets.sockets[0].port, 80); /* listens */
	for (unsigned i = 1; i < 4; i++)
		CU_ASSERT_EQUAL(sockets.sockets[i].port, 6 + i);
	CU_ASSERT_EQUAL(sockets.sockets[4].port, 1);
	CU_ASSERT_EQUAL(fb_warnings_count(w.made->warnings), 0);
	fb_sockets_deinit(&sockets);
	made_kernel_destroy(w.made);
}

static void joins_both_ways(void)
{
	struct world w;
	struct fb_sockets sockets;
	uint64_t both, open, socket;

	begin(&w);
	both = add(&w, w.udp, AF_INET, SOCK_DGRAM, IPPROTO_UDP, CLOSE, 53);
	socket = open_at(&w, 3, both);
	open = add(&w, 0, AF_INET, SOCK_STREAM, IPPROTO_TCP, CLOSE, 0);
	(void)open_at(&w, 4, open);
	made_put(w.made, w.fds + 8 * 5, made_alloc(w.made, 128), 8); /* no socket */
	sockets = load(&w, true);
	CU_ASSERT_EQUAL_FATAL(sockets.count, 2);
	CU_ASSERT_EQUAL(sockets.sockets[0].sock, open);
	CU_ASSERT_EQUAL(sockets.sockets[0].found_in, FB_SOCKET_IN_FILES);
	CU_ASSERT_EQUAL(sockets.sockets[1].sock, both);
	CU_ASSERT_EQUAL(sockets.sockets[1].socket, socket);
	CU_ASSERT_EQUAL(sockets.sockets[1].found_in, FB_SOCKET_IN_TABLE | FB_SOCKET_IN_FILES);
	CU_ASSERT_EQUAL(sockets.sockets[1].net, w.nets[0]);
	fb_sockets_deinit(&sockets);
	/* Where the table's page is lost, the files still have it. */
	made_lose(w.made, w.udp);
	sockets = load(&w, true);
	CU_ASSERT_FALSE(sockets.whole);
	CU_ASSERT_EQUAL(sockets.count, 2);
	CU_ASSERT(fb_warnings_count(w.made->warnings) > 0);
	fb_sockets_deinit(&sockets);
	made_kernel_destroy(w.made);
}

/* Each table's own damage costs that table. */
static void broken_tables_cost_themselves(void)
{
	struct world w;
	struct fb_sockets sockets;
	uint64_t table;

	begin(&w);
	(void)add(&w, w.local[0], AF_UNIX, SOCK_STREAM, 0, LISTEN, 0);
	MADE_SET(w.made, w.netlink, bucket_table_nest, 1);
	memcpy(&table, made_at(w.made, w.nets[1] + w.made->kernel.layout.net_udp_table.offset), 8);
	MADE_SET(w.made, table, udp_table_mask, 0xffffffffu);
	MADE_SET(w.made, w.nets[1], net_tcp_hashinfo, 0xffff800000001000ull);
	made_put(w.made, w.raw, 0x1230, 8);
	sockets = load(&w, false);
	CU_ASSERT_FALSE(sockets.whole);
	CU_ASSERT_EQUAL_FATAL(sockets.count, 1);
	CU_ASSERT_EQUAL(sockets.sockets[0].family, AF_UNIX);
	CU_ASSERT_EQUAL(fb_warnings_count(w.made->warnings), 4);
	fb_sockets_deinit(&sockets);
	made_kernel_destroy(w.made);
}

static struct fb_error *ask(void *context)
{
	struct world *w = context;
	struct fb_held_files *held = NULL;
	struct fb_sockets sockets = {0};
	struct fb_nets nets = {0};
	struct fb_error *err = fb_nets_load(&w->made->kernel, &w->tasks, &nets);

	if (!err)
		err = fb_held_files_create(&w->made->kernel, &w->tasks, &held);
	if (!err)
		err = fb_sockets_load(&w->made->kernel, &nets, held, &sockets);
	fb_sockets_deinit(&sockets);
	fb_held_files_destroy(held);
	fb_nets_deinit(&nets);
	return err;
}

static void errors_are_passed_on(void)
{
	struct world w;

	begin(&w);
	(void)add(&w, w.tcp[0], AF_INET, SOCK_STREAM, IPPROTO_TCP, LISTEN, 80);
	(void)open_at(&w, 3, add(&w, w.local[1], AF_UNIX, SOCK_DGRAM, 0, CLOSE, 0));
	CU_ASSERT(failing_made_must_pass(w.made, ask, &w) > 40);
	made_kernel_destroy(w.made);
}

static size_t count_lines(const char *text)
{
	size_t lines = 0;

	for (const char *c = text; c && *c; c++)
		lines += *c == '\n';
	return lines;
}

/* As many IPv4 TCP sockets are in tables as the kernel itself listed. */
static void check_real(const struct real_kernel *real)
{
	char *truth = real_kernel_file(real, NULL, "truth/tcp");
	struct fb_held_files *held = NULL;
	struct fb_sockets sockets = {0};
	struct fb_nets nets = {0};
	size_t count = 0;

	FB_OK_FATAL(fb_nets_load(real->kernel, real->tasks, &nets));
	CU_ASSERT(nets.count >= 1);
	CU_ASSERT(nets.nets[0].processes > 10);
	CU_ASSERT_EQUAL(nets.nets[0].pid, 1);
	FB_OK_FATAL(fb_held_files_create(real->kernel, real->tasks, &held));
	FB_OK_FATAL(fb_sockets_load(real->kernel, &nets, held, &sockets));
	CU_ASSERT(sockets.whole);
	for (size_t i = 0; i < sockets.count; i++) {
		const struct fb_listed_socket *socket = &sockets.sockets[i];

		count += socket->family == AF_INET && socket->protocol == IPPROTO_TCP &&
			 socket->found_in & FB_SOCKET_IN_TABLE;
	}
	CU_ASSERT_EQUAL(count, count_lines(truth) - 1);
	fb_sockets_deinit(&sockets);
	fb_held_files_destroy(held);
	fb_nets_deinit(&nets);
	free(truth);
}

static void agrees_with_real_kernels(void)
{
	real_kernel_each(check_real);
}

FB_TEST_MAIN("kernel/sockets", FB_TEST(lists_namespaces), FB_TEST(finds_those_of_all_tables),
	     FB_TEST(joins_both_ways), FB_TEST(broken_tables_cost_themselves),
	     FB_TEST(errors_are_passed_on), FB_TEST(agrees_with_real_kernels))
