// SPDX-License-Identifier: GPL-2.0-or-later
/* `fbundle nfs` for people: mounts, connections, and calls under way. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cmd/nfs/nfs.h"

/* Calls that a person is shown. */
#define SHORT_LIST 40u

/* Cells are escaped by the table. */
static struct fb_error *text_cell(struct fb_table *table, const char *text)
{
	return *text ? fb_table_cell(table, FB_STYLE_PLAIN, "%s", text)
		     : fb_table_cell(table, FB_STYLE_DIM, "unknown");
}

static struct fb_error *seconds_cell(struct fb_table *table, double seconds)
{
	char text[32];

	return isnan(seconds) ? fb_table_cell(table, FB_STYLE_DIM, "-")
			      : fb_table_cell(table, FB_STYLE_PLAIN, "%s",
					      fb_text_duration(seconds, text, sizeof(text)));
}

static struct fb_error *connection_cell(struct fb_table *table,
					const struct fb_rpc_transport *transport)
{
	if (!transport)
		return fb_table_cell(table, FB_STYLE_DIM, "unknown");
	return fb_table_cell(table,
			     fb_rpc_is_connected(transport->state) ? FB_STYLE_GOOD : FB_STYLE_BAD,
			     "%s", fb_rpc_connection_name(transport->state));
}

static struct fb_error *mount_row(struct fb_table *table, const struct fb_nfs *nfs,
				  const struct fb_nfs_mount *mount)
{
	const struct fb_mount *target = fb_nfs_target(nfs, mount);
	size_t calls = fb_nfs_calls(nfs, mount);
	char options[1024];
	struct fb_error *err =
		target && target->target
			? fb_table_cell(table, FB_STYLE_BOLD, "%s", target->target)
			: fb_table_cell(table, FB_STYLE_DIM, "not in this namespace");

	if (!err)
		err = text_cell(table, target && target->source ? target->source : mount->host);
	if (!err)
		err = connection_cell(table, fb_nfs_transport(nfs, mount->client));
	if (!err)
		err = fb_table_cell(table, calls ? FB_STYLE_WARN : FB_STYLE_DIM, "%zu", calls);
	return err ? err
		   : fb_table_cell(table, FB_STYLE_PLAIN, "%s",
				   fb_nfs_options_text(nfs, mount, options, sizeof(options)));
}

static struct fb_error *print_mounts(struct fb_context *context, const struct fb_nfs *nfs)
{
	static const struct fb_column columns[] = {
		{"TARGET", FB_LEFT}, {"SOURCE", FB_LEFT},      {"SERVER", FB_LEFT},
		{"CALLS", FB_RIGHT}, {"OPTIONS", FB_LEFT_CUT},
	};
	struct fb_table *table = NULL;
	struct fb_error *err;

	if (!nfs->mounts.count) {
		fb_put("Nothing is mounted by NFS.\n");
		return NULL;
	}
	err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);
	for (size_t i = 0; i < nfs->mounts.count && !err; i++)
		err = mount_row(table, nfs, &nfs->mounts.mounts[i]);
	if (!err)
		fb_table_print(table, context->output);
	fb_table_destroy(table);
	return err;
}

static struct fb_error *transport_row(struct fb_table *table,
				      const struct fb_rpc_transport *transport)
{
	const struct {
		uint64_t value;
		enum fb_style style;
	} numbers[] = {
		{transport->sending, FB_STYLE_WARN},   {transport->pending, FB_STYLE_WARN},
		{transport->backlog, FB_STYLE_WARN},   {transport->sends, FB_STYLE_PLAIN},
		{transport->receives, FB_STYLE_PLAIN},
	};
	struct fb_error *err = text_cell(table, transport->server);

	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%s%s%s", transport->peer,
				    *transport->port ? " port " : "", transport->port);
	if (!err)
		err = text_cell(table, transport->protocol);
	if (!err)
		err = connection_cell(table, transport);
	if (!err)
		err = seconds_cell(table, transport->idle_s);
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%" PRIu32 "/%" PRIu32, transport->slots,
				    transport->most_slots);
	for (size_t i = 0; i < FB_ARRAY_SIZE(numbers) && !err; i++)
		err = fb_table_cell(table, numbers[i].value ? numbers[i].style : FB_STYLE_DIM,
				    "%" PRIu64, numbers[i].value);
	return err;
}

static struct fb_error *print_transports(struct fb_context *context, const struct fb_rpc *rpc)
{
	static const struct fb_column columns[] = {
		{"SERVER", FB_LEFT},   {"ADDRESS", FB_LEFT},   {"PROTO", FB_LEFT},
		{"STATE", FB_LEFT},    {"IDLE", FB_RIGHT},     {"SLOTS", FB_RIGHT},
		{"SENDING", FB_RIGHT}, {"PENDING", FB_RIGHT},  {"BACKLOG", FB_RIGHT},
		{"SENT", FB_RIGHT},    {"RECEIVED", FB_RIGHT},
	};
	struct fb_table *table = NULL;
	struct fb_error *err;

	if (!rpc->transport_count)
		return NULL;
	err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);
	for (size_t i = 0; i < rpc->transport_count && !err; i++)
		err = transport_row(table, &rpc->transports[i]);
	if (!err) {
		fb_print(context->output, FB_STYLE_BOLD, "\nConnections\n");
		fb_table_print(table, context->output);
	}
	fb_table_destroy(table);
	return err;
}

static struct fb_error *call_row(struct fb_table *table, const struct fb_nfs *nfs,
				 const struct fb_rpc_call *call)
{
	const struct fb_rpc_client *client = &nfs->rpc.clients[call->client];
	const struct fb_task *owner = fb_tasks_by_tid(nfs->tasks, call->owner);
	size_t transport =
		call->transport < nfs->rpc.transport_count ? call->transport : client->transport;
	struct fb_error *err = fb_table_cell(table, FB_STYLE_BOLD, "%sv%" PRIu32 " %s",
					     client->program, client->version, call->procedure);

	if (!err)
		err = seconds_cell(table, call->age_s);
	if (!err)
		err = owner ? fb_table_cell(table, FB_STYLE_PLAIN, "%d", call->owner)
			    : fb_table_cell(table, FB_STYLE_DIM, "-");
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%s",
				    owner ? fb_task_comm(owner).text : "");
	if (!err)
		err = text_cell(table, transport < nfs->rpc.transport_count
					       ? nfs->rpc.transports[transport].server
					       : "");
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%s",
				    *call->queue ? call->queue : "runs");
	if (!err)
		err = fb_table_cell(table, FB_STYLE_PLAIN, "%" PRIu32, call->transmissions);
	if (!err)
		err = fb_table_cell(table, call->timeouts ? FB_STYLE_WARN : FB_STYLE_PLAIN,
				    "%" PRIu32, call->timeouts);
	if (!err)
		err = seconds_cell(table, call->timeout_s);
	if (!err && call->has_request)
		return fb_table_cell(table, FB_STYLE_PLAIN, "0x%08" PRIx32, call->xid);
	return err ? err : fb_table_cell(table, FB_STYLE_DIM, "none");
}

static struct fb_error *print_calls(struct fb_context *context, const struct fb_nfs *nfs)
{
	static const struct fb_column columns[] = {
		{"CALL", FB_LEFT},    {"AGE", FB_RIGHT},      {"PID", FB_RIGHT},
		{"COMMAND", FB_LEFT}, {"SERVER", FB_LEFT},    {"WAITS", FB_LEFT},
		{"SENT", FB_RIGHT},   {"TIMEOUTS", FB_RIGHT}, {"TIMEOUT", FB_RIGHT},
		{"XID", FB_LEFT},
	};
	const struct fb_rpc *rpc = &nfs->rpc;
	size_t shown = rpc->call_count < SHORT_LIST ? rpc->call_count : SHORT_LIST;
	struct fb_table *table = NULL;
	struct fb_error *err;

	if (!shown) {
		fb_put("\nNo call was under way.\n");
		return NULL;
	}
	err = fb_table_create(columns, FB_ARRAY_SIZE(columns), &table);
	for (size_t i = 0; i < shown && !err; i++)
		err = call_row(table, nfs, &rpc->calls[i]);
	if (!err) {
		fb_print(context->output, FB_STYLE_BOLD, "\nCalls under way\n");
		fb_table_print(table, context->output);
	}
	if (!err && shown < rpc->call_count)
		fb_print(context->output, FB_STYLE_DIM, "%zu more: --json\n",
			 rpc->call_count - shown);
	fb_table_destroy(table);
	return err;
}

struct fb_error *fb_nfs_print_text(struct fb_context *context, const struct fb_nfs *nfs)
{
	struct fb_error *err;

	if (nfs->absent) {
		fb_put("Nothing is mounted by NFS: the kernel's RPC client is not loaded.\n");
		return NULL;
	}
	err = print_mounts(context, nfs);
	if (!err)
		err = print_transports(context, &nfs->rpc);
	return err ? err : print_calls(context, nfs);
}
