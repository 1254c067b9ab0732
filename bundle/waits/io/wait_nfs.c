// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recognises threads that wait for an NFS server. A call is a struct rpc_task, and the thread sleeps for a word in it.
 * The call goes over a transport (struct rpc_xprt), which has the name of the server. The super blocks of NFS whose
 * client has the same transport are those mounted from that server. Called through the table in
 * bundle/waits/recognisers.c.
 */
#include "bundle/waits/io/wait_nfs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/part.h"
#include "bundle/waits/files/wait_superblock.h"
#include "bundle/waits/finder/wait_memory.h"
#include "bundle/waits/finder/wait_types.h"
#include "bundle/waits/io/recognise.h"
#include "bundle/waits/io/wait_io.h"

#define XPRT_CONNECTED 2u /* bit 1 of rpc_xprt.state (include/linux/sunrpc/xprt.h) */
/* Mounts that are named; more are as good as these. */
#define NAMED 4u

static struct fb_error *transport_of_mount(struct fb_wait_finder *finder, uint64_t superblock,
					   uint64_t *transport_ret)
{
	uint64_t server, client;
	struct fb_error *err =
		fb_wait_value(finder, superblock, "super_block", "s_fs_info", &server);

	if (!err)
		err = fb_wait_value(finder, server, "nfs_server", "client", &client);
	return err ? err : fb_wait_value(finder, client, "rpc_clnt", "cl_xprt", transport_ret);
}

/* "/nfs, /home", what is mounted from the server; "" where nothing is seen to be. */
static struct fb_error *list_mounts(struct fb_wait_finder *finder, uint64_t transport, char *to,
				    size_t size)
{
	size_t used = 0, named = 0;
	struct fb_error *err = NULL;

	to[0] = '\0';
	for (size_t i = 0; named < NAMED; i++) {
		uint64_t superblock, own = 0;
		char name[FB_WAIT_PATH + 64];
		bool is = false;

		err = fb_wait_superblock_get(finder, i, &superblock);
		if (!err)
			err = fb_wait_superblock_is_type(finder, superblock, "nfs", &is);
		if (!err && is)
			err = fb_part_skip(transport_of_mount(finder, superblock, &own));
		if (err)
			break;
		if (!is || own != transport)
			continue;
		err = fb_wait_superblock_name(finder, superblock, 0, name);
		if (err)
			break;
		name[strcspn(name, " ")] = '\0';
		used += (size_t)snprintf(to + used, size - used, "%s%s", named++ ? ", " : "", name);
		if (used >= size)
			break;
	}
	return fb_part_skip(err);
}

static struct fb_error *object_of_transport(struct fb_wait_finder *finder, uint64_t transport,
					    size_t *object_ret)
{
	struct fb_wait_object *object;
	char server[256] = "?", mounts[256];
	uint64_t state = 0;
	bool fresh;
	struct fb_error *err;

	err = fb_wait_graph_object(&finder->graph, "nfs server", transport, 0, object_ret, &fresh);
	if (err || !fresh)
		return err;
	err = fb_part_skip(fb_wait_value_text(finder, transport, "rpc_xprt", "servername", server,
					      sizeof(server)));
	if (!err)
		err = list_mounts(finder, transport, mounts, sizeof(mounts));
	if (err)
		return err;
	object = &finder->graph.objects[*object_ret];
	object->others = true;
	err = *mounts ? fb_wait_text(&object->name, "NFS server %s of %s", server, mounts)
		      : fb_wait_text(&object->name, "RPC server %s", server);
	if (!err)
		err = fb_part_skip(fb_wait_value(finder, transport, "rpc_xprt", "state", &state));
	if (!err)
		err = fb_wait_text(&object->detail, "its transport is %s",
				   state & XPRT_CONNECTED ? "connected" : "not connected");
	return err ? err
		   : fb_wait_text(&object->need, "the server has to answer: it is not among what "
						 "this dump tells of");
}

struct fb_error *fb_wait_nfs_object(struct fb_wait_finder *finder, uint64_t superblock,
				    size_t *object_ret)
{
	uint64_t transport;
	bool is;
	struct fb_error *err = fb_wait_superblock_is_type(finder, superblock, "nfs", &is);

	if (!err && !is)
		err = fb_error_create(FB_NOT_FOUND, "it is not on NFS");
	if (!err)
		err = transport_of_mount(finder, superblock, &transport);
	return err ? err : object_of_transport(finder, transport, object_ret);
}

/* The transport of a call: its own, or where it has none yet its client's. */
static struct fb_error *transport_of_call(struct fb_wait_finder *finder, uint64_t call,
					  uint64_t *transport_ret)
{
	uint64_t client;
	struct fb_error *err = fb_wait_value(finder, call, "rpc_task", "tk_xprt", transport_ret);

	if (err || *transport_ret)
		return err;
	err = fb_wait_value(finder, call, "rpc_task", "tk_client", &client);
	return err ? err : fb_wait_value(finder, client, "rpc_clnt", "cl_xprt", transport_ret);
}

struct fb_error *fb_wait_rpc(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, "nfs");
	uint64_t word, bit, call, transport, since = 0;
	uint32_t offset;
	struct fb_error *err = fb_wait_member(finder, "rpc_task", "tk_runstate", &offset);

	if (!err)
		err = fb_wait_bit_find(finder, blocked, &word, &bit);
	if (err)
		return err;
	call = word - offset;
	err = transport_of_call(finder, call, &transport);
	if (!err)
		err = object_of_transport(finder, transport, &wait.object);
	if (!err)
		err = fb_part_skip(fb_wait_value(finder, call, "rpc_task", "tk_start", &since));
	if (err)
		return err;
	/* It wakes now and then to send the call again: the call is older than its last run. */
	if (since && since < finder->now && (double)(finder->now - since) / 1e9 > wait.seconds)
		wait.seconds = (double)(finder->now - since) / 1e9;
	wait.evidence = "the RPC task whose word it sleeps on";
	return fb_wait_graph_add(&finder->graph, &wait);
}
