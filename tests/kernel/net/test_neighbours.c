// SPDX-License-Identifier: GPL-2.0-or-later
/* Neighbours and proxies of made tables: of both families, by hash tables of older and newer kernels, whole and
 * damaged. */
#include "kernel/net/neighbours.h"

#include <linux/neighbour.h>
#include <string.h>
#include <sys/socket.h>

#include "base/limits.h"
#include "kernel/net/route_names.h"
#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/net/made_net.h"

#define SHIFT 3u
#define BYTES 256u /* of a struct neighbour */

struct world {
	struct made_kernel *made;
	uint64_t table[2], heads[2], proxies[2]; /* of IPv4, of IPv6 */
	uint64_t net, device;
};

static void put_members(struct made_kernel *made, uint32_t chain)
{
	made_net_members(made);
	MADE_FIELD(made, neigh_table_hash, 8, 8);
	MADE_FIELD(made, neigh_table_key_bytes, 16, 4);
	MADE_FIELD(made, neigh_table_proxies, 24, 8);
	MADE_FIELD(made, neigh_hash_heads, 0, 8);
	MADE_FIELD(made, neigh_hash_shift, 8, 4);
	MADE_FIELD(made, neighbour_chain, chain, 8);
	MADE_FIELD(made, neighbour_device, 24, 8);
	MADE_FIELD(made, neighbour_state, 32, 1);
	MADE_FIELD(made, neighbour_flags, 36, 4);
	MADE_FIELD(made, neighbour_protocol, 40, 1);
	MADE_FIELD(made, neighbour_probes, 44, 4);
	MADE_FIELD(made, neighbour_queue, 48, 4);
	MADE_FIELD(made, neighbour_references, 52, 4);
	MADE_FIELD(made, neighbour_used, 56, 8);
	MADE_FIELD(made, neighbour_confirmed, 64, 8);
	MADE_FIELD(made, neighbour_updated, 72, 8);
	MADE_FIELD(made, neighbour_link, 80, 32);
	MADE_FIELD(made, neighbour_address, 128, 0);
	MADE_FIELD(made, proxy_net, 8, 8);
	MADE_FIELD(made, proxy_device, 16, 8);
	MADE_FIELD(made, proxy_flags, 24, 4);
	MADE_FIELD(made, proxy_address, 32, 0);
}

static void begin(struct world *w, uint32_t chain)
{
	struct made_kernel *made = made_kernel_create();

	w->made = made;
	put_members(made, chain);
	w->net = made_alloc(made, 64);
	w->device = made_net_device(made, w->net, "eth0", 2);
	for (unsigned i = 0; i < 2; i++) {
		uint64_t hash = made_alloc(made, 64);

		w->table[i] = made_alloc(made, 64);
		w->heads[i] = made_alloc(made, 8u << SHIFT);
		w->proxies[i] = made_alloc(made, 16 * 8);
		MADE_SET(made, w->table[i], neigh_table_hash, hash);
		MADE_SET(made, w->table[i], neigh_table_key_bytes, i ? 16 : 4);
		MADE_SET(made, w->table[i], neigh_table_proxies, w->proxies[i]);
		MADE_SET(made, hash, neigh_hash_heads, w->heads[i]);
		MADE_SET(made, hash, neigh_hash_shift, SHIFT);
	}
	made_symbols(made, (const char *const[]){"arp_tbl", "nd_tbl", NULL}, w->table);
}

/* At the head of a chain, the last byte of its address `last`. */
static uint64_t add(struct world *w, unsigned table, unsigned chain, uint8_t last, uint8_t state)
{
	struct made_kernel *made = w->made;
	uint64_t neighbour = made_alloc(made, BYTES), head = w->heads[table] + 8ull * chain, next;
	uint8_t *ip = made_at(made, neighbour + 128);

	memcpy(&next, made_at(made, head), 8);
	made_put(made, neighbour + made->kernel.layout.neighbour_chain.offset, next, 8);
	made_put(made, head, neighbour + made->kernel.layout.neighbour_chain.offset, 8);
	ip[0] = table ? 0xfe : 192;
	ip[table ? 15 : 3] = last;
	MADE_SET(made, neighbour, neighbour_device, w->device);
	MADE_SET(made, neighbour, neighbour_state, state);
	memcpy(made_at(made, neighbour + 80), "\x02\0\0\0\0\x77", 6);
	return neighbour;
}

static struct fb_neighbours load(struct world *w)
{
	struct fb_neighbours found = {0};

	FB_OK_FATAL(fb_neighbours_load(&w->made->kernel, &found));
	return found;
}

static void reads_both_tables(void)
{
	/* The chain is the first member in older kernels, and need not be. */
	for (uint32_t chain = 0; chain < 16; chain += 8) {
		struct world w;
		struct fb_neighbours found;
		uint64_t one;

		begin(&w, chain);
		add(&w, 1, 7, 9, NUD_STALE);
		add(&w, 0, 0, 5, NUD_PERMANENT);
		one = add(&w, 0, 0, 4, NUD_REACHABLE);
		MADE_SET(w.made, one, neighbour_flags, 0x100 | NTF_ROUTER);
		MADE_SET(w.made, one, neighbour_protocol, 4);
		MADE_SET(w.made, one, neighbour_probes, 3);
		MADE_SET(w.made, one, neighbour_queue, 11);
		MADE_SET(w.made, one, neighbour_references, 2);
		MADE_SET(w.made, one, neighbour_used, 1000);
		MADE_SET(w.made, one, neighbour_confirmed, 1001);
		MADE_SET(w.made, one, neighbour_updated, 1002);
		found = load(&w);
		CU_ASSERT_EQUAL_FATAL(found.count, 3);
		CU_ASSERT_EQUAL(found.neighbours[0].address, one);
		CU_ASSERT_EQUAL(found.neighbours[0].family, AF_INET);
		CU_ASSERT_EQUAL(found.neighbours[0].net, w.net);
		CU_ASSERT(!memcmp(found.neighbours[0].ip, "\xc0\0\0\x04", 5));
		CU_ASSERT_EQUAL(found.neighbours[0].interface, 2);
		CU_ASSERT_STRING_EQUAL(found.neighbours[0].name, "eth0");
		CU_ASSERT_EQUAL(found.neighbours[0].state, NUD_REACHABLE);
		CU_ASSERT_EQUAL(found.neighbours[0].flags, NTF_ROUTER);
		CU_ASSERT_EQUAL(found.neighbours[0].protocol, 4);
		CU_ASSERT_EQUAL(found.neighbours[0].probes, 3);
		CU_ASSERT_EQUAL(found.neighbours[0].queued, 11);
		CU_ASSERT_EQUAL(found.neighbours[0].references, 2);
		CU_ASSERT_EQUAL(found.neighbours[0].used, 1000);
		CU_ASSERT_EQUAL(found.neighbours[0].confirmed, 1001);
		CU_ASSERT_EQUAL(found.neighbours[0].updated, 1002);
		CU_ASSERT_EQUAL(found.neighbours[0].link_address_size, 6);
		CU_ASSERT(!memcmp(found.neighbours[0].link_address, "\x02\0\0\0\0\x77", 7));
		CU_ASSERT(found.neighbours[1].ip[3] == 5 && found.neighbours[2].ip[15] == 9);
		CU_ASSERT_EQUAL(found.neighbours[2].family, AF_INET6);
		CU_ASSERT_EQUAL(fb_warnings_count(w.made->warnings), 0);
		fb_neighbours_deinit(&found);
		CU_ASSERT_PTR_NULL(found.neighbours);
		made_kernel_destroy(w.made);
	}
}

/* Before an answer, and after none came, what is in the struct is nobody's address. */
static void a_link_address_is_shown_where_it_is_known(void)
{
	static const struct {
		uint8_t state, bytes;
	} states[] = {{NUD_NONE, 0},      {NUD_INCOMPLETE, 0}, {NUD_FAILED, 0},
		      {NUD_REACHABLE, 6}, {NUD_STALE, 6},      {NUD_DELAY, 6},
		      {NUD_PROBE, 6},     {NUD_NOARP, 6},      {NUD_PERMANENT, 6}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(states); i++) {
		struct world w;
		struct fb_neighbours found;

		begin(&w, 0);
		add(&w, 0, 1, 1, states[i].state);
		found = load(&w);
		CU_ASSERT_EQUAL_FATAL(found.count, 1);
		CU_ASSERT_EQUAL(found.neighbours[0].link_address_size, states[i].bytes);
		CU_ASSERT_PTR_NOT_NULL(fb_neighbour_state_name(states[i].state));
		fb_neighbours_deinit(&found);
		made_kernel_destroy(w.made);
	}
	CU_ASSERT_PTR_NULL(fb_neighbour_state_name(3));
	CU_ASSERT_PTR_NULL(fb_neighbour_flag_name(8));
}

static void reads_proxies(void)
{
	struct world w;
	struct fb_neighbours found;
	uint64_t proxy;

	begin(&w, 0);
	proxy = made_alloc(w.made, 64);
	made_put(w.made, w.proxies[0] + 8 * 15, proxy, 8);
	MADE_SET(w.made, proxy, proxy_net, w.net);
	MADE_SET(w.made, proxy, proxy_device, w.device);
	MADE_SET(w.made, proxy, proxy_flags, NTF_PROXY);
	memcpy(made_at(w.made, proxy + 32), "\xc0\0\x02\x28", 4);
	proxy = made_alloc(w.made, 64);
	made_put(w.made, w.proxies[1], proxy, 8);
	MADE_SET(w.made, proxy, proxy_net, w.net); /* on all interfaces */
	found = load(&w);
	CU_ASSERT_EQUAL_FATAL(found.count, 2);
	CU_ASSERT(found.neighbours[0].proxy && found.neighbours[1].proxy);
	CU_ASSERT_EQUAL(found.neighbours[0].net, w.net);
	CU_ASSERT_EQUAL(found.neighbours[0].flags, NTF_PROXY);
	CU_ASSERT_STRING_EQUAL(found.neighbours[0].name, "eth0");
	CU_ASSERT(!memcmp(found.neighbours[0].ip, "\xc0\0\x02\x28", 4));
	CU_ASSERT_EQUAL(found.neighbours[1].interface, 0);
	CU_ASSERT_EQUAL(found.neighbours[1].net, w.net);
	fb_neighbours_deinit(&found);
	made_kernel_destroy(w.made);
}

static void what_is_damaged_costs_its_part(void)
{
	struct world w;
	struct fb_neighbours found;
	uint64_t looped, hash;

	begin(&w, 0);
	looped = add(&w, 0, 0, 1, NUD_STALE);
	made_put(w.made, looped, looped, 8);
	made_put(w.made, w.heads[0] + 8, 0x1230, 8);
	MADE_SET(w.made, add(&w, 0, 2, 2, NUD_STALE), neighbour_device, 8); /* no interface */
	add(&w, 0, 3, 3, NUD_STALE);
	MADE_SET(w.made, w.device, netdev_link_size, 33);
	found = load(&w);
	CU_ASSERT_EQUAL_FATAL(found.count, 3);
	CU_ASSERT_STRING_EQUAL(found.neighbours[1].name, "");
	CU_ASSERT_EQUAL(found.neighbours[1].ip[3], 2);
	CU_ASSERT_EQUAL(found.neighbours[2].link_address_size, 0);
	CU_ASSERT(fb_warnings_count(w.made->warnings) >= 4);
	fb_neighbours_deinit(&found);
	made_kernel_destroy(w.made);

	/* Wild sizes: of the table, and of the addresses in it. The other family is still there. */
	begin(&w, 0);
	add(&w, 0, 0, 1, NUD_STALE);
	add(&w, 1, 0, 1, NUD_STALE);
	memcpy(&hash, made_at(w.made, w.table[0] + 8), 8);
	MADE_SET(w.made, hash, neigh_hash_shift, FB_MAX_NEIGHBOUR_SHIFT + 1);
	found = load(&w);
	CU_ASSERT_EQUAL(found.count, 1);
	CU_ASSERT_EQUAL(fb_warnings_count(w.made->warnings), 1);
	fb_neighbours_deinit(&found);
	MADE_SET(w.made, w.table[1], neigh_table_key_bytes, 4096);
	found = load(&w);
	CU_ASSERT_EQUAL(found.count, 0);
	made_kernel_destroy(w.made);
}

static void needs_types_and_symbols(void)
{
	struct made_kernel *made = made_kernel_create();
	struct fb_neighbours found = {0};

	FB_FAILS_WITH(fb_neighbours_load(&made->kernel, &found), FB_NOT_FOUND, "neigh_table.nht");
	put_members(made, 0);
	FB_FAILS_WITH(fb_neighbours_load(&made->kernel, &found), FB_NOT_FOUND, "arp_tbl");
	made_kernel_destroy(made);
}

static struct fb_error *ask(void *context)
{
	struct world *w = context;
	struct fb_neighbours found = {0};
	struct fb_error *err = fb_neighbours_load(&w->made->kernel, &found);

	fb_neighbours_deinit(&found);
	return err;
}

static void fatal_errors_pass(void)
{
	struct world w;
	uint64_t proxy;

	begin(&w, 0);
	add(&w, 0, 1, 1, NUD_STALE);
	add(&w, 1, 1, 1, NUD_FAILED);
	proxy = made_alloc(w.made, 64);
	made_put(w.made, w.proxies[0], proxy, 8);
	MADE_SET(w.made, proxy, proxy_device, w.device);
	CU_ASSERT(failing_made_must_pass(w.made, ask, &w) > 30);
	made_kernel_destroy(w.made);
}

FB_TEST_MAIN("kernel/neighbours", FB_TEST(reads_both_tables),
	     FB_TEST(a_link_address_is_shown_where_it_is_known), FB_TEST(reads_proxies),
	     FB_TEST(what_is_damaged_costs_its_part), FB_TEST(needs_types_and_symbols),
	     FB_TEST(fatal_errors_pass))
