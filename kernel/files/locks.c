// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each CPU has a list of the locks that were taken on it; each lock has a tree
 * of those that wait for it.
 */
#include "kernel/files/locks.h"

#include <stdlib.h>

#include "base/limits.h"
#include "kernel/files/path.h"

/* include/linux/filelock.h */
#define FL_POSIX 1u
#define FL_FLOCK 2u
#define FL_DELEG 4u
#define FL_ACCESS 8u
#define FL_LEASE 32u
#define FL_DOWNGRADE_PENDING 256u
#define FL_UNLOCK_PENDING 512u
#define FL_OFDLCK 1024u

enum { TYPE_READ, TYPE_WRITE, TYPE_UNLOCK };

struct walk {
	struct fb_kernel *kernel;
	struct fb_locks list;
	size_t room;
	uint32_t id;
	uint32_t depth;
};

static enum fb_lock_kind kind_of(uint64_t flags)
{
	if (flags & FL_POSIX)
		return flags & FL_ACCESS   ? FB_LOCK_ACCESS
		       : flags & FL_OFDLCK ? FB_LOCK_OFD
					   : FB_LOCK_POSIX;
	if (flags & FL_FLOCK)
		return FB_LOCK_FLOCK;
	if (flags & FL_DELEG)
		return FB_LOCK_DELEGATION;
	return flags & FL_LEASE ? FB_LOCK_LEASE : FB_LOCK_UNKNOWN;
}

/* The file's inode: a lock is worth showing without it. */
static void read_inode(struct fb_kernel *kernel, struct fb_lock *lock)
{
	struct fb_file_info info;
	struct fb_error *err;

	if (!lock->file)
		return;
	err = fb_file_info(kernel, lock->file, &info);
	fb_warn_error(fb_kernel_warnings(kernel), err, "the file of a lock");
	if (err)
		return;
	lock->has_inode = true;
	lock->major = info.major;
	lock->minor = info.minor;
	lock->inode = info.inode;
}

static struct fb_error *read_lock(struct fb_kernel *kernel, struct fb_lock *lock)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	uint64_t type;
	int64_t pid;
	struct fb_error *err;

	err = fb_kernel_field(kernel, lock->address, &layout->lock_flags, &lock->flags);
	if (!err)
		err = fb_kernel_field(kernel, lock->address, &layout->lock_type, &type);
	if (!err)
		err = fb_kernel_field_signed(kernel, lock->address, &layout->lock_pid, &pid);
	if (!err)
		err = fb_kernel_field(kernel, lock->address, &layout->lock_file, &lock->file);
	if (err)
		return err;
	lock->kind = kind_of(lock->flags);
	lock->pid = (int32_t)pid;
	lock->type = (uint8_t)type;
	if (lock->kind == FB_LOCK_POSIX || lock->kind == FB_LOCK_ACCESS ||
	    lock->kind == FB_LOCK_OFD) {
		err = fb_kernel_field_signed(kernel, lock->address, &layout->lock_start,
					     &lock->start);
		if (!err)
			err = fb_kernel_field_signed(kernel, lock->address, &layout->lock_end,
						     &lock->end);
		if (err)
			return err;
	} else {
		lock->end = INT64_MAX;
		/* What a lease that is being broken turns into: target_leasetype(). */
		if (lock->flags & FL_UNLOCK_PENDING)
			lock->type = TYPE_UNLOCK;
		else if (lock->flags & FL_DOWNGRADE_PENDING)
			lock->type = TYPE_READ;
	}
	read_inode(kernel, lock);
	return NULL;
}

static struct fb_error *add_lock(struct walk *walk, uint64_t address);

/* entry: fl_blocked_member of one that waits. */
static struct fb_error *add_waiter(void *context, uint64_t entry)
{
	struct walk *walk = context;
	const struct fb_layout *layout = fb_kernel_layout(walk->kernel);

	return add_lock(walk, entry - layout->lock_blocked_member.offset);
}

/* The lock and, below it, those that wait for it. Their depth is bounded, and with it this
 * recursion; so is their number. */
static struct fb_error *add_lock(struct walk *walk, uint64_t address)
{
	const struct fb_layout *layout = fb_kernel_layout(walk->kernel);
	struct fb_lock lock = {.address = address, .id = walk->id, .depth = walk->depth};
	struct fb_error *err;

	if (walk->depth >= FB_MAX_LOCK_DEPTH)
		return fb_error_create(FB_CORRUPT, "lock 0x%llx: its waiters form a loop",
				       (unsigned long long)address);
	err = fb_grow_array(&walk->list.locks, &walk->room, walk->list.count, sizeof(lock),
			    FB_MAX_LOCKS, "file locks");
	if (!err)
		err = read_lock(walk->kernel, &lock);
	if (err)
		return fb_error_prefix(err, "lock 0x%llx", (unsigned long long)address);
	walk->list.locks[walk->list.count++] = lock;
	if (!layout->lock_blocked_requests.found || !layout->lock_blocked_member.found)
		return NULL;
	walk->depth++;
	err = fb_kernel_list(walk->kernel, address + layout->lock_blocked_requests.offset,
			     FB_MAX_LOCKS, add_waiter, walk);
	walk->depth--;
	return err;
}

/* A head with a pointer to the first node, whose next pointers end with NULL. */
static struct fb_error *walk_cpu(struct walk *walk, uint64_t head)
{
	const struct fb_layout *layout = fb_kernel_layout(walk->kernel);
	uint64_t node;
	struct fb_error *err = fb_space_u64(fb_kernel_space(walk->kernel), head, &node);

	for (uint32_t i = 0; !err && node; i++) {
		if (!fb_kernel_address_ok(node) || i >= FB_MAX_LOCKS)
			return fb_error_create(FB_CORRUPT, "the list of locks has no end");
		walk->id++;
		err = add_lock(walk, node - layout->lock_link.offset);
		if (err && !fb_error_is(err, FB_NOMEM) && !fb_error_is(err, FB_LIMIT)) {
			fb_warn_error(fb_kernel_warnings(walk->kernel), err, "file locks");
			err = NULL;
		}
		if (!err)
			err = fb_space_u64(fb_kernel_space(walk->kernel), node, &node);
	}
	return err;
}

static struct fb_error *walk_cpus(struct walk *walk)
{
	const struct fb_layout *layout = fb_kernel_layout(walk->kernel);
	uint64_t list;
	struct fb_error *err;

	err = fb_kernel_symbol(walk->kernel, "file_lock_list", &list);
	if (!err)
		err = fb_layout_require(&layout->lock_link);
	if (!err)
		err = fb_layout_require(&layout->lock_list_head);
	for (uint32_t cpu = 0; !err && cpu < fb_kernel_cpu_limit(walk->kernel); cpu++) {
		uint64_t address;

		err = fb_kernel_percpu(walk->kernel, cpu, list, &address);
		if (fb_error_is(err, FB_NOT_FOUND)) { /* no such CPU */
			fb_error_destroy(err);
			err = NULL;
			continue;
		}
		if (!err)
			err = walk_cpu(walk, address + layout->lock_list_head.offset);
		if (err && !fb_error_is(err, FB_NOMEM)) {
			fb_warn_error(fb_kernel_warnings(walk->kernel), err, "file locks of CPU %u",
				      cpu);
			err = NULL;
		}
	}
	return err;
}

struct fb_error *fb_locks_load(struct fb_kernel *kernel, struct fb_locks *locks_ret)
{
	struct walk walk = {.kernel = kernel};
	struct fb_error *err = walk_cpus(&walk);

	if (err) {
		fb_locks_deinit(&walk.list);
		return fb_error_prefix(err, "file locks");
	}
	*locks_ret = walk.list;
	return NULL;
}

void fb_locks_deinit(struct fb_locks *locks)
{
	free(locks->locks);
	*locks = (struct fb_locks){0};
}

const char *fb_lock_kind_name(enum fb_lock_kind kind)
{
	static const char *const names[] = {"POSIX", "ACCESS", "OFDLCK", "FLOCK",
					    "LEASE", "DELEG",  "UNKNOWN"};

	return (size_t)kind < FB_ARRAY_SIZE(names) ? names[kind] : "UNKNOWN";
}
