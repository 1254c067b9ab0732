// SPDX-License-Identifier: GPL-2.0-or-later
/* The hash tables of TCP, made and real. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/limits.h"
#include "kernel/net/tcp_table.h"
#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/made_files.h"
#include "tests/kernel/made_sockets.h"
#include "tests/kernel/real_kernel.h"

#define BUCKETS 4u
#define LISTEN_SIZE 16u

struct tables {
	struct made_kernel *made;
	uint64_t info, established, listening;
};

static void begin(struct tables *tables, bool array)
{
	struct made_kernel *made = made_kernel_create();

	tables->made = made;
	made_files_members(made);
	made_sockets_members(made);
	MADE_FIELD(made, hashinfo_ehash, 0, 8);
	MADE_FIELD(made, hashinfo_ehash_mask, 8, 4);
	MADE_FIELD(made, hashinfo_lhash2, 16, 8);
	MADE_FIELD(made, hashinfo_lhash2_mask, 24, 4);
	MADE_FIELD(made, listen_bucket_head, 8, 8);
	made->kernel.layout.inet_listen_hashbucket.size = LISTEN_SIZE;
	tables->info = made_alloc(made, 256);
	tables->established = made_alloc(made, BUCKETS * 8);
	tables->listening = made_alloc(made, BUCKETS * LISTEN_SIZE);
	if (array) {
		MADE_FIELD(made, hashinfo_listening_hash, 64, BUCKETS * LISTEN_SIZE);
		tables->listening = tables->info + 64;
	}
	MADE_SET(made, tables->info, hashinfo_ehash, tables->established);
	MADE_SET(made, tables->info, hashinfo_ehash_mask, BUCKETS - 1);
	MADE_SET(made, tables->info, hashinfo_lhash2, tables->listening);
	MADE_SET(made, tables->info, hashinfo_lhash2_mask, BUCKETS - 1);
	for (unsigned i = 0; i < BUCKETS; i++) {
		made_put(made, tables->established + i * 8, i << 1 | 1, 8);
		made_put(made, tables->listening + i * LISTEN_SIZE + 8, i << 1 | 1, 8);
	}
	made_symbols(made, (const char *const[]){"tcp_hashinfo", NULL}, &tables->info);
}

/* In front of the chain whose head is at this address. */
static uint64_t add(struct tables *tables, uint64_t head, unsigned state, uint16_t port)
{
	uint64_t sock = made_sock(tables->made, AF_INET, SOCK_STREAM, state), first;

	MADE_SET(tables->made, sock, sock_num, port);
	memcpy(&first, made_at(tables->made, head), 8);
	made_put(tables->made, sock + 64, first, 8);
	made_put(tables->made, head, sock + 64, 8);
	return sock;
}

struct ports {
	uint16_t ports[16];
	size_t count;
};

static struct fb_error *note(void *context, const struct fb_socket *socket)
{
	struct ports *ports = context;

	if (socket->port[0] == 666)
		return fb_error_create(FB_INVALID, "enough");
	if (ports->count < FB_ARRAY_SIZE(ports->ports))
		ports->ports[ports->count++] = socket->port[0];
	return NULL;
}

static void walks_both_tables(void)
{
	for (unsigned array = 0; array < 2; array++) {
		struct ports ports = {0};
		struct tables t;
		bool whole = false;

		begin(&t, array);
		add(&t, t.established + 16, 1, 3);
		add(&t, t.established + 16, 6, 99); /* time-wait: smaller than a sock */
		add(&t, t.established + 16, 12, 98);
		add(&t, t.established, 1, 2);
		add(&t, t.listening + 2 * LISTEN_SIZE + 8, 10, 1);
		FB_OK(fb_tcp_each(&t.made->kernel, note, &ports, &whole));
		CU_ASSERT(whole);
		CU_ASSERT_EQUAL_FATAL(ports.count, 3);
		CU_ASSERT_EQUAL(ports.ports[0], 1);
		CU_ASSERT_EQUAL(ports.ports[1], 2);
		CU_ASSERT_EQUAL(ports.ports[2], 3);
		CU_ASSERT_EQUAL(fb_warnings_count(t.made->warnings), 0);
		made_kernel_destroy(t.made);
	}
}

static void goes_on_behind_a_broken_chain(void)
{
	struct ports ports = {0};
	struct tables t;
	bool whole = true;

	begin(&t, false);
	made_put(t.made, t.established, 0x1230, 8);
	add(&t, t.established + 8, 1, 7);
	FB_OK(fb_tcp_each(&t.made->kernel, note, &ports, &whole));
	CU_ASSERT_FALSE(whole);
	CU_ASSERT_EQUAL(ports.count, 1);
	CU_ASSERT_EQUAL(fb_warnings_count(t.made->warnings), 1);
	MADE_SET(t.made, t.info, hashinfo_ehash_mask, UINT32_MAX);
	FB_FAILS(fb_tcp_each(&t.made->kernel, note, &ports, &whole), FB_CORRUPT);
	made_kernel_destroy(t.made);
}

/* What is missing is told by name; a table of as many chains as there may be sockets is the largest. */
static void says_what_is_missing(void)
{
	static const size_t members[] = {
		offsetof(struct fb_layout, sock_nulls_node),
		offsetof(struct fb_layout, listen_bucket_head),
		offsetof(struct fb_layout, hashinfo_lhash2),
		offsetof(struct fb_layout, hashinfo_lhash2_mask),
		offsetof(struct fb_layout, hashinfo_ehash),
		offsetof(struct fb_layout, hashinfo_ehash_mask),
	};
	struct ports ports = {0};
	bool whole = true;
	struct tables t;

	begin(&t, false);
	for (size_t i = 0; i < FB_ARRAY_SIZE(members); i++) {
		struct fb_field *field =
			(struct fb_field *)((char *)&t.made->kernel.layout + members[i]);

		field->found = false;
		FB_FAILS_WITH(fb_tcp_each(&t.made->kernel, note, &ports, &whole), FB_NOT_FOUND,
			      field->name);
		field->found = true;
	}
	MADE_SET(t.made, t.info, hashinfo_lhash2_mask, FB_MAX_SOCKETS);
	FB_FAILS_WITH(fb_tcp_each(&t.made->kernel, note, &ports, &whole), FB_CORRUPT,
		      "TCP sockets: hashinfo_lhash2_mask is 0x1000000");
	t.made->kernel.layout.inet_listen_hashbucket.size = 0;
	FB_FAILS_WITH(fb_tcp_each(&t.made->kernel, note, &ports, &whole), FB_NOT_FOUND,
		      "inet_listen_hashbucket");
	made_symbols(t.made, (const char *const[]){NULL}, NULL);
	FB_FAILS_WITH(fb_tcp_each(&t.made->kernel, note, &ports, &whole), FB_NOT_FOUND,
		      "tcp_hashinfo");
	made_kernel_destroy(t.made);
}

static struct fb_error *answer(void *context, struct fb_buf *text, bool *incomplete_ret)
{
	const struct tables *tables = context;
	struct ports ports = {0};
	bool whole = false;
	struct fb_error *err = fb_tcp_each(&tables->made->kernel, note, &ports, &whole);

	*incomplete_ret = !whole;
	return err ? err : fb_buf_append(text, &ports, sizeof(ports));
}

static struct fb_error *ask(void *context)
{
	const struct tables *tables = context;
	struct ports ports = {0};
	bool whole;

	return fb_tcp_each(&tables->made->kernel, note, &ports, &whole);
}

static void each_read_may_fail(void)
{
	struct tables t;

	begin(&t, false);
	add(&t, t.established + 16, 1, 3);
	add(&t, t.established + 16, 6, 99);
	add(&t, t.listening + 8, 10, 1);
	made_put(t.made, t.established, 0, 8); /* a chain may end with no number at all */
	CU_ASSERT(failing_made_must_pass(t.made, ask, &t) > 20);
	absent_made_must_tell(t.made, answer, &t);
	made_kernel_destroy(t.made);
}

static void stops_when_told(void)
{
	struct ports ports = {0};
	struct tables t;
	bool whole = false;

	begin(&t, false);
	add(&t, t.listening + 8, 10, 666);
	add(&t, t.established, 1, 7);
	FB_FAILS_WITH(fb_tcp_each(&t.made->kernel, note, &ports, &whole), FB_INVALID, "enough");
	CU_ASSERT_EQUAL(ports.count, 0);
	CU_ASSERT_EQUAL(fb_warnings_count(t.made->warnings), 0);
	made_kernel_destroy(t.made);
}

struct truth {
	char *text;
	size_t found;
};

/* "0100007F:1F90 00000000:0000 0A": as /proc/net/tcp prints addresses. */
static struct fb_error *find_line(void *context, const struct fb_socket *socket)
{
	struct truth *truth = context;
	uint32_t local, peer;
	char line[64], *at;
	unsigned long inode;

	if (socket->family != AF_INET)
		return NULL;
	memcpy(&local, socket->ip[0], sizeof(local));
	memcpy(&peer, socket->ip[1], sizeof(peer));
	(void)snprintf(line, sizeof(line), ": %08X:%04X %08X:%04X %02X ", local, socket->port[0],
		       peer, socket->port[1], socket->sock_state);
	at = strstr(truth->text, line);
	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	CU_ASSERT_EQUAL(sscanf(at + strlen(line), "%*s %*s %*s %*s %*s %lu", &inode), 1);
	CU_ASSERT_EQUAL(inode, socket->inode);
	truth->found++;
	return NULL;
}

static void check_real(const struct real_kernel *real)
{
	struct truth truth = {.text = real_kernel_file(real, NULL, "truth/tcp")};
	size_t lines = 0;
	bool whole = false;

	CU_ASSERT_PTR_NOT_NULL_FATAL(truth.text);
	for (const char *c = truth.text; *c; c++)
		lines += *c == '\n';
	FB_OK(fb_tcp_each(real->kernel, find_line, &truth, &whole));
	CU_ASSERT(whole);
	CU_ASSERT_EQUAL(truth.found, lines - 1); /* a heading */
	free(truth.text);
}

static void agrees_with_real_kernels(void)
{
	real_kernel_each(check_real);
}

FB_TEST_MAIN("kernel/tcp_table", FB_TEST(walks_both_tables), FB_TEST(goes_on_behind_a_broken_chain),
	     FB_TEST(says_what_is_missing), FB_TEST(each_read_may_fail), FB_TEST(stops_when_told),
	     FB_TEST(agrees_with_real_kernels))
