// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's hash tables of TCP sockets (include/net/inet_hashtables.h). Their chains end with
 * an odd number in place of a pointer (linux/list_nulls.h). Called by waits to find the peer of a
 * connection.
 */
#include "base/limits.h"

#include "kernel/files/socket.h"
#include <inttypes.h>

/* Full sockets only: these two states are of smaller structs. */
#define TCP_TIME_WAIT 6u
#define TCP_NEW_SYN_RECV 12u

struct walk {
	struct fb_kernel *kernel;
	struct fb_error *(*callback)(void *context, const struct fb_socket *socket);
	void *context;
	uint32_t left; /* how many sockets may still be read */
	bool broken;   /* a chain was left before its end */
};

/* One table of buckets; head_offset is that of the chain in a bucket. */
struct buckets {
	uint64_t address;
	uint64_t count;
	uint32_t size;
	uint32_t head_offset;
};

/* callback_failed tells the callback's errors, which end the walk, from damage, which does not. */
static struct fb_error *visit(struct walk *walk, uint64_t sock, bool *callback_failed)
{
	const struct fb_layout *layout = fb_kernel_layout(walk->kernel);
	struct fb_socket socket;
	uint64_t state;
	struct fb_error *err;

	err = fb_kernel_field(walk->kernel, sock, &layout->sock_state, &state);
	if (err || state == TCP_TIME_WAIT || state == TCP_NEW_SYN_RECV)
		return err;
	err = fb_sock_read(walk->kernel, sock, &socket);
	if (err)
		return err;
	err = walk->callback(walk->context, &socket);
	*callback_failed = err != NULL;
	return err;
}

static struct fb_error *walk_chain(struct walk *walk, uint64_t node, bool *callback_failed)
{
	const struct fb_layout *layout = fb_kernel_layout(walk->kernel);
	struct fb_error *err = NULL;

	while (!err && node && !(node & 1)) {
		if (!fb_kernel_address_ok(node) || !walk->left--)
			return fb_error_create(FB_CORRUPT, "a chain of sockets has no end");
		err = visit(walk, node - layout->sock_nulls_node.offset, callback_failed);
		if (!err)
			err = fb_space_u64(fb_kernel_space(walk->kernel), node, &node);
	}
	return err;
}

static struct fb_error *walk_buckets(struct walk *walk, const struct buckets *buckets)
{
	struct fb_error *err = NULL;

	for (uint64_t i = 0; i < buckets->count && !err; i++) {
		uint64_t node = 0;
		bool callback_failed = false;

		err = fb_space_u64(fb_kernel_space(walk->kernel),
				   buckets->address + i * buckets->size + buckets->head_offset,
				   &node);
		if (!err)
			err = walk_chain(walk, node, &callback_failed);
		if (!err || callback_failed || fb_error_is_fatal(err))
			continue;
		walk->broken = true;
		fb_warn_error(fb_kernel_warnings(walk->kernel), err, "TCP sockets");
		err = NULL;
	}
	return err;
}

/* A table of mask + 1 buckets that a pointer in tcp_hashinfo leads to. */
static struct fb_error *find_buckets(struct fb_kernel *kernel, uint64_t hashinfo,
				     const struct fb_field *table, const struct fb_field *mask,
				     struct buckets *buckets)
{
	uint64_t last;
	struct fb_error *err;

	err = fb_kernel_field(kernel, hashinfo, table, &buckets->address);
	if (!err)
		err = fb_kernel_field(kernel, hashinfo, mask, &last);
	if (err)
		return err;
	if (last >= FB_MAX_SOCKETS)
		return fb_error_create(FB_CORRUPT, "%s is 0x%" PRIx64, mask->name, last);
	buckets->count = last + 1;
	return NULL;
}

static struct fb_error *find_listening(struct fb_kernel *kernel, uint64_t hashinfo,
				       struct buckets *buckets)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct fb_error *err = fb_layout_require(&layout->listen_bucket_head);

	if (!err && !layout->inet_listen_hashbucket.size)
		err = fb_error_create(FB_NOT_FOUND, "this kernel's types have no "
						    "inet_listen_hashbucket");
	if (err)
		return err;
	buckets->size = layout->inet_listen_hashbucket.size;
	buckets->head_offset = layout->listen_bucket_head.offset;
	/* An array in the struct until cae3873c5b3a (5.19); lhash2 linked other nodes then. */
	if (layout->hashinfo_listening_hash.found) {
		buckets->address = hashinfo + layout->hashinfo_listening_hash.offset;
		buckets->count = layout->hashinfo_listening_hash.size / buckets->size;
		return NULL;
	}
	return find_buckets(kernel, hashinfo, &layout->hashinfo_lhash2,
			    &layout->hashinfo_lhash2_mask, buckets);
}

struct fb_error *fb_tcp_each(struct fb_kernel *kernel,
			     struct fb_error *(*callback)(void *context,
							  const struct fb_socket *socket),
			     void *context, bool *whole_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct walk walk = {
		.kernel = kernel,
		.callback = callback,
		.context = context,
		.left = FB_MAX_SOCKETS,
	};
	struct buckets listening = {0};
	struct buckets established = {.size = sizeof(uint64_t)}; /* a chain's head alone */
	uint64_t hashinfo;
	struct fb_error *err;

	err = fb_kernel_symbol(kernel, "tcp_hashinfo", &hashinfo);
	if (!err)
		err = fb_layout_require(&layout->sock_nulls_node);
	if (!err)
		err = find_listening(kernel, hashinfo, &listening);
	if (!err)
		err = find_buckets(kernel, hashinfo, &layout->hashinfo_ehash,
				   &layout->hashinfo_ehash_mask, &established);
	if (err)
		return fb_error_prefix(err, "TCP sockets");
	err = walk_buckets(&walk, &listening);
	if (!err)
		err = walk_buckets(&walk, &established);
	if (!err)
		*whole_ret = !walk.broken;
	return err;
}
