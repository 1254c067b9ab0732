// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds clients of RPC and reads them. Called by the command nfs. */
#include "kernel/nfs/rpc.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "kernel/nfs/rpc_calls.h"
#include "kernel/nfs/rpc_private.h"

struct fb_error *fb_rpc_reader_create(struct fb_kernel *kernel, const struct fb_rpc_layout *layout,
				      struct fb_modules *modules, const struct fb_jiffies *jiffies,
				      struct fb_rpc *rpc, struct fb_rpc_reader **reader_ret)
{
	struct fb_rpc_reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return fb_error_nomem();
	*reader = (struct fb_rpc_reader){.kernel = kernel,
					 .layout = layout,
					 .modules = modules,
					 .jiffies = jiffies,
					 .rpc = rpc};
	*rpc = (struct fb_rpc){.complete = true};
	*reader_ret = reader;
	return NULL;
}

void fb_rpc_reader_destroy(struct fb_rpc_reader *reader)
{
	if (!reader)
		return;
	fb_u64_map_deinit(&reader->clients);
	fb_u64_map_deinit(&reader->transports);
	fb_u64_map_deinit(&reader->calls);
	free(reader);
}

void fb_rpc_deinit(struct fb_rpc *rpc)
{
	free(rpc->clients);
	free(rpc->transports);
	free(rpc->calls);
	*rpc = (struct fb_rpc){0};
}

const struct fb_rpc_client *fb_rpc_find(const struct fb_rpc *rpc, uint64_t address)
{
	for (size_t i = 0; i < rpc->client_count; i++)
		if (rpc->clients[i].address == address)
			return &rpc->clients[i];
	return NULL;
}

/* Its program, and how it authenticates itself. */
static struct fb_error *read_program(const struct fb_rpc_reader *reader,
				     struct fb_rpc_client *client)
{
	const struct fb_rpc_layout *layout = reader->layout;
	uint64_t program = 0, auth = 0;
	struct fb_error *err =
		fb_kernel_field(reader->kernel, client->address, &layout->client_program, &program);

	if (!err && program)
		err = fb_rpc_string(reader->kernel, program, &layout->program_name, client->program,
				    sizeof(client->program));
	if (!err && program)
		err = fb_rpc_number(reader->kernel, program, &layout->program_number,
				    &client->number);
	if (!err)
		err = fb_rpc_number(reader->kernel, client->address, &layout->client_version,
				    &client->version);
	if (!err)
		err = fb_kernel_field(reader->kernel, client->address, &layout->client_auth, &auth);
	if (!err && auth)
		err = fb_rpc_number(reader->kernel, auth, &layout->auth_flavor, &client->flavor);
	return err;
}

static struct fb_error *read_timeout(const struct fb_rpc_reader *reader,
				     struct fb_rpc_client *client)
{
	const struct fb_rpc_layout *layout = reader->layout;
	uint64_t timeout = 0, first = 0;
	struct fb_error *err =
		fb_kernel_field(reader->kernel, client->address, &layout->client_timeout, &timeout);

	client->timeout_s = NAN;
	if (!err && timeout)
		err = fb_kernel_field(reader->kernel, timeout, &layout->timeout_first, &first);
	if (!err && timeout)
		err = fb_rpc_number(reader->kernel, timeout, &layout->timeout_retries,
				    &client->retries);
	if (!err && timeout)
		client->timeout_s = fb_rpc_seconds(reader->jiffies, first);
	return fb_part_skip(err);
}

static struct fb_error *read_client(struct fb_rpc_reader *reader, struct fb_rpc_client *client)
{
	const struct fb_rpc_layout *layout = reader->layout;
	uint64_t soft = 0, transport = 0;
	struct fb_error *err =
		fb_rpc_number(reader->kernel, client->address, &layout->client_id, &client->id);

	client->transport = SIZE_MAX;
	if (!err)
		err = fb_kernel_field(reader->kernel, client->address, &layout->client_parent,
				      &client->parent);
	if (!err)
		err = read_program(reader, client);
	if (!err)
		err = fb_kernel_field(reader->kernel, client->address, &layout->client_soft, &soft);
	client->soft = soft;
	if (!err)
		err = read_timeout(reader, client);
	if (!err)
		err = fb_kernel_field(reader->kernel, client->address, &layout->client_transport,
				      &transport);
	return err ? err : fb_rpc_transport_index(reader, transport, &client->transport);
}

static struct fb_error *add_one(struct fb_rpc_reader *reader, uint64_t address, uint64_t net,
				uint64_t *parent_ret)
{
	struct fb_rpc *rpc = reader->rpc;
	struct fb_rpc_client client = {.address = address, .net = net};
	bool fresh;
	struct fb_error *err;

	*parent_ret = 0;
	if (!fb_kernel_address_ok(address))
		return fb_error_create(FB_CORRUPT, "rpc_clnt 0x%" PRIx64, address);
	err = fb_u64_set_add(&reader->clients, address, FB_MAX_RPC_CLIENTS, "clients of RPC",
			     &fresh);
	if (err || !fresh)
		return err;
	err = read_client(reader, &client);
	if (!err)
		err = fb_grow_array(&rpc->clients, &reader->client_room, rpc->client_count,
				    sizeof(client), FB_MAX_RPC_CLIENTS, "clients of RPC");
	if (err)
		return err;
	rpc->clients[rpc->client_count++] = client;
	*parent_ret = client.parent;
	return NULL;
}

struct fb_error *fb_rpc_add_client(struct fb_rpc_reader *reader, uint64_t address, uint64_t net)
{
	struct fb_error *err = NULL;

	/* Each parent is read once, so that parents that lead round end. One without a parent is its own. */
	while (address && !err) {
		uint64_t parent = 0;

		err = fb_rpc_lost(reader, add_one(reader, address, net, &parent),
				  "a client of RPC");
		address = parent;
	}
	return err;
}

static struct fb_error *add_listed(void *context, uint64_t entry)
{
	struct fb_rpc_reader *reader = context;

	return fb_rpc_add_client(reader, entry - reader->layout->client_list.offset, reader->net);
}

static struct fb_error *take_address(void *context, const struct fb_symbol *symbol)
{
	uint64_t *address = context;

	*address = symbol->address;
	return NULL;
}

/* The number of the RPC client's part of a struct net, and where net->gen has those parts (net_generic()). */
static struct fb_error *find_part(struct fb_rpc_reader *reader, uint64_t *number_ret)
{
	uint64_t address = 0;
	uint32_t number = 0;
	struct fb_error *err = fb_layout_require(&reader->layout->net_clients);

	if (!err)
		err = fb_layout_require(&reader->layout->client_list);
	if (!err && reader->modules)
		err = fb_modules_each_symbol(reader->modules, "sunrpc_net_id", take_address,
					     &address);
	if (!err && !address)
		err = fb_error_create(FB_NOT_FOUND, "there is no symbol sunrpc_net_id");
	if (!err)
		err = fb_space_u32(fb_kernel_space(reader->kernel), address, &number);
	if (!err && number >= FB_MAX_NET_PARTS)
		err = fb_error_create(FB_CORRUPT, "sunrpc_net_id is %" PRIu32, number);
	if (!err)
		*number_ret = number;
	return err;
}

static struct fb_error *walk_namespace(struct fb_rpc_reader *reader, uint64_t net, uint64_t number)
{
	uint64_t parts = 0, own = 0;
	struct fb_error *err =
		fb_kernel_field(reader->kernel, net, &reader->layout->net_parts, &parts);

	if (!err)
		err = fb_space_u64(fb_kernel_space(reader->kernel),
				   parts + number * sizeof(uint64_t), &own);
	reader->net = net;
	return err || !own
		       ? err
		       : fb_kernel_list(reader->kernel, own + reader->layout->net_clients.offset,
					FB_MAX_RPC_CLIENTS, add_listed, reader);
}

struct fb_error *fb_rpc_add_namespaces(struct fb_rpc_reader *reader, const struct fb_nets *nets)
{
	uint64_t number = 0;
	struct fb_error *err = find_part(reader, &number);

	if (err)
		return fb_rpc_lost(reader, err, "the lists of clients of RPC");
	for (size_t i = 0; i < nets->count && !err; i++)
		err = fb_rpc_lost(reader, walk_namespace(reader, nets->nets[i].address, number),
				  "the clients of RPC of a namespace");
	return err;
}

static int by_id(const void *left, const void *right)
{
	const struct fb_rpc_client *a = left, *b = right;

	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return a->address < b->address ? -1 : a->address > b->address;
}

struct fb_error *fb_rpc_finish(struct fb_rpc_reader *reader)
{
	struct fb_rpc *rpc = reader->rpc;
	struct fb_error *err = NULL;

	if (rpc->client_count)
		qsort(rpc->clients, rpc->client_count, sizeof(*rpc->clients), by_id);
	for (size_t i = 0; i < rpc->client_count && !err; i++)
		err = fb_rpc_lost(reader, fb_rpc_calls_read(reader, i),
				  "the calls of a client of RPC");
	return err;
}
