// SPDX-License-Identifier: GPL-2.0-or-later
/* Each sort of file lock of a made kernel that a thread waits for, in all fields of the answer. */
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "bundle/waits/files/recognise.h"
#include "tests/bundle/waits/made_answer.h"
#include "tests/bundle/waits/made_open_files.h"
#include "tests/harness.h"
#include "tests/kernel/made_files.h"

#define FL_POSIX 1u
#define FL_FLOCK 2u
#define FL_LEASE 32u
#define FL_OFDLCK 1024u
#define READING 0u
#define WRITING 1u
/* Of a struct file_lock in the tests. */
#define LINK 16u
#define BLOCKED 40u
#define BLOCKED_MEMBER 56u
#define WAIT 88u

enum { WAITER, HOLDER, OTHER };

static uint64_t put_lock(struct made_waits *w, uint64_t flags, uint64_t type, int32_t pid,
			 uint64_t file)
{
	struct made_kernel *made = w->made;
	uint64_t lock = made_alloc(made, 128);

	MADE_SET(made, lock, lock_flags, flags);
	MADE_SET(made, lock, lock_type, type);
	MADE_SET(made, lock, lock_pid, (uint32_t)pid);
	MADE_SET(made, lock, lock_file, file);
	MADE_SET(made, lock, lock_end, (uint64_t)INT64_MAX);
	made_list_init(made, lock + BLOCKED);
	made_list_init(made, lock + WAIT);
	return lock;
}

static void put_members(struct made_waits *w)
{
	struct made_kernel *made = w->made;

	made_open_files_members(w);
	MADE_FIELD(made, lock_list_head, 8, 8);
	MADE_FIELD(made, lock_link, LINK, 16);
	MADE_FIELD(made, lock_flags, 0, 4);
	MADE_FIELD(made, lock_type, 4, 1);
	MADE_FIELD(made, lock_pid, 8, 4);
	MADE_FIELD(made, lock_file, 32, 8);
	MADE_FIELD(made, lock_blocked_requests, BLOCKED, 16);
	MADE_FIELD(made, lock_blocked_member, BLOCKED_MEMBER, 16);
	MADE_FIELD(made, lock_start, 72, 8);
	MADE_FIELD(made, lock_end, 80, 8);
	MADE_FIELD(made, lock_wait, WAIT, 16);
	made_waits_task(w, 10, 10, "waiter");
	made_waits_task(w, 20, 20, "holder");
	made_waits_task(w, 30, 30, "other");
}

/* A lock, marks[0], of the holder's file at its descriptor 3, and the waiter's request behind it, in whose queue it
 * sleeps; marks[1] is the request, marks[2] the file. */
static struct fb_blocked at_lock(struct made_waits *w, uint64_t flags, uint64_t held,
				 uint64_t asked)
{
	struct made_kernel *made = w->made;
	uint64_t head = made_alloc(made, 64);
	struct fb_blocked blocked;

	put_members(w);
	made_waits_symbol(w, "file_lock_list", head);
	w->marks[2] = made_open_file(w, 0, S_IFREG | 0600, 3);
	made_open_fd(w, &w->list[HOLDER], 3, w->marks[2]);
	w->marks[0] = put_lock(w, flags, held, flags & FL_OFDLCK ? -1 : 20, w->marks[2]);
	w->marks[1] = put_lock(w, flags, asked, 10, 0);
	made_put(made, head + 8, w->marks[0] + LINK, 8);
	made_list_add(made, w->marks[0] + BLOCKED, w->marks[1] + BLOCKED_MEMBER);
	made_sleep_in(w, &w->list[WAITER], w->marks[1] + WAIT);
	blocked = made_waits_blocked(w, &w->list[WAITER], "made");
	made_waits_call(&blocked, SYS_flock, 7, 2, 0, 0);
	return blocked;
}

static struct fb_blocked at_a_flock(struct made_waits *w)
{
	return at_lock(w, FL_FLOCK, WRITING, WRITING);
}

static struct fb_blocked at_a_shared_flock(struct made_waits *w)
{
	return at_lock(w, FL_FLOCK, READING, WRITING);
}

/* A child of the holder has the open file too: either may hold it. */
static struct fb_blocked at_a_flock_of_two(struct made_waits *w)
{
	struct fb_blocked blocked = at_lock(w, FL_FLOCK, WRITING, READING);

	made_open_fd(w, &w->list[OTHER], 4, w->marks[2]);
	return blocked;
}

static struct fb_blocked at_a_flock_of_nobody(struct made_waits *w)
{
	struct fb_blocked blocked = at_lock(w, FL_FLOCK, WRITING, WRITING);

	MADE_SET(w->made, w->list[HOLDER].address, task_files, 0);
	return blocked;
}

static struct fb_blocked at_a_posix_lock(struct made_waits *w)
{
	struct fb_blocked blocked = at_lock(w, FL_POSIX, WRITING, READING);

	MADE_SET(w->made, w->marks[0], lock_start, 100);
	MADE_SET(w->made, w->marks[0], lock_end, 199);
	return blocked;
}

static struct fb_blocked at_a_posix_lock_of_nobody(struct made_waits *w)
{
	struct fb_blocked blocked = at_lock(w, FL_POSIX, WRITING, READING);

	MADE_SET(w->made, w->marks[0], lock_pid, 99);
	return blocked;
}

static struct fb_blocked at_an_ofd_lock(struct made_waits *w)
{
	return at_lock(w, FL_POSIX | FL_OFDLCK, WRITING, WRITING);
}

static struct fb_blocked at_a_lease(struct made_waits *w)
{
	return at_lock(w, FL_LEASE, READING, WRITING);
}

/* A second request of the process, which waits for the first one. */
static struct fb_blocked behind_another(struct made_waits *w)
{
	struct fb_blocked blocked = at_lock(w, FL_FLOCK, WRITING, WRITING);
	uint64_t request = put_lock(w, FL_FLOCK, WRITING, 10, 0);

	made_list_add(w->made, w->marks[1] + BLOCKED, request + BLOCKED_MEMBER);
	made_list_init(w->made, w->marks[1] + WAIT);
	made_list_init(w->made, request + WAIT);
	made_sleep_in(w, &w->list[WAITER], request + WAIT);
	return blocked;
}

/* Without the queue: the only request of its process. */
static struct fb_blocked by_its_process(struct made_waits *w)
{
	struct fb_blocked blocked = at_a_flock(w);

	w->made->kernel.layout.lock_wait.found = false;
	blocked.has_regs = false;
	return blocked;
}

/* There are two, and its own is not known. */
static struct fb_blocked by_one_of_its_processes_requests(struct made_waits *w)
{
	struct fb_blocked blocked = behind_another(w);

	w->made->kernel.layout.lock_wait.found = false;
	blocked.has_regs = false;
	return blocked;
}

/* By the descriptor that its call names: a request of that file, and of another one. */
static struct fb_blocked by_its_descriptor(struct made_waits *w)
{
	struct fb_blocked blocked = behind_another(w);
	uint64_t file = made_open_file(w, 0, S_IFREG | 0600, 3);

	w->made->kernel.layout.lock_wait.found = false;
	made_open_fd(w, &w->list[WAITER], 7, file);
	MADE_SET(w->made, w->marks[1], lock_file, file);
	return blocked;
}

static struct fb_blocked without_a_request(struct made_waits *w)
{
	struct fb_blocked blocked = at_a_flock(w);

	MADE_SET(w->made, w->marks[1], lock_pid, 30);
	w->made->kernel.layout.lock_wait.found = false;
	return blocked;
}

#define LOCK(sort)                                                  \
	.kind = sort, .object = "file lock {0} 0x0", .name = "/it", \
	.evidence = "the kernel's list of file locks"
#define INODE ", inode 5 of 00:08"
#define SURE "certain sure"

static void tells_each_sort_of_lock(void)
{
	static const struct made_scene scenes[] = {
		{at_a_flock,
		 fb_wait_file_lock,
		 {LOCK("flock"), .detail = "FLOCK, held for writing" INODE, .owners = "20p",
		  .flags = SURE, .wait = "fd 7, for writing"}},
		{at_a_shared_flock,
		 fb_wait_file_lock,
		 {LOCK("flock"), .detail = "FLOCK, held for reading" INODE, .owners = "20p",
		  .flags = SURE, .wait = "fd 7, for writing"}},
		{at_a_flock_of_two,
		 fb_wait_file_lock,
		 {LOCK("flock"), .detail = "FLOCK, held for writing" INODE, .owners = "20p 30p",
		  .flags = SURE, .wait = "fd 7, for reading"}},
		{at_a_flock_of_nobody,
		 fb_wait_file_lock,
		 {LOCK("flock"), .detail = "FLOCK, held for writing" INODE,
		  .need = "process 20 took the lock, and no process has that open file any more",
		  .flags = SURE, .wait = "fd 7, for writing"}},
		{at_a_posix_lock,
		 fb_wait_file_lock,
		 {LOCK("posix-lock"), .detail = "bytes 100 to 199; POSIX, held for writing" INODE,
		  .owners = "20p", .flags = SURE, .wait = "fd 7, for reading"}},
		{at_a_posix_lock_of_nobody,
		 fb_wait_file_lock,
		 {LOCK("posix-lock"), .detail = "POSIX, held for writing" INODE,
		  .need = "process 99, which holds it, is no process of this host", .flags = SURE,
		  .wait = "fd 7, for reading"}},
		{at_an_ofd_lock,
		 fb_wait_file_lock,
		 {LOCK("ofd-lock"), .detail = "OFDLCK, held for writing" INODE, .owners = "20p",
		  .flags = SURE, .wait = "fd 7, for writing"}},
		{at_a_lease,
		 fb_wait_file_lock,
		 {LOCK("lease"), .detail = "LEASE, held for reading" INODE, .owners = "20p",
		  .flags = SURE, .wait = "fd 7, for writing"}},
		{behind_another,
		 fb_wait_file_lock,
		 {LOCK("flock"), .detail = "FLOCK, held for writing" INODE, .owners = "20p",
		  .flags = SURE, .wait = "fd 7, for writing; behind 1 that came before"}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_damage(&scenes[i]);
}

static void finds_the_request_without_its_queue(void)
{
	static const struct made_scene scenes[] = {
		{by_its_process,
		 fb_wait_file_lock,
		 {LOCK("flock"), .detail = "FLOCK, held for writing" INODE, .owners = "20p",
		  .flags = SURE}},
		{by_one_of_its_processes_requests,
		 fb_wait_file_lock,
		 {LOCK("flock"), .detail = "FLOCK, held for writing" INODE, .owners = "20p",
		  .flags = "certain"}},
		{by_its_descriptor,
		 fb_wait_file_lock,
		 {LOCK("flock"), .detail = "FLOCK, held for writing" INODE, .owners = "20p",
		  .flags = SURE, .wait = "fd 7, for writing"}},
		{without_a_request,
		 fb_wait_file_lock,
		 {.code = FB_NOT_FOUND, .error = "not in the kernel's list of file locks"}},
	};

	for (size_t i = 0; i < FB_ARRAY_SIZE(scenes); i++)
		made_scene_check(&scenes[i]);
}

FB_TEST_MAIN("bundle/wait_lock_kinds", FB_TEST(tells_each_sort_of_lock),
	     FB_TEST(finds_the_request_without_its_queue))
