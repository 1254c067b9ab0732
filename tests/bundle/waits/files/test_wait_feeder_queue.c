// SPDX-License-Identifier: GPL-2.0-or-later
/* Who can make a file of a made kernel ready where the dump has lost the file: by the queue that is waited in for it,
 * and by what is left of the file. */
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "bundle/waits/files/wait_feeder.h"
#include "kernel/files/held_files.h"
#include "tests/bundle/waits/made_answer.h"
#include "tests/bundle/waits/made_open_files.h"
#include "tests/harness.h"
#include "tests/kernel/made_sockets.h"

#define LOST 0xffff800000001000ull /* an address that the dump does not have */
#define OPERATIONS 96u             /* of a struct file: its f_op */
#define OF_PIPES 0xffffffff81000100ull
#define OF_OTHERS 0xffffffff81000200ull
#define SOCKET_QUEUE 32u
#define EVIDENCE "made"
#define BOTH (FB_FMODE_READ | FB_FMODE_WRITE)

enum { WATCHER, WRITER, READER };

/* The feeders of the queue, or, where that is 0, of the file, that are the call's first two arguments. */
static struct fb_error *find(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, "made");
	struct fb_wait_absence absence = FB_WAIT_ABSENCE_KNOWN;
	uint64_t queue = blocked->args[0], file = blocked->args[1];
	bool fresh, known = true;
	struct fb_error *err =
		fb_wait_graph_object(&finder->graph, "made", queue, file, &wait.object, &fresh);

	wait.evidence = EVIDENCE;
	if (!err && fresh)
		err = queue ? fb_wait_add_queue_feeders(finder, wait.object, queue, &known,
							&absence)
			    : fb_wait_add_feeders(finder, wait.object, file, &absence);
	if (!err && fresh)
		err = fb_wait_text(&finder->graph.objects[wait.object].name,
				   known ? "known" : "unknown");
	if (!err && fresh && !known)
		fb_wait_absence_unknown(&absence, "no such queue");
	if (!err && fresh && !absence.known)
		err = fb_wait_say_none(&finder->graph.objects[wait.object], &absence, "none",
				       "it is fed");
	return err ? err : fb_wait_graph_add(&finder->graph, &wait);
}

static struct fb_blocked watching(struct made_waits *w, uint64_t queue, uint64_t file)
{
	struct fb_blocked blocked = made_waits_blocked(w, &w->list[WATCHER], "made");

	w->marks[0] = queue;
	w->marks[1] = file;
	made_waits_call(&blocked, -1, queue, file, 0, 0);
	return blocked;
}

static void put_tasks(struct made_waits *w)
{
	struct made_types *types = made_waits_types(w);

	made_open_files_members(w);
	made_struct(types, "file", 128, MADE_MEMBERS_OF({"f_op", types->word, OPERATIONS}));
	made_types_give(types, w->made);
	made_waits_symbol(w, "pipefifo_fops", OF_PIPES);
	made_waits_task(w, 10, 10, "watcher");
	made_waits_task(w, 20, 20, "writer");
	made_waits_task(w, 30, 30, "reader");
}

static void open_end(struct made_waits *w, int who, uint64_t private_data, uint64_t fmode,
		     uint64_t operations)
{
	uint64_t file = made_open_file(w, private_data, S_IFIFO | 0600, fmode);

	made_put(w->made, file + OPERATIONS, operations, 8);
	made_open_fd(w, &w->list[who], 4, file);
}

/* A pipe of which the one has the writing end and the other the reading end; watched in its queue at that offset. */
static struct fb_blocked at_pipe(struct made_waits *w, uint32_t offset, uint64_t operations)
{
	uint64_t pipe;

	put_tasks(w);
	pipe = made_pipe(w);
	open_end(w, WRITER, pipe, FB_FMODE_WRITE, operations);
	open_end(w, READER, pipe, FB_FMODE_READ, operations);
	return watching(w, pipe + offset - MADE_QUEUE_LIST, 0);
}

static struct fb_blocked at_the_readers_queue(struct made_waits *w)
{
	return at_pipe(w, 8, OF_PIPES);
}

static struct fb_blocked at_the_writers_queue(struct made_waits *w)
{
	return at_pipe(w, 32, OF_PIPES);
}

/* Something else, of which a file has the address: an epoll has its queues where a pipe has its. */
static struct fb_blocked at_what_is_no_pipe(struct made_waits *w)
{
	return at_pipe(w, 32, OF_OTHERS);
}

static struct fb_blocked beside_its_queues(struct made_waits *w)
{
	return at_pipe(w, 16, OF_PIPES);
}

static struct fb_blocked at_a_queue_of_both(struct made_waits *w)
{
	struct fb_blocked blocked = at_pipe(w, 8, OF_PIPES);

	w->made->kernel.layout.pipe_write_wait.offset = 8;
	return blocked;
}

static struct fb_blocked without_a_readers_queue(struct made_waits *w)
{
	struct fb_blocked blocked = at_pipe(w, 32, OF_PIPES);

	w->made->kernel.layout.pipe_read_wait.found = false;
	return blocked;
}

static struct fb_blocked without_a_writers_queue(struct made_waits *w)
{
	struct fb_blocked blocked = at_pipe(w, 8, OF_PIPES);

	w->made->kernel.layout.pipe_write_wait.found = false;
	return blocked;
}

/* Without the symbol nothing proves that it is a pipe. */
static struct fb_blocked without_the_symbol(struct made_waits *w)
{
	struct fb_blocked blocked = at_pipe(w, 8, 0);

	w->symbols[0] = NULL;
	made_waits_symbol(w, "another", OF_PIPES);
	return blocked;
}

/* A pipe that nobody has open any more. */
static struct fb_blocked at_a_closed_pipe(struct made_waits *w)
{
	put_tasks(w);
	return watching(w, made_pipe(w), 0);
}

/* The queue is so low that its pipe would be at 0, which is what the private_data of many files is. */
static struct fb_blocked at_no_address(struct made_waits *w)
{
	put_tasks(w);
	open_end(w, WRITER, 0, BOTH, OF_PIPES);
	return watching(w, 32 - MADE_QUEUE_LIST, 0);
}

/* One end of a pair, of which WRITER has the other. */
static uint64_t put_pair(struct made_waits *w, uint64_t *sock_ret)
{
	uint64_t sock, peer;

	put_tasks(w);
	sock = made_sock(w->made, AF_UNIX, SOCK_STREAM, 1);
	peer = made_sock(w->made, AF_UNIX, SOCK_STREAM, 1);
	MADE_SET(w->made, sock, unix_peer, peer);
	made_open_fd(w, &w->list[WRITER], 5,
		     made_open_file(w, made_socket(w->made, peer, 6), S_IFSOCK | 0777, BOTH));
	*sock_ret = sock;
	return made_socket(w->made, sock, 5);
}

static struct fb_blocked at_a_socket(struct made_waits *w)
{
	uint64_t sock, socket = put_pair(w, &sock);

	return watching(w, socket + SOCKET_QUEUE - MADE_QUEUE_LIST, 0);
}

static struct fb_blocked at_a_socket_of_another_sock(struct made_waits *w)
{
	uint64_t sock, socket = put_pair(w, &sock);

	MADE_SET(w->made, sock, sock_socket, socket + 8);
	return watching(w, socket + SOCKET_QUEUE - MADE_QUEUE_LIST, 0);
}

static struct fb_blocked at_a_socket_of_another_place(struct made_waits *w)
{
	uint64_t sock, socket = put_pair(w, &sock);

	return watching(w, socket + SOCKET_QUEUE, 0);
}

static struct fb_blocked at_a_socket_of_no_known_queue(struct made_waits *w)
{
	struct fb_blocked blocked = at_a_socket(w);

	w->made->kernel.layout.socket_wait.found = false;
	return blocked;
}

static struct fb_blocked at_a_socket_of_a_lost_peer(struct made_waits *w)
{
	uint64_t sock, socket = put_pair(w, &sock);

	MADE_SET(w->made, sock, unix_peer, LOST);
	return watching(w, socket + SOCKET_QUEUE - MADE_QUEUE_LIST, 0);
}

/* The file is there, and its inode is not. */
static struct fb_blocked a_file_without_an_inode(struct made_waits *w, uint64_t private_data)
{
	uint64_t file = made_open_file(w, private_data, S_IFSOCK | 0777, BOTH);

	MADE_SET(w->made, file, file_inode, LOST);
	return watching(w, 0, file);
}

static struct fb_blocked a_socket_without_an_inode(struct made_waits *w)
{
	uint64_t sock;

	return a_file_without_an_inode(w, put_pair(w, &sock));
}

static struct fb_blocked a_socket_of_a_lost_peer(struct made_waits *w)
{
	uint64_t sock, socket = put_pair(w, &sock);

	MADE_SET(w->made, sock, unix_peer, LOST);
	return a_file_without_an_inode(w, socket);
}

static struct fb_blocked a_socket_of_another_sock(struct made_waits *w)
{
	uint64_t sock, socket = put_pair(w, &sock);

	MADE_SET(w->made, sock, sock_socket, socket + 8);
	return a_file_without_an_inode(w, socket);
}

static struct fb_blocked something_without_an_inode(struct made_waits *w)
{
	put_tasks(w);
	return a_file_without_an_inode(w, LOST);
}

static struct fb_blocked nothing_without_an_inode(struct made_waits *w)
{
	put_tasks(w);
	return a_file_without_an_inode(w, 0);
}

static struct fb_blocked a_lost_file(struct made_waits *w)
{
	put_tasks(w);
	return watching(w, 0, LOST);
}

#define MADE .kind = "made", .object = "made {0} {1}", .evidence = EVIDENCE
#define KNOWN MADE, .name = "known"
#define UNKNOWN_QUEUE                                                               \
	{                                                                           \
		MADE, .name = "unknown", .flags = "others sure",                    \
		      .need = "it cannot be known whether it is fed: no such queue" \
	}
#define LOST_PEER                                                                                     \
	{                                                                                             \
		KNOWN, .flags = "others sure",                                                        \
		       .need = "it cannot be known whether it is fed: the other end cannot be read: " \
			       "sock_socket: nothing at 0xffff800000001008"                           \
	}

static void tells_a_pipe_by_its_queue(void)
{
	static const struct made_scene scenes[] = {
		{at_the_readers_queue, find, {KNOWN, .owners = "20p", .flags = "sure"}},
		{at_the_writers_queue, find, {KNOWN, .owners = "30p", .flags = "sure"}},
		{at_what_is_no_pipe, find, UNKNOWN_QUEUE},
		{beside_its_queues, find, UNKNOWN_QUEUE},
		{at_a_queue_of_both, find, UNKNOWN_QUEUE},
		{without_a_readers_queue, find, UNKNOWN_QUEUE},
		{without_a_writers_queue, find, UNKNOWN_QUEUE},
		{without_the_symbol, find, UNKNOWN_QUEUE},
		{at_a_closed_pipe, find, UNKNOWN_QUEUE},
		{at_no_address, find, UNKNOWN_QUEUE},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
}

static void tells_a_socket_by_its_queue(void)
{
	static const struct made_scene scenes[] = {
		{at_a_socket, find, {KNOWN, .owners = "20p", .flags = "sure"}},
		{at_a_socket_of_another_sock, find, UNKNOWN_QUEUE},
		{at_a_socket_of_no_known_queue, find, UNKNOWN_QUEUE},
		{at_a_socket_of_another_place, find, UNKNOWN_QUEUE},
		{at_a_socket_of_a_lost_peer, find, LOST_PEER},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
}

/* A file whose inode is lost still leads to its socket; the error is else that of the inode. */
static void tells_a_socket_by_what_is_left_of_its_file(void)
{
	static const struct made_scene scenes[] = {
		{a_socket_without_an_inode, find, {KNOWN, .owners = "20p", .flags = "sure"}},
		{a_socket_of_a_lost_peer, find, LOST_PEER},
	};
	static const struct made_answer lost = {.code = FB_FAULT,
						.error = "inode_number: nothing at"};
	const struct made_scene refused[] = {
		{a_socket_of_another_sock, find, lost},
		{something_without_an_inode, find, lost},
		{nothing_without_an_inode, find, lost},
		{a_lost_file, find, {.code = FB_FAULT, .error = "path_mnt: nothing at"}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
	for (size_t i = 0; i < FB_ARRAY_SIZE(refused); i++)
		made_scene_check(&refused[i]);
}

FB_TEST_MAIN("bundle/wait_feeder_queue", FB_TEST(tells_a_pipe_by_its_queue),
	     FB_TEST(tells_a_socket_by_its_queue),
	     FB_TEST(tells_a_socket_by_what_is_left_of_its_file))
