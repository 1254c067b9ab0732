// SPDX-License-Identifier: GPL-2.0-or-later
/* File systems of NFS in a made kernel: their options, session and counters, and what damage costs. */
#include "kernel/nfs/nfs_mounts.h"

#include <math.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/kernel/made_kernel.h"

enum {
	SERVER_CLIENT = 0,
	SERVER_RPC = 8,
	SERVER_FLAGS = 16,
	SERVER_READ_SIZE = 20,
	SERVER_CACHE = 24,
	SERVER_TIME = 32,
	HOST = 0,
	MAIN = 8,
	OPERATIONS = 16,
	MINOR = 24,
	ADDRESS = 32,
	SESSION = 80,
	LEASE = 88,
	STATE = 96,
	PROCEDURES = 0,
	PROCEDURE_COUNT = 8,
	METRICS = 16,
	PARENT = 24,
	PROCEDURE_BYTES = 16,
	METRICS_BYTES = 64,
};

struct scene {
	struct made_kernel *made;
	struct fb_rpc_layout layout;
	struct fb_jiffies jiffies;
	uint64_t head, superblock, server, client, rpc;
	uint64_t metrics, table; /* of the RPC client that was made last */
};

#define FIELD(id, at, bytes) \
	(layout->id =        \
		 (struct fb_field){.offset = (at), .size = (bytes), .found = true, .name = #id})

static void place_members(struct fb_rpc_layout *layout)
{
	FIELD(superblock_private, 64, 8);
	FIELD(server_client, SERVER_CLIENT, 8);
	FIELD(server_rpc, SERVER_RPC, 8);
	FIELD(server_flags, SERVER_FLAGS, 4);
	FIELD(server_read_size, SERVER_READ_SIZE, 4);
	FIELD(server_file_cache_least, SERVER_CACHE, 4);
	FIELD(server_mount_time, SERVER_TIME, 8);
	FIELD(nfs_client_host, HOST, 8);
	FIELD(nfs_client_rpc, MAIN, 8);
	FIELD(nfs_client_operations, OPERATIONS, 8);
	FIELD(nfs_client_minor, MINOR, 4);
	FIELD(nfs_client_address, ADDRESS, 48);
	FIELD(nfs_client_session, SESSION, 8);
	FIELD(nfs_client_lease, LEASE, 8);
	FIELD(nfs_client_state, STATE, 8);
	FIELD(operations_version, 0, 4);
	FIELD(session_slots, 0, 128);
	FIELD(session_most_slots, 128, 4);
	FIELD(session_waiting, 132, 4);
	FIELD(client_procedures, PROCEDURES, 8);
	FIELD(client_procedure_count, PROCEDURE_COUNT, 4);
	FIELD(client_metrics, METRICS, 8);
	FIELD(client_parent, PARENT, 8);
	FIELD(procedure_name, 0, 8);
	FIELD(metrics_calls, 0, 8);
	FIELD(metrics_sent, 8, 8);
	FIELD(metrics_timeouts, 16, 8);
	FIELD(metrics_bytes_sent, 24, 8);
	FIELD(metrics_bytes_received, 32, 8);
	FIELD(metrics_queue, 40, 8);
	FIELD(metrics_rtt, 48, 8);
	FIELD(metrics_execute, 56, 8);
	layout->procedure_bytes = PROCEDURE_BYTES;
	layout->metrics_bytes = METRICS_BYTES;
}

static void place_superblocks(struct made_kernel *made)
{
	MADE_FIELD(made, super_block_list, 0, 16);
	MADE_FIELD(made, super_block_dev, 16, 4);
	MADE_FIELD(made, super_block_flags, 24, 8);
	MADE_FIELD(made, super_block_type, 32, 8);
	MADE_FIELD(made, super_block_subtype, 40, 8);
	MADE_FIELD(made, super_block_frozen, 48, 4);
	MADE_FIELD(made, file_system_type_name, 0, 8);
}

static uint64_t make_superblock(struct scene *scene, const char *type)
{
	struct made_kernel *made = scene->made;
	uint64_t superblock = made_alloc_pages(made, 128), system = made_alloc(made, 8);

	MADE_SET(made, system, file_system_type_name, made_string(made, type));
	MADE_SET(made, superblock, super_block_type, system);
	MADE_SET(made, superblock, super_block_dev, 43);
	made_list_add(made, scene->head, superblock);
	return superblock;
}

/* A client of two procedures, whose counters are 1 to 8 and 0. */
static uint64_t make_rpc(struct scene *scene)
{
	struct made_kernel *made = scene->made;
	uint64_t rpc = made_alloc_pages(made, 64), table = made_alloc(made, 2 * PROCEDURE_BYTES);

	scene->metrics = made_alloc(made, 2 * METRICS_BYTES);
	for (uint64_t i = 0; i < 8; i++)
		made_put(made, scene->metrics + METRICS_BYTES + 8 * i,
			 i < 5 ? i + 1 : (i + 1) * 1000000000ull, 8);
	scene->table = table;
	made_put(made, table, made_string(made, "NOTHING"), 8);
	made_put(made, table + PROCEDURE_BYTES, made_string(made, "READ"), 8);
	made_put(made, rpc + PROCEDURES, table, 8);
	made_put(made, rpc + PROCEDURE_COUNT, 2, 4);
	made_put(made, rpc + METRICS, scene->metrics, 8);
	made_put(made, rpc + PARENT, rpc, 8);
	return rpc;
}

static void create(struct scene *scene)
{
	struct made_kernel *made = made_kernel_create();
	uint64_t operations = made_alloc(made, 8), session = made_alloc(made, 192);

	*scene = (struct scene){.made = made, .jiffies = {.now = 100000, .tick_s = 0.004}};
	place_members(&scene->layout);
	place_superblocks(made);
	scene->head = made_alloc(made, 16);
	made_list_init(made, scene->head);
	made_symbols(made, (const char *const[]){"super_blocks", NULL},
		     (const uint64_t[]){scene->head});
	make_superblock(scene, "ext4");
	scene->superblock = make_superblock(scene, "nfs4");
	scene->server = made_alloc_pages(made, 64);
	scene->client = made_alloc_pages(made, 128);
	scene->rpc = make_rpc(scene);
	made_put(made, scene->superblock + 64, scene->server, 8);
	made_put(made, scene->server + SERVER_CLIENT, scene->client, 8);
	made_put(made, scene->server + SERVER_RPC, scene->rpc, 8);
	made_put(made, scene->server + SERVER_FLAGS, 0x200, 4);
	made_put(made, scene->server + SERVER_READ_SIZE, 131072, 4);
	made_put(made, scene->server + SERVER_CACHE, 750, 4);
	made_put(made, scene->server + SERVER_TIME, 75000, 8);
	made_put(made, operations, 4, 4);
	made_put(made, scene->client + HOST, made_string(made, "filer"), 8);
	made_put(made, scene->client + MAIN, scene->rpc + 8, 8);
	made_put(made, scene->client + OPERATIONS, operations, 8);
	made_put(made, scene->client + MINOR, 2, 4);
	memcpy(made_at(made, scene->client + ADDRESS), "192.0.2.9", 9);
	made_put(made, scene->client + SESSION, session, 8);
	made_put(made, scene->client + LEASE, 22500, 8);
	made_put(made, scene->client + STATE, 5, 8);
	made_put(made, session, 0x8000000000000007, 8);
	made_put(made, session + 120, 1, 8);
	made_put(made, session + 128, 64, 4);
	made_put(made, session + 132, 6, 4);
}

static void destroy(struct scene *scene)
{
	made_kernel_destroy(scene->made);
}

static void load(struct scene *scene, struct fb_nfs_mounts *mounts)
{
	FB_OK_FATAL(
		fb_nfs_mounts_load(&scene->made->kernel, &scene->layout, &scene->jiffies, mounts));
}

static void reads_mounts(void)
{
	const struct fb_nfs_procedure *procedure;
	const struct fb_nfs_mount *mount;
	struct fb_nfs_mounts mounts;
	struct scene scene;
	char text[64];

	create(&scene);
	load(&scene, &mounts);
	CU_ASSERT_TRUE(mounts.complete);
	CU_ASSERT_EQUAL_FATAL(mounts.count, 1);
	mount = &mounts.mounts[0];
	CU_ASSERT_TRUE(mount->superblock == scene.superblock && mount->server == scene.server);
	CU_ASSERT_TRUE(mount->client == scene.rpc && mount->main_client == scene.rpc + 8);
	CU_ASSERT_EQUAL(mount->device, 43);
	CU_ASSERT_STRING_EQUAL(mount->type, "nfs4");
	CU_ASSERT_STRING_EQUAL(mount->host, "filer");
	CU_ASSERT_STRING_EQUAL(fb_nfs_version_text(mount, text, sizeof(text)), "4.2");
	CU_ASSERT_TRUE(mount->flags == 0x200 && mount->read_size == 131072);
	CU_ASSERT_DOUBLE_EQUAL(mount->file_cache_s[0], 3, 1e-9);
	CU_ASSERT_TRUE(isnan(mount->file_cache_s[1])); /* which this kernel has not */
	CU_ASSERT_DOUBLE_EQUAL(mount->age_s, 100, 1e-9);
	CU_ASSERT_STRING_EQUAL(mount->local_address, "192.0.2.9");
	CU_ASSERT_DOUBLE_EQUAL(mount->lease_s, 90, 1e-9);
	CU_ASSERT_TRUE(isnan(mount->renewed_s));
	CU_ASSERT_EQUAL(mount->state, 5);
	CU_ASSERT_TRUE(mount->has_session && mount->slots_used == 5 && mount->slots == 64);
	CU_ASSERT_EQUAL(mount->slot_waiters, 6);
	CU_ASSERT_TRUE(mount->procedures_known);
	CU_ASSERT_EQUAL_FATAL(mount->procedure_count, 1); /* the other was never called */
	procedure = &mount->procedures[0];
	CU_ASSERT_STRING_EQUAL(procedure->name, "READ");
	CU_ASSERT_TRUE(procedure->calls == 1 && procedure->transmissions == 2 &&
		       procedure->timeouts == 3);
	CU_ASSERT_TRUE(procedure->bytes_sent == 4 && procedure->bytes_received == 5);
	CU_ASSERT_DOUBLE_EQUAL(procedure->queue_s, 6, 1e-9);
	CU_ASSERT_DOUBLE_EQUAL(procedure->rtt_s, 7, 1e-9);
	CU_ASSERT_DOUBLE_EQUAL(procedure->execute_s, 8, 1e-9);
	CU_ASSERT_EQUAL(fb_warnings_count(scene.made->warnings), 0);
	fb_nfs_mounts_deinit(&mounts);
	destroy(&scene);
}

/* What a client was cloned from counts too; one that is its own ancestor ends. */
static void adds_up_parents(void)
{
	struct fb_nfs_mounts mounts;
	struct scene scene;
	uint64_t parent, table;

	create(&scene);
	table = scene.table;
	parent = make_rpc(&scene);
	made_put(scene.made, scene.rpc + PARENT, parent, 8);
	load(&scene, &mounts);
	CU_ASSERT_EQUAL(mounts.mounts[0].procedures[0].calls, 2);
	CU_ASSERT_DOUBLE_EQUAL(mounts.mounts[0].procedures[0].execute_s, 16, 1e-9);
	/* The first procedure, which has no name. */
	made_put(scene.made, scene.metrics, 7, 8);
	made_put(scene.made, table, 0, 8);
	fb_nfs_mounts_deinit(&mounts);
	made_put(scene.made, scene.rpc + PARENT, scene.rpc, 8);
	made_put(scene.made, scene.rpc + METRICS, scene.metrics, 8);
	load(&scene, &mounts);
	CU_ASSERT_EQUAL(mounts.mounts[0].procedure_count, 2);
	CU_ASSERT_STRING_EQUAL(mounts.mounts[0].procedures[0].name, "NULL");
	fb_nfs_mounts_deinit(&mounts);
	made_put(scene.made, scene.rpc + PARENT, parent, 8);
	made_put(scene.made, parent + PARENT, scene.rpc, 8);
	load(&scene, &mounts);
	CU_ASSERT_TRUE(mounts.count == 1 && !mounts.mounts[0].procedures_known);
	CU_ASSERT_EQUAL(fb_warnings_count(scene.made->warnings), 1);
	fb_nfs_mounts_deinit(&mounts);
	destroy(&scene);
}

static void damage_costs_its_part(void)
{
	struct fb_nfs_mounts mounts;
	struct scene scene;

	create(&scene);
	made_put(scene.made, scene.rpc + PROCEDURE_COUNT, UINT32_MAX, 4);
	load(&scene, &mounts);
	CU_ASSERT_TRUE(mounts.count == 1 && mounts.complete && !mounts.mounts[0].procedures_known);
	fb_nfs_mounts_deinit(&mounts);
	made_put(scene.made, scene.client + SESSION, 0x10, 8);
	load(&scene, &mounts);
	CU_ASSERT_TRUE(mounts.count == 1 && !mounts.mounts[0].has_session);
	fb_nfs_mounts_deinit(&mounts);
	made_lose(scene.made, scene.client);
	load(&scene, &mounts);
	CU_ASSERT_TRUE(mounts.count == 0 && !mounts.complete);
	fb_nfs_mounts_deinit(&mounts);
	made_put(scene.made, scene.superblock, 0x1234, 8);
	load(&scene, &mounts);
	CU_ASSERT_FALSE(mounts.complete);
	fb_nfs_mounts_deinit(&mounts);
	scene.made->kernel.layout.super_block_list.found = false;
	FB_FAILS(fb_nfs_mounts_load(&scene.made->kernel, &scene.layout, &scene.jiffies, &mounts),
		 FB_NOT_FOUND);
	destroy(&scene);
}

static void numbers_have_names(void)
{
	static const struct {
		uint64_t flags;
		const char *text;
	} flags[] = {
		{0, "hard"},
		{0x1, "soft"},
		{0x400000, "softerr"},
		{0x4c230, "hard,nocto,noac,nolock,nordirplus,nosharecache,noresvport"},
		{0x30000, "hard,lookupcache=none"},
		{0x10808, "hard,posix,noacl,lookupcache=pos"},
	};
	const struct fb_nfs_mount old = {.version = 3, .minor = 7};
	char text[160];

	for (size_t i = 0; i < FB_ARRAY_SIZE(flags); i++)
		CU_ASSERT_STRING_EQUAL(fb_nfs_flags_text(flags[i].flags, text, sizeof(text)),
				       flags[i].text);
	CU_ASSERT_STRING_EQUAL(fb_nfs_flags_text(0x210, text, 9), "hard,noc");
	CU_ASSERT_STRING_EQUAL(fb_nfs_version_text(&old, text, sizeof(text)), "3");
	CU_ASSERT_STRING_EQUAL(fb_nfs_state_text(0, text, sizeof(text)), "");
	CU_ASSERT_STRING_EQUAL(fb_nfs_state_text(5, text, sizeof(text)),
			       "manager running, lease expired");
}

FB_TEST_MAIN("kernel/nfs_mounts", FB_TEST(reads_mounts), FB_TEST(adds_up_parents),
	     FB_TEST(damage_costs_its_part), FB_TEST(numbers_have_names))
