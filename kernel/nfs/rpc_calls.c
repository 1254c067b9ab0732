// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads the calls of a client: struct rpc_task, and where it has one its struct rpc_rqst. Called by rpc.c. */
#include "kernel/nfs/rpc_calls.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "kernel/nfs/rpc_private.h"

/* Bits of rpc_task.tk_runstate (RPC_TASK_*, include/linux/sunrpc/sched.h). */
#define RUN_QUEUED 1u

/* The name of the procedure: kernels from 5.2 on have it in all programs, some programs only its number. */
static struct fb_error *read_procedure(const struct fb_rpc_reader *reader, struct fb_rpc_call *call)
{
	const struct fb_rpc_layout *layout = reader->layout;
	uint64_t procedure = 0;
	uint32_t number = 0;
	struct fb_error *err =
		fb_kernel_field(reader->kernel, call->address, &layout->task_procedure, &procedure);

	if (err || !procedure)
		return err;
	err = fb_rpc_string(reader->kernel, procedure, &layout->procedure_name, call->procedure,
			    sizeof(call->procedure));
	if (err || *call->procedure)
		return err;
	err = fb_part_skip(
		fb_rpc_number(reader->kernel, procedure, &layout->procedure_number, &number));
	if (!err)
		snprintf(call->procedure, sizeof(call->procedure), "%" PRIu32, number);
	return err;
}

/* A call that is in a queue waits: for a slot, the connection, the answer... */
static struct fb_error *read_queue(const struct fb_rpc_reader *reader, struct fb_rpc_call *call)
{
	const struct fb_rpc_layout *layout = reader->layout;
	uint64_t state = 0, queue = 0;
	struct fb_error *err =
		fb_kernel_field(reader->kernel, call->address, &layout->task_state, &state);

	if (!err && state >> RUN_QUEUED & 1)
		err = fb_kernel_field(reader->kernel, call->address, &layout->task_queue, &queue);
	if (!err && queue)
		err = fb_rpc_string(reader->kernel, queue, &layout->queue_name, call->queue,
				    sizeof(call->queue));
	return err;
}

static struct fb_error *read_request(const struct fb_rpc_reader *reader, struct fb_rpc_call *call)
{
	const struct fb_rpc_layout *layout = reader->layout;
	uint64_t request = 0, timeout = 0;
	uint32_t xid = 0;
	const struct {
		const struct fb_field *field;
		uint32_t *to;
	} numbers[] = {
		{&layout->request_xid, &xid},
		{&layout->request_transmissions, &call->transmissions},
		{&layout->request_retries, &call->retries},
		{&layout->request_sent, &call->bytes_sent},
	};
	struct fb_error *err =
		fb_kernel_field(reader->kernel, call->address, &layout->task_request, &request);

	if (err || !request)
		return err;
	for (size_t i = 0; i < FB_ARRAY_SIZE(numbers) && !err; i++)
		err = fb_rpc_number(reader->kernel, request, numbers[i].field, numbers[i].to);
	if (!err && layout->request_timeout.found)
		err = fb_kernel_field(reader->kernel, request, &layout->request_timeout, &timeout);
	if (err)
		return err;
	call->has_request = true;
	call->xid = ntohl(xid);
	call->timeout_s = timeout ? fb_rpc_seconds(reader->jiffies, timeout) : NAN;
	return NULL;
}

static struct fb_error *read_numbers(const struct fb_rpc_reader *reader, struct fb_rpc_call *call)
{
	const struct fb_rpc_layout *layout = reader->layout;
	uint64_t now = fb_kernel_info(reader->kernel)->monotonic_ns, start = 0;
	uint32_t status = 0, owner = 0;
	const struct {
		const struct fb_field *field;
		uint32_t *to;
	} numbers[] = {
		{&layout->task_id, &call->id},
		{&layout->task_flags, &call->flags},
		{&layout->task_status, &status},
		{&layout->task_owner, &owner},
		{&layout->task_timeouts, &call->timeouts},
	};
	struct fb_error *err = NULL;

	for (size_t i = 0; i < FB_ARRAY_SIZE(numbers) && !err; i++)
		err = fb_rpc_number(reader->kernel, call->address, numbers[i].field, numbers[i].to);
	if (!err && layout->task_start.found)
		err = fb_kernel_field(reader->kernel, call->address, &layout->task_start, &start);
	if (!err && layout->task_action.found)
		err = fb_kernel_field(reader->kernel, call->address, &layout->task_action,
				      &call->action);
	call->status = (int32_t)status;
	call->owner = (int32_t)owner;
	call->age_s = start && now >= start ? (double)(now - start) / 1e9 : NAN;
	return err;
}

static struct fb_error *read_call(struct fb_rpc_reader *reader, struct fb_rpc_call *call)
{
	uint64_t transport = 0;
	struct fb_error *err = read_numbers(reader, call);

	call->timeout_s = NAN;
	if (!err)
		err = read_procedure(reader, call);
	if (!err)
		err = read_queue(reader, call);
	if (!err)
		err = read_request(reader, call);
	if (!err)
		err = fb_kernel_field(reader->kernel, call->address,
				      &reader->layout->task_transport, &transport);
	return err ? err : fb_rpc_transport_index(reader, transport, &call->transport);
}

static struct fb_error *add_call(void *context, uint64_t entry)
{
	struct fb_rpc_reader *reader = context;
	struct fb_rpc *rpc = reader->rpc;
	struct fb_rpc_call call = {.address = entry - reader->layout->task_list.offset,
				   .client = reader->client};
	bool fresh;
	struct fb_error *err =
		fb_u64_set_add(&reader->calls, call.address, FB_MAX_RPC_CALLS, "calls", &fresh);

	if (!err && !fresh)
		err = fb_error_create(FB_CORRUPT, "call 0x%" PRIx64 " is met twice", call.address);
	if (err)
		return err;
	err = read_call(reader, &call);
	if (err)
		return fb_rpc_lost(reader, err, "a call of RPC");
	err = fb_grow_array(&rpc->calls, &reader->call_room, rpc->call_count, sizeof(call),
			    FB_MAX_RPC_CALLS, "calls");
	if (err)
		return err;
	rpc->calls[rpc->call_count++] = call;
	rpc->clients[reader->client].calls++;
	return NULL;
}

struct fb_error *fb_rpc_calls_read(struct fb_rpc_reader *reader, size_t client)
{
	const struct fb_rpc_layout *layout = reader->layout;
	struct fb_error *err = fb_layout_require(&layout->client_tasks);

	if (!err)
		err = fb_layout_require(&layout->task_list);
	reader->client = client;
	return err ? err
		   : fb_kernel_list(reader->kernel,
				    reader->rpc->clients[client].address +
					    layout->client_tasks.offset,
				    FB_MAX_RPC_CALLS, add_call, reader);
}
