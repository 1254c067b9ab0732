// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads that wait for the answer of a user process: who has the descriptor that it is asked through. */
#include <string.h>
#include <sys/stat.h>

#include "bundle/waits/supervisors/recognise.h"
#include "tests/bundle/waits/made_answer.h"
#include "tests/bundle/waits/made_open_files.h"
#include "tests/bundle/waits/made_superblocks.h"
#include "tests/harness.h"

#define LOST 0xffff800000001000ull
#define UNREAD "1 open files, or tables of them, cannot be read"

/* Who waits, who answers, who has another file open: in w->list. */
enum { WAITER, SERVER, OTHER };

static void put_types(struct made_types *types, bool channels)
{
	uint32_t data, filter;

	if (channels) {
		made_struct(
			types, "fuse_req", 64,
			MADE_MEMBERS_OF({"waitq", types->queue, 16}, {"chan", types->word, 40}));
		made_struct(
			types, "fuse_chan", 64,
			MADE_MEMBERS_OF({"conn", types->word, 8}, {"devices", types->list, 24}));
		made_struct(types, "fuse_conn", 64, MADE_MEMBERS_OF({"mounts", types->list, 40}));
	} else {
		made_struct(types, "fuse_req", 64,
			    MADE_MEMBERS_OF({"waitq", types->queue, 16}, {"fm", types->word, 48}));
		made_struct(types, "fuse_conn", 64, MADE_MEMBERS_OF({"devices", types->list, 16}));
	}
	made_struct(types, "fuse_mount", 64,
		    MADE_MEMBERS_OF({"fc", types->word, 0}, {"sb", types->word, 8},
				    {"fc_entry", types->list, 16}));
	made_struct(types, "fuse_dev", 64, MADE_MEMBERS_OF({"entry", types->list, 24}));
	data = made_struct(types, "fanotify_group_private_data", 64,
			   MADE_MEMBERS_OF({"access_waitq", types->queue, 16}));
	made_struct(types, "fsnotify_group", 128, MADE_MEMBERS_OF({"fanotify_data", data, 32}));
	filter = made_struct(types, "seccomp", 16, MADE_MEMBERS_OF({"filter", types->word, 8}));
	made_struct(types, "task_struct", MADE_TASK_BYTES,
		    MADE_MEMBERS_OF({"seccomp", filter, 400}));
	made_struct(types, "seccomp_filter", 64,
		    MADE_MEMBERS_OF({"notif", types->word, 8}, {"prev", types->word, 16}));
	made_struct(types, "userfaultfd_wait_queue", 88,
		    MADE_MEMBERS_OF({"wq", types->entry, 32}, {"ctx", types->word, 72}));
}

static void begin_with(struct made_waits *w, bool channels)
{
	made_open_files_members(w);
	put_types(made_waits_types(w), channels);
	made_types_give(&w->types, w->made);
	made_waits_task(w, 10, 10, "waiter");
	made_waits_task(w, 20, 20, "server");
	made_waits_task(w, 30, 30, "other");
	made_open_fd(w, &w->list[OTHER], 4,
		     made_open_file(w, made_alloc(w->made, 64), S_IFCHR | 0600, 3));
}

static void begin(struct made_waits *w)
{
	begin_with(w, false);
}

static void open_channel(struct made_waits *w, int who, uint64_t private_data)
{
	made_open_fd(w, &w->list[who], 5, made_open_file(w, private_data, S_IFCHR | 0600, 3));
}

/* One of another process's tables of open files cannot be read. */
static struct fb_blocked lose(struct made_waits *w, struct fb_blocked blocked)
{
	MADE_SET(w->made, w->list[OTHER].address, task_files, LOST);
	return blocked;
}

/* A request at a file system's connection, marks[0], which has two devices: marks[1] and marks[2]. */
static struct fb_blocked at_fuse(struct made_waits *w)
{
	uint64_t request, mount, head;

	begin(w);
	request = made_alloc(w->made, 64);
	mount = made_alloc(w->made, 64);
	for (int i = 0; i < 3; i++)
		w->marks[i] = made_alloc(w->made, 64);
	head = made_superblocks_begin(w);
	MADE_FIELD(w->made, file_mode, 80, 4);
	MADE_FIELD(w->made, file_private_data, 88, 8);
	made_put(w->made, mount + 8, made_superblocks_add(w, head, "fuse.bindfs", "0:41", "fuse"),
		 8);
	made_list_init(w->made, request + 16 + MADE_QUEUE_LIST);
	made_put(w->made, request + 48, mount, 8);
	made_put(w->made, mount, w->marks[0], 8);
	made_list_init(w->made, w->marks[0] + 16);
	made_list_add(w->made, w->marks[0] + 16, w->marks[1] + 24);
	made_list_add(w->made, w->marks[0] + 16, w->marks[2] + 24);
	made_sleep_in(w, &w->list[WAITER], request + 16 + MADE_QUEUE_LIST);
	return made_waits_blocked(w, &w->list[WAITER], "fuse");
}

/* The same where devices serve a channel of the connection. */
static struct fb_blocked served_through_a_channel(struct made_waits *w)
{
	uint64_t request, channel, mount, head;

	begin_with(w, true);
	request = made_alloc(w->made, 64);
	channel = made_alloc(w->made, 64);
	mount = made_alloc(w->made, 64);
	for (int i = 0; i < 2; i++)
		w->marks[i] = made_alloc(w->made, 64);
	head = made_superblocks_begin(w);
	MADE_FIELD(w->made, file_mode, 80, 4);
	MADE_FIELD(w->made, file_private_data, 88, 8);
	made_put(w->made, mount + 8, made_superblocks_add(w, head, "fuse.bindfs", "0:41", "fuse"),
		 8);
	made_list_init(w->made, request + 16 + MADE_QUEUE_LIST);
	made_put(w->made, request + 40, channel, 8);
	made_put(w->made, channel + 8, w->marks[0], 8);
	made_list_init(w->made, channel + 24);
	made_list_add(w->made, channel + 24, w->marks[1] + 24);
	made_list_init(w->made, w->marks[0] + 40);
	made_list_add(w->made, w->marks[0] + 40, mount + 16);
	made_sleep_in(w, &w->list[WAITER], request + 16 + MADE_QUEUE_LIST);
	open_channel(w, SERVER, w->marks[1]);
	return made_waits_blocked(w, &w->list[WAITER], "fuse");
}

static struct fb_blocked served(struct made_waits *w)
{
	struct fb_blocked blocked = at_fuse(w);

	open_channel(w, SERVER, w->marks[1]);
	return blocked;
}

static struct fb_blocked served_by_two(struct made_waits *w)
{
	struct fb_blocked blocked = served(w);

	open_channel(w, OTHER, w->marks[2]);
	return blocked;
}

static struct fb_blocked not_known_to_be_served(struct made_waits *w)
{
	return lose(w, at_fuse(w));
}

static void finds_the_server_of_a_fuse_file_system(void)
{
#define FUSE                                                 \
	.kind = "fuse", .object = "fuse {0} 0x0",            \
	.name = "the server of /fuse (fuse.bindfs on 0:41)", \
	.evidence = "the request whose wait queue it sleeps in"
	static const struct made_scene scenes[] = {
		{served, fb_wait_fuse, {FUSE, .owners = "20p", .flags = "certain sure"}},
		{served_through_a_channel,
		 fb_wait_fuse,
		 {FUSE, .owners = "20p", .flags = "certain sure"}},
		{served_by_two, fb_wait_fuse, {FUSE, .owners = "20p 30p", .flags = "certain sure"}},
		{at_fuse,
		 fb_wait_fuse,
		 {FUSE,
		  .need = "no process has /dev/fuse open for it: the file system has no server",
		  .flags = "certain sure"}},
		{not_known_to_be_served,
		 fb_wait_fuse,
		 {FUSE,
		  .need = "it cannot be known whether a process has /dev/fuse open for it: " UNREAD,
		  .flags = "others certain sure"}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_check(&scenes[i]);
}

static struct fb_blocked at_fanotify(struct made_waits *w)
{
	uint64_t head;

	begin(w);
	w->marks[0] = made_alloc(w->made, 128);
	head = w->marks[0] + 32 + 16 + MADE_QUEUE_LIST;
	made_list_init(w->made, head);
	made_sleep_in(w, &w->list[WAITER], head);
	return made_waits_blocked(w, &w->list[WAITER], "fanotify");
}

static struct fb_blocked scanned(struct made_waits *w)
{
	struct fb_blocked blocked = at_fanotify(w);

	open_channel(w, SERVER, w->marks[0]);
	return blocked;
}

static struct fb_blocked not_known_to_be_scanned(struct made_waits *w)
{
	return lose(w, at_fanotify(w));
}

static void finds_the_scanner_of_fanotify(void)
{
#define FANOTIFY                                           \
	.kind = "fanotify", .object = "fanotify {0} 0x0",  \
	.name = "a fanotify permission event (group {0})", \
	.evidence = "the fanotify group whose wait queue it sleeps in"
	static const struct made_scene scenes[] = {
		{scanned, fb_wait_fanotify, {FANOTIFY, .owners = "20p", .flags = "certain sure"}},
		{at_fanotify,
		 fb_wait_fanotify,
		 {FANOTIFY, .need = "no process has the fanotify group open",
		  .flags = "certain sure"}},
		{not_known_to_be_scanned,
		 fb_wait_fanotify,
		 {FANOTIFY,
		  .need = "it cannot be known whether a process has the fanotify group open: " UNREAD,
		  .flags = "others certain sure"}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
}

/* Two filters, the one installed last first; notif: which of them has a listener. marks[0] is it. */
static struct fb_blocked filtered(struct made_waits *w, unsigned notif)
{
	uint64_t filters[2];

	begin(w);
	for (unsigned i = 0; i < 2; i++) {
		filters[i] = made_alloc(w->made, 64);
		if (notif & 1u << i)
			made_put(w->made, filters[i] + 8, MADE_BASE + 4096, 8);
	}
	made_put(w->made, filters[0] + 16, filters[1], 8);
	made_put(w->made, w->list[WAITER].address + 408, filters[0], 8);
	w->marks[0] = filters[notif & 1 ? 0 : 1];
	w->marks[1] = filters[0];
	return made_waits_blocked(w, &w->list[WAITER], "seccomp");
}

static struct fb_blocked without_listener(struct made_waits *w)
{
	return filtered(w, 0);
}

static struct fb_blocked in_a_loop_of_filters(struct made_waits *w)
{
	struct fb_blocked blocked = filtered(w, 0);

	made_put(w->made, w->marks[0] + 16, w->marks[1], 8);
	return blocked;
}

static struct fb_blocked behind_a_damaged_filter(struct made_waits *w)
{
	struct fb_blocked blocked = filtered(w, 2);

	made_put(w->made, w->marks[1] + 16, 0x1238, 8);
	return blocked;
}

static struct fb_blocked unsupervised(struct made_waits *w)
{
	return filtered(w, 3);
}

static struct fb_blocked supervised(struct made_waits *w)
{
	struct fb_blocked blocked = filtered(w, 2);

	open_channel(w, SERVER, w->marks[0]);
	return blocked;
}

static struct fb_blocked not_known_to_be_supervised(struct made_waits *w)
{
	return lose(w, filtered(w, 1));
}

/* Of several filters the one that has a listener. */
static void finds_the_supervisor_of_system_calls(void)
{
#define SECCOMP                                                            \
	.kind = "seccomp", .object = "seccomp {0} 0x0",                    \
	.name = "the supervisor of its system calls (seccomp filter {0})", \
	.evidence = "the listener of its seccomp filter"
	static const struct made_scene scenes[] = {
		{supervised, fb_wait_seccomp, {SECCOMP, .owners = "20p", .flags = "certain sure"}},
		{unsupervised,
		 fb_wait_seccomp,
		 {SECCOMP, .need = "no process has the filter's listener open",
		  .flags = "certain sure"}},
		{not_known_to_be_supervised,
		 fb_wait_seccomp,
		 {SECCOMP,
		  .need = "it cannot be known whether a process has the filter's listener open: " UNREAD,
		  .flags = "others certain sure"}},
	};
	static const struct made_scene refused[] = {
		{without_listener,
		 fb_wait_seccomp,
		 {.code = FB_NOT_FOUND, .error = "none of its filters has a listener"}},
		{in_a_loop_of_filters,
		 fb_wait_seccomp,
		 {.code = FB_CORRUPT, .error = "its list of filters has no end"}},
		{behind_a_damaged_filter,
		 fb_wait_seccomp,
		 {.code = FB_CORRUPT, .error = "its list of filters has no end"}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
	for (size_t i = 0; i < FB_ARRAY_SIZE(refused); i++)
		made_scene_check(&refused[i]);
}

/* As many filters as the kernel allows are followed, and not one more. */
static void follows_as_many_filters_as_there_can_be(void)
{
	enum { MOST = 8192, BYTES = 64 };

	for (int over = 0; over < 2; over++) {
		struct fb_blocked blocked;
		struct made_waits w;
		uint64_t first;

		made_waits_begin(&w);
		blocked = filtered(&w, 0);
		first = made_alloc(w.made, (MOST + 1) * BYTES);
		for (int i = 0; i < MOST - 1 + over; i++)
			made_put(w.made, first + i * BYTES + 16ull, first + (i + 1ull) * BYTES, 8);
		made_put(w.made, first + (MOST - 1ull + over) * BYTES + 8, MADE_BASE + 4096, 8);
		made_put(w.made, blocked.task->address + 408, first, 8);
		if (over)
			FB_FAILS(fb_wait_seccomp(&w.finder, &blocked), FB_CORRUPT);
		else
			FB_OK(fb_wait_seccomp(&w.finder, &blocked));
		made_waits_end(&w);
	}
}

/* A page fault that the context marks[0] is to serve. */
static struct fb_blocked faulting(struct made_waits *w)
{
	uint64_t head, fault;
	struct fb_blocked blocked;

	begin(w);
	head = made_alloc(w->made, 64);
	fault = made_waits_frame(&w->list[WAITER]);
	w->marks[0] = made_alloc(w->made, 64);
	made_list_init(w->made, head);
	made_put(w->made, fault + 32 + 8, w->list[WAITER].address, 8);
	made_list_add(w->made, head, fault + 32 + 24);
	made_put(w->made, fault + 72, w->marks[0], 8);
	blocked = made_waits_blocked(w, &w->list[WAITER], "userfaultfd");
	blocked.high = fault + 80;
	return blocked;
}

static struct fb_blocked served_fault(struct made_waits *w)
{
	struct fb_blocked blocked = faulting(w);

	open_channel(w, SERVER, w->marks[0]);
	return blocked;
}

static struct fb_blocked fault_not_known_to_be_served(struct made_waits *w)
{
	return lose(w, faulting(w));
}

static void finds_who_serves_page_faults(void)
{
#define FAULT                                                   \
	.kind = "userfaultfd", .object = "userfaultfd {0} 0x0", \
	.name = "a page that userfaultfd {0} is to serve",      \
	.evidence = "the page fault's structure on its kernel stack"
	static const struct made_scene scenes[] = {
		{served_fault,
		 fb_wait_userfault,
		 {FAULT, .owners = "20p", .flags = "certain sure"}},
		{faulting,
		 fb_wait_userfault,
		 {FAULT, .need = "no process has the userfaultfd open", .flags = "certain sure"}},
		{fault_not_known_to_be_served,
		 fb_wait_userfault,
		 {FAULT,
		  .need = "it cannot be known whether a process has the userfaultfd open: " UNREAD,
		  .flags = "others certain sure"}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
}

/* A second wait for what is known already adds nothing to it. */
static void a_channel_is_described_once(void)
{
	static const struct {
		struct fb_blocked (*make)(struct made_waits *w);
		struct fb_error *(*find)(struct fb_wait_finder *finder,
					 const struct fb_blocked *blocked);
	} cases[] = {{served, fb_wait_fuse},
		     {scanned, fb_wait_fanotify},
		     {supervised, fb_wait_seccomp},
		     {served_fault, fb_wait_userfault}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct fb_blocked blocked;
		struct made_waits w;
		uint64_t reads;

		made_waits_begin(&w);
		blocked = cases[i].make(&w);
		FB_OK_FATAL(cases[i].find(&w.finder, &blocked));
		reads = w.made->reads;
		FB_OK_FATAL(cases[i].find(&w.finder, &blocked));
		CU_ASSERT(w.made->reads - reads < reads / 2);
		CU_ASSERT_EQUAL(w.finder.graph.object_count, 1);
		CU_ASSERT_EQUAL(w.finder.graph.objects[0].waiters, 2);
		made_waits_end(&w);
	}
}

FB_TEST_MAIN("bundle/wait_supervisor", FB_TEST(finds_the_server_of_a_fuse_file_system),
	     FB_TEST(finds_the_scanner_of_fanotify), FB_TEST(finds_the_supervisor_of_system_calls),
	     FB_TEST(follows_as_many_filters_as_there_can_be),
	     FB_TEST(finds_who_serves_page_faults), FB_TEST(a_channel_is_described_once))
