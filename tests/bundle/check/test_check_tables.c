// SPDX-License-Identifier: GPL-2.0-or-later
/* PIDs, threads and files near their limits, as the kernels before and since 6.14 have them. */
#include "tests/bundle/check/checked.h"
#include "tests/harness.h"

struct host {
	struct checked checked;
	uint64_t pids, threads, stat, files;
};

/* 95 threads and one that is lost, and 94 open files; each limit has the value given. */
static void begin(struct host *host, uint64_t pids, uint64_t threads, uint64_t files)
{
	struct made_kernel *made;
	struct made_waits *waits = &host->checked.made;
	uint64_t part;

	checked_begin(&host->checked);
	made = waits->made;
	for (int32_t tid = 1; tid <= 57; tid++)
		made_waits_task(waits, tid, tid, "a");
	waits->list[0].idle = true;
	waits->tasks.lost_count = 39;
	host->pids = made_alloc(made, 8);
	host->threads = made_alloc(made, 8);
	host->stat = made_alloc(made, 64);
	host->files = made_alloc(made, 64);
	made_put(made, host->pids, pids, 4);
	made_put(made, host->threads, threads, 4);
	MADE_FIELD(made, files_stat_max, 16, 8);
	MADE_SET(made, host->stat, files_stat_max, files);
	MADE_FIELD(made, percpu_counter_count, 8, 8);
	MADE_FIELD(made, percpu_counter_counters, 16, 8);
	MADE_SET(made, host->files, percpu_counter_count, 90);
	part = made_alloc(made, 128);
	MADE_SET(made, host->files, percpu_counter_counters, part);
	made->kernel.percpu_offsets[0] = 64;
	made_put(made, part + 64, 4, 4); /* CPU 0's own */
	made_waits_symbol(waits, "max_threads", host->threads);
	made_waits_symbol(waits, "files_stat", host->stat);
	made_waits_symbol(waits, "nr_files", host->files);
	made_waits_symbol(waits, "pid_max", host->pids);
}

static void expect(struct host *host, const char *expected)
{
	FB_OK(fb_check_limits(&host->checked.check));
	checked_expect(&host->checked, expected);
	checked_end(&host->checked);
}

static void below_95_percent_nothing_is_said(void)
{
	struct host host;

	begin(&host, 200, 200, 200);
	expect(&host, "");
	begin(&host, 0, 0, 0); /* no limit at all is damage, or another meaning */
	expect(&host, "");
}

static void each_has_its_limit(void)
{
	struct host host;

	begin(&host, 100, 200, 200);
	expect(&host, "serious pids-exhausted ps: 95 PIDs are in use of at most 100\n"
		      "\tkernel.pid_max is 100\n");
	begin(&host, 200, 100, 200);
	expect(&host, "serious threads-exhausted ps: 95 threads exist of at most 100\n"
		      "\tkernel.threads-max is 100\n");
	begin(&host, 200, 200, 94);
	expect(&host, "serious files-exhausted files: 94 files are open of at most 94\n"
		      "\tfs.file-max is 94\n");
	begin(&host, 200, 200, 100);
	expect(&host, "");
}

static void the_limit_of_pids_is_the_namespaces_since_6_14(void)
{
	struct host host;
	uint64_t namespace;

	begin(&host, 1000, 200, 200);
	namespace = made_alloc(host.checked.made.made, 64);
	MADE_FIELD(host.checked.made.made, pidns_pid_max, 24, 4);
	MADE_SET(host.checked.made.made, namespace, pidns_pid_max, 100);
	made_waits_symbol(&host.checked.made, "init_pid_ns", namespace);
	expect(&host, "serious pids-exhausted ps: 95 PIDs are in use of at most 100\n"
		      "\tkernel.pid_max is 100\n");
}

static void listen_queue(uint8_t state, uint64_t queued, uint64_t limit, const char *expected)
{
	struct fb_socket socket = {.sock_state = state, .type = 1, .local = "127.0.0.1:80"};
	struct checked c;

	checked_begin(&c);
	MADE_FIELD(c.made.made, sock_ack_backlog, 8, 4);
	MADE_FIELD(c.made.made, sock_max_ack_backlog, 12, 4);
	socket.address = made_alloc(c.made.made, 64);
	MADE_SET(c.made.made, socket.address, sock_ack_backlog, queued);
	MADE_SET(c.made.made, socket.address, sock_max_ack_backlog, limit);
	FB_OK(fb_check_listener(&c.check, &socket));
	checked_expect(&c, expected);
	checked_end(&c);
}

#define TCP_ESTABLISHED 1
#define TCP_LISTEN 10

static void a_queue_of_connections_is_full(void)
{
	listen_queue(TCP_LISTEN, 128, 128, "");
	listen_queue(
		TCP_LISTEN, 129, 128,
		"serious accept-queue-full net: the queue of connections to 127.0.0.1:80 is full\n"
		"\t129 connections wait for accept(), of at most 129: more are dropped\n");
	listen_queue(TCP_ESTABLISHED, 129, 128, "");
}

FB_TEST_MAIN("bundle/check_tables", FB_TEST(below_95_percent_nothing_is_said),
	     FB_TEST(each_has_its_limit), FB_TEST(the_limit_of_pids_is_the_namespaces_since_6_14),
	     FB_TEST(a_queue_of_connections_is_full))
