// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads that wait at rings of io_uring and at contexts of aio, of which requests wait for pipes. */
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "bundle/waits/io/recognise.h"
#include "tests/bundle/waits/made_open_files.h"
#include "tests/bundle/waits/made_types.h"
#include "tests/harness.h"
#include "tests/kernel/made_files.h"

#define MEMBERS(...) ((const struct made_member[MADE_MEMBERS]){__VA_ARGS__})
#define READ_MODE 1u
#define WRITE_MODE 2u
#define READ_OPCODE 2u
#define HASH_NODE 32u
#define KI_LIST 40u

struct world {
	struct made_waits waits;
	struct made_types types;
	struct made_kernel *made;
	struct fb_task *waiter, *writer;
	uint64_t ring, buckets, context, file;
};

static void make_types(struct world *w)
{
	struct made_types *types = &w->types;
	uint32_t table, hlist, bucket;

	made_types_begin(types);
	hlist = made_struct(types, "hlist_head", 8, MEMBERS({"first", types->word, 0}));
	bucket = made_struct(types, "io_hash_bucket", 16, MEMBERS({"list", hlist, 8}));
	(void)bucket;
	table = made_struct(types, "io_hash_table", 16,
			    MEMBERS({"hbs", types->word, 0}, {"hash_bits", types->half, 8}));
	made_struct(types, "io_ring_ctx", 128,
		    MEMBERS({"cancel_table", table, 16}, {"cq_wait", types->queue, 64}));
	made_struct(types, "io_kiocb", 64,
		    MEMBERS({"file", types->word, 0}, {"opcode", types->half, 8},
			    {"hash_node", types->list, HASH_NODE}));
	made_struct(types, "io_cold_def", 16, MEMBERS({"name", types->word, 8}));
	made_struct(types, "kioctx", 128,
		    MEMBERS({"active_reqs", types->list, 16}, {"wait", types->queue, 64}));
	made_struct(types, "aio_kiocb", 64,
		    MEMBERS({"ki_filp", types->word, 0}, {"ki_list", types->list, KI_LIST}));
	made_types_give(types, w->made);
}

/* A pipe that the waiter reads and the writer writes; a ring of two buckets, a context, both empty. */
static void begin(struct world *w)
{
	uint64_t pipe, defs;

	made_waits_begin(&w->waits);
	w->made = w->waits.made;
	make_types(w);
	made_open_files_members(&w->waits);
	w->waiter = made_waits_task(&w->waits, 10, 10, "waiter");
	w->writer = made_waits_task(&w->waits, 20, 20, "writer");
	pipe = made_pipe(&w->waits);
	w->file = made_open_file(&w->waits, pipe, S_IFIFO, READ_MODE);
	made_open_fd(&w->waits, w->waiter, 3, w->file);
	defs = made_open_file(&w->waits, pipe, S_IFIFO, WRITE_MODE);
	/* Both are of one inode. */
	memcpy(made_at(w->made, defs + w->made->kernel.layout.file_inode.offset),
	       made_at(w->made, w->file + w->made->kernel.layout.file_inode.offset), 8);
	made_open_fd(&w->waits, w->writer, 4, defs);
	w->ring = made_alloc(w->made, 128);
	w->buckets = made_alloc(w->made, 32);
	made_put(w->made, w->ring + 16, w->buckets, 8);
	made_put(w->made, w->ring + 24, 1, 4);
	made_list_init(w->made, w->ring + 64 + MADE_QUEUE_LIST);
	w->context = made_alloc(w->made, 128);
	made_list_init(w->made, w->context + 16);
	made_list_init(w->made, w->context + 64 + MADE_QUEUE_LIST);
	defs = made_alloc(w->made, 64);
	made_put(w->made, defs + READ_OPCODE * 16 + 8, made_string(w->made, "READ"), 8);
	made_symbols(w->made, (const char *const[]){"io_cold_defs", NULL}, &defs);
}

static void end(struct world *w)
{
	made_waits_end(&w->waits);
	made_types_end(&w->types);
}

static void put_request(struct world *w, unsigned bucket)
{
	uint64_t request = made_alloc(w->made, 64), first;

	memcpy(&first, made_at(w->made, w->buckets + bucket * 16 + 8), 8);
	made_put(w->made, request, w->file, 8);
	made_put(w->made, request + 8, READ_OPCODE, 4);
	made_put(w->made, request + HASH_NODE, first, 8);
	made_put(w->made, w->buckets + bucket * 16 + 8, request + HASH_NODE, 8);
}

static void wait_at_ring(struct world *w)
{
	struct fb_blocked blocked = made_waits_blocked(&w->waits, w->waiter, "io-uring");

	made_sleep_in(&w->waits, w->waiter, w->ring + 64 + MADE_QUEUE_LIST);
	FB_OK_FATAL(fb_wait_ring(&w->waits.finder, &blocked));
}

static void names_a_rings_requests(void)
{
	const struct fb_wait_object *object;
	struct world w;

	begin(&w);
	put_request(&w, 1);
	wait_at_ring(&w);
	object = made_waits_object(&w.waits, w.waiter);
	CU_ASSERT_EQUAL(object->key[0], w.ring);
	CU_ASSERT_PTR_NOT_NULL_FATAL(object->detail);
	CU_ASSERT_EQUAL(strncmp(object->detail, "request READ of ", 16), 0);
	CU_ASSERT(made_waits_owned_by(&w.waits, w.waiter, 20));
	CU_ASSERT(object->others && object->certain);
	end(&w);
}

/* Without a wait queue the call's own descriptor tells, if it is a ring: not what a closed one's number is of
 * now, nor the index of a registered one. */
static void a_descriptor_has_to_be_a_ring(void)
{
	static const struct {
		const char *name;
		uint64_t flags;
		const char *error; /* NULL: it is believed */
	} cases[] = {
		{"[io_uring]", 1, NULL},
		{"[timerfd]", 1, "descriptor 5 is no ring of io_uring at the panic"},
		{"[io_uring]", 1 | 16, "registered ring"},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		uint64_t root, superblock, dentry, file;
		struct fb_blocked blocked;
		struct world w;

		begin(&w);
		superblock = made_superblock(w.made, "anon_inodefs", 8, &root);
		dentry = made_dentry(w.made, superblock, root, cases[i].name, 5, 0600);
		made_dname(w.made, dentry);
		file = made_file(w.made, made_mount(w.made, root, 0, 0), dentry);
		MADE_SET(w.made, file, file_private_data, w.ring);
		made_open_fd(&w.waits, w.waiter, 5, file);
		blocked = made_waits_blocked(&w.waits, w.waiter, "io-uring");
		made_waits_call(&blocked, SYS_io_uring_enter, 5, 0, 1, cases[i].flags);
		if (cases[i].error) {
			FB_FAILS_WITH(fb_wait_ring(&w.waits.finder, &blocked), FB_NOT_FOUND,
				      cases[i].error);
		} else {
			FB_OK_FATAL(fb_wait_ring(&w.waits.finder, &blocked));
			CU_ASSERT_EQUAL(made_waits_object(&w.waits, w.waiter)->key[0], w.ring);
		}
		end(&w);
	}
}

static void an_empty_ring_says_so(void)
{
	const struct fb_wait_object *object;
	struct world w;

	begin(&w);
	wait_at_ring(&w);
	object = made_waits_object(&w.waits, w.waiter);
	CU_ASSERT_EQUAL(object->owner_count, 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(object->need, "none of its requests waits for a file"));
	end(&w);
}

/* What was not looked through may be there. */
static void a_lost_table_is_no_answer(void)
{
	const struct fb_wait_object *object;
	struct world w;

	begin(&w);
	w.buckets = made_alloc_pages(w.made, 64);
	made_put(w.made, w.ring + 16, w.buckets, 8);
	made_lose(w.made, w.buckets);
	wait_at_ring(&w);
	object = made_waits_object(&w.waits, w.waiter);
	CU_ASSERT_PTR_NOT_NULL(strstr(object->need, "it cannot be known whether a request"));
	end(&w);
}

/* A chain that leads back to itself ends. */
static void a_loop_of_requests_ends(void)
{
	struct world w;
	uint64_t first;

	begin(&w);
	put_request(&w, 0);
	memcpy(&first, made_at(w.made, w.buckets + 8), 8);
	made_put(w.made, first, first, 8);
	wait_at_ring(&w);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(made_waits_object(&w.waits, w.waiter)->detail, "4096 requests"));
	end(&w);
}

static void names_a_contexts_requests(void)
{
	const struct fb_wait_object *object;
	struct fb_blocked blocked;
	struct world w;
	uint64_t request;

	begin(&w);
	request = made_alloc(w.made, 64);
	made_put(w.made, request, w.file, 8);
	made_list_add(w.made, w.context + 16, request + KI_LIST);
	blocked = made_waits_blocked(&w.waits, w.waiter, "aio");
	made_sleep_in(&w.waits, w.waiter, w.context + 64 + MADE_QUEUE_LIST);
	FB_OK_FATAL(fb_wait_aio(&w.waits.finder, &blocked));
	object = made_waits_object(&w.waits, w.waiter);
	CU_ASSERT_EQUAL(object->key[0], w.context);
	CU_ASSERT(made_waits_owned_by(&w.waits, w.waiter, 20));
	end(&w);
}

FB_TEST_MAIN("bundle/wait_ring", FB_TEST(names_a_rings_requests),
	     FB_TEST(a_descriptor_has_to_be_a_ring), FB_TEST(an_empty_ring_says_so),
	     FB_TEST(a_lost_table_is_no_answer), FB_TEST(a_loop_of_requests_ends),
	     FB_TEST(names_a_contexts_requests))
