// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads that wait for the answer of a user process: who has the descriptor that it is asked through. */
#include <string.h>
#include <sys/stat.h>

#include "bundle/waits/supervisors/recognise.h"
#include "tests/bundle/waits/made_open_files.h"
#include "tests/bundle/waits/made_types.h"
#include "tests/harness.h"

#define MEMBERS(...) ((const struct made_member[MADE_MEMBERS]){__VA_ARGS__})

struct world {
	struct made_waits waits;
	struct made_types types;
	struct made_kernel *made;
	struct fb_task *waiter, *server, *other;
};

static void put_types(struct made_types *types)
{
	uint32_t data, filter;

	made_struct(types, "fuse_req", 64,
		    MEMBERS({"waitq", types->queue, 16}, {"fm", types->word, 48}));
	made_struct(types, "fuse_mount", 64,
		    MEMBERS({"fc", types->word, 0}, {"sb", types->word, 8}));
	made_struct(types, "fuse_conn", 64, MEMBERS({"devices", types->list, 16}));
	made_struct(types, "fuse_dev", 64, MEMBERS({"entry", types->list, 24}));
	data = made_struct(types, "fanotify_group_private_data", 64,
			   MEMBERS({"access_waitq", types->queue, 16}));
	made_struct(types, "fsnotify_group", 128, MEMBERS({"fanotify_data", data, 32}));
	filter = made_struct(types, "seccomp", 16, MEMBERS({"filter", types->word, 8}));
	made_struct(types, "task_struct", MADE_TASK_BYTES, MEMBERS({"seccomp", filter, 400}));
	made_struct(types, "seccomp_filter", 64,
		    MEMBERS({"notif", types->word, 8}, {"prev", types->word, 16}));
	made_struct(types, "userfaultfd_wait_queue", 88,
		    MEMBERS({"wq", types->entry, 32}, {"ctx", types->word, 72}));
}

static void begin(struct world *w)
{
	made_waits_begin(&w->waits);
	w->made = w->waits.made;
	made_open_files_members(&w->waits);
	made_types_begin(&w->types);
	put_types(&w->types);
	made_types_give(&w->types, w->made);
	w->waiter = made_waits_task(&w->waits, 10, 10, "waiter");
	w->server = made_waits_task(&w->waits, 20, 20, "server");
	w->other = made_waits_task(&w->waits, 30, 30, "other");
	made_open_fd(&w->waits, w->other, 4,
		     made_open_file(&w->waits, made_alloc(w->made, 64), S_IFCHR | 0600, 3));
}

static void end(struct world *w)
{
	made_waits_end(&w->waits);
	made_types_end(&w->types);
}

static void serve(struct world *w, uint64_t private_data)
{
	made_open_fd(&w->waits, w->server, 4,
		     made_open_file(&w->waits, private_data, S_IFCHR | 0600, 3));
}

static void check(struct world *w, const char *kind)
{
	CU_ASSERT_STRING_EQUAL(made_waits_of(&w->waits, w->waiter)->kind, kind);
	CU_ASSERT_EQUAL(made_waits_object(&w->waits, w->waiter)->owner_count, 1);
	CU_ASSERT(made_waits_owned_by(&w->waits, w->waiter, 20));
	CU_ASSERT(made_waits_object(&w->waits, w->waiter)->certain);
}

/* A request, its connection, and the connection's only device. */
static uint64_t make_fuse(struct world *w)
{
	uint64_t request = made_alloc(w->made, 64), mount = made_alloc(w->made, 64);
	uint64_t connection = made_alloc(w->made, 64), device = made_alloc(w->made, 64);

	made_list_init(w->made, request + 16 + MADE_QUEUE_LIST);
	made_put(w->made, request + 48, mount, 8);
	made_put(w->made, mount, connection, 8);
	made_list_init(w->made, connection + 16);
	made_list_add(w->made, connection + 16, device + 24);
	made_sleep_in(&w->waits, w->waiter, request + 16 + MADE_QUEUE_LIST);
	return device;
}

static void finds_the_server_of_a_fuse_file_system(void)
{
	struct fb_blocked blocked;
	struct world w;

	begin(&w);
	serve(&w, make_fuse(&w));
	blocked = made_waits_blocked(&w.waits, w.waiter, "fuse");
	FB_OK_FATAL(fb_wait_fuse(&w.waits.finder, &blocked));
	check(&w, "fuse");
	end(&w);
}

/* That it has none is said only where all tables of open files were read. */
static void says_that_there_is_no_server_where_that_is_known(void)
{
	for (int lost = 0; lost < 2; lost++) {
		const struct fb_wait_object *object;
		struct fb_blocked blocked;
		struct world w;

		begin(&w);
		make_fuse(&w);
		if (lost)
			MADE_SET(w.made, w.server->address, task_files, 0xffff800000001000ull);
		blocked = made_waits_blocked(&w.waits, w.waiter, "fuse");
		FB_OK_FATAL(fb_wait_fuse(&w.waits.finder, &blocked));
		object = made_waits_object(&w.waits, w.waiter);
		CU_ASSERT_EQUAL(object->owner_count, 0);
		CU_ASSERT_PTR_NOT_NULL(
			strstr(object->need, lost ? "cannot be known" : "has no server"));
		end(&w);
	}
}

static void finds_the_scanner_of_fanotify(void)
{
	struct fb_blocked blocked;
	struct world w;
	uint64_t group;

	begin(&w);
	group = made_alloc(w.made, 128);
	made_list_init(w.made, group + 32 + 16 + MADE_QUEUE_LIST);
	made_sleep_in(&w.waits, w.waiter, group + 32 + 16 + MADE_QUEUE_LIST);
	serve(&w, group);
	blocked = made_waits_blocked(&w.waits, w.waiter, "fanotify");
	FB_OK_FATAL(fb_wait_fanotify(&w.waits.finder, &blocked));
	check(&w, "fanotify");
	end(&w);
}

/* Of several filters the one that has a listener; a list that goes round ends. */
static void finds_the_supervisor_of_system_calls(void)
{
	struct fb_blocked blocked;
	struct world w;
	uint64_t last, first;

	begin(&w);
	first = made_alloc(w.made, 64);
	last = made_alloc(w.made, 64);
	made_put(w.made, w.waiter->address + 408, last, 8);
	made_put(w.made, last + 16, first, 8);
	blocked = made_waits_blocked(&w.waits, w.waiter, "seccomp");
	FB_FAILS(fb_wait_seccomp(&w.waits.finder, &blocked), FB_NOT_FOUND);
	made_put(w.made, first + 16, last, 8);
	FB_FAILS(fb_wait_seccomp(&w.waits.finder, &blocked), FB_CORRUPT);
	made_put(w.made, first + 8, 0xffff888000001000ull, 8);
	serve(&w, first);
	FB_OK_FATAL(fb_wait_seccomp(&w.waits.finder, &blocked));
	check(&w, "seccomp");
	end(&w);
}

static void finds_who_serves_page_faults(void)
{
	struct fb_blocked blocked;
	struct world w;
	uint64_t head, context, fault;

	begin(&w);
	head = made_alloc(w.made, 64);
	context = made_alloc(w.made, 64);
	fault = made_waits_frame(w.waiter);
	made_list_init(w.made, head);
	made_put(w.made, fault + 32 + 8, w.waiter->address, 8);
	made_list_add(w.made, head, fault + 32 + 24);
	made_put(w.made, fault + 72, context, 8);
	serve(&w, context);
	blocked = made_waits_blocked(&w.waits, w.waiter, "userfaultfd");
	FB_OK_FATAL(fb_wait_userfault(&w.waits.finder, &blocked));
	check(&w, "userfaultfd");
	end(&w);
}

FB_TEST_MAIN("bundle/wait_supervisor", FB_TEST(finds_the_server_of_a_fuse_file_system),
	     FB_TEST(says_that_there_is_no_server_where_that_is_known),
	     FB_TEST(finds_the_scanner_of_fanotify), FB_TEST(finds_the_supervisor_of_system_calls),
	     FB_TEST(finds_who_serves_page_faults))
