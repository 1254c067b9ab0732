// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads transports, and what they have in common with clients and calls. Called for clients and their calls. */
#include <inttypes.h>
#include <math.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "kernel/nfs/rpc_private.h"

/* enum rpc_display_format_t (include/linux/sunrpc/xprt.h): which string of rpc_xprt.address_strings is what. */
enum {
	DISPLAY_ADDRESS,
	DISPLAY_PORT,
	DISPLAY_PROTOCOL,
	DISPLAY_HEX_ADDRESS,
	DISPLAY_HEX_PORT,
	DISPLAY_NETID
};

struct fb_error *fb_rpc_lost(struct fb_rpc_reader *reader, struct fb_error *err, const char *what)
{
	if (err)
		reader->rpc->complete = false;
	return fb_part_warn(fb_kernel_warnings(reader->kernel), err, "%s", what);
}

struct fb_error *fb_rpc_string(struct fb_kernel *kernel, uint64_t base,
			       const struct fb_field *field, char *to, size_t size)
{
	uint64_t address = 0;
	struct fb_error *err = fb_kernel_field(kernel, base, field, &address);

	to[0] = '\0';
	if (!err && address)
		err = fb_space_string_whole(fb_kernel_space(kernel), address, to, size);
	return fb_part_skip(err);
}

struct fb_error *fb_rpc_number(struct fb_kernel *kernel, uint64_t base,
			       const struct fb_field *field, uint32_t *value_ret)
{
	uint64_t value = 0;
	struct fb_error *err = field->found ? fb_kernel_field(kernel, base, field, &value) : NULL;

	if (!err)
		*value_ret = (uint32_t)value;
	return err;
}

double fb_rpc_seconds(const struct fb_jiffies *jiffies, uint64_t ticks)
{
	return jiffies->tick_s > 0 ? (double)ticks * jiffies->tick_s : NAN;
}

/* The strings of its address are an array of pointers. */
static struct fb_error *read_address(const struct fb_rpc_reader *reader,
				     struct fb_rpc_transport *transport)
{
	const struct {
		unsigned index;
		char *to;
		size_t size;
	} texts[] = {
		{DISPLAY_ADDRESS, transport->peer, sizeof(transport->peer)},
		{DISPLAY_PORT, transport->port, sizeof(transport->port)},
		{DISPLAY_NETID, transport->protocol, sizeof(transport->protocol)},
	};
	struct fb_field field = reader->layout->transport_addresses;
	uint32_t first = field.offset;
	struct fb_error *err = NULL;

	field.size = sizeof(uint64_t);
	for (size_t i = 0; i < FB_ARRAY_SIZE(texts) && !err; i++) {
		field.offset = first + texts[i].index * (uint32_t)sizeof(uint64_t);
		err = fb_rpc_string(reader->kernel, transport->address, &field, texts[i].to,
				    texts[i].size);
	}
	return err;
}

static struct fb_error *read_counters(const struct fb_rpc_reader *reader,
				      struct fb_rpc_transport *transport)
{
	const struct fb_rpc_layout *layout = reader->layout;
	const struct {
		const struct fb_field *field;
		uint32_t *to;
	} numbers[] = {
		{&layout->transport_slots, &transport->slots},
		{&layout->transport_most_slots, &transport->most_slots},
		{&layout->transport_binding, &transport->binding},
		{&layout->transport_sending, &transport->sending},
		{&layout->transport_pending, &transport->pending},
		{&layout->transport_backlog, &transport->backlog},
	};
	const struct {
		const struct fb_field *field;
		uint64_t *to;
	} counts[] = {
		{&layout->transport_binds, &transport->binds},
		{&layout->transport_connects, &transport->connects},
		{&layout->transport_sends, &transport->sends},
		{&layout->transport_receives, &transport->receives},
		{&layout->transport_unknown_xids, &transport->unknown_xids},
	};
	struct fb_error *err = NULL;

	for (size_t i = 0; i < FB_ARRAY_SIZE(numbers) && !err; i++)
		err = fb_rpc_number(reader->kernel, transport->address, numbers[i].field,
				    numbers[i].to);
	for (size_t i = 0; i < FB_ARRAY_SIZE(counts) && !err; i++)
		if (counts[i].field->found)
			err = fb_kernel_field(reader->kernel, transport->address, counts[i].field,
					      counts[i].to);
	return err;
}

static struct fb_error *read_transport(const struct fb_rpc_reader *reader,
				       struct fb_rpc_transport *transport)
{
	const struct fb_rpc_layout *layout = reader->layout;
	uint64_t used = 0;
	struct fb_error *err = fb_kernel_field(reader->kernel, transport->address,
					       &layout->transport_state, &transport->state);

	if (!err)
		err = fb_rpc_string(reader->kernel, transport->address, &layout->transport_server,
				    transport->server, sizeof(transport->server));
	if (!err)
		err = read_address(reader, transport);
	if (!err)
		err = read_counters(reader, transport);
	if (!err && layout->transport_last_used.found)
		err = fb_kernel_field(reader->kernel, transport->address,
				      &layout->transport_last_used, &used);
	transport->idle_s =
		used && reader->jiffies->tick_s > 0 ? fb_jiffies_since(reader->jiffies, used) : NAN;
	return err;
}

struct fb_error *fb_rpc_transport_index(struct fb_rpc_reader *reader, uint64_t address,
					size_t *index_ret)
{
	struct fb_rpc *rpc = reader->rpc;
	struct fb_rpc_transport transport = {.address = address};
	const uint64_t *index = address ? fb_u64_map_find(&reader->transports, address) : NULL;
	bool fresh;
	struct fb_error *err;

	*index_ret = index ? (size_t)*index : SIZE_MAX;
	if (index || !address)
		return NULL;
	err = fb_kernel_address_ok(address)
		      ? read_transport(reader, &transport)
		      : fb_error_create(FB_CORRUPT, "rpc_xprt 0x%" PRIx64, address);
	/* One that cannot be read is not tried again. */
	if (err) {
		err = fb_rpc_lost(reader, err, "a transport of RPC");
		return err ? err
			   : fb_u64_map_add(&reader->transports, address, SIZE_MAX,
					    FB_MAX_RPC_CLIENTS, "transports of RPC", &fresh);
	}
	err = fb_grow_array(&rpc->transports, &reader->transport_room, rpc->transport_count,
			    sizeof(transport), FB_MAX_RPC_CLIENTS, "transports of RPC");
	if (!err)
		err = fb_u64_map_add(&reader->transports, address, rpc->transport_count,
				     FB_MAX_RPC_CLIENTS, "transports of RPC", &fresh);
	if (err)
		return err;
	*index_ret = rpc->transport_count;
	rpc->transports[rpc->transport_count++] = transport;
	return NULL;
}
