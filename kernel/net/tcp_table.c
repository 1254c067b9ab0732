// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Walks the hash tables of TCP sockets: that which all namespaces share, and those that namespaces have of their own.
 * Called by socket_tables.c, bundle/waits/files and bundle/check.
 */
#include "kernel/net/tcp_table.h"

#include <inttypes.h>

#include "base/limits.h"
#include "base/part.h"
#include "kernel/net/hash_chains.h"
#include "kernel/net/net_namespaces.h"

struct walk {
	struct fb_kernel *kernel;
	struct fb_error *(*callback)(void *context, uint64_t sock);
	void *context;
	uint64_t left; /* how many sockets may still be met */
	bool whole;
};

static struct fb_error *visit(void *context, uint64_t node)
{
	const struct walk *walk = context;

	return walk->callback(walk->context,
			      node - fb_kernel_layout(walk->kernel)->sock_nulls_node.offset);
}

/* A table of mask + 1 buckets that a pointer in tcp_hashinfo leads to. */
static struct fb_error *find_buckets(struct fb_kernel *kernel, uint64_t hashinfo,
				     const struct fb_field *table, const struct fb_field *mask,
				     struct fb_hash_chains *chains)
{
	uint64_t last;
	struct fb_error *err;

	err = fb_kernel_field(kernel, hashinfo, table, &chains->address);
	if (!err)
		err = fb_kernel_field(kernel, hashinfo, mask, &last);
	if (err)
		return err;
	if (last >= FB_MAX_SOCKETS)
		return fb_error_create(FB_CORRUPT, "%s is 0x%" PRIx64, mask->name, last);
	chains->count = last + 1;
	return NULL;
}

static struct fb_error *find_listening(struct fb_kernel *kernel, uint64_t hashinfo,
				       struct fb_hash_chains *chains)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct fb_error *err = fb_layout_require(&layout->listen_bucket_head);

	if (!err && !layout->inet_listen_hashbucket.size)
		err = fb_error_create(FB_NOT_FOUND, "this kernel's types have no "
						    "inet_listen_hashbucket");
	if (err)
		return err;
	chains->bucket = layout->inet_listen_hashbucket.size;
	chains->head = layout->listen_bucket_head.offset;
	/* An array in the struct until cae3873c5b3a (5.19); lhash2 linked other nodes then. */
	if (layout->hashinfo_listening_hash.found) {
		chains->address = hashinfo + layout->hashinfo_listening_hash.offset;
		chains->count = layout->hashinfo_listening_hash.size / chains->bucket;
		return NULL;
	}
	return find_buckets(kernel, hashinfo, &layout->hashinfo_lhash2,
			    &layout->hashinfo_lhash2_mask, chains);
}

static struct fb_error *walk_shared(struct walk *walk, uint64_t hashinfo)
{
	const struct fb_layout *layout = fb_kernel_layout(walk->kernel);
	struct fb_hash_chains listening = {.what = "TCP sockets"};
	struct fb_hash_chains established = {
		.what = "TCP sockets", .bucket = sizeof(uint64_t), /* a chain's head alone */
	};
	struct fb_error *err = find_listening(walk->kernel, hashinfo, &listening);

	if (!err)
		err = find_buckets(walk->kernel, hashinfo, &layout->hashinfo_ehash,
				   &layout->hashinfo_ehash_mask, &established);
	if (err)
		return fb_error_prefix(err, "TCP sockets");
	err = fb_hash_chains_each(walk->kernel, &listening, &walk->left, visit, walk, &walk->whole);
	return err ? err
		   : fb_hash_chains_each(walk->kernel, &established, &walk->left, visit, walk,
					 &walk->whole);
}

/* A namespace's own table has connections alone: listening sockets are in the shared one. */
static struct fb_error *walk_own(struct walk *walk, uint64_t net, uint64_t shared)
{
	const struct fb_layout *layout = fb_kernel_layout(walk->kernel);
	struct fb_hash_chains chains = {.what = "TCP sockets of a network namespace",
					.bucket = sizeof(uint64_t)};
	uint64_t hashinfo = 0;
	struct fb_error *err =
		fb_kernel_field(walk->kernel, net, &layout->net_tcp_hashinfo, &hashinfo);

	if (!err && (!hashinfo || hashinfo == shared))
		return NULL;
	if (!err)
		err = find_buckets(walk->kernel, hashinfo, &layout->hashinfo_ehash,
				   &layout->hashinfo_ehash_mask, &chains);
	if (!err)
		return fb_hash_chains_each(walk->kernel, &chains, &walk->left, visit, walk,
					   &walk->whole);
	walk->whole = false;
	return fb_part_warn(fb_kernel_warnings(walk->kernel), err, "%s", chains.what);
}

static struct fb_error *walk_all_own(struct walk *walk, uint64_t shared)
{
	struct fb_nets nets = {0};
	struct fb_error *err;

	if (!fb_kernel_layout(walk->kernel)->net_tcp_hashinfo.found)
		return NULL;
	err = fb_nets_load(walk->kernel, NULL, &nets);
	for (size_t i = 0; i < nets.count && !err; i++)
		err = walk_own(walk, nets.nets[i].address, shared);
	fb_nets_deinit(&nets);
	return err;
}

struct fb_error *fb_tcp_each_sock(struct fb_kernel *kernel,
				  struct fb_error *(*callback)(void *context, uint64_t sock),
				  void *context, bool *whole_ret)
{
	struct walk walk = {kernel, callback, context, FB_MAX_SOCKETS, true};
	uint64_t hashinfo;
	struct fb_error *err = fb_kernel_symbol(kernel, "tcp_hashinfo", &hashinfo);

	if (!err)
		err = fb_layout_require(&fb_kernel_layout(kernel)->sock_nulls_node);
	if (err)
		return fb_error_prefix(err, "TCP sockets");
	err = walk_shared(&walk, hashinfo);
	if (!err)
		err = walk_all_own(&walk, hashinfo);
	if (!err)
		*whole_ret = walk.whole;
	return err;
}

struct reading {
	struct fb_kernel *kernel;
	struct fb_error *(*callback)(void *context, const struct fb_socket *socket);
	void *context;
	bool whole;
};

static struct fb_error *read_sock(void *context, uint64_t sock)
{
	struct reading *reading = context;
	struct fb_socket socket;
	struct fb_error *err = fb_sock_read(reading->kernel, sock, &socket);

	if (err) {
		reading->whole = false;
		return fb_part_warn(fb_kernel_warnings(reading->kernel), err, "TCP sockets");
	}
	if (socket.sock_state == FB_TCP_TIME_WAIT || socket.sock_state == FB_TCP_NEW_SYN_RECV)
		return NULL;
	return reading->callback(reading->context, &socket);
}

struct fb_error *fb_tcp_each(struct fb_kernel *kernel,
			     struct fb_error *(*callback)(void *context,
							  const struct fb_socket *socket),
			     void *context, bool *whole_ret)
{
	struct reading reading = {kernel, callback, context, true};
	bool whole = true;
	struct fb_error *err = fb_tcp_each_sock(kernel, read_sock, &reading, &whole);

	if (!err)
		*whole_ret = whole && reading.whole;
	return err;
}
