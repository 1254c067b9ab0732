// SPDX-License-Identifier: GPL-2.0-or-later
/* `fbundle nfs --json`: see docs/cli.md and docs/schema/nfs.json. */
#include <inttypes.h>
#include <stdio.h>

#include "cmd/nfs/nfs.h"
#include "cmd/shared/function_name.h"

static void set(json_t *object, const char *key, uint64_t value)
{
	json_object_set_new(object, key, json_integer((json_int_t)value));
}

/* null for text that is empty. */
static void set_text(json_t *object, const char *key, const char *text)
{
	json_object_set_new(object, key, fb_json_text(*text ? text : NULL));
}

static void set_address(json_t *object, const char *key, uint64_t address)
{
	json_object_set_new(object, key, address ? fb_json_hex(address) : json_null());
}

static json_t *session_json(const struct fb_nfs_mount *mount)
{
	json_t *object;

	if (!mount->has_session)
		return json_null();
	object = json_object();
	set(object, "slots", mount->slots);
	set(object, "slots_used", mount->slots_used);
	set(object, "waiting", mount->slot_waiters);
	return object;
}

static json_t *procedures_json(const struct fb_nfs_mount *mount)
{
	json_t *list;

	if (!mount->procedures_known)
		return json_null();
	list = json_array();
	for (size_t i = 0; i < mount->procedure_count; i++) {
		const struct fb_nfs_procedure *procedure = &mount->procedures[i];
		json_t *object = json_object();

		set_text(object, "name", procedure->name);
		set(object, "calls", procedure->calls);
		set(object, "transmissions", procedure->transmissions);
		set(object, "timeouts", procedure->timeouts);
		set(object, "bytes_sent", procedure->bytes_sent);
		set(object, "bytes_received", procedure->bytes_received);
		json_object_set_new(object, "queue_s", fb_json_seconds(procedure->queue_s));
		json_object_set_new(object, "rtt_s", fb_json_seconds(procedure->rtt_s));
		json_object_set_new(object, "execute_s", fb_json_seconds(procedure->execute_s));
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *mount_json(const struct fb_nfs *nfs, const struct fb_nfs_mount *mount)
{
	const struct fb_mount *target = fb_nfs_target(nfs, mount);
	json_t *object = json_object();
	char text[1024];

	json_object_set_new(object, "target", fb_json_text(target ? target->target : NULL));
	json_object_set_new(object, "source", fb_json_text(target ? target->source : NULL));
	set_text(object, "type", mount->type);
	set_text(object, "server", mount->host);
	json_object_set_new(object, "version",
			    json_string(fb_nfs_version_text(mount, text, sizeof(text))));
	set_text(object, "options", fb_nfs_options_text(nfs, mount, text, sizeof(text)));
	set(object, "capabilities", mount->capabilities);
	json_object_set_new(object, "age_s", fb_json_seconds(mount->age_s));
	set(object, "writeback_pages", mount->writeback);
	set_text(object, "manager", fb_nfs_state_text(mount->state, text, sizeof(text)));
	json_object_set_new(object, "lease_s", fb_json_seconds(mount->lease_s));
	json_object_set_new(object, "renewed_s", fb_json_seconds(mount->renewed_s));
	json_object_set_new(object, "session", session_json(mount));
	json_object_set_new(object, "procedures", procedures_json(mount));
	set(object, "calls", fb_nfs_calls(nfs, mount));
	set_address(object, "superblock", mount->superblock);
	set_address(object, "nfs_server", mount->server);
	set_address(object, "client", mount->client);
	set_address(object, "main_client", mount->main_client);
	return object;
}

static json_t *transport_json(const struct fb_rpc_transport *transport)
{
	json_t *object = json_object();
	char text[160];

	set_address(object, "address", transport->address);
	set_text(object, "server", transport->server);
	set_text(object, "peer", transport->peer);
	set_text(object, "port", transport->port);
	set_text(object, "protocol", transport->protocol);
	json_object_set_new(object, "connection",
			    json_string(fb_rpc_connection_name(transport->state)));
	set_text(object, "state", fb_rpc_transport_bits(transport->state, text, sizeof(text)));
	json_object_set_new(object, "idle_s", fb_json_seconds(transport->idle_s));
	set(object, "slots", transport->slots);
	set(object, "most_slots", transport->most_slots);
	set(object, "binding", transport->binding);
	set(object, "sending", transport->sending);
	set(object, "pending", transport->pending);
	set(object, "backlog", transport->backlog);
	set(object, "binds", transport->binds);
	set(object, "connects", transport->connects);
	set(object, "sends", transport->sends);
	set(object, "receives", transport->receives);
	set(object, "unknown_xids", transport->unknown_xids);
	return object;
}

static json_t *client_json(const struct fb_nfs *nfs, const struct fb_rpc_client *client)
{
	json_t *object = json_object();
	char text[32];

	set(object, "id", client->id);
	set_address(object, "address", client->address);
	set_address(object, "parent", client->parent == client->address ? 0 : client->parent);
	set_text(object, "program", client->program);
	set(object, "program_number", client->number);
	set(object, "version", client->version);
	set_text(object, "sec", fb_rpc_flavor_name(client->flavor, text, sizeof(text)));
	json_object_set_new(object, "soft", json_boolean(client->soft));
	json_object_set_new(object, "timeout_s", fb_json_seconds(client->timeout_s));
	set(object, "retries", client->retries);
	set_address(object, "transport",
		    client->transport < nfs->rpc.transport_count
			    ? nfs->rpc.transports[client->transport].address
			    : 0);
	set(object, "calls", client->calls);
	return object;
}

static json_t *call_json(const struct fb_nfs *nfs, const struct fb_rpc_call *call)
{
	const struct fb_rpc_client *client = &nfs->rpc.clients[call->client];
	const struct fb_task *owner = fb_tasks_by_tid(nfs->tasks, call->owner);
	json_t *object = json_object();
	char xid[16];

	snprintf(xid, sizeof(xid), "0x%08" PRIx32, call->xid);
	set_address(object, "address", call->address);
	set(object, "client", client->id);
	set(object, "id", call->id);
	set_text(object, "program", client->program);
	set(object, "version", client->version);
	set_text(object, "procedure", call->procedure);
	json_object_set_new(object, "age_s", fb_json_seconds(call->age_s));
	json_object_set_new(object, "pid", owner ? json_integer(call->owner) : json_null());
	json_object_set_new(object, "comm",
			    owner ? fb_json_bytes(owner->comm, sizeof(owner->comm)) : json_null());
	json_object_set_new(object, "flags", fb_json_hex(call->flags));
	json_object_set_new(object, "status", json_integer(call->status));
	set_text(object, "queue", call->queue);
	json_object_set_new(object, "action", fb_function_json(nfs->modules, call->action));
	set(object, "timeouts", call->timeouts);
	set_address(object, "transport",
		    call->transport < nfs->rpc.transport_count
			    ? nfs->rpc.transports[call->transport].address
			    : 0);
	json_object_set_new(object, "xid", call->has_request ? json_string(xid) : json_null());
	json_object_set_new(object, "transmissions",
			    call->has_request ? json_integer(call->transmissions) : json_null());
	json_object_set_new(object, "retries",
			    call->has_request ? json_integer(call->retries) : json_null());
	json_object_set_new(object, "timeout_s", fb_json_seconds(call->timeout_s));
	json_object_set_new(object, "bytes_sent",
			    call->has_request ? json_integer(call->bytes_sent) : json_null());
	return object;
}

struct fb_error *fb_nfs_print_json(struct fb_context *context, const struct fb_nfs *nfs)
{
	json_t *answer = json_object(), *mounts = json_array(), *transports = json_array();
	json_t *clients = json_array(), *calls = json_array();

	for (size_t i = 0; i < nfs->mounts.count; i++)
		json_array_append_new(mounts, mount_json(nfs, &nfs->mounts.mounts[i]));
	for (size_t i = 0; i < nfs->rpc.transport_count; i++)
		json_array_append_new(transports, transport_json(&nfs->rpc.transports[i]));
	for (size_t i = 0; i < nfs->rpc.client_count; i++)
		json_array_append_new(clients, client_json(nfs, &nfs->rpc.clients[i]));
	for (size_t i = 0; i < nfs->rpc.call_count; i++)
		json_array_append_new(calls, call_json(nfs, &nfs->rpc.calls[i]));
	json_object_set_new(answer, "mounts", mounts);
	json_object_set_new(answer, "transports", transports);
	json_object_set_new(answer, "clients", clients);
	json_object_set_new(answer, "calls", calls);
	json_object_set_new(answer, "complete",
			    json_boolean(nfs->mounts.complete && nfs->rpc.complete));
	return fb_json_print("nfs", answer, context->warnings);
}
