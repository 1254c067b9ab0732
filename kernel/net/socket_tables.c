// SPDX-License-Identifier: GPL-2.0-or-later
/* Walks the tables of all kinds of sockets. Called by sockets.c. */
#include "kernel/net/socket_tables.h"

#include <inttypes.h>

#include "base/limits.h"
#include "base/part.h"
#include "kernel/net/hash_chains.h"
#include "kernel/net/tcp_table.h"

/* UNIX_HASH_SIZE (include/net/af_unix.h): half of it for names, half for sockets without one. The global table before
 * 6.0 had the same number. */
#define UNIX_BUCKETS 512u
/* MAX_LINKS (include/uapi/linux/netlink.h): families of netlink. */
#define NETLINK_FAMILIES 32u
/* Tables of one rhashtable at a time: it grows from one into the next. */
#define MOST_GROWING 8u

struct walk {
	struct fb_kernel *kernel;
	const struct fb_layout *layout;
	const struct fb_nets *nets;
	struct fb_error *(*callback)(void *context, uint64_t sock);
	void *context;
	uint32_t node; /* bytes from the start of a sock to the node that links it */
	uint64_t left;
	bool whole;
};

static struct fb_error *visit(void *context, uint64_t node)
{
	const struct walk *walk = context;

	return walk->callback(walk->context, node - walk->node);
}

static struct fb_error *walk_chains(struct walk *walk, const struct fb_hash_chains *chains,
				    const struct fb_field *node)
{
	walk->node = node->offset;
	return fb_hash_chains_each(walk->kernel, chains, &walk->left, visit, walk, &walk->whole);
}

/* Takes over err, which cost a table. */
static struct fb_error *lost(struct walk *walk, struct fb_error *err, const char *what)
{
	if (err && !fb_error_is_fatal(err))
		walk->whole = false;
	return fb_part_warn(fb_kernel_warnings(walk->kernel), err, "%s", what);
}

/* A struct udp_table at an address. */
static struct fb_error *walk_udp(struct walk *walk, uint64_t table, const char *what)
{
	const struct fb_layout *layout = walk->layout;
	struct fb_hash_chains chains = {.what = what,
					.bucket = layout->udp_hslot.size,
					.head = layout->udp_hslot_head.offset};
	uint64_t mask = 0;
	struct fb_error *err = fb_layout_require(&layout->udp_hslot_head);

	if (!err)
		err = fb_kernel_field(walk->kernel, table, &layout->udp_table_hash,
				      &chains.address);
	if (!err)
		err = fb_kernel_field(walk->kernel, table, &layout->udp_table_mask, &mask);
	if (!err && (mask >= FB_MAX_SOCKETS || chains.bucket < sizeof(uint64_t)))
		err = fb_error_create(FB_CORRUPT, "%s is 0x%" PRIx64, layout->udp_table_mask.name,
				      mask);
	if (err)
		return lost(walk, err, what);
	chains.count = mask + 1;
	return walk_chains(walk, &chains, &layout->sock_nulls_node);
}

static struct fb_error *walk_all_udp(struct walk *walk)
{
	uint64_t shared = 0, table;
	struct fb_error *err = NULL;

	if (fb_kernel_find_symbol(walk->kernel, "udp_table", &shared))
		err = walk_udp(walk, shared, "UDP sockets");
	if (!err && fb_kernel_find_symbol(walk->kernel, "udplite_table", &table))
		err = walk_udp(walk, table, "UDP-Lite sockets");
	for (size_t i = 0; walk->layout->net_udp_table.found && i < walk->nets->count && !err;
	     i++) {
		err = fb_kernel_field(walk->kernel, walk->nets->nets[i].address,
				      &walk->layout->net_udp_table, &table);
		if (err)
			err = lost(walk, err, "UDP sockets");
		else if (table && table != shared)
			err = walk_udp(walk, table, "UDP sockets of a network namespace");
	}
	return err;
}

/* A table that is an array of heads in a struct of the kernel's image. */
static struct fb_error *walk_array(struct walk *walk, const char *symbol,
				   const struct fb_field *array, const char *what)
{
	struct fb_hash_chains chains = {.what = what, .bucket = sizeof(uint64_t)};

	if (!array->found || !fb_kernel_find_symbol(walk->kernel, symbol, &chains.address))
		return NULL;
	chains.address += array->offset;
	chains.count = array->size / sizeof(uint64_t);
	return walk_chains(walk, &chains, &walk->layout->sock_nulls_node);
}

static struct fb_error *walk_unix(struct walk *walk)
{
	struct fb_hash_chains chains = {
		.what = "unix sockets", .count = UNIX_BUCKETS, .bucket = sizeof(uint64_t)};
	struct fb_error *err = NULL;

	if (!walk->layout->net_unix_buckets.found) {
		if (!fb_kernel_find_symbol(walk->kernel, "unix_socket_table", &chains.address))
			return NULL;
		return walk_chains(walk, &chains, &walk->layout->sock_nulls_node);
	}
	for (size_t i = 0; i < walk->nets->count && !err; i++) {
		err = fb_kernel_field(walk->kernel, walk->nets->nets[i].address,
				      &walk->layout->net_unix_buckets, &chains.address);
		if (err)
			err = lost(walk, err, chains.what);
		else if (chains.address) /* 0: the namespace is being made */
			err = walk_chains(walk, &chains, &walk->layout->sock_nulls_node);
	}
	return err;
}

static struct fb_error *walk_packet(struct walk *walk)
{
	struct fb_hash_chains chains = {
		.what = "packet sockets", .count = 1, .bucket = sizeof(uint64_t)};
	struct fb_error *err = NULL;

	for (size_t i = 0; walk->layout->net_packet_list.found && i < walk->nets->count && !err;
	     i++) {
		chains.address = walk->nets->nets[i].address + walk->layout->net_packet_list.offset;
		err = walk_chains(walk, &chains, &walk->layout->sock_nulls_node);
	}
	return err;
}

/* One table of an rhashtable. A nested one, which a kernel makes where it gets no memory for a flat one, is not
 * read. */
static struct fb_error *walk_bucket_table(struct walk *walk, uint64_t table, uint64_t *next_ret)
{
	const struct fb_layout *layout = walk->layout;
	struct fb_hash_chains chains = {
		.what = "netlink sockets",
		.address = table + layout->bucket_table_buckets.offset,
		.bucket = sizeof(uint64_t),
	};
	uint64_t nest = 0;
	struct fb_error *err = fb_layout_require(&layout->bucket_table_buckets);

	if (!err)
		err = fb_layout_require(&layout->netlink_node);
	if (!err)
		err = fb_kernel_field(walk->kernel, table, &layout->bucket_table_next, next_ret);
	if (!err)
		err = fb_kernel_field(walk->kernel, table, &layout->bucket_table_size,
				      &chains.count);
	if (!err)
		err = fb_kernel_field(walk->kernel, table, &layout->bucket_table_nest, &nest);
	if (!err && chains.count > FB_MAX_SOCKETS)
		err = fb_error_create(FB_CORRUPT, "a table of %" PRIu64 " buckets", chains.count);
	if (!err && nest)
		err = fb_error_create(FB_UNSUPPORTED, "a nested table");
	return err ? err : walk_chains(walk, &chains, &layout->netlink_node);
}

static struct fb_error *walk_netlink(struct walk *walk)
{
	const struct fb_layout *layout = walk->layout;
	uint64_t families = 0;
	struct fb_error *err;

	if (!layout->netlink_table_hash.found || !layout->netlink_table.size)
		return NULL;
	err = lost(walk, fb_kernel_variable_u64(walk->kernel, "nl_table", &families),
		   "netlink sockets");
	for (uint64_t i = 0; i < NETLINK_FAMILIES && families && !err; i++) {
		uint64_t table = 0;

		err = fb_kernel_field(walk->kernel, families + i * layout->netlink_table.size,
				      &layout->netlink_table_hash, &table);
		for (unsigned growing = 0; table && !err && growing < MOST_GROWING; growing++)
			err = walk_bucket_table(walk, table, &table);
		err = lost(walk, err, "netlink sockets");
	}
	return err;
}

struct fb_error *fb_socket_tables_each(struct fb_kernel *kernel, const struct fb_nets *nets,
				       struct fb_error *(*callback)(void *context, uint64_t sock),
				       void *context, bool *whole_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct walk walk = {kernel, layout, nets, callback, context, 0, FB_MAX_SOCKETS, true};
	bool tcp_whole = false;
	struct fb_error *err = fb_layout_require(&layout->sock_nulls_node);

	if (err)
		return err;
	err = lost(&walk, fb_tcp_each_sock(kernel, callback, context, &tcp_whole), "sockets");
	if (!err)
		err = walk_all_udp(&walk);
	if (!err)
		err = walk_array(&walk, "raw_v4_hashinfo", &layout->raw_hashinfo_table,
				 "raw sockets");
	if (!err)
		err = walk_array(&walk, "raw_v6_hashinfo", &layout->raw_hashinfo_table,
				 "raw IPv6 sockets");
	if (!err)
		err = walk_array(&walk, "ping_table", &layout->ping_table_hash, "ping sockets");
	if (!err)
		err = walk_unix(&walk);
	if (!err)
		err = walk_packet(&walk);
	if (!err)
		err = walk_netlink(&walk);
	if (!err)
		*whole_ret = walk.whole && tcp_whole;
	return err;
}
