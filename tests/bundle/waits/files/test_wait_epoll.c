// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads of a made kernel in epoll_wait(): which files they watch, and who can make those ready. */
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "bundle/waits/files/recognise.h"
#include "tests/bundle/waits/made_answer.h"
#include "tests/bundle/waits/made_open_files.h"
#include "tests/harness.h"
#include "tests/kernel/made_sockets.h"

#define LOST 0xffff800000001000ull /* an address that the dump does not have */
#define EVIDENCE "the files in the epoll's tree, and who has their other ends"
#define NOBODY "no process of this host has the other end of what it watches"
#define UNKNOWN                                                                           \
	"it cannot be known whether a process of this host has the other end of what it " \
	"watches: "
#define EPOLL_FD 3u
#define EPOLL_QUEUE 32u /* of struct eventpoll */
#define ITEM_QUEUES 48u /* of struct epitem: its first entry */
#define ENTRY_QUEUE 40u /* of that: the queue it is in */
#define SOCKET_QUEUE 32u
#define FOR_EVER 0xffffffffu /* of milliseconds: -1 */

enum { WAITER, FEEDER, OTHER };

/* Items: the node first, then file and descriptor. */
static void put_members(struct made_waits *w)
{
	made_open_files_members(w);
	MADE_FIELD(w->made, eventpoll_root, 16, 8);
	MADE_FIELD(w->made, epitem_node, 8, 24);
	MADE_FIELD(w->made, epitem_file, 32, 8);
	MADE_FIELD(w->made, epitem_fd, 40, 4);
	MADE_FIELD(w->made, rb_right, 8, 8);
	MADE_FIELD(w->made, rb_left, 16, 8);
	made_waits_task(w, 10, 10, "waiter");
	made_waits_task(w, 20, 20, "feeder");
	made_waits_task(w, 30, 30, "other");
	w->marks[0] = made_alloc(w->made, 64);
	made_open_fd(w, &w->list[WAITER], EPOLL_FD,
		     made_open_file(w, w->marks[0], S_IFREG | 0600, 3));
}

/* A node of the tree, below it what is given. */
static uint64_t item(struct made_waits *w, uint64_t file, uint32_t fd, uint64_t left,
		     uint64_t right)
{
	uint64_t at = made_alloc(w->made, 64);

	MADE_SET(w->made, at, epitem_file, file);
	MADE_SET(w->made, at, epitem_fd, fd);
	MADE_SET(w->made, at + 8, rb_left, left);
	MADE_SET(w->made, at + 8, rb_right, right);
	return at + 8;
}

static struct fb_blocked watching(struct made_waits *w, uint64_t root)
{
	struct fb_blocked blocked = made_waits_blocked(w, &w->list[WAITER], "epoll");

	MADE_SET(w->made, w->marks[0], eventpoll_root, root);
	made_waits_call(&blocked, SYS_epoll_wait, EPOLL_FD, 0, 0, FOR_EVER);
	return blocked;
}

static uint64_t fed(struct made_waits *w, unsigned fd, int feeder)
{
	return made_pipe_between(w, &w->list[WAITER], fd, &w->list[feeder], fd);
}

static struct fb_blocked a_pipe(struct made_waits *w)
{
	put_members(w);
	return watching(w, item(w, fed(w, 5, FEEDER), 5, 0, 0));
}

/* Three nodes, read from left to right. */
static struct fb_blocked three_pipes(struct made_waits *w)
{
	uint64_t left, right;

	put_members(w);
	left = item(w, fed(w, 5, FEEDER), 5, 0, 0);
	right = item(w, fed(w, 7, FEEDER), 7, 0, 0);
	return watching(w, item(w, fed(w, 6, OTHER), 6, left, right));
}

/* A file of no other end may become ready by anything: which of the two it waits for is not known. */
static struct fb_blocked a_pipe_and_a_file(struct made_waits *w)
{
	uint64_t file;

	put_members(w);
	file = made_open_file(w, made_alloc(w->made, 64), S_IFREG | 0600, 3);
	return watching(w, item(w, fed(w, 5, FEEDER), 5, 0, item(w, file, 6, 0, 0)));
}

static struct fb_blocked a_file(struct made_waits *w)
{
	put_members(w);
	return watching(w, item(w, made_open_file(w, 0, S_IFREG | 0600, 3), 5, 0, 0));
}

static struct fb_blocked an_end_that_nobody_has(struct made_waits *w)
{
	put_members(w);
	return watching(w, item(w, made_pipe_between(w, &w->list[WAITER], 5, NULL, 0), 5, 0, 0));
}

static struct fb_blocked an_end_that_is_lost(struct made_waits *w)
{
	struct fb_blocked blocked = an_end_that_nobody_has(w);

	MADE_SET(w->made, w->list[OTHER].address, task_files, LOST);
	return blocked;
}

static struct fb_blocked nothing(struct made_waits *w)
{
	put_members(w);
	return watching(w, 0);
}

/* A descriptor of -1 was closed. */
static struct fb_blocked a_closed_one(struct made_waits *w)
{
	put_members(w);
	return watching(w, item(w, fed(w, 5, FEEDER), (uint32_t)-1, 0, 0));
}

static struct fb_blocked many(struct made_waits *w, unsigned count)
{
	uint64_t root = 0;

	put_members(w);
	for (unsigned i = 0; i < count; i++)
		root = item(w, fed(w, 5 + i, FEEDER), 5 + i, root, 0);
	return watching(w, root);
}

static struct fb_blocked eight(struct made_waits *w)
{
	return many(w, 8);
}

static struct fb_blocked nine(struct made_waits *w)
{
	return many(w, 9);
}

static void tells_who_feeds_an_epoll(void)
{
#define EPOLL .kind = "epoll", .object = "epoll {0} 0x0", .name = "fd 3", .evidence = EVIDENCE
	static const struct made_scene scenes[] = {
		{a_pipe,
		 fb_wait_epoll,
		 {EPOLL, .detail = "watches fd 5", .owners = "20p", .flags = "certain sure"}},
		{three_pipes,
		 fb_wait_epoll,
		 {EPOLL, .detail = "watches fd 5, fd 6, fd 7", .owners = "20p 30p",
		  .flags = "certain sure"}},
		{a_pipe_and_a_file,
		 fb_wait_epoll,
		 {EPOLL, .detail = "watches fd 5, fd 6", .owners = "20p",
		  .flags = "others certain loose sure"}},
		{a_file,
		 fb_wait_epoll,
		 {EPOLL, .detail = "watches fd 5", .need = NOBODY, .flags = "others certain sure"}},
		{an_end_that_nobody_has,
		 fb_wait_epoll,
		 {EPOLL, .detail = "watches fd 5", .need = NOBODY, .flags = "certain sure"}},
		{an_end_that_is_lost,
		 fb_wait_epoll,
		 {EPOLL, .detail = "watches fd 5",
		  .need = UNKNOWN "1 open files, or tables of them, cannot be read",
		  .flags = "others certain sure"}},
		{nothing, fb_wait_epoll, {EPOLL, .need = NOBODY, .flags = "certain sure"}},
		{a_closed_one,
		 fb_wait_epoll,
		 {EPOLL, .detail = "watches a file without a descriptor", .owners = "20p",
		  .flags = "certain sure"}},
		{eight,
		 fb_wait_epoll,
		 {EPOLL, .detail = "watches fd 5, fd 6, fd 7, fd 8, fd 9, fd 10, fd 11, fd 12",
		  .owners = "20p", .flags = "certain sure"}},
		{nine,
		 fb_wait_epoll,
		 {EPOLL,
		  .detail =
			  "watches fd 5, fd 6, fd 7, fd 8, fd 9, fd 10, fd 11, fd 12, ...; 9 files",
		  .owners = "20p", .flags = "others certain loose sure"}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_check(&scenes[i]);
	made_scene_damage(&scenes[0]);
	made_scene_damage(&scenes[2]);
	made_scene_damage(&scenes[4]);
}

/* Types, by which queues are read; items point back to their epoll. older: as before 5.8, when an item had a list of
 * entries. */
static void put_queues(struct made_waits *w, bool older)
{
	struct made_types *types = made_waits_types(w);

	made_struct(types, "epitem", 64,
		    MADE_MEMBERS_OF({"pwqlist", older ? types->list : types->word, ITEM_QUEUES}));
	made_struct(types, "eppoll_entry", 64,
		    MADE_MEMBERS_OF({"whead", types->word, ENTRY_QUEUE}));
	made_types_give(types, w->made);
	put_members(w);
	MADE_FIELD(w->made, eventpoll_wait, EPOLL_QUEUE, 16);
	MADE_FIELD(w->made, epitem_epoll, 56, 8);
	made_list_init(w->made, w->marks[0] + EPOLL_QUEUE);
}

/* Its table of descriptors is lost; it sleeps in the queue of the epoll. */
static struct fb_blocked asleep(struct made_waits *w, uint64_t root)
{
	MADE_SET(w->made, root - 8, epitem_epoll, w->marks[0]);
	MADE_SET(w->made, w->list[WAITER].address, task_files, LOST);
	made_sleep_in(w, &w->list[WAITER], w->marks[0] + EPOLL_QUEUE);
	return watching(w, root);
}

static struct fb_blocked by_its_queue(struct made_waits *w)
{
	uint64_t root;

	put_queues(w, false);
	root = item(w, fed(w, 5, FEEDER), 5, 0, 0);
	return asleep(w, root);
}

/* The descriptor is another epoll's since. */
static struct fb_blocked by_its_queue_before_its_descriptor(struct made_waits *w)
{
	struct fb_blocked blocked = by_its_queue(w);
	uint64_t other = made_alloc(w->made, 64);

	MADE_SET(w->made, w->list[WAITER].address, task_files, 0);
	made_open_fd(w, &w->list[WAITER], EPOLL_FD, made_open_file(w, other, S_IFREG | 0600, 3));
	return blocked;
}

static struct fb_blocked of_anothers_item(struct made_waits *w)
{
	struct fb_blocked blocked = by_its_queue(w);
	uint64_t root;

	memcpy(&root, made_at(w->made, w->marks[0] + 16), 8);
	MADE_SET(w->made, root - 8, epitem_epoll, w->marks[0] + 64);
	return blocked;
}

static struct fb_blocked of_no_item(struct made_waits *w)
{
	struct fb_blocked blocked = by_its_queue(w);

	MADE_SET(w->made, w->marks[0], eventpoll_root, 0);
	return blocked;
}

static struct fb_blocked of_a_lost_item(struct made_waits *w)
{
	struct fb_blocked blocked = by_its_queue(w);

	MADE_SET(w->made, w->marks[0], eventpoll_root, LOST);
	return blocked;
}

/* A file that is lost, of a socket whose other end FEEDER has; the epoll's entry is in its queue. */
static struct fb_blocked a_lost_socket(struct made_waits *w, bool older, uint32_t fd)
{
	uint64_t sock, peer, root, entry;

	put_queues(w, older);
	sock = made_sock(w->made, AF_UNIX, SOCK_STREAM, 1);
	peer = made_sock(w->made, AF_UNIX, SOCK_STREAM, 1);
	MADE_SET(w->made, sock, unix_peer, peer);
	made_open_fd(w, &w->list[FEEDER], 5,
		     made_open_file(w, made_socket(w->made, peer, 6), S_IFSOCK | 0777, 3));
	entry = made_alloc(w->made, 64);
	made_put(w->made, entry + ENTRY_QUEUE,
		 made_socket(w->made, sock, 5) + SOCKET_QUEUE - MADE_QUEUE_LIST, 8);
	root = item(w, LOST, fd, 0, 0);
	made_put(w->made, root - 8 + ITEM_QUEUES, entry, 8);
	return asleep(w, root);
}

static struct fb_blocked a_socket_by_its_entry(struct made_waits *w)
{
	return a_lost_socket(w, false, 5);
}

static struct fb_blocked a_socket_of_no_descriptor(struct made_waits *w)
{
	return a_lost_socket(w, false, (uint32_t)-1);
}

static struct fb_blocked a_socket_as_before(struct made_waits *w)
{
	return a_lost_socket(w, true, 5);
}

/* The entry is not to be had. */
static struct fb_blocked a_socket_without_an_entry(struct made_waits *w)
{
	struct fb_blocked blocked = a_lost_socket(w, false, 5);
	uint64_t root;

	memcpy(&root, made_at(w->made, w->marks[0] + 16), 8);
	made_put(w->made, root - 8 + ITEM_QUEUES, 0, 8);
	return blocked;
}

#define LOST_FILE "fd 5: file 0xffff800000001000: path_mnt: nothing at 0xffff800000001010"

static void finds_an_epoll_by_its_queue(void)
{
	static const struct made_scene scenes[] = {
		{by_its_queue,
		 fb_wait_epoll,
		 {EPOLL, .detail = "watches fd 5", .owners = "20p",
		  .flags = "others certain sure"}},
		{by_its_queue_before_its_descriptor,
		 fb_wait_epoll,
		 {EPOLL, .detail = "watches fd 5", .owners = "20p", .flags = "certain sure"}},
	};
	static const struct made_answer lost = {.code = FB_FAULT,
						.error = "nothing at 0xffff8000000010"};
	const struct made_scene refused[] = {
		{of_anothers_item, fb_wait_epoll, lost},
		{of_no_item, fb_wait_epoll, lost},
		{of_a_lost_item, fb_wait_epoll, lost},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
	for (size_t i = 0; i < FB_ARRAY_SIZE(refused); i++)
		made_scene_check(&refused[i]);
}

static void tells_who_feeds_a_lost_file(void)
{
	static const struct made_scene scenes[] = {
		{a_socket_by_its_entry,
		 fb_wait_epoll,
		 {EPOLL, .detail = "watches fd 5", .owners = "20p",
		  .flags = "others certain sure"}},
		{a_socket_of_no_descriptor,
		 fb_wait_epoll,
		 {EPOLL, .detail = "watches a file of an unknown descriptor", .owners = "20p",
		  .flags = "others certain sure"}},
		{a_socket_as_before,
		 fb_wait_epoll,
		 {EPOLL, .detail = "watches fd 5", .need = UNKNOWN LOST_FILE,
		  .flags = "others certain sure"}},
		{a_socket_without_an_entry,
		 fb_wait_epoll,
		 {EPOLL, .detail = "watches fd 5", .need = UNKNOWN LOST_FILE,
		  .flags = "others certain sure"}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
}

static struct fb_blocked in_a_loop(struct made_waits *w)
{
	uint64_t root;

	put_members(w);
	root = item(w, fed(w, 5, FEEDER), 5, 0, 0);
	MADE_SET(w->made, root, rb_left, root);
	return watching(w, root);
}

static struct fb_blocked in_no_memory(struct made_waits *w)
{
	put_members(w);
	return watching(w, item(w, fed(w, 5, FEEDER), 5, 0x1238, 0));
}

static struct fb_blocked without_registers(struct made_waits *w)
{
	struct fb_blocked blocked = a_pipe(w);

	blocked.has_regs = false;
	return blocked;
}

static struct fb_blocked of_32_bits(struct made_waits *w)
{
	struct fb_blocked blocked = a_pipe(w);

	blocked.compat = true;
	return blocked;
}

static void refuses_what_is_no_epoll(void)
{
	static const struct made_scene scenes[] = {
		{in_a_loop,
		 fb_wait_epoll,
		 {.code = FB_CORRUPT, .error = "its tree of files is damaged"}},
		{in_no_memory,
		 fb_wait_epoll,
		 {.code = FB_CORRUPT, .error = "its tree of files is damaged"}},
		{without_registers,
		 fb_wait_epoll,
		 {.code = FB_ABSENT, .error = "the system call's arguments are unknown"}},
		{of_32_bits,
		 fb_wait_epoll,
		 {.code = FB_ABSENT, .error = "the system call's arguments are unknown"}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_check(&scenes[i]);
}

/* A tree may be 64 deep to the left, and not deeper. */
static void a_tree_has_a_depth(void)
{
	for (unsigned depth = 64; depth <= 65; depth++) {
		uint64_t root = 0, file;
		struct fb_blocked blocked;
		struct made_waits w;

		made_waits_begin(&w);
		put_members(&w);
		file = fed(&w, 5, FEEDER);
		for (unsigned i = 0; i < depth; i++)
			root = item(&w, file, 5, root, 0);
		blocked = watching(&w, root);
		if (depth == 64)
			FB_OK(fb_wait_epoll(&w.finder, &blocked));
		else
			FB_FAILS(fb_wait_epoll(&w.finder, &blocked), FB_CORRUPT);
		made_waits_end(&w);
	}
}

/* The timeout is a number of milliseconds, or, of the newest call, the address of a time. */
static void tells_whether_it_ends_by_itself(void)
{
	static const struct {
		int64_t syscall;
		uint64_t arg3;
		bool ends;
	} cases[] = {
		{SYS_epoll_wait, FOR_EVER, false},  {SYS_epoll_wait, 0xffffffff00000000ull, true},
		{SYS_epoll_wait, 1000, true},       {SYS_epoll_pwait, FOR_EVER, false},
		{SYS_epoll_pwait2, 0, false},       {SYS_epoll_pwait2, 0x7fffffffe000ull, true},
		{SYS_epoll_pwait2, FOR_EVER, true},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct fb_blocked blocked;
		struct made_waits w;

		made_waits_begin(&w);
		blocked = a_pipe(&w);
		blocked.syscall = cases[i].syscall;
		blocked.args[3] = cases[i].arg3;
		FB_OK_FATAL(fb_wait_epoll(&w.finder, &blocked));
		FB_OK_FATAL(fb_wait_epoll(&w.finder, &blocked));
		CU_ASSERT_EQUAL(w.finder.graph.waits[0].timeout, cases[i].ends);
		CU_ASSERT_EQUAL(w.finder.graph.object_count, 1);
		CU_ASSERT_EQUAL(w.finder.graph.objects[0].waiters, 2);
		made_waits_end(&w);
	}
}

FB_TEST_MAIN("bundle/wait_epoll", FB_TEST(tells_who_feeds_an_epoll),
	     FB_TEST(finds_an_epoll_by_its_queue), FB_TEST(tells_who_feeds_a_lost_file),
	     FB_TEST(refuses_what_is_no_epoll), FB_TEST(a_tree_has_a_depth),
	     FB_TEST(tells_whether_it_ends_by_itself))
