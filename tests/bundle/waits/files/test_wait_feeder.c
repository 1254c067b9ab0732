// SPDX-License-Identifier: GPL-2.0-or-later
/* Who can make a file of a made kernel ready: by what it is, all fields of the answer. */
#include "bundle/waits/files/wait_feeder.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "kernel/files/held_files.h"
#include "tests/bundle/waits/made_answer.h"
#include "tests/bundle/waits/made_open_files.h"
#include "tests/harness.h"
#include "tests/kernel/made_files.h"
#include "tests/kernel/made_sockets.h"

#define EVIDENCE "made"
#define BOTH (FB_FMODE_READ | FB_FMODE_WRITE)

enum { WATCHER, LEADER, THREAD, OTHER };

/* The feeders of the file that is the call's first argument. */
static struct fb_error *find(struct fb_wait_finder *finder, const struct fb_blocked *blocked)
{
	struct fb_wait wait = fb_wait_of_blocked(finder, blocked, "made");
	struct fb_wait_absence absence = FB_WAIT_ABSENCE_KNOWN;
	bool fresh;
	struct fb_error *err = fb_wait_graph_object(&finder->graph, "made", blocked->args[0], 0,
						    &wait.object, &fresh);

	wait.evidence = EVIDENCE;
	if (!err && fresh)
		err = fb_wait_add_feeders(finder, wait.object, blocked->args[0], &absence);
	if (!err && fresh)
		err = fb_wait_text(&finder->graph.objects[wait.object].name, "made");
	if (!err && fresh && !absence.known)
		err = fb_wait_say_none(&finder->graph.objects[wait.object], &absence, "none",
				       "it is fed");
	return err ? err : fb_wait_graph_add(&finder->graph, &wait);
}

static void put_tasks(struct made_waits *w)
{
	made_open_files_members(w);
	made_waits_task(w, 10, 10, "watcher");
	made_waits_task(w, 20, 20, "leader");
	made_waits_task(w, 20, 21, "thread");
	made_waits_task(w, 30, 30, "other");
}

static struct fb_blocked watching(struct made_waits *w, uint64_t file)
{
	struct fb_blocked blocked = made_waits_blocked(w, &w->list[WATCHER], "made");

	w->marks[0] = file;
	made_waits_call(&blocked, -1, file, 0, 0, 0);
	return blocked;
}

/* A file of this name in a file system of this type; what stands for it is private_data. */
static uint64_t put_file(struct made_waits *w, const char *type, const char *name,
			 uint64_t private_data)
{
	struct made_kernel *made = w->made;
	uint64_t root, superblock = made_superblock(made, type, 8, &root);
	uint64_t dentry = made_dentry(made, superblock, root, name, 5, 0600), file;

	made_dname(made, dentry);
	file = made_file(made, made_mount(made, root, 0, 0), dentry);
	MADE_SET(made, file, file_mode, BOTH);
	MADE_SET(made, file, file_private_data, private_data);
	return file;
}

/* A struct pid of that number. */
static uint64_t put_pid(struct made_waits *w, int32_t number)
{
	uint64_t pid = made_alloc(w->made, 64);

	MADE_FIELD(w->made, pid_numbers, 32, 16);
	MADE_FIELD(w->made, upid_nr, 0, 4);
	made_put(w->made, pid + 32, (uint32_t)number, 4);
	return pid;
}

static struct fb_blocked a_pidfd(struct made_waits *w, int32_t number)
{
	put_tasks(w);
	return watching(w, put_file(w, "anon_inodefs", "[pidfd]", put_pid(w, number)));
}

static struct fb_blocked the_pidfd_of_a_process(struct made_waits *w)
{
	return a_pidfd(w, 20);
}

/* PIDFD_THREAD: its process is named, which has to end the thread. */
static struct fb_blocked the_pidfd_of_a_thread(struct made_waits *w)
{
	return a_pidfd(w, 21);
}

static struct fb_blocked the_pidfd_of_nobody(struct made_waits *w)
{
	return a_pidfd(w, 99);
}

/* In pidfs the struct pid is the inode's: 6.9. */
static struct fb_blocked in_pidfs(struct made_waits *w)
{
	struct made_types *types = made_waits_types(w);
	uint64_t file, inode;

	made_struct(types, "inode", 64, MADE_MEMBERS_OF({"i_private", types->word, 24}));
	made_types_give(types, w->made);
	put_tasks(w);
	file = put_file(w, "pidfs", "[pidfd]", 0);
	memcpy(&inode, made_at(w->made, file + w->made->kernel.layout.file_inode.offset), 8);
	made_put(w->made, inode + 24, put_pid(w, 30), 8);
	return watching(w, file);
}

/* Both that have it open may write, the watcher too: other threads of it. */
static struct fb_blocked an_event_descriptor(struct made_waits *w)
{
	uint64_t file;

	put_tasks(w);
	file = put_file(w, "anon_inodefs", "[eventfd]", made_alloc(w->made, 64));
	made_open_fd(w, &w->list[WATCHER], 3, file);
	made_open_fd(w, &w->list[OTHER], 4, file);
	return watching(w, file);
}

static struct fb_blocked an_event_descriptor_to_read(struct made_waits *w)
{
	struct fb_blocked blocked = an_event_descriptor(w);

	MADE_SET(w->made, w->marks[0], file_mode, FB_FMODE_READ);
	return blocked;
}

static struct fb_blocked a_timer(struct made_waits *w)
{
	uint64_t file;

	put_tasks(w);
	file = put_file(w, "anon_inodefs", "[timerfd]", made_alloc(w->made, 64));
	made_open_fd(w, &w->list[OTHER], 4, file);
	return watching(w, file);
}

static struct fb_blocked a_regular_file(struct made_waits *w)
{
	put_tasks(w);
	return watching(w, put_file(w, "ext4", "file", 0));
}

static struct fb_blocked the_reading_end(struct made_waits *w)
{
	put_tasks(w);
	return watching(w, made_pipe_between(w, &w->list[WATCHER], 3, &w->list[LEADER], 4));
}

static struct fb_blocked the_writing_end(struct made_waits *w)
{
	uint64_t files, table, array, file;

	put_tasks(w);
	made_pipe_between(w, &w->list[OTHER], 3, &w->list[WATCHER], 4);
	/* The file of descriptor 4. */
	memcpy(&files, made_at(w->made, w->list[WATCHER].address + 256), 8);
	memcpy(&table, made_at(w->made, files), 8);
	memcpy(&array, made_at(w->made, table + 8), 8);
	memcpy(&file, made_at(w->made, array + 4 * 8ull), 8);
	return watching(w, file);
}

/* The socket of a UNIX pair; the other end is open in LEADER, or nowhere. */
static struct fb_blocked a_unix_socket(struct made_waits *w, bool open, bool has_peer)
{
	uint64_t sock, peer, socket;

	put_tasks(w);
	sock = made_sock(w->made, AF_UNIX, SOCK_STREAM, 1);
	peer = made_sock(w->made, AF_UNIX, SOCK_STREAM, 1);
	if (has_peer)
		MADE_SET(w->made, sock, unix_peer, peer);
	socket = made_socket(w->made, peer, 6);
	if (open)
		made_open_fd(w, &w->list[LEADER], 5,
			     made_open_file(w, socket, S_IFSOCK | 0777, BOTH));
	socket = made_socket(w->made, sock, 5);
	return watching(w, made_open_file(w, socket, S_IFSOCK | 0777, BOTH));
}

static struct fb_blocked a_pair(struct made_waits *w)
{
	return a_unix_socket(w, true, true);
}

static struct fb_blocked a_pair_of_which_one_is_closed(struct made_waits *w)
{
	return a_unix_socket(w, false, true);
}

static struct fb_blocked an_unconnected_one(struct made_waits *w)
{
	return a_unix_socket(w, true, false);
}

#define MADE .kind = "made", .object = "made {0} 0x0", .name = "made", .evidence = EVIDENCE

static void tells_the_process_of_a_pidfd(void)
{
	static const struct made_scene scenes[] = {
		{the_pidfd_of_a_process, find, {MADE, .owners = "20p", .flags = "sure"}},
		{the_pidfd_of_a_thread, find, {MADE, .owners = "20p", .flags = "sure"}},
		{the_pidfd_of_nobody, find, {MADE, .flags = "others sure"}},
		{in_pidfs, find, {MADE, .owners = "30p", .flags = "sure"}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
}

static void tells_who_may_write_an_event(void)
{
	static const struct made_scene scenes[] = {
		{an_event_descriptor, find, {MADE, .owners = "10p 30p", .flags = "others sure"}},
		{an_event_descriptor_to_read, find, {MADE, .flags = "others sure"}},
		{a_timer, find, {MADE, .flags = "others sure"}},
		{a_regular_file, find, {MADE, .flags = "others sure"}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
}

static void tells_who_has_the_other_end(void)
{
	static const struct made_scene scenes[] = {
		{the_reading_end, find, {MADE, .owners = "20p", .flags = "sure"}},
		{the_writing_end, find, {MADE, .owners = "30p", .flags = "sure"}},
		{a_pair, find, {MADE, .owners = "20p", .flags = "sure"}},
		{a_pair_of_which_one_is_closed, find, {MADE, .flags = "sure"}},
		{an_unconnected_one, find, {MADE, .flags = "others sure"}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
}

FB_TEST_MAIN("bundle/wait_feeder", FB_TEST(tells_the_process_of_a_pidfd),
	     FB_TEST(tells_who_may_write_an_event), FB_TEST(tells_who_has_the_other_end))
