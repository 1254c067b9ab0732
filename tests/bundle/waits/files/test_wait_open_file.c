// SPDX-License-Identifier: GPL-2.0-or-later
/* At which file threads of a made kernel sleep, where the dump has lost the file, its inode or what leads to its
 * name. */
#include "bundle/waits/files/wait_open_file.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "bundle/waits/files/recognise.h"
#include "kernel/files/held_files.h"
#include "kernel/files/socket.h"
#include "tests/bundle/waits/made_answer.h"
#include "tests/bundle/waits/made_open_files.h"
#include "tests/harness.h"
#include "tests/kernel/made_files.h"
#include "tests/kernel/made_sockets.h"

#define LOST 0xffff800000001000ull /* an address that the dump does not have */
#define ESTABLISHED 1u
#define SOCKET_QUEUE 32u
#define BOTH (FB_FMODE_READ | FB_FMODE_WRITE)

enum { EARLIER, WAITER, PEER };

static void put_tasks(struct made_waits *w)
{
	made_open_files_members(w);
	made_waits_task(w, 5, 5, "earlier");
	made_waits_task(w, 10, 10, "waiter");
	made_waits_task(w, 20, 20, "peer");
}

/* The socket of a pair, marks[0], in whose queue the thread sleeps; marks[1] is its sock, marks[2] its file, which
 * is in no table yet. */
static struct fb_blocked in_socket(struct made_waits *w, uint64_t fd)
{
	struct fb_blocked blocked;
	uint64_t other;

	put_tasks(w);
	w->marks[1] = made_sock(w->made, AF_UNIX, SOCK_STREAM, ESTABLISHED);
	other = made_sock(w->made, AF_UNIX, SOCK_STREAM, ESTABLISHED);
	MADE_SET(w->made, w->marks[1], unix_peer, other);
	made_open_fd(w, &w->list[PEER], 6,
		     made_open_file(w, made_socket(w->made, other, 6), S_IFSOCK | 0777, BOTH));
	w->marks[0] = made_socket(w->made, w->marks[1], 5);
	w->marks[2] = made_open_file(w, w->marks[0], S_IFSOCK | 0777, BOTH);
	made_list_init(w->made, w->marks[0] + SOCKET_QUEUE);
	made_sleep_in(w, &w->list[WAITER], w->marks[0] + SOCKET_QUEUE);
	blocked = made_waits_blocked(w, &w->list[WAITER], "unix-read");
	made_waits_call(&blocked, SYS_read, fd, 0, 0, 0);
	return blocked;
}

static struct fb_blocked of_a_lost_file(struct made_waits *w)
{
	struct fb_blocked blocked = in_socket(w, 3);

	made_open_fd(w, &w->list[WAITER], 3, LOST);
	return blocked;
}

static struct fb_blocked in_no_table(struct made_waits *w)
{
	return in_socket(w, 9);
}

static struct fb_blocked of_a_lost_inode(struct made_waits *w)
{
	struct fb_blocked blocked = in_socket(w, 3);

	MADE_SET(w->made, w->marks[2], file_inode, LOST);
	made_open_fd(w, &w->list[WAITER], 3, w->marks[2]);
	return blocked;
}

/* The inode is there, and the file system that it is in is not. */
static struct fb_blocked of_a_lost_superblock(struct made_waits *w)
{
	struct fb_blocked blocked = in_socket(w, 3);
	uint64_t inode;

	memcpy(&inode, made_at(w->made, w->marks[2] + w->made->kernel.layout.file_inode.offset), 8);
	MADE_SET(w->made, inode, inode_sb, LOST);
	made_open_fd(w, &w->list[WAITER], 3, w->marks[2]);
	return blocked;
}

static struct fb_blocked of_a_lost_mount(struct made_waits *w)
{
	struct fb_blocked blocked = in_socket(w, 3);

	MADE_SET(w->made, w->marks[2] + w->made->kernel.layout.file_path.offset, path_mnt, LOST);
	made_open_fd(w, &w->list[WAITER], 3, w->marks[2]);
	return blocked;
}

/* The sock is another socket's. */
static struct fb_blocked of_another_sock(struct made_waits *w)
{
	struct fb_blocked blocked = of_a_lost_inode(w);

	MADE_SET(w->made, w->marks[1], sock_socket, w->marks[0] + 128);
	return blocked;
}

static struct fb_blocked of_a_lost_sock(struct made_waits *w)
{
	struct fb_blocked blocked = of_a_lost_inode(w);

	MADE_SET(w->made, w->marks[0], socket_sk, LOST);
	return blocked;
}

static struct fb_blocked of_no_sock(struct made_waits *w)
{
	struct fb_blocked blocked = of_a_lost_inode(w);

	MADE_SET(w->made, w->marks[0], socket_sk, 0);
	return blocked;
}

#define BY_QUEUE "the wait queue that it sleeps in, and the sockets of this host"
#define SOCKET                                                            \
	.kind = "unix-read", .object = "socket {0} 0x0", .owners = "20p", \
	.name = "unix stream -> socket:[6]", .evidence = BY_QUEUE

static void a_sock_that_points_back_proves_a_socket(void)
{
	static const struct made_scene scenes[] = {
		{of_a_lost_file, fb_wait_socket, {SOCKET, .flags = "others certain sure"}},
		{in_no_table, fb_wait_socket, {SOCKET, .flags = "certain sure"}},
		{of_a_lost_inode,
		 fb_wait_socket,
		 {SOCKET, .wait = "fd 3", .flags = "certain sure"}},
		{of_a_lost_superblock,
		 fb_wait_socket,
		 {SOCKET, .wait = "fd 3", .flags = "certain sure"}},
		{of_a_lost_mount,
		 fb_wait_socket,
		 {SOCKET, .wait = "fd 3", .flags = "certain sure"}},
	};
	static const struct made_scene refused[] = {
		{of_another_sock, fb_wait_socket, {.code = FB_FAULT, .error = "inode_number"}},
		{of_a_lost_sock, fb_wait_socket, {.code = FB_FAULT, .error = "inode_number"}},
		{of_no_sock, fb_wait_socket, {.code = FB_FAULT, .error = "inode_number"}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
	for (size_t i = 0; i < FB_ARRAY_SIZE(refused); i++)
		made_scene_check(&refused[i]);
}

/* What cannot be read is no socket; that memory ran out is not said to be one. */
static void tells_whether_an_address_is_a_sockets(void)
{
	struct made_waits w;
	bool is = true;

	made_waits_begin(&w);
	(void)in_socket(&w, 3);
	FB_OK(fb_socket_is_at(w.finder.kernel, w.marks[0], &is));
	CU_ASSERT(is);
	FB_OK(fb_socket_is_at(w.finder.kernel, w.marks[0] + 8, &is));
	CU_ASSERT_FALSE(is);
	is = true;
	FB_OK(fb_socket_is_at(w.finder.kernel, LOST, &is));
	CU_ASSERT_FALSE(is);
	made_waits_end(&w);
}

/* A pipe, marks[0], of which the thread has an end that may be lost, and PEER the writing end. */
static struct fb_blocked in_pipe(struct made_waits *w, unsigned fd)
{
	struct fb_blocked blocked;

	put_tasks(w);
	w->marks[0] = made_pipe(w);
	w->marks[2] = made_open_file(w, w->marks[0], S_IFIFO | 0600, FB_FMODE_READ);
	made_open_fd(w, &w->list[PEER], 6,
		     made_open_file(w, w->marks[0], S_IFIFO | 0600, FB_FMODE_WRITE));
	made_sleep_in(w, &w->list[WAITER],
		      w->marks[0] + w->made->kernel.layout.pipe_read_wait.offset);
	blocked = made_waits_blocked(w, &w->list[WAITER], "pipe-read");
	made_waits_call(&blocked, SYS_read, fd, 0, 0, 0);
	return blocked;
}

static struct fb_blocked of_a_pipes_lost_inode(struct made_waits *w)
{
	struct fb_blocked blocked = in_pipe(w, 3);

	MADE_SET(w->made, w->marks[2], file_inode, LOST);
	made_open_fd(w, &w->list[WAITER], 3, w->marks[2]);
	return blocked;
}

/* The other end's file is then the only one that stands for the pipe: the thread's own descriptor is not known. */
static struct fb_blocked of_a_pipes_lost_file(struct made_waits *w)
{
	struct fb_blocked blocked = in_pipe(w, 3);

	made_open_fd(w, &w->list[WAITER], 3, LOST);
	return blocked;
}

/* A file of the queue's owner that is something else. */
static struct fb_blocked of_a_regular_file(struct made_waits *w)
{
	struct fb_blocked blocked = in_pipe(w, 9);

	made_open_fd(w, &w->list[WAITER], 3,
		     made_open_file(w, w->marks[0], S_IFREG | 0600, FB_FMODE_READ));
	return blocked;
}

/* The thread has the same end three times; a process of a smaller number has it too, whose file has lost its inode. */
static struct fb_blocked in_a_pipe_of_many(struct made_waits *w, unsigned fd)
{
	struct fb_blocked blocked = in_pipe(w, fd);
	uint64_t file = made_open_file(w, w->marks[0], S_IFIFO | 0600, FB_FMODE_READ);

	MADE_SET(w->made, file, file_inode, LOST);
	made_open_fd(w, &w->list[EARLIER], 2, file);
	for (unsigned i = 3; i < 6; i++)
		made_open_fd(w, &w->list[WAITER], i, w->marks[2]);
	return blocked;
}

static struct fb_blocked at_the_named_descriptor(struct made_waits *w)
{
	return in_a_pipe_of_many(w, 4);
}

static struct fb_blocked at_no_named_descriptor(struct made_waits *w)
{
	return in_a_pipe_of_many(w, 9);
}

static void a_pipe_is_believed_without_its_inode(void)
{
#define PIPE                                                                            \
	.kind = "pipe-read", .object = "pipe {0} 0x2", .detail = "1 process can write", \
	.owners = "20p",                                                                \
	.evidence = "the wait queue that it sleeps in, and all open files of that"
	static const struct made_scene scenes[] = {
		{of_a_pipes_lost_inode,
		 fb_wait_pipe,
		 {PIPE, .name = "pipe {0}", .wait = "fd 3", .flags = "certain sure"}},
		{of_a_pipes_lost_file,
		 fb_wait_pipe,
		 {PIPE, .name = "/it", .flags = "others certain sure"}},
		{at_the_named_descriptor,
		 fb_wait_pipe,
		 {PIPE, .name = "/it", .wait = "fd 4", .flags = "certain sure"}},
		{at_no_named_descriptor,
		 fb_wait_pipe,
		 {PIPE, .name = "/it", .wait = "fd 3", .flags = "certain sure"}},
	};
	static const struct made_scene refused = {
		of_a_regular_file, fb_wait_pipe, {.code = FB_NOT_FOUND, .error = "descriptor 9"}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
	made_scene_check(&refused);
}

/* An event descriptor has no inode of its own: without a name nothing says what the queue belongs to. */
static struct fb_blocked in_an_event_without_a_name(struct made_waits *w)
{
	struct fb_blocked blocked;
	uint64_t context = made_alloc(w->made, 64), file;

	put_tasks(w);
	MADE_FIELD(w->made, eventfd_wait, 8, 16);
	file = made_open_file(w, context, 0600, BOTH);
	MADE_SET(w->made, file + w->made->kernel.layout.file_path.offset, path_mnt, LOST);
	MADE_SET(w->made, file + w->made->kernel.layout.file_path.offset, path_dentry, LOST);
	made_open_fd(w, &w->list[WAITER], 3, file);
	made_list_init(w->made, context + 8);
	made_sleep_in(w, &w->list[WAITER], context + 8);
	blocked = made_waits_blocked(w, &w->list[WAITER], "eventfd-read");
	made_waits_call(&blocked, SYS_read, 3, 0, 0, 0);
	return blocked;
}

static void nothing_else_is_believed_without_its_file(void)
{
	static const struct made_scene refused = {in_an_event_without_a_name,
						  fb_wait_eventfd,
						  {.code = FB_FAULT, .error = "dentry_op"}};

	made_scene_check(&refused);
}

FB_TEST_MAIN("bundle/wait_open_file", FB_TEST(a_sock_that_points_back_proves_a_socket),
	     FB_TEST(tells_whether_an_address_is_a_sockets),
	     FB_TEST(a_pipe_is_believed_without_its_inode),
	     FB_TEST(nothing_else_is_believed_without_its_file))
