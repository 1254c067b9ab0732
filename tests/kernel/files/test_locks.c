// SPDX-License-Identifier: GPL-2.0-or-later
/* File locks: made ones of every kind, waiters and loops of them, and the real ones. */
#include "kernel/files/locks.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tests/harness.h"
#include "tests/kernel/failing_made.h"
#include "tests/kernel/made_files.h"
#include "tests/kernel/real_kernel.h"

enum { READ, WRITE, UNLOCK };

/* include/linux/filelock.h */
#define FL_DOWNGRADE_PENDING 256u
#define FL_UNLOCK_PENDING 512u

/* Of a POSIX lock the range follows; of the others all of the file. */
static struct fb_error *format_kind(const struct fb_lock *lock, struct fb_buf *buf)
{
	const char *name = fb_lock_kind_name(lock->kind);

	switch (lock->kind) {
	case FB_LOCK_POSIX:
	case FB_LOCK_ACCESS:
	case FB_LOCK_OFD:
		return fb_buf_printf(buf, "%-6s %s ", name,
				     lock->has_inode ? "ADVISORY " : "*NOINODE*");
	case FB_LOCK_FLOCK:
		return fb_buf_printf(buf, "FLOCK  ADVISORY  ");
	case FB_LOCK_LEASE:
	case FB_LOCK_DELEGATION:
		return fb_buf_printf(buf, "%-5s  %s  ", name,
				     lock->flags & (FL_UNLOCK_PENDING | FL_DOWNGRADE_PENDING)
					     ? "BREAKING"
				     : lock->file ? "ACTIVE  "
						  : "BREAKER ");
	case FB_LOCK_UNKNOWN:
		break;
	}
	return fb_buf_printf(buf, "UNKNOWN UNKNOWN  ");
}
/* The line of /proc/locks. */
static struct fb_error *format_line(const struct fb_lock *lock, struct fb_buf *buf)
{
	uint32_t indent = lock->depth < 64u ? lock->depth : 64u;
	struct fb_error *err;

	/* "-> " for one that waits, one column further right for each level. */
	err = fb_buf_printf(buf, "%u: %*s", lock->id, indent ? (int)indent + 2 : 0,
			    indent ? "-> " : "");
	if (!err)
		err = format_kind(lock, buf);
	if (!err)
		err = fb_buf_printf(buf, "%s ",
				    lock->type == WRITE  ? "WRITE"
				    : lock->type == READ ? "READ "
							 : "UNLCK");
	if (!err && lock->has_inode)
		err = fb_buf_printf(buf, "%d %02x:%02x:%" PRIu64 " ", lock->pid, lock->major,
				    lock->minor, lock->inode);
	else if (!err)
		err = fb_buf_printf(buf, "%d <none>:0 ", lock->pid);
	if (!err)
		err = lock->end == INT64_MAX ? fb_buf_printf(buf, "%" PRId64 " EOF\n", lock->start)
					     : fb_buf_printf(buf, "%" PRId64 " %" PRId64 "\n",
							     lock->start, lock->end);
	return err;
}

struct world {
	struct made_kernel *made;
	uint64_t head, file;
};

static void begin(struct world *world)
{
	struct made_kernel *made = made_kernel_create();
	uint64_t superblock, root, mount, dentry;

	world->made = made;
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
	world->head = made_alloc(made, 64);
	made_symbols(made, (const char *const[]){"file_lock_list", NULL}, &world->head);
	superblock = made_superblock(made, "ext4", 8u << 20 | 17, &root);
	mount = made_mount(made, root, 0, 0);
	dentry = made_dentry(made, superblock, root, "lockfile", 77, 0100644);
	world->file = made_file(made, mount, dentry);
}

static uint64_t put_lock(struct world *world, uint64_t flags, uint64_t type, int32_t pid,
			 int64_t end)
{
	uint64_t lock = made_alloc(world->made, 128);

	MADE_SET(world->made, lock, lock_flags, flags);
	MADE_SET(world->made, lock, lock_type, type);
	MADE_SET(world->made, lock, lock_pid, (uint32_t)pid);
	MADE_SET(world->made, lock, lock_file, world->file);
	MADE_SET(world->made, lock, lock_end, (uint64_t)end);
	made_list_init(world->made, lock + 40);
	return lock;
}

/* In front of the CPU's list, as the kernel does. */
static uint64_t hold(struct world *world, uint64_t flags, uint64_t type, int32_t pid, int64_t end)
{
	uint64_t lock = put_lock(world, flags, type, pid, end), first;

	memcpy(&first, made_at(world->made, world->head + 8), 8);
	made_put(world->made, lock + 16, first, 8);
	made_put(world->made, world->head + 8, lock + 16, 8);
	return lock;
}

static uint64_t wait_for(struct world *world, uint64_t lock, int32_t pid)
{
	uint64_t waiter = put_lock(world, 2, WRITE, pid, INT64_MAX);

	made_list_add(world->made, lock + 40, waiter + 56);
	return waiter;
}

static void check(struct world *world, const char *expected)
{
	struct fb_locks locks;
	struct fb_buf buf;

	fb_buf_init(&buf, 65536);
	FB_OK_FATAL(fb_locks_load(&world->made->kernel, &locks));
	for (size_t i = 0; i < locks.count; i++)
		FB_OK_FATAL(format_line(&locks.locks[i], &buf));
	FB_OK_FATAL(fb_buf_append(&buf, "", 1));
	CU_ASSERT_STRING_EQUAL((char *)buf.data, expected);
	fb_buf_deinit(&buf);
	fb_locks_deinit(&locks);
}

static void prints_every_kind(void)
{
	struct world w;
	uint64_t breaker;

	begin(&w);
	check(&w, "");
	hold(&w, 1, READ, 10, INT64_MAX);
	hold(&w, 1, WRITE, 11, 99);
	hold(&w, 1 | 1024, WRITE, -1, INT64_MAX);
	hold(&w, 2, WRITE, 12, 0);
	hold(&w, 32, READ, 13, 0);
	hold(&w, 32 | 512, WRITE, 14, 0);
	hold(&w, 4, READ, 15, 0);
	breaker = hold(&w, 32 | 256, WRITE, 16, 0);
	MADE_SET(w.made, breaker, lock_file, 0);
	check(&w, "1: LEASE  BREAKING  READ  16 <none>:0 0 EOF\n"
		  "2: DELEG  ACTIVE    READ  15 08:11:77 0 EOF\n"
		  "3: LEASE  BREAKING  UNLCK 14 08:11:77 0 EOF\n"
		  "4: LEASE  ACTIVE    READ  13 08:11:77 0 EOF\n"
		  "5: FLOCK  ADVISORY  WRITE 12 08:11:77 0 EOF\n"
		  "6: OFDLCK ADVISORY  WRITE -1 08:11:77 0 EOF\n"
		  "7: POSIX  ADVISORY  WRITE 11 08:11:77 0 99\n"
		  "8: POSIX  ADVISORY  READ  10 08:11:77 0 EOF\n");
	made_kernel_destroy(w.made);
}

static void lists_waiters_below(void)
{
	struct world w;
	uint64_t lock, waiter;

	begin(&w);
	hold(&w, 2, READ, 1, 0);
	lock = hold(&w, 2, WRITE, 2, 0);
	waiter = wait_for(&w, lock, 3);
	wait_for(&w, waiter, 4);
	wait_for(&w, lock, 5);
	check(&w, "1: FLOCK  ADVISORY  WRITE 2 08:11:77 0 EOF\n"
		  "1: -> FLOCK  ADVISORY  WRITE 3 08:11:77 0 EOF\n"
		  "1:  -> FLOCK  ADVISORY  WRITE 4 08:11:77 0 EOF\n"
		  "1: -> FLOCK  ADVISORY  WRITE 5 08:11:77 0 EOF\n"
		  "2: FLOCK  ADVISORY  READ  1 08:11:77 0 EOF\n");
	CU_ASSERT_EQUAL(fb_warnings_count(w.made->warnings), 0);
	made_kernel_destroy(w.made);
}

static void bounds_loops(void)
{
	struct world w;
	struct fb_locks locks;
	uint64_t lock, waiter;

	begin(&w);
	hold(&w, 2, READ, 1, 0);
	lock = hold(&w, 2, WRITE, 2, 0);
	waiter = wait_for(&w, lock, 3);
	/* The waiter waits for itself. */
	made_put(w.made, waiter + 40, waiter + 56, 8);
	FB_OK_FATAL(fb_locks_load(&w.made->kernel, &locks));
	CU_ASSERT(locks.count < 1000);
	CU_ASSERT_EQUAL(locks.locks[locks.count - 1].pid, 1);
	CU_ASSERT(fb_warnings_count(w.made->warnings) > 0);
	fb_locks_deinit(&locks);
	/* A CPU's list that leaves the kernel. */
	made_put(w.made, lock + 16, 0x1234, 8);
	FB_OK_FATAL(fb_locks_load(&w.made->kernel, &locks));
	fb_locks_deinit(&locks);
	made_kernel_destroy(w.made);
}

/* Waiters of one exclusive lock hang below each other, as __locks_insert_block() puts them: how deep
 * they do is how many there are, and each costs the same. */
static void follows_waiters_to_any_depth(void)
{
	static const uint32_t depths[] = {100, 1000, 10000, 100000};
	uint64_t before, per_lock = 0;

	for (size_t i = 0; i < FB_ARRAY_SIZE(depths); i++) {
		struct world w;
		struct fb_locks locks;
		uint64_t lock;

		begin(&w);
		lock = hold(&w, 2, WRITE, 1, 0);
		for (uint32_t k = 0; k < depths[i]; k++)
			lock = wait_for(&w, lock, 2 + (int32_t)k);
		before = w.made->reads;
		FB_OK_FATAL(fb_locks_load(&w.made->kernel, &locks));
		CU_ASSERT_EQUAL_FATAL(locks.count, depths[i] + 1);
		for (uint32_t k = 0; k < locks.count; k++) {
			CU_ASSERT_EQUAL(locks.locks[k].depth, k);
			CU_ASSERT_EQUAL(locks.locks[k].held, 0);
			CU_ASSERT_EQUAL(locks.locks[k].pid, 1 + (int32_t)k);
		}
		CU_ASSERT_EQUAL(fb_warnings_count(w.made->warnings), 0);
		if (!i)
			per_lock = (w.made->reads - before) / locks.count + 1;
		CU_ASSERT(w.made->reads - before <= per_lock * locks.count);
		fb_locks_deinit(&locks);
		made_kernel_destroy(w.made);
	}
}

/* Two trees that run into one, and a loop far down: each lock once, and an error of one line. */
static void lists_what_is_met_twice_once(void)
{
	struct world w;
	struct fb_locks locks;
	uint64_t lock, waiter, last;

	begin(&w);
	lock = hold(&w, 2, WRITE, 1, 0);
	waiter = last = wait_for(&w, lock, 2);
	for (int32_t k = 0; k < 500; k++)
		last = wait_for(&w, last, 3 + k);
	made_put(w.made, last + 40, waiter + 56, 8);
	lock = hold(&w, 2, WRITE, 900, 0);
	made_put(w.made, lock + 40, waiter + 56, 8);
	FB_OK_FATAL(fb_locks_load(&w.made->kernel, &locks));
	CU_ASSERT_EQUAL(locks.count, 503);
	CU_ASSERT(fb_warnings_count(w.made->warnings) > 0);
	for (size_t i = 0; i < fb_warnings_count(w.made->warnings); i++)
		CU_ASSERT(strlen(fb_warnings_get(w.made->warnings, i)) < 120);
	fb_locks_deinit(&locks);
	made_kernel_destroy(w.made);
}

static void tells_kinds_and_what_is_unknown(void)
{
	struct world w;
	struct fb_locks locks;
	uint64_t lock, waiter;

	begin(&w);
	hold(&w, 0, READ, 5, 9);
	lock = hold(&w, 1 | 8, WRITE, 6, 9);
	MADE_SET(w.made, lock, lock_start, 3);
	waiter = wait_for(&w, lock, 7);
	MADE_SET(w.made, lock, lock_file, 0x10);
	FB_OK_FATAL(fb_locks_load(&w.made->kernel, &locks));
	CU_ASSERT_EQUAL_FATAL(locks.count, 3);
	CU_ASSERT_EQUAL(locks.locks[0].kind, FB_LOCK_ACCESS);
	CU_ASSERT_EQUAL(locks.locks[0].address, lock);
	CU_ASSERT_EQUAL(locks.locks[0].start, 3);
	CU_ASSERT_EQUAL(locks.locks[0].end, 9);
	CU_ASSERT_EQUAL(locks.locks[0].file, 0x10);
	CU_ASSERT_FALSE(locks.locks[0].has_inode);
	CU_ASSERT_EQUAL(locks.locks[1].address, waiter);
	CU_ASSERT_EQUAL(locks.locks[1].held, 0);
	CU_ASSERT_EQUAL(locks.locks[1].depth, 1);
	CU_ASSERT_TRUE(locks.locks[1].has_inode);
	CU_ASSERT_EQUAL(locks.locks[1].major, 8);
	CU_ASSERT_EQUAL(locks.locks[1].minor, 17);
	CU_ASSERT_EQUAL(locks.locks[2].kind, FB_LOCK_UNKNOWN);
	CU_ASSERT_EQUAL(locks.locks[2].held, 2);
	CU_ASSERT_EQUAL(locks.locks[2].end, INT64_MAX);
	CU_ASSERT_EQUAL(fb_warnings_count(w.made->warnings), 1);
	fb_locks_deinit(&locks);
	made_kernel_destroy(w.made);
	CU_ASSERT_STRING_EQUAL(fb_lock_kind_name(FB_LOCK_UNKNOWN), "UNKNOWN");
	CU_ASSERT_STRING_EQUAL(fb_lock_kind_name((enum fb_lock_kind)(FB_LOCK_UNKNOWN + 1)),
			       "UNKNOWN");
}

/* Each CPU has a list; the number of a lock goes on from one to the next. */
static void walks_the_lists_of_all_cpus(void)
{
	static uint64_t offsets[3] = {0, 4096, 8192};
	struct world w;
	uint64_t area, *own;

	begin(&w);
	area = made_alloc_pages(w.made, 3 * FB_PAGE_SIZE);
	made_symbols(w.made, (const char *const[]){"file_lock_list", NULL}, &area);
	own = w.made->kernel.percpu_offsets;
	w.made->kernel.percpu_offsets = offsets;
	w.made->kernel.cpu_limit = 3;
	for (int cpu = 0; cpu < 3; cpu++) {
		w.head = area + offsets[cpu];
		hold(&w, 2, WRITE, 10 + cpu, 0);
	}
	check(&w, "1: FLOCK  ADVISORY  WRITE 10 08:11:77 0 EOF\n"
		  "2: FLOCK  ADVISORY  WRITE 11 08:11:77 0 EOF\n"
		  "3: FLOCK  ADVISORY  WRITE 12 08:11:77 0 EOF\n");
	CU_ASSERT_EQUAL(fb_warnings_count(w.made->warnings), 0);
	made_lose(w.made, area + offsets[1]);
	check(&w, "1: FLOCK  ADVISORY  WRITE 10 08:11:77 0 EOF\n"
		  "2: FLOCK  ADVISORY  WRITE 12 08:11:77 0 EOF\n");
	CU_ASSERT_EQUAL(fb_warnings_count(w.made->warnings), 1);
	w.made->kernel.percpu_offsets = own;
	made_kernel_destroy(w.made);
}

/* Without the members of waiters, the locks that are held remain; the others are needed. */
static void members_may_be_missing(void)
{
	static const struct {
		size_t field; /* in struct fb_layout */
		bool needed;
	} members[] = {{offsetof(struct fb_layout, lock_blocked_requests), false},
		       {offsetof(struct fb_layout, lock_blocked_member), false},
		       {offsetof(struct fb_layout, lock_link), true},
		       {offsetof(struct fb_layout, lock_list_head), true}};

	for (size_t i = 0; i < FB_ARRAY_SIZE(members); i++) {
		struct world w;
		struct fb_locks locks;
		struct fb_field *field;

		begin(&w);
		wait_for(&w, hold(&w, 2, WRITE, 2, 0), 3);
		field = (struct fb_field *)((char *)&w.made->kernel.layout + members[i].field);
		field->found = false;
		if (members[i].needed)
			FB_FAILS_WITH(fb_locks_load(&w.made->kernel, &locks), FB_NOT_FOUND,
				      field->name);
		else
			check(&w, "1: FLOCK  ADVISORY  WRITE 2 08:11:77 0 EOF\n");
		CU_ASSERT_EQUAL(fb_warnings_count(w.made->warnings), 0);
		made_kernel_destroy(w.made);
	}
}

static struct fb_error *answer(void *context, struct fb_buf *text, bool *incomplete_ret FB_UNUSED)
{
	const struct world *world = context;
	struct fb_locks locks;
	struct fb_error *err = fb_locks_load(&world->made->kernel, &locks);

	if (err)
		return err;
	for (size_t i = 0; i < locks.count && !err; i++)
		err = format_line(&locks.locks[i], text);
	fb_locks_deinit(&locks);
	return err;
}

static struct fb_error *ask(void *context)
{
	struct fb_buf text;
	bool incomplete;
	struct fb_error *err;

	fb_buf_init(&text, 65536);
	err = answer(context, &text, &incomplete);
	fb_buf_deinit(&text);
	return err;
}

static void each_read_may_fail(void)
{
	struct world w;
	uint64_t lock;

	begin(&w);
	hold(&w, 1, READ, 1, 0);
	lock = hold(&w, 2, WRITE, 2, 0);
	wait_for(&w, wait_for(&w, lock, 3), 4);
	CU_ASSERT(failing_made_must_pass(w.made, ask, &w) > 40);
	absent_made_must_tell(w.made, answer, &w);
	made_kernel_destroy(w.made);
}

static void says_what_is_missing(void)
{
	struct made_kernel *made = made_kernel_create();
	struct fb_locks locks;

	FB_FAILS_WITH(fb_locks_load(&made->kernel, &locks), FB_NOT_FOUND, "file_lock_list");
	made_kernel_destroy(made);
}

static void check_real(const struct real_kernel *real)
{
	char *truth = real_kernel_file(real, NULL, "truth/locks");
	struct fb_locks locks;
	struct fb_buf buf;

	CU_ASSERT_PTR_NOT_NULL_FATAL(truth);
	fb_buf_init(&buf, 65536);
	FB_OK_FATAL(fb_locks_load(real->kernel, &locks));
	for (size_t i = 0; i < locks.count; i++)
		FB_OK_FATAL(format_line(&locks.locks[i], &buf));
	FB_OK_FATAL(fb_buf_append(&buf, "", 1));
	CU_ASSERT_STRING_EQUAL((char *)buf.data, truth);
	CU_ASSERT(locks.count > 0);
	fb_buf_deinit(&buf);
	fb_locks_deinit(&locks);
	free(truth);
}

static void agrees_with_real_kernels(void)
{
	real_kernel_each(check_real);
}

FB_TEST_MAIN("kernel/locks", FB_TEST(prints_every_kind), FB_TEST(lists_waiters_below),
	     FB_TEST(bounds_loops), FB_TEST(follows_waiters_to_any_depth),
	     FB_TEST(lists_what_is_met_twice_once), FB_TEST(tells_kinds_and_what_is_unknown),
	     FB_TEST(walks_the_lists_of_all_cpus), FB_TEST(members_may_be_missing),
	     FB_TEST(each_read_may_fail), FB_TEST(says_what_is_missing),
	     FB_TEST(agrees_with_real_kernels))
