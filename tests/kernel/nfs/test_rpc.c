// SPDX-License-Identifier: GPL-2.0-or-later
/* Clients, transports and calls of RPC in a made kernel: what is read of each, and what damage costs. */
#include "kernel/nfs/rpc.h"

#include <math.h>
#include <string.h>

#include "base/limits.h"
#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"

#define NOW 9000000000ull
#define CALLS 3u

/* Places of members; each struct has its own. */
enum {
	CLIENT_ID = 0,
	CLIENT_VERSION = 4,
	CLIENT_LIST = 8,
	CLIENT_TASKS = 24,
	CLIENT_TRANSPORT = 40,
	CLIENT_PROGRAM = 48,
	CLIENT_PARENT = 56,
	CLIENT_AUTH = 64,
	CLIENT_SOFT = 72,
	CLIENT_TIMEOUT = 80,
	STATE = 0,
	SERVER = 8,
	ADDRESSES = 16,
	PENDING = 64,
	SLOTS = 68,
	LAST_USED = 72,
	SENDS = 80,
	TASK_LIST = 0,
	TASK_ID = 16,
	TASK_STATUS = 20,
	TASK_STATE = 24,
	TASK_PROCEDURE = 32,
	TASK_START = 40,
	TASK_OWNER = 48,
	TASK_TIMEOUTS = 52,
	TASK_TRANSPORT = 56,
	TASK_REQUEST = 64,
	TASK_QUEUE = 72,
	TASK_ACTION = 80,
	XID = 0,
	TRANSMISSIONS = 4,
	TIMEOUT = 8,
};

struct scene {
	struct made_kernel *made;
	struct fb_rpc_layout layout;
	struct fb_jiffies jiffies;
	uint64_t client, transport, call[CALLS], queue;
};

#define FIELD(id, at, bytes) \
	(layout->id =        \
		 (struct fb_field){.offset = (at), .size = (bytes), .found = true, .name = #id})

static void place_members(struct fb_rpc_layout *layout)
{
	FIELD(client_id, CLIENT_ID, 4);
	FIELD(client_version, CLIENT_VERSION, 4);
	FIELD(client_list, CLIENT_LIST, 16);
	FIELD(client_tasks, CLIENT_TASKS, 16);
	FIELD(client_transport, CLIENT_TRANSPORT, 8);
	FIELD(client_program, CLIENT_PROGRAM, 8);
	FIELD(client_parent, CLIENT_PARENT, 8);
	FIELD(client_auth, CLIENT_AUTH, 8);
	FIELD(client_soft, CLIENT_SOFT, 4);
	FIELD(client_timeout, CLIENT_TIMEOUT, 8);
	FIELD(program_name, 0, 8);
	FIELD(program_number, 8, 4);
	FIELD(auth_flavor, 0, 4);
	FIELD(timeout_first, 0, 8);
	FIELD(timeout_retries, 8, 4);
	FIELD(procedure_name, 0, 8);
	FIELD(procedure_number, 8, 4);
	FIELD(transport_state, STATE, 8);
	FIELD(transport_server, SERVER, 8);
	FIELD(transport_addresses, ADDRESSES, 48);
	FIELD(transport_pending, PENDING, 2);
	FIELD(transport_slots, SLOTS, 4);
	FIELD(transport_last_used, LAST_USED, 8);
	FIELD(transport_sends, SENDS, 8);
	FIELD(task_list, TASK_LIST, 16);
	FIELD(task_id, TASK_ID, 2);
	FIELD(task_status, TASK_STATUS, 4);
	FIELD(task_state, TASK_STATE, 8);
	FIELD(task_procedure, TASK_PROCEDURE, 8);
	FIELD(task_start, TASK_START, 8);
	FIELD(task_owner, TASK_OWNER, 4);
	FIELD(task_timeouts, TASK_TIMEOUTS, 2);
	FIELD(task_transport, TASK_TRANSPORT, 8);
	FIELD(task_request, TASK_REQUEST, 8);
	FIELD(task_queue, TASK_QUEUE, 8);
	FIELD(task_action, TASK_ACTION, 8);
	FIELD(queue_name, 0, 8);
	FIELD(request_xid, XID, 4);
	FIELD(request_transmissions, TRANSMISSIONS, 4);
	FIELD(request_timeout, TIMEOUT, 8);
}

/* A transport of 192.0.2.1, port 2049, that is bound and locked. */
static void make_transport(struct scene *scene)
{
	struct made_kernel *made = scene->made;
	uint64_t transport = made_alloc_pages(made, 128);

	scene->transport = transport;
	made_put(made, transport + STATE, 0x11, 8);
	made_put(made, transport + SERVER, made_string(made, "filer"), 8);
	made_put(made, transport + ADDRESSES, made_string(made, "192.0.2.1"), 8);
	made_put(made, transport + ADDRESSES + 8, made_string(made, "2049"), 8);
	made_put(made, transport + ADDRESSES + 40, made_string(made, "tcp6"), 8);
	made_put(made, transport + PENDING, 3, 2);
	made_put(made, transport + SLOTS, 65, 4);
	made_put(made, transport + LAST_USED, 1000, 8);
	made_put(made, transport + SENDS, 1234, 8);
}

static uint64_t make_client(struct scene *scene, uint32_t id, uint32_t flavor)
{
	struct made_kernel *made = scene->made;
	uint64_t client = made_alloc_pages(made, 128), program = made_alloc(made, 16);
	uint64_t auth = made_alloc(made, 8), timeout = made_alloc(made, 16);

	made_put(made, program, made_string(made, "nfs"), 8);
	made_put(made, program + 8, 100003, 4);
	made_put(made, auth, flavor, 4);
	made_put(made, timeout, 15000, 8);
	made_put(made, timeout + 8, 2, 4);
	made_put(made, client + CLIENT_ID, id, 4);
	made_put(made, client + CLIENT_VERSION, 4, 4);
	made_put(made, client + CLIENT_TRANSPORT, scene->transport, 8);
	made_put(made, client + CLIENT_PROGRAM, program, 8);
	made_put(made, client + CLIENT_PARENT, client, 8);
	made_put(made, client + CLIENT_AUTH, auth, 8);
	made_put(made, client + CLIENT_TIMEOUT, timeout, 8);
	made_list_init(made, client + CLIENT_TASKS);
	return client;
}

/* A call of LOOKUP that is queued, and was made 5 seconds ago. */
static uint64_t make_call(struct scene *scene, uint32_t id)
{
	struct made_kernel *made = scene->made;
	uint64_t call = made_alloc_pages(made, 128), procedure = made_alloc(made, 16);

	made_put(made, procedure, made_string(made, "LOOKUP"), 8);
	made_put(made, procedure + 8, 15, 4);
	made_put(made, call + TASK_ID, id, 2);
	made_put(made, call + TASK_STATUS, (uint32_t)-11, 4);
	made_put(made, call + TASK_STATE, 6, 8);
	made_put(made, call + TASK_PROCEDURE, procedure, 8);
	made_put(made, call + TASK_START, NOW - 5000000000, 8);
	made_put(made, call + TASK_OWNER, 321, 4);
	made_put(made, call + TASK_TIMEOUTS, 2, 2);
	made_put(made, call + TASK_QUEUE, scene->queue, 8);
	made_put(made, call + TASK_ACTION, 0xffffffff81000000, 8);
	made_list_add(made, scene->client + CLIENT_TASKS, call + TASK_LIST);
	return call;
}

static void create(struct scene *scene)
{
	struct made_kernel *made = made_kernel_create();

	*scene = (struct scene){.made = made, .jiffies = {.now = 3500, .tick_s = 0.004}};
	made->kernel.info.monotonic_ns = NOW;
	place_members(&scene->layout);
	scene->queue = made_alloc(made, 8);
	made_put(made, scene->queue, made_string(made, "xprt_pending"), 8);
	make_transport(scene);
	scene->client = make_client(scene, 7, 1);
	for (unsigned i = 0; i < CALLS; i++)
		scene->call[i] = make_call(scene, i + 1);
}

static void destroy(struct scene *scene)
{
	made_kernel_destroy(scene->made);
}

/* Reads the client at address with all that it leads to. */
static void load(struct scene *scene, uint64_t address, struct fb_rpc *rpc)
{
	struct fb_rpc_reader *reader;

	FB_OK_FATAL(fb_rpc_reader_create(&scene->made->kernel, &scene->layout, NULL,
					 &scene->jiffies, rpc, &reader));
	FB_OK_FATAL(fb_rpc_add_client(reader, address, 0));
	FB_OK_FATAL(fb_rpc_finish(reader));
	fb_rpc_reader_destroy(reader);
}

static void reads_clients_and_transports(void)
{
	const struct fb_rpc_transport *transport;
	const struct fb_rpc_client *client;
	struct scene scene;
	struct fb_rpc rpc;
	uint64_t clone;

	create(&scene);
	clone = make_client(&scene, 9, 390005);
	made_put(scene.made, clone + CLIENT_PARENT, scene.client, 8);
	made_put(scene.made, clone + CLIENT_SOFT, 1, 4);
	load(&scene, clone, &rpc);
	CU_ASSERT_TRUE(rpc.complete);
	CU_ASSERT_EQUAL_FATAL(rpc.client_count, 2); /* what it was cloned from comes with it */
	client = &rpc.clients[0];
	CU_ASSERT_EQUAL(client->address, scene.client);
	CU_ASSERT_EQUAL(client->id, 7);
	CU_ASSERT_STRING_EQUAL(client->program, "nfs");
	CU_ASSERT_TRUE(client->number == 100003 && client->version == 4 && client->flavor == 1);
	CU_ASSERT_FALSE(client->soft);
	CU_ASSERT_DOUBLE_EQUAL(client->timeout_s, 60, 1e-9);
	CU_ASSERT_EQUAL(client->retries, 2);
	CU_ASSERT_EQUAL(client->calls, CALLS);
	CU_ASSERT_TRUE(rpc.clients[1].soft && rpc.clients[1].parent == scene.client);
	CU_ASSERT_EQUAL(rpc.clients[1].calls, 0);
	CU_ASSERT_PTR_EQUAL(fb_rpc_find(&rpc, clone), &rpc.clients[1]);
	CU_ASSERT_PTR_NULL(fb_rpc_find(&rpc, clone + 8));
	CU_ASSERT_EQUAL_FATAL(rpc.transport_count, 1); /* both have the same */
	CU_ASSERT_TRUE(client->transport == 0 && rpc.clients[1].transport == 0);
	transport = &rpc.transports[0];
	CU_ASSERT_STRING_EQUAL(transport->server, "filer");
	CU_ASSERT_STRING_EQUAL(transport->peer, "192.0.2.1");
	CU_ASSERT_STRING_EQUAL(transport->port, "2049");
	CU_ASSERT_STRING_EQUAL(transport->protocol, "tcp6");
	CU_ASSERT_DOUBLE_EQUAL(transport->idle_s, 10, 1e-9);
	CU_ASSERT_TRUE(transport->pending == 3 && transport->slots == 65 &&
		       transport->sends == 1234);
	CU_ASSERT_EQUAL(transport->receives, 0); /* this kernel counts none */
	CU_ASSERT_EQUAL(fb_warnings_count(scene.made->warnings), 0);
	fb_rpc_deinit(&rpc);
	destroy(&scene);
}

static void reads_calls(void)
{
	const struct fb_rpc_call *call;
	struct scene scene;
	struct fb_rpc rpc;
	uint64_t request, nameless;

	create(&scene);
	request = made_alloc(scene.made, 64);
	made_put(scene.made, request + XID, 0x78563412, 4); /* of the network's order */
	made_put(scene.made, request + TRANSMISSIONS, 4, 4);
	made_put(scene.made, request + TIMEOUT, 15000, 8);
	made_put(scene.made, scene.call[1] + TASK_REQUEST, request, 8);
	made_put(scene.made, scene.call[1] + TASK_TRANSPORT, scene.transport, 8);
	made_put(scene.made, scene.call[2] + TASK_STATE, 4, 8); /* in no queue */
	nameless = made_alloc(scene.made, 16);
	made_put(scene.made, nameless + 8, 15, 4);
	made_put(scene.made, scene.call[2] + TASK_PROCEDURE, nameless, 8);
	made_put(scene.made, scene.call[2] + TASK_START, 0, 8);
	load(&scene, scene.client, &rpc);
	CU_ASSERT_TRUE(rpc.complete);
	CU_ASSERT_EQUAL_FATAL(rpc.call_count, CALLS);
	call = &rpc.calls[0];
	CU_ASSERT_EQUAL(call->address, scene.call[0]);
	CU_ASSERT_TRUE(call->id == 1 && call->status == -11 && call->owner == 321);
	CU_ASSERT_STRING_EQUAL(call->procedure, "LOOKUP");
	CU_ASSERT_STRING_EQUAL(call->queue, "xprt_pending");
	CU_ASSERT_DOUBLE_EQUAL(call->age_s, 5, 1e-9);
	CU_ASSERT_EQUAL(call->timeouts, 2);
	CU_ASSERT_EQUAL(call->action, 0xffffffff81000000);
	CU_ASSERT_TRUE(!call->has_request && call->transport == SIZE_MAX && isnan(call->timeout_s));
	call = &rpc.calls[1];
	CU_ASSERT_TRUE(call->has_request && call->transport == 0);
	CU_ASSERT_EQUAL(call->xid, 0x12345678);
	CU_ASSERT_EQUAL(call->transmissions, 4);
	CU_ASSERT_DOUBLE_EQUAL(call->timeout_s, 60, 1e-9);
	call = &rpc.calls[2];
	CU_ASSERT_STRING_EQUAL(call->queue, "");
	CU_ASSERT_STRING_EQUAL(call->procedure, "15");
	CU_ASSERT_TRUE(isnan(call->age_s));
	fb_rpc_deinit(&rpc);
	destroy(&scene);
}

/* Reads the client, and expects so many calls, and an answer that says that it is not complete. */
static void expect_damaged(struct scene *scene, size_t calls)
{
	size_t before = fb_warnings_count(scene->made->warnings);
	struct fb_rpc rpc;

	load(scene, scene->client, &rpc);
	CU_ASSERT_FALSE(rpc.complete);
	CU_ASSERT_EQUAL(rpc.call_count, calls);
	CU_ASSERT_TRUE(fb_warnings_count(scene->made->warnings) > before);
	fb_rpc_deinit(&rpc);
}

static void damage_costs_its_part(void)
{
	struct scene scene;
	struct fb_rpc rpc;
	uint64_t saved;

	create(&scene);
	memcpy(&saved, made_at(scene.made, scene.call[1] + TASK_LIST), 8);
	made_put(scene.made, scene.call[1] + TASK_LIST, scene.call[0] + TASK_LIST, 8);
	expect_damaged(&scene, 2); /* the list leads round */
	made_put(scene.made, scene.call[1] + TASK_LIST, 0x1234, 8);
	expect_damaged(&scene, 2);
	made_put(scene.made, scene.call[1] + TASK_LIST, saved, 8);
	made_put(scene.made, scene.call[1] + TASK_REQUEST, 0x10, 8);
	expect_damaged(&scene, 2); /* one call cannot be read */
	made_put(scene.made, scene.call[1] + TASK_REQUEST, 0, 8);
	made_put(scene.made, scene.client + CLIENT_PARENT, 0x10, 8);
	expect_damaged(&scene, CALLS);
	made_put(scene.made, scene.client + CLIENT_PARENT, scene.client, 8);
	made_lose(scene.made, scene.transport);
	expect_damaged(&scene, CALLS);
	made_lose(scene.made, scene.client);
	load(&scene, scene.client, &rpc);
	CU_ASSERT_TRUE(!rpc.complete && rpc.client_count == 0);
	fb_rpc_deinit(&rpc);
	load(&scene, 0x1000, &rpc);
	CU_ASSERT_TRUE(!rpc.complete && rpc.client_count == 0);
	fb_rpc_deinit(&rpc);
	destroy(&scene);
}

/* Without the module's symbols its lists are not found, which is said. */
static void lists_need_a_symbol(void)
{
	const struct fb_nets nets = {0};
	struct fb_rpc_reader *reader;
	struct scene scene;
	struct fb_rpc rpc;

	create(&scene);
	FB_OK_FATAL(fb_rpc_reader_create(&scene.made->kernel, &scene.layout, NULL, &scene.jiffies,
					 &rpc, &reader));
	FB_OK(fb_rpc_add_namespaces(reader, &nets));
	CU_ASSERT_FALSE(rpc.complete);
	CU_ASSERT_EQUAL(fb_warnings_count(scene.made->warnings), 1);
	fb_rpc_reader_destroy(reader);
	fb_rpc_deinit(&rpc);
	destroy(&scene);
}

static void numbers_have_names(void)
{
	static const struct {
		uint64_t state;
		const char *connection, *bits;
	} states[] = {
		{0x12, "connected", "connected, bound"},
		{0x15, "connecting", "locked, connecting, bound"},
		{0x18, "closing", "close-wait, bound"},
		{0x42, "closing", "connected, closing"},
		{0x10, "not connected", "bound"},
		{0, "not connected", ""},
	};
	static const struct {
		uint32_t flavor;
		const char *name;
	} flavors[] = {{0, "none"}, {1, "sys"}, {390003, "krb5"}, {390005, "krb5p"}, {77, "77"}};
	char text[160];

	for (size_t i = 0; i < FB_ARRAY_SIZE(states); i++) {
		CU_ASSERT_STRING_EQUAL(fb_rpc_connection_name(states[i].state),
				       states[i].connection);
		CU_ASSERT_STRING_EQUAL(fb_rpc_transport_bits(states[i].state, text, sizeof(text)),
				       states[i].bits);
	}
	CU_ASSERT_TRUE(fb_rpc_is_connected(2) && !fb_rpc_is_connected(4));
	fb_rpc_transport_bits(UINT64_MAX, text, 10);
	CU_ASSERT_STRING_EQUAL(text, "locked, c");
	for (size_t i = 0; i < FB_ARRAY_SIZE(flavors); i++)
		CU_ASSERT_STRING_EQUAL(fb_rpc_flavor_name(flavors[i].flavor, text, sizeof(text)),
				       flavors[i].name);
}

FB_TEST_MAIN("kernel/rpc", FB_TEST(reads_clients_and_transports), FB_TEST(reads_calls),
	     FB_TEST(damage_costs_its_part), FB_TEST(lists_need_a_symbol),
	     FB_TEST(numbers_have_names))
