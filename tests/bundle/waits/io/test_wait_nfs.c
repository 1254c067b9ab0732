// SPDX-License-Identifier: GPL-2.0-or-later
/* Calls to NFS servers: all over one transport wait for one object. */
#include "bundle/waits/io/wait_nfs.h"

#include <string.h>

#include "bundle/waits/io/recognise.h"
#include "tests/bundle/waits/io/made_devices.h"
#include "tests/bundle/waits/made_answer.h"
#include "tests/bundle/waits/made_superblocks.h"
#include "tests/harness.h"

#define NANOSECONDS 1000000000ull
#define CONNECTED 2u
#define EVIDENCE "the RPC task whose word it sleeps on"
#define NEED "the server has to answer: it is not among what this dump tells of"
#define FS_INFO 384u /* of a super block: its private data */
#define WAITERS 3

static void put_types(struct made_waits *w)
{
	struct made_types *types = made_waits_types(w);

	made_devices_members(w);
	MADE_FIELD(w->made, wait_bit_flags, 0, 8);
	MADE_FIELD(w->made, wait_bit_number, 8, 4);
	MADE_FIELD(w->made, wait_bit_wait, 24, 40);
	w->made->kernel.layout.wait_bit_entry.size = 64;
	made_struct(types, "rpc_task", 128,
		    MADE_MEMBERS_OF({"tk_runstate", types->word, 48},
				    {"tk_client", types->word, 64}, {"tk_xprt", types->word, 72},
				    {"tk_start", types->word, 80}));
	made_struct(types, "rpc_clnt", 64, MADE_MEMBERS_OF({"cl_xprt", types->word, 16}));
	made_struct(types, "rpc_xprt", 64,
		    MADE_MEMBERS_OF({"servername", types->word, 8}, {"state", types->word, 16}));
	made_struct(types, "super_block", 448,
		    MADE_MEMBERS_OF({"s_fs_info", types->word, FS_INFO}));
	made_struct(types, "nfs_server", 64, MADE_MEMBERS_OF({"client", types->word, 8}));
	made_types_give(types, w->made);
	for (int i = 0; i < WAITERS; i++)
		made_waits_task(w, 10 + i, 10 + i, "waiter");
}

static uint64_t transport(struct made_waits *w, const char *server, uint64_t state)
{
	uint64_t address = made_alloc(w->made, 64);

	made_put(w->made, address + 8, made_string(w->made, server), 8);
	made_put(w->made, address + 16, state, 8);
	return address;
}

static uint64_t client_of(struct made_waits *w, uint64_t transport)
{
	uint64_t client = made_alloc(w->made, 64);

	made_put(w->made, client + 16, transport, 8);
	return client;
}

/* The thread waits for a call, whose rpc_task it gives. */
static uint64_t call(struct made_waits *w, const struct fb_task *task, uint64_t own_transport)
{
	uint64_t rpc = made_alloc(w->made, 128), head = made_alloc(w->made, 64);
	uint64_t waiter = made_waits_frame(task);

	made_put(w->made, rpc + 72, own_transport, 8);
	made_list_init(w->made, head);
	made_put(w->made, waiter, rpc + 48, 8);
	made_put(w->made, waiter + 8, 2, 4);
	made_put(w->made, waiter + 24 + 8, task->address, 8);
	made_list_add(w->made, head, waiter + 24 + 24);
	return rpc;
}

/* marks[1] is a super block of this type, mounted at /NAME from where the transport goes. */
static void mount(struct made_waits *w, uint64_t head, const char *type, const char *name,
		  uint64_t transport)
{
	uint64_t server = made_alloc(w->made, 64);

	w->marks[1] = made_superblocks_add(w, head, type, "0:40", name);
	made_put(w->made, w->marks[1] + FS_INFO, server, 8);
	made_put(w->made, server + 8, client_of(w, transport), 8);
}

static struct fb_blocked over_transport(struct made_waits *w, uint64_t state)
{
	put_types(w);
	w->marks[0] = transport(w, "fil\033er", state);
	call(w, &w->list[0], w->marks[0]);
	return made_waits_blocked(w, &w->list[0], "nfs");
}

static struct fb_blocked connected(struct made_waits *w)
{
	return over_transport(w, CONNECTED);
}

static struct fb_blocked not_connected(struct made_waits *w)
{
	return over_transport(w, ~(uint64_t)CONNECTED);
}

/* A call that has no transport yet: its client's. */
static struct fb_blocked by_client(struct made_waits *w)
{
	put_types(w);
	w->marks[0] = transport(w, "fil\033er", CONNECTED);
	made_put(w->made, call(w, &w->list[0], 0) + 64, client_of(w, w->marks[0]), 8);
	return made_waits_blocked(w, &w->list[0], "nfs");
}

/* Mounts of this server among others: of another server, of another type. */
static struct fb_blocked with_mounts(struct made_waits *w)
{
	struct fb_blocked blocked = connected(w);
	uint64_t head = made_superblocks_begin(w), other = transport(w, "other", 0);

	mount(w, head, "nfs", "home", w->marks[0]);
	mount(w, head, "nfs4", "elsewhere", other);
	mount(w, head, "ext4", "disk", w->marks[0]);
	mount(w, head, "nfs4", "srv", w->marks[0]);
	return blocked;
}

static struct fb_blocked with_many_mounts(struct made_waits *w)
{
	static const char *const names[] = {"a", "b", "c", "d", "e"};
	struct fb_blocked blocked = connected(w);
	uint64_t head = made_superblocks_begin(w);

	for (size_t i = 0; i < FB_ARRAY_SIZE(names); i++)
		mount(w, head, "nfs", names[i], w->marks[0]);
	return blocked;
}

static struct fb_blocked of_an_old_call(struct made_waits *w)
{
	struct fb_blocked blocked;

	put_types(w);
	MADE_FIELD(w->made, task_exec_start, 128, 8);
	w->finder.now = 100 * NANOSECONDS;
	MADE_SET(w->made, w->list[0].address, task_exec_start, 95 * NANOSECONDS);
	w->marks[0] = transport(w, "fil\033er", CONNECTED);
	made_put(w->made, call(w, &w->list[0], w->marks[0]) + 80, 40 * NANOSECONDS, 8);
	blocked = made_waits_blocked(w, &w->list[0], "nfs");
	return blocked;
}

/* A call that is younger than the thread's last run, or that begins after the panic, is no older. */
static struct fb_blocked of_a_young_call(struct made_waits *w)
{
	struct fb_blocked blocked = of_an_old_call(w);

	made_put(w->made, call(w, &w->list[0], w->marks[0]) + 80, 97 * NANOSECONDS, 8);
	return blocked;
}

static struct fb_blocked of_a_future_call(struct made_waits *w)
{
	struct fb_blocked blocked = of_an_old_call(w);

	made_put(w->made, call(w, &w->list[0], w->marks[0]) + 80, 101 * NANOSECONDS, 8);
	return blocked;
}

#define SERVER(called, state)                                                      \
	.kind = "nfs", .object = "nfs server {0} 0x0", .name = called,             \
	.detail = "its transport is " state, .need = NEED, .flags = "others sure", \
	.evidence = EVIDENCE

static void tells_the_server_of_a_call(void)
{
	static const struct made_scene scenes[] = {
		{connected, fb_wait_rpc, {SERVER("RPC server fil\\x1ber", "connected")}},
		{not_connected, fb_wait_rpc, {SERVER("RPC server fil\\x1ber", "not connected")}},
		{by_client, fb_wait_rpc, {SERVER("RPC server fil\\x1ber", "connected")}},
		{with_mounts,
		 fb_wait_rpc,
		 {SERVER("NFS server fil\\x1ber of /home, /srv", "connected")}},
		{with_many_mounts,
		 fb_wait_rpc,
		 {SERVER("NFS server fil\\x1ber of /a, /b, /c, /d", "connected")}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
}

static void a_wait_is_as_old_as_its_call(void)
{
	static const struct made_scene scenes[] = {
		{of_an_old_call,
		 fb_wait_rpc,
		 {SERVER("RPC server fil\\x1ber", "connected"), .seconds = 60}},
		{of_a_young_call,
		 fb_wait_rpc,
		 {SERVER("RPC server fil\\x1ber", "connected"), .seconds = 5}},
		{of_a_future_call,
		 fb_wait_rpc,
		 {SERVER("RPC server fil\\x1ber", "connected"), .seconds = 5}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_check(&scenes[i]);
}

static void all_calls_to_a_server_are_one_object(void)
{
	struct made_waits w;
	uint64_t one, other;

	made_waits_begin(&w);
	put_types(&w);
	one = transport(&w, "filer", CONNECTED);
	other = transport(&w, "backup", 0);
	for (int i = 0; i < WAITERS; i++) {
		struct fb_blocked blocked = made_waits_blocked(&w, &w.list[i], "nfs");

		call(&w, &w.list[i], i < 2 ? one : other);
		FB_OK_FATAL(fb_wait_rpc(&w.finder, &blocked));
	}
	CU_ASSERT_EQUAL(w.finder.graph.object_count, 2);
	CU_ASSERT_EQUAL(w.finder.graph.objects[0].waiters, 2);
	CU_ASSERT_STRING_EQUAL(w.finder.graph.objects[1].name, "RPC server backup");
	made_waits_end(&w);
}

/* Names that are longer than there is room for end the list. */
static void a_list_of_mounts_ends_where_it_is_full(void)
{
	static char names[3][101];
	struct fb_blocked blocked;
	struct made_waits w;
	uint64_t head;

	made_waits_begin(&w);
	blocked = connected(&w);
	head = made_superblocks_begin(&w);
	for (int i = 0; i < 3; i++) {
		memset(names[i], 'a' + i, sizeof(names[i]) - 1);
		mount(&w, head, "nfs", names[i], w.marks[0]);
	}
	FB_OK_FATAL(fb_wait_rpc(&w.finder, &blocked));
	CU_ASSERT_PTR_NOT_NULL(strstr(w.finder.graph.objects[0].name, ", /bbbb"));
	CU_ASSERT_EQUAL(strlen(w.finder.graph.objects[0].name),
			strlen("NFS server fil\\x1ber of ") + 255);
	made_waits_end(&w);
}

/* What is mounted from a server waits for the same object as its calls; others for none. */
static void finds_the_server_of_a_super_block(void)
{
	for (int nfs = 0; nfs < 2; nfs++) {
		struct fb_blocked blocked;
		struct made_waits w;
		size_t object = 7;

		made_waits_begin(&w);
		blocked = connected(&w);
		mount(&w, made_superblocks_begin(&w), nfs ? "nfs4" : "xnfs", "home", w.marks[0]);
		FB_OK_FATAL(fb_wait_rpc(&w.finder, &blocked));
		if (nfs)
			FB_OK(fb_wait_nfs_object(&w.finder, w.marks[1], &object));
		else
			FB_FAILS(fb_wait_nfs_object(&w.finder, w.marks[1], &object), FB_NOT_FOUND);
		CU_ASSERT_EQUAL(object, nfs ? 0 : 7);
		made_waits_end(&w);
	}
}

FB_TEST_MAIN("bundle/wait_nfs", FB_TEST(tells_the_server_of_a_call),
	     FB_TEST(a_wait_is_as_old_as_its_call), FB_TEST(all_calls_to_a_server_are_one_object),
	     FB_TEST(a_list_of_mounts_ends_where_it_is_full),
	     FB_TEST(finds_the_server_of_a_super_block))
