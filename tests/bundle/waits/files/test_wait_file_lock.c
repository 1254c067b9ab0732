// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads that wait for file locks of a made kernel: whose request, and who holds the lock. */
#include <string.h>

#include "bundle/waits/files/recognise.h"
#include "tests/bundle/waits/made_waits.h"
#include "tests/harness.h"
#include "tests/kernel/made_files.h"

#define WAITERS 40
#define FL_POSIX 1u
#define FL_FLOCK 2u
#define SYS_FLOCK 73

struct world {
	struct made_waits waits;
	struct made_kernel *made;
	uint64_t head; /* of the CPU's list */
	uint64_t file; /* of the holder; the waiters opened it themselves */
	struct fb_task *holder, *bystander;
	struct fb_task *waiters[WAITERS];
};

static void members(struct made_kernel *made)
{
	made_files_members(made);
	MADE_FIELD(made, lock_list_head, 8, 8);
	MADE_FIELD(made, lock_link, 16, 16);
	MADE_FIELD(made, lock_flags, 0, 4);
	MADE_FIELD(made, lock_type, 4, 1);
	MADE_FIELD(made, lock_pid, 8, 4);
	MADE_FIELD(made, lock_file, 32, 8);
	MADE_FIELD(made, lock_blocked_requests, 40, 16);
	MADE_FIELD(made, lock_blocked_member, 56, 16);
	MADE_FIELD(made, lock_start, 72, 8);
	MADE_FIELD(made, lock_end, 80, 8);
	MADE_FIELD(made, lock_wait, 88, 16);
	MADE_FIELD(made, wait_entry_private, 8, 8);
	MADE_FIELD(made, wait_entry_list, 24, 16);
	made->kernel.layout.wait_queue_entry.size = 40;
	MADE_FIELD(made, file_mode, 120, 4);
	MADE_FIELD(made, task_files, 256, 8);
	MADE_FIELD(made, files_fdt, 0, 8);
	MADE_FIELD(made, fdtable_max_fds, 0, 4);
	MADE_FIELD(made, fdtable_fd, 8, 8);
}

/* A table of open files in which descriptor 3 is this one. */
static void open_file(struct world *world, struct fb_task *task, uint64_t file)
{
	uint64_t files = made_alloc(world->made, 64), table = made_alloc(world->made, 64);
	uint64_t array = made_alloc(world->made, 64);

	MADE_SET(world->made, task->address, task_files, files);
	MADE_SET(world->made, files, files_fdt, table);
	MADE_SET(world->made, table, fdtable_max_fds, 8);
	MADE_SET(world->made, table, fdtable_fd, array);
	made_put(world->made, array + 3 * 8, file, 8);
}

static uint64_t put_lock(struct world *world, uint64_t flags, int32_t pid, uint64_t file)
{
	uint64_t lock = made_alloc(world->made, 128);

	MADE_SET(world->made, lock, lock_flags, flags);
	MADE_SET(world->made, lock, lock_type, 1);
	MADE_SET(world->made, lock, lock_pid, (uint32_t)pid);
	MADE_SET(world->made, lock, lock_file, file);
	MADE_SET(world->made, lock, lock_end, (uint64_t)INT64_MAX);
	made_list_init(world->made, lock + 40);
	made_list_init(world->made, lock + 88);
	return lock;
}

/* Queues the thread in the wait queue of its request. */
static void sleep_in(struct world *world, const struct fb_task *task, uint64_t request)
{
	uint64_t entry = made_waits_frame(task);

	MADE_SET(world->made, entry, wait_entry_private, task->address);
	made_list_add(world->made, request + 88, entry + 24);
}

static void begin(struct world *world)
{
	uint64_t superblock, root, mount, dentry;

	made_waits_begin(&world->waits);
	world->made = world->waits.made;
	members(world->made);
	world->head = made_alloc(world->made, 64);
	made_symbols(world->made, (const char *const[]){"file_lock_list", NULL}, &world->head);
	superblock = made_superblock(world->made, "ext4", 8u << 20 | 17, &root);
	mount = made_mount(world->made, root, 0, 0);
	dentry = made_dentry(world->made, superblock, root, "lockfile", 77, 0100644);
	world->file = made_file(world->made, mount, dentry);
	world->bystander = made_waits_task(&world->waits, 10, 10, "bystander");
	world->holder = made_waits_task(&world->waits, 20, 20, "holder");
	for (int i = 0; i < WAITERS; i++) {
		world->waiters[i] = made_waits_task(&world->waits, 100 + i, 100 + i, "waiter");
		open_file(world, world->waiters[i], made_file(world->made, mount, dentry));
	}
	open_file(world, world->holder, world->file);
	open_file(world, world->bystander, made_file(world->made, mount, dentry));
}

static uint64_t hold(struct world *world, uint64_t flags, int32_t pid)
{
	uint64_t lock = put_lock(world, flags, pid, world->file);

	made_put(world->made, world->head + 8, lock + 16, 8);
	return lock;
}

static void recognise(struct world *world, const struct fb_task *task)
{
	struct fb_blocked blocked = made_waits_blocked(&world->waits, task, "flock");

	made_waits_call(&blocked, SYS_FLOCK, 3, 2, 0, 0);
	FB_OK_FATAL(fb_wait_file_lock(&world->waits.finder, &blocked));
}

/* Each waits below the one before it; all wait for the holder. */
static void names_the_root_of_a_deep_tree(void)
{
	struct world w;
	uint64_t lock;

	begin(&w);
	lock = hold(&w, FL_FLOCK, w.holder->tid);
	for (int i = 0; i < WAITERS; i++) {
		uint64_t request = put_lock(&w, FL_FLOCK, w.waiters[i]->tid, 0);

		made_list_add(w.made, lock + 40, request + 56);
		sleep_in(&w, w.waiters[i], request);
		lock = request;
	}
	for (int i = 0; i < WAITERS; i++) {
		recognise(&w, w.waiters[i]);
		CU_ASSERT_EQUAL(made_waits_object(&w.waits, w.waiters[i])->owner_count, 1);
		CU_ASSERT(made_waits_owned_by(&w.waits, w.waiters[i], w.holder->tid));
	}
	CU_ASSERT_EQUAL(w.waits.finder.graph.object_count, 1);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(made_waits_of(&w.waits, w.waiters[WAITERS - 1])->detail, "behind 39"));
	made_waits_end(&w.waits);
}

/* The process that took a flock may have left, and its PID may be another's: who has the open file
 * holds it. A POSIX lock is its process's. */
static void a_flock_belongs_to_the_open_file(void)
{
	struct world w;
	uint64_t lock, request;

	begin(&w);
	lock = hold(&w, FL_FLOCK, w.bystander->tid);
	request = put_lock(&w, FL_FLOCK, w.waiters[0]->tid, 0);
	made_list_add(w.made, lock + 40, request + 56);
	sleep_in(&w, w.waiters[0], request);
	recognise(&w, w.waiters[0]);
	CU_ASSERT_EQUAL(made_waits_object(&w.waits, w.waiters[0])->owner_count, 1);
	CU_ASSERT(made_waits_owned_by(&w.waits, w.waiters[0], w.holder->tid));
	made_waits_end(&w.waits);

	begin(&w);
	lock = hold(&w, FL_POSIX, w.bystander->tid);
	request = put_lock(&w, FL_POSIX, w.waiters[0]->tid, 0);
	made_list_add(w.made, lock + 40, request + 56);
	sleep_in(&w, w.waiters[0], request);
	recognise(&w, w.waiters[0]);
	CU_ASSERT_EQUAL(made_waits_object(&w.waits, w.waiters[0])->owner_count, 1);
	CU_ASSERT(made_waits_owned_by(&w.waits, w.waiters[0], w.bystander->tid));
	CU_ASSERT_STRING_EQUAL(made_waits_of(&w.waits, w.waiters[0])->kind, "posix-lock");
	made_waits_end(&w.waits);
}

/* Two threads of one process wait for different locks: each is where its queue says. Without the
 * queue either may be, and nothing is certain. */
static void tells_requests_of_one_process_apart(void)
{
	for (int queued = 0; queued < 2; queued++) {
		struct world w;
		uint64_t first, second;

		begin(&w);
		w.waiters[1]->pid = w.waiters[0]->pid;
		first = hold(&w, FL_POSIX, w.holder->tid);
		second = put_lock(&w, FL_POSIX, w.bystander->tid, w.file);
		made_put(w.made, first + 16, second + 16, 8);
		for (int i = 0; i < 2; i++) {
			uint64_t request = put_lock(&w, FL_POSIX, w.waiters[0]->pid, 0);

			made_list_add(w.made, (i ? second : first) + 40, request + 56);
			if (queued)
				sleep_in(&w, w.waiters[i], request);
		}
		for (int i = 0; i < 2; i++) {
			recognise(&w, w.waiters[i]);
			CU_ASSERT_EQUAL(made_waits_of(&w.waits, w.waiters[i])->certain, queued);
		}
		if (queued) {
			CU_ASSERT(made_waits_owned_by(&w.waits, w.waiters[0], w.holder->tid));
			CU_ASSERT(made_waits_owned_by(&w.waits, w.waiters[1], w.bystander->tid));
		}
		made_waits_end(&w.waits);
	}
}

/* A table of open files that is not in the dump: whoever took the lock may have the file, or somebody else. */
static void a_lost_table_leaves_the_owner_open(void)
{
	struct world w;
	uint64_t lock, request;

	begin(&w);
	MADE_SET(w.made, w.holder->address, task_files, 0xffff800000001000ull);
	lock = hold(&w, FL_FLOCK, w.holder->tid);
	request = put_lock(&w, FL_FLOCK, w.waiters[0]->tid, 0);
	made_list_add(w.made, lock + 40, request + 56);
	sleep_in(&w, w.waiters[0], request);
	recognise(&w, w.waiters[0]);
	CU_ASSERT(made_waits_owned_by(&w.waits, w.waiters[0], w.holder->tid));
	CU_ASSERT_EQUAL(made_waits_object(&w.waits, w.waiters[0])->owner_count, 1);
	CU_ASSERT_FALSE(made_waits_object(&w.waits, w.waiters[0])->certain);
	CU_ASSERT(made_waits_object(&w.waits, w.waiters[0])->others);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(made_waits_object(&w.waits, w.waiters[0])->need, "cannot be known"));
	made_waits_end(&w.waits);
}

FB_TEST_MAIN("bundle/wait_file_lock", FB_TEST(names_the_root_of_a_deep_tree),
	     FB_TEST(a_flock_belongs_to_the_open_file),
	     FB_TEST(tells_requests_of_one_process_apart),
	     FB_TEST(a_lost_table_leaves_the_owner_open))
