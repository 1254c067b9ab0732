// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads that wait at rings of io_uring and at contexts of aio, of which requests wait for pipes. */
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "bundle/waits/io/recognise.h"
#include "tests/bundle/waits/made_answer.h"
#include "tests/bundle/waits/made_open_files.h"
#include "tests/harness.h"
#include "tests/kernel/made_files.h"

#define READ_MODE 1u
#define WRITE_MODE 2u
#define READ_OPCODE 2u
/* Of an io_kiocb and an aio_kiocb. */
#define HASH_NODE 32u
#define KI_LIST 40u
/* Of an io_ring_ctx and a kioctx. */
#define TABLE 16u
#define LOCKED_TABLE 32u
#define REQUESTS 16u
#define QUEUE 64u

enum { WAITER, WRITER };

/* How kernels name operations, and which tables a ring has. */
struct kernel_kind {
	const char *definitions, *definition;
	bool locked;
};

static const struct kernel_kind newer = {"io_cold_defs", "io_cold_def", false};
static const struct kernel_kind older = {"io_op_defs", "io_op_def", true};
static const struct kernel_kind nameless = {"io_other_defs", "io_cold_def", false};

static void put_types(struct made_waits *w, const struct kernel_kind *kind)
{
	struct made_types *types = made_waits_types(w);
	uint32_t table, hlist;

	hlist = made_struct(types, "hlist_head", 8, MADE_MEMBERS_OF({"first", types->word, 0}));
	made_struct(types, "io_hash_bucket", 16, MADE_MEMBERS_OF({"list", hlist, 8}));
	table = made_struct(
		types, "io_hash_table", 16,
		MADE_MEMBERS_OF({"hbs", types->word, 0}, {"hash_bits", types->half, 8}));
	made_struct(types, "io_ring_ctx", 128,
		    MADE_MEMBERS_OF(
			    {"cancel_table", table, TABLE}, {"cq_wait", types->queue, QUEUE},
			    {kind->locked ? "cancel_table_locked" : NULL, table, LOCKED_TABLE}));
	made_struct(types, "io_kiocb", 64,
		    MADE_MEMBERS_OF({"file", types->word, 0}, {"opcode", types->half, 8},
				    {"hash_node", types->list, HASH_NODE}));
	made_struct(types, kind->definition, 16, MADE_MEMBERS_OF({"name", types->word, 8}));
	made_struct(types, "kioctx", 128,
		    MADE_MEMBERS_OF({"active_reqs", types->list, REQUESTS},
				    {"wait", types->queue, QUEUE}));
	made_struct(
		types, "aio_kiocb", 64,
		MADE_MEMBERS_OF({"ki_filp", types->word, 0}, {"ki_list", types->list, KI_LIST}));
	made_types_give(types, w->made);
}

/* An empty table of two buckets; gives these. */
static uint64_t put_table(struct made_waits *w, uint64_t table)
{
	uint64_t buckets = made_alloc(w->made, 32);

	made_put(w->made, table, buckets, 8);
	made_put(w->made, table + 8, 1, 4);
	return buckets;
}

/* A ring or context, marks[0], at which the waiter sleeps; marks[1]: the file of a pipe that it reads and the
 * writer writes; marks[2] and [3]: the buckets of a ring's tables. */
static struct fb_blocked begin(struct made_waits *w, const struct kernel_kind *kind)
{
	struct made_kernel *made = w->made;
	uint64_t definitions = made_alloc(made, 64);

	put_types(w, kind);
	made_open_files_members(w);
	made_waits_task(w, 10, 10, "waiter");
	made_waits_task(w, 20, 20, "writer");
	w->marks[0] = made_alloc(made, 128);
	w->marks[1] = made_pipe_between(w, &w->list[WAITER], 3, &w->list[WRITER], 4);
	made_list_init(made, w->marks[0] + QUEUE + MADE_QUEUE_LIST);
	made_put(made, definitions + READ_OPCODE * 16 + 8, made_string(made, "RE\033AD"), 8);
	made_waits_symbol(w, kind->definitions, definitions);
	made_sleep_in(w, &w->list[WAITER], w->marks[0] + QUEUE + MADE_QUEUE_LIST);
	return made_waits_blocked(w, &w->list[WAITER], "made");
}

static struct fb_blocked ring(struct made_waits *w, const struct kernel_kind *kind)
{
	struct fb_blocked blocked = begin(w, kind);

	w->marks[2] = put_table(w, w->marks[0] + TABLE);
	w->marks[3] = put_table(w, w->marks[0] + LOCKED_TABLE);
	return blocked;
}

static void put_request(struct made_waits *w, uint64_t bucket, uint64_t file)
{
	uint64_t request = made_alloc(w->made, 64), first;

	memcpy(&first, made_at(w->made, bucket + 8), 8);
	made_put(w->made, request, file, 8);
	made_put(w->made, request + 8, READ_OPCODE, 4);
	made_put(w->made, request + HASH_NODE, first, 8);
	made_put(w->made, bucket + 8, request + HASH_NODE, 8);
}

static struct fb_blocked with_a_request(struct made_waits *w)
{
	struct fb_blocked blocked = ring(w, &newer);

	put_request(w, w->marks[2] + 16, w->marks[1]);
	return blocked;
}

static struct fb_blocked of_an_older_kernel(struct made_waits *w)
{
	struct fb_blocked blocked = ring(w, &older);

	put_request(w, w->marks[3], w->marks[1]);
	return blocked;
}

/* Of both tables of such a kernel. */
static struct fb_blocked with_two_requests(struct made_waits *w)
{
	struct fb_blocked blocked = ring(w, &older);

	put_request(w, w->marks[2], w->marks[1]);
	put_request(w, w->marks[3] + 16, w->marks[1]);
	return blocked;
}

static struct fb_blocked without_names(struct made_waits *w)
{
	struct fb_blocked blocked = ring(w, &nameless);

	put_request(w, w->marks[2], w->marks[1]);
	return blocked;
}

static struct fb_blocked with_five_requests(struct made_waits *w)
{
	struct fb_blocked blocked = ring(w, &nameless);

	for (int i = 0; i < 5; i++)
		put_request(w, w->marks[2], w->marks[1]);
	return blocked;
}

/* A request without a file: of a timeout. */
static struct fb_blocked without_a_file(struct made_waits *w)
{
	struct fb_blocked blocked = ring(w, &newer);

	put_request(w, w->marks[2], 0);
	return blocked;
}

static struct fb_blocked of_a_lost_file(struct made_waits *w)
{
	struct fb_blocked blocked = ring(w, &newer);

	put_request(w, w->marks[2], MADE_BASE + (1ull << 30));
	return blocked;
}

static struct fb_blocked empty(struct made_waits *w)
{
	return ring(w, &newer);
}

static struct fb_blocked with_too_many_buckets(struct made_waits *w)
{
	struct fb_blocked blocked = ring(w, &newer);

	made_put(w->made, w->marks[0] + TABLE + 8, 9, 4);
	return blocked;
}

/* A chain that leads back to itself ends. */
static struct fb_blocked in_a_loop(struct made_waits *w)
{
	struct fb_blocked blocked = ring(w, &nameless);
	uint64_t first;

	put_request(w, w->marks[2], w->marks[1]);
	memcpy(&first, made_at(w->made, w->marks[2] + 8), 8);
	made_put(w->made, first, first, 8);
	return blocked;
}

#define EVIDENCE "the ring that it sleeps at, and its requests that wait for files"
#define RING                                                                                  \
	.kind = "io-uring", .object = "io_uring {0} 0x0", .name = "requests of io_uring {0}", \
	.flags = "others certain sure", .evidence = EVIDENCE
#define REQUEST "request RE\\x1bAD of /it"
#define LOST "file 0xffff888040000000: path_mnt: nothing at 0xffff888040000010"
#define FEEDS "it cannot be known whether a request of it waits for a file that a process feeds: "

static void tells_a_rings_requests(void)
{
	static const struct made_scene scenes[] = {
		{with_a_request, fb_wait_ring, {RING, .detail = REQUEST, .owners = "20p"}},
		{of_an_older_kernel, fb_wait_ring, {RING, .detail = REQUEST, .owners = "20p"}},
		{with_two_requests,
		 fb_wait_ring,
		 {RING, .detail = REQUEST "; " REQUEST, .owners = "20p"}},
		{without_names, fb_wait_ring, {RING, .detail = "request of /it", .owners = "20p"}},
		{with_five_requests,
		 fb_wait_ring,
		 {RING,
		  .detail = "request of /it; request of /it; request of /it; request of /it; 5 "
			    "requests",
		  .owners = "20p"}},
		{without_a_file,
		 fb_wait_ring,
		 {RING, .detail = "request RE\\x1bAD of a file",
		  .need = "no process has the other end of its requests' files"}},
		{empty,
		 fb_wait_ring,
		 {RING,
		  .need = "none of its requests waits for a file; those that a device or a worker "
			  "thread has are in no list"}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
}

/* What was not looked through may be there. */
static void owns_up_to_what_it_cannot_see(void)
{
	static const struct made_scene scenes[] = {
		{of_a_lost_file,
		 fb_wait_ring,
		 {RING, .detail = "request RE\\x1bAD of a file", .need = FEEDS LOST}},
		{with_too_many_buckets,
		 fb_wait_ring,
		 {RING, .need = FEEDS "a table of 2^9 buckets"}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_check(&scenes[i]);
}

static void a_loop_of_requests_ends(void)
{
	static const struct made_scene scene = {
		in_a_loop,
		fb_wait_ring,
		{RING,
		 .detail = "request of /it; request of /it; request of /it; request of /it; 4096 "
			   "requests",
		 .owners = "20p"}};

	made_scene_check(&scene);
}

/* Without a wait queue the call's own descriptor tells, if it is a ring: not what a closed one's number is of
 * now, nor the index of a registered one. */
static struct fb_blocked by_descriptor(struct made_waits *w, const char *name, uint64_t flags)
{
	struct made_kernel *made = w->made;
	uint64_t root, superblock, dentry, file;
	struct fb_blocked blocked = ring(w, &newer);

	made_put(made, made_waits_frame(&w->list[WAITER]) + 8, 0, 8);
	put_request(w, w->marks[2], w->marks[1]);
	superblock = made_superblock(made, "anon_inodefs", 8, &root);
	dentry = made_dentry(made, superblock, root, name, 5, 0600);
	made_dname(made, dentry);
	file = made_file(made, made_mount(made, root, 0, 0), dentry);
	MADE_SET(made, file, file_private_data, w->marks[0]);
	made_open_fd(w, &w->list[WAITER], 5, file);
	made_waits_call(&blocked, SYS_io_uring_enter, 5, 0, 1, flags);
	return blocked;
}

static struct fb_blocked by_its_ring(struct made_waits *w)
{
	return by_descriptor(w, "[io_uring]", 1);
}

static struct fb_blocked by_a_timer(struct made_waits *w)
{
	return by_descriptor(w, "[timerfd]", 1);
}

static struct fb_blocked by_a_registered_ring(struct made_waits *w)
{
	return by_descriptor(w, "[io_uring]", 1 | 16);
}

static struct fb_blocked without_registers(struct made_waits *w)
{
	struct fb_blocked blocked = by_descriptor(w, "[io_uring]", 1);

	blocked.has_regs = false;
	return blocked;
}

static void a_descriptor_has_to_be_a_ring(void)
{
	static const struct made_scene scenes[] = {
		{by_its_ring, fb_wait_ring, {RING, .detail = REQUEST, .owners = "20p"}},
		{by_a_timer,
		 fb_wait_ring,
		 {.code = FB_NOT_FOUND,
		  .error = "descriptor 5 is no ring of io_uring at the panic"}},
		{by_a_registered_ring,
		 fb_wait_ring,
		 {.code = FB_NOT_FOUND, .error = "registered ring"}},
		{without_registers,
		 fb_wait_ring,
		 {.code = FB_NOT_FOUND, .error = "not found on its stack"}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_check(&scenes[i]);
	made_scene_damage(&scenes[0]);
}

static struct fb_blocked context(struct made_waits *w, unsigned requests, uint64_t file)
{
	struct fb_blocked blocked = begin(w, &newer);

	made_list_init(w->made, w->marks[0] + REQUESTS);
	for (unsigned i = 0; i < requests; i++) {
		uint64_t request = made_alloc(w->made, 64);

		made_put(w->made, request, file ? file : w->marks[1], 8);
		made_list_add(w->made, w->marks[0] + REQUESTS, request + KI_LIST);
	}
	return blocked;
}

static struct fb_blocked context_with_a_request(struct made_waits *w)
{
	return context(w, 1, 0);
}

static struct fb_blocked context_with_two(struct made_waits *w)
{
	return context(w, 2, 0);
}

static struct fb_blocked empty_context(struct made_waits *w)
{
	return context(w, 0, 0);
}

static struct fb_blocked context_of_a_lost_file(struct made_waits *w)
{
	return context(w, 1, MADE_BASE + (1ull << 30));
}

static struct fb_blocked context_without_types(struct made_waits *w)
{
	struct fb_blocked blocked = context(w, 1, 0);

	w->made->kernel.types = NULL;
	return blocked;
}

#define AIO                                                                                    \
	.kind = "aio", .object = "aio context {0} 0x0", .name = "requests of aio context {0}", \
	.flags = "others certain sure",                                                        \
	.evidence = "the context that it sleeps at, and its requests that can be cancelled"

static void tells_a_contexts_requests(void)
{
	static const struct made_scene scenes[] = {
		{context_with_a_request,
		 fb_wait_aio,
		 {AIO, .detail = "request of /it", .owners = "20p"}},
		{context_with_two,
		 fb_wait_aio,
		 {AIO, .detail = "request of /it; request of /it", .owners = "20p"}},
		{empty_context,
		 fb_wait_aio,
		 {AIO,
		  .need = "none of its requests waits for a file; those that a device has are in "
			  "no list"}},
		{context_of_a_lost_file,
		 fb_wait_aio,
		 {AIO, .detail = "request of a file", .need = FEEDS LOST}},
	};
	static const struct made_scene without = {
		context_without_types, fb_wait_aio, {.code = FB_NOT_FOUND, .error = "kioctx"}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
	made_scene_check(&without);
}

/* All threads of one ring wait for one object, which is described once. */
static void a_ring_is_one_object(void)
{
	struct fb_blocked blocked;
	struct made_waits w;

	made_waits_begin(&w);
	blocked = with_a_request(&w);
	FB_OK_FATAL(fb_wait_ring(&w.finder, &blocked));
	FB_OK_FATAL(fb_wait_ring(&w.finder, &blocked));
	CU_ASSERT_EQUAL(w.finder.graph.object_count, 1);
	CU_ASSERT_EQUAL(w.finder.graph.wait_count, 2);
	CU_ASSERT_STRING_EQUAL(w.finder.graph.objects[0].detail, REQUEST);
	made_waits_end(&w);
}

FB_TEST_MAIN("bundle/wait_ring", FB_TEST(tells_a_rings_requests),
	     FB_TEST(owns_up_to_what_it_cannot_see), FB_TEST(a_loop_of_requests_ends),
	     FB_TEST(a_descriptor_has_to_be_a_ring), FB_TEST(tells_a_contexts_requests),
	     FB_TEST(a_ring_is_one_object))
