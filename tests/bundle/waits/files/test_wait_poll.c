// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads of a made kernel in poll() and select(): which files they watch, by the table on their stacks. */
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
#define EVIDENCE "its poll table in the kernel, and who has the other ends"
#define NOBODY "no process of this host has the other end of what it watches"
#define UNKNOWN                                                                           \
	"it cannot be known whether a process of this host has the other end of what it " \
	"watches: "
#define INLINE 40u /* of struct poll_wqueues: its entries */
#define ENTRY 64u
#define INLINE_ENTRIES 4u
#define TABLE (INLINE + INLINE_ENTRIES * ENTRY)
#define PAGE_ENTRIES 16u /* of struct poll_table_page */
#define SOCKET_QUEUE 32u

enum { WAITER, FEEDER, OTHER };

/* The thread's table, marks[0], on its stack; without entries. */
static void put_table(struct made_waits *w)
{
	made_open_files_members(w);
	w->made->kernel.layout.thread_union.size = 8192;
	w->made->kernel.layout.poll_wqueues.size = TABLE;
	w->made->kernel.layout.poll_entry.size = ENTRY;
	MADE_FIELD(w->made, poll_task, 16, 8);
	MADE_FIELD(w->made, poll_more, 8, 8);
	MADE_FIELD(w->made, poll_inline_count, 24, 4);
	MADE_FIELD(w->made, poll_inline, INLINE, INLINE_ENTRIES * ENTRY);
	MADE_FIELD(w->made, poll_entry_file, 8, 8);
	MADE_FIELD(w->made, poll_entry_table, 40, 8);
	MADE_FIELD(w->made, poll_entry_queue, 56, 8);
	MADE_FIELD(w->made, poll_page_next, 0, 8);
	MADE_FIELD(w->made, poll_page_end, 8, 8);
	MADE_FIELD(w->made, poll_page_entries, PAGE_ENTRIES, 0);
	made_waits_task(w, 10, 10, "waiter");
	made_alloc_pages(w->made, FB_PAGE_SIZE); /* the rest of its stack */
	made_waits_task(w, 20, 20, "feeder");
	made_waits_task(w, 30, 30, "other");
	w->marks[0] = made_waits_frame(&w->list[WAITER]);
	MADE_SET(w->made, w->marks[0], poll_task, w->list[WAITER].address);
}

static void put_entry(struct made_waits *w, uint64_t at, uint64_t file)
{
	MADE_SET(w->made, at, poll_entry_file, file);
	MADE_SET(w->made, at, poll_entry_table, w->marks[0]);
}

static void add(struct made_waits *w, uint64_t file)
{
	uint32_t count;

	memcpy(&count, made_at(w->made, w->marks[0] + 24), 4);
	put_entry(w, w->marks[0] + INLINE + count * ENTRY, file);
	MADE_SET(w->made, w->marks[0], poll_inline_count, count + 1ull);
}

/* An entry that waits for a file in that queue. */
static void add_in(struct made_waits *w, uint64_t file, uint64_t queue)
{
	uint32_t count;

	memcpy(&count, made_at(w->made, w->marks[0] + 24), 4);
	MADE_SET(w->made, w->marks[0] + INLINE + count * ENTRY, poll_entry_queue, queue);
	add(w, file);
}

/* A page of entries behind `before`, at which its address stands; without entries. */
static uint64_t add_page(struct made_waits *w, uint64_t before)
{
	uint64_t page = made_alloc_pages(w->made, FB_PAGE_SIZE);

	made_put(w->made, before, page, 8);
	MADE_SET(w->made, page, poll_page_end, page + PAGE_ENTRIES);
	return page;
}

static void add_to_page(struct made_waits *w, uint64_t page, uint64_t file)
{
	uint64_t end;

	memcpy(&end, made_at(w->made, page + 8), 8);
	put_entry(w, end, file);
	MADE_SET(w->made, page, poll_page_end, end + ENTRY);
}

static uint64_t fed(struct made_waits *w, unsigned fd, int feeder)
{
	return made_pipe_between(w, &w->list[WAITER], fd, &w->list[feeder], fd);
}

static struct fb_blocked polling(struct made_waits *w)
{
	struct fb_blocked blocked = made_waits_blocked(w, &w->list[WAITER], "poll");

	made_waits_call(&blocked, SYS_poll, 0, 0, 0xffffffffull, 0);
	return blocked;
}

static struct fb_blocked a_pipe(struct made_waits *w)
{
	put_table(w);
	add(w, fed(w, 5, FEEDER));
	return polling(w);
}

/* A pipe has two queues; each file counts once. */
static struct fb_blocked pipes_of_two_queues(struct made_waits *w)
{
	uint64_t first, second;

	put_table(w);
	first = fed(w, 5, FEEDER);
	second = fed(w, 6, OTHER);
	add(w, first);
	add(w, first);
	add(w, second);
	add(w, second);
	return polling(w);
}

/* More than the table has room for go to pages behind it. */
static struct fb_blocked in_pages(struct made_waits *w)
{
	uint64_t page;

	put_table(w);
	add(w, fed(w, 5, FEEDER));
	page = add_page(w, w->marks[0] + 8);
	for (unsigned fd = 6; fd < 9; fd++)
		add_to_page(w, page, fed(w, fd, FEEDER));
	add_to_page(w, add_page(w, page), fed(w, 9, OTHER));
	return polling(w);
}

static struct fb_blocked nine(struct made_waits *w)
{
	uint64_t page;

	put_table(w);
	add(w, fed(w, 5, FEEDER));
	page = add_page(w, w->marks[0] + 8);
	for (unsigned fd = 6; fd < 14; fd++)
		add_to_page(w, page, fed(w, fd, FEEDER));
	return polling(w);
}

static struct fb_blocked an_end_that_nobody_has(struct made_waits *w)
{
	put_table(w);
	add(w, made_pipe_between(w, &w->list[WAITER], 5, NULL, 0));
	return polling(w);
}

/* Of a file that others have too the thread's own descriptor is named; of one that it closed none. */
static struct fb_blocked shared_files(struct made_waits *w)
{
	uint64_t shared, closed;
	struct fb_task *last;

	put_table(w);
	last = made_waits_task(w, 40, 40, "last");
	shared = fed(w, 5, OTHER);
	made_open_fd(w, &w->list[WAITER], 4, shared);
	made_open_fd(w, &w->list[FEEDER], 1, shared);
	made_open_fd(w, last, 2, shared);
	closed = made_pipe_between(w, &w->list[FEEDER], 9, &w->list[OTHER], 9);
	add(w, shared);
	add(w, closed);
	return polling(w);
}

static void tells_who_feeds_a_poll(void)
{
#define POLL .kind = "poll", .object = "poll {0} 0x0", .evidence = EVIDENCE
	static const struct made_scene scenes[] = {
		{a_pipe,
		 fb_wait_poll,
		 {POLL, .name = "fd 5", .detail = "watches fd 5", .owners = "20p",
		  .flags = "certain sure"}},
		{pipes_of_two_queues,
		 fb_wait_poll,
		 {POLL, .name = "fd 5, fd 6", .detail = "watches fd 5, fd 6", .owners = "20p 30p",
		  .flags = "certain sure"}},
		{in_pages,
		 fb_wait_poll,
		 {POLL, .name = "fd 5, fd 6, fd 7, fd 8, fd 9",
		  .detail = "watches fd 5, fd 6, fd 7, fd 8, fd 9", .owners = "20p 30p",
		  .flags = "certain sure"}},
		{nine,
		 fb_wait_poll,
		 {POLL, .name = "fd 5, fd 6, fd 7, fd 8, fd 9, fd 10, fd 11, fd 12, ...",
		  .detail = "watches fd 5, fd 6, fd 7, fd 8, fd 9, fd 10, fd 11, fd 12, ...; "
			    "9 files",
		  .owners = "20p", .flags = "others certain loose sure"}},
		{an_end_that_nobody_has,
		 fb_wait_poll,
		 {POLL, .name = "fd 5", .detail = "watches fd 5", .need = NOBODY,
		  .flags = "certain sure"}},
		{shared_files,
		 fb_wait_poll,
		 {POLL, .name = "fd 4, a file without a descriptor",
		  .detail = "watches fd 4, a file without a descriptor", .owners = "30p",
		  .flags = "certain sure"}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_check(&scenes[i]);
	made_scene_damage(&scenes[0]);
	made_scene_damage(&scenes[4]);
}

/* Types too, by which wait queues are read; the queue of a socket whose other end FEEDER has. */
static uint64_t put_queue(struct made_waits *w)
{
	uint64_t sock, peer;

	made_types_give(made_waits_types(w), w->made);
	put_table(w);
	sock = made_sock(w->made, AF_UNIX, SOCK_STREAM, 1);
	peer = made_sock(w->made, AF_UNIX, SOCK_STREAM, 1);
	MADE_SET(w->made, sock, unix_peer, peer);
	made_open_fd(w, &w->list[FEEDER], 5,
		     made_open_file(w, made_socket(w->made, peer, 6), S_IFSOCK | 0777, 3));
	return made_socket(w->made, sock, 5) + SOCKET_QUEUE - MADE_QUEUE_LIST;
}

static struct fb_blocked a_lost_file_that_is_closed(struct made_waits *w)
{
	uint64_t queue = put_queue(w);

	add_in(w, LOST, queue);
	return polling(w);
}

static struct fb_blocked a_lost_file_of_a_lost_table(struct made_waits *w)
{
	uint64_t queue = put_queue(w);

	MADE_SET(w->made, w->list[WAITER].address, task_files, LOST);
	add_in(w, LOST, queue);
	return polling(w);
}

/* In a queue of which nothing is known. */
static struct fb_blocked a_lost_file_of_no_known_queue(struct made_waits *w)
{
	put_queue(w);
	made_open_fd(w, &w->list[WAITER], 5, LOST);
	add_in(w, LOST, made_alloc(w->made, 64));
	return polling(w);
}

static void tells_who_feeds_a_lost_file(void)
{
#define LOST_FILE "file 0xffff800000001000: path_mnt: nothing at 0xffff800000001010"
	static const struct made_scene scenes[] = {
		{a_lost_file_that_is_closed,
		 fb_wait_poll,
		 {POLL, .name = "a file without a descriptor",
		  .detail = "watches a file without a descriptor", .owners = "20p",
		  .flags = "certain sure"}},
		{a_lost_file_of_a_lost_table,
		 fb_wait_poll,
		 {POLL, .name = "a file of an unknown descriptor",
		  .detail = "watches a file of an unknown descriptor", .owners = "20p",
		  .flags = "others certain sure"}},
		{a_lost_file_of_no_known_queue,
		 fb_wait_poll,
		 {POLL, .name = "fd 5", .detail = "watches fd 5",
		  .need = UNKNOWN "fd 5: " LOST_FILE, .flags = "others certain sure"}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
}

/* Kernel memory without one word. */
struct hole {
	struct fb_space space;
	struct fb_space *whole;
	uint64_t at;
};

static struct fb_error *read_around(struct fb_space *space, uint64_t address, void *to,
				    size_t length)
{
	struct hole *hole = (struct hole *)space;

	return address == hole->at ? fb_error_create(FB_ABSENT, "a hole")
				   : fb_space_read(hole->whole, address, to, length);
}

/* The queue of one entry says nothing of the file of the next, whose queue cannot be read. */
static void takes_no_queue_for_anothers(void)
{
	static const struct fb_space_ops ops = {.read = read_around};
	struct hole hole = {.space = {.ops = &ops, .name = "with a hole"}};
	struct fb_blocked blocked;
	struct made_waits w;
	uint64_t queue;

	made_waits_begin(&w);
	queue = put_queue(&w);
	made_open_fd(&w, &w.list[WAITER], 6, LOST);
	add_in(&w, fed(&w, 5, OTHER), queue);
	add_in(&w, LOST, queue);
	hole.at = w.marks[0] + INLINE + ENTRY + w.made->kernel.layout.poll_entry_queue.offset;
	hole.whole = w.made->kernel.space;
	w.made->kernel.space = &hole.space;
	blocked = polling(&w);
	FB_OK_FATAL(fb_wait_poll(&w.finder, &blocked));
	CU_ASSERT_EQUAL(made_waits_object(&w, blocked.task)->owner_count, 1);
	CU_ASSERT(made_waits_owned_by(&w, blocked.task, 30));
	w.made->kernel.space = hole.whole;
	made_waits_end(&w);
}

static struct fb_blocked of_nothing(struct made_waits *w)
{
	put_table(w);
	return polling(w);
}

static struct fb_blocked of_another_task(struct made_waits *w)
{
	struct fb_blocked blocked = a_pipe(w);

	MADE_SET(w->made, w->marks[0], poll_task, w->list[OTHER].address);
	return blocked;
}

/* An entry that does not lead back to the table. */
static struct fb_blocked of_a_stale_table(struct made_waits *w)
{
	struct fb_blocked blocked = a_pipe(w);

	MADE_SET(w->made, w->marks[0] + INLINE, poll_entry_table, w->marks[0] + 8);
	return blocked;
}

static struct fb_blocked of_too_many(struct made_waits *w)
{
	struct fb_blocked blocked = a_pipe(w);

	MADE_SET(w->made, w->marks[0], poll_inline_count, INLINE_ENTRIES + 1);
	return blocked;
}

static struct fb_blocked with_pages_at_no_address(struct made_waits *w)
{
	struct fb_blocked blocked = a_pipe(w);

	MADE_SET(w->made, w->marks[0], poll_more, 0x1238);
	return blocked;
}

static struct fb_blocked of_no_known_size(struct made_waits *w)
{
	struct fb_blocked blocked = a_pipe(w);

	w->made->kernel.layout.poll_wqueues.size = 0;
	return blocked;
}

/* A page whose entries end before they begin, or behind the page. */
static struct fb_blocked with_a_page_that_ends(struct made_waits *w, uint64_t at)
{
	uint64_t page;

	put_table(w);
	add(w, fed(w, 5, FEEDER));
	page = add_page(w, w->marks[0] + 8);
	MADE_SET(w->made, page, poll_page_end, page + at);
	return polling(w);
}

static struct fb_blocked with_a_page_that_ends_early(struct made_waits *w)
{
	return with_a_page_that_ends(w, PAGE_ENTRIES - 8);
}

static struct fb_blocked with_a_page_that_ends_late(struct made_waits *w)
{
	return with_a_page_that_ends(w, FB_PAGE_SIZE + 8);
}

static struct fb_blocked with_a_full_page(struct made_waits *w)
{
	return with_a_page_that_ends(w, FB_PAGE_SIZE);
}

static void watches_nothing_without_a_table(void)
{
	static const struct made_answer nobody = {.kind = NULL};
	static const struct made_answer damaged = {.code = FB_CORRUPT,
						   .error = "a page of its poll table is damaged"};
	const struct made_scene scenes[] = {
		{of_nothing, fb_wait_poll, nobody},
		{of_another_task, fb_wait_poll, nobody},
		{of_a_stale_table, fb_wait_poll, nobody},
		{of_too_many, fb_wait_poll, nobody},
		{with_pages_at_no_address, fb_wait_poll, nobody},
		{of_no_known_size, fb_wait_poll, nobody},
		{with_a_page_that_ends_early, fb_wait_poll, damaged},
		{with_a_page_that_ends_late, fb_wait_poll, damaged},
		{with_a_full_page,
		 fb_wait_poll,
		 {POLL, .name = "fd 5", .detail = "watches fd 5", .owners = "20p",
		  .flags = "certain sure"}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_check(&scenes[i]);
}

/* The table is looked for in 4096 bytes from the innermost frame, and not behind the stack's end. */
static void looks_for_the_table_on_the_stack(void)
{
	static const struct {
		uint64_t low;  /* below the table */
		uint64_t high; /* the stack's end above the table; 0: far */
		bool found;
	} cases[] = {
		{0, 0, true},     {4096 - TABLE, 0, true}, {4096 - TABLE + 8, 0, false},
		{8, TABLE, true}, {8, TABLE - 8, false},   {(uint64_t)-8, 0, false},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(cases); i++) {
		struct fb_blocked blocked;
		struct made_waits w;

		made_waits_begin(&w);
		made_alloc_pages(w.made, 2 * FB_PAGE_SIZE);
		blocked = a_pipe(&w);
		blocked.low = w.marks[0] - cases[i].low;
		if (cases[i].high)
			w.list[WAITER].stack = w.marks[0] + cases[i].high - 8192;
		FB_OK_FATAL(fb_wait_poll(&w.finder, &blocked));
		CU_ASSERT_EQUAL(w.finder.graph.wait_count, cases[i].found);
		made_waits_end(&w);
	}
}

/* poll() has milliseconds, the others the address of a time; what is not known may end. */
static void tells_whether_it_ends_by_itself(void)
{
	static const struct {
		int64_t syscall;
		uint64_t arg2, arg4;
		bool ends;
	} cases[] = {
		{SYS_poll, 0xffffffffull, 1, false},
		{SYS_poll, 0xffffffff00000000ull, 0, true},
		{SYS_ppoll, 0, 1, false},
		{SYS_ppoll, 0x7fffffffe000ull, 0, true},
		{SYS_select, 1, 0, false},
		{SYS_select, 0, 0x7fffffffe000ull, true},
		{SYS_pselect6, 1, 0, false},
		{SYS_pselect6, 0, 0x7fffffffe000ull, true},
		{SYS_read, 0, 0, true},
	};

	for (size_t i = 0; i < 3 * FB_ARRAY_SIZE(cases); i++) {
		size_t at = i / 3, unknown = i % 3;
		struct fb_blocked blocked;
		struct made_waits w;

		made_waits_begin(&w);
		blocked = a_pipe(&w);
		blocked.syscall = cases[at].syscall;
		blocked.args[2] = cases[at].arg2;
		blocked.args[4] = cases[at].arg4;
		blocked.has_regs = unknown != 1;
		blocked.compat = unknown == 2;
		FB_OK_FATAL(fb_wait_poll(&w.finder, &blocked));
		CU_ASSERT_EQUAL(w.finder.graph.waits[0].timeout, unknown || cases[at].ends);
		made_waits_end(&w);
	}
}

FB_TEST_MAIN("bundle/wait_poll", FB_TEST(tells_who_feeds_a_poll),
	     FB_TEST(tells_who_feeds_a_lost_file), FB_TEST(takes_no_queue_for_anothers),
	     FB_TEST(watches_nothing_without_a_table), FB_TEST(looks_for_the_table_on_the_stack),
	     FB_TEST(tells_whether_it_ends_by_itself))
