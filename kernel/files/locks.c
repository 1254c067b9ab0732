// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads all file locks. Each CPU has a list of the locks that were taken on it; each
 * lock has a tree of the locks that wait for it. Called by waits.
 */
#include "kernel/files/locks.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/u64_map.h"
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

/* A list of waiters that is being walked. */
struct level {
	uint64_t head; /* blocked_requests of the lock that they wait for */
	uint64_t at;   /* the link of the waiter that was met last; head: none yet */
};

struct walk {
	struct fb_kernel *kernel;
	struct fb_locks list;
	size_t room;
	uint32_t id;
	struct fb_u64_map seen; /* addresses of the locks that were met */
	struct level *levels;   /* owned; outermost first */
	size_t level_count, level_room;
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
static struct fb_error *read_inode(struct fb_kernel *kernel, struct fb_lock *lock)
{
	struct fb_file_info info;
	struct fb_error *err;

	if (!lock->file)
		return NULL;
	err = fb_file_info(kernel, lock->file, &info);
	if (err)
		return fb_part_warn(fb_kernel_warnings(kernel), err, "the file of a lock");
	lock->has_inode = true;
	lock->major = info.major;
	lock->minor = info.minor;
	lock->inode = info.inode;
	return NULL;
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
	return read_inode(kernel, lock);
}

/* One lock, put behind those that are listed; *fresh_ret: it was not met before. */
static struct fb_error *add_lock(struct walk *walk, uint64_t address, size_t held, uint32_t depth,
				 bool *fresh_ret)
{
	struct fb_lock lock = {.address = address, .id = walk->id, .depth = depth, .held = held};
	struct fb_error *err;

	err = fb_u64_set_add(&walk->seen, address, FB_MAX_LOCKS, "file locks", fresh_ret);
	if (err || !*fresh_ret)
		return err;
	err = fb_grow_array(&walk->list.locks, &walk->room, walk->list.count, sizeof(lock),
			    FB_MAX_LOCKS, "file locks");
	if (!err)
		err = read_lock(walk->kernel, &lock);
	if (err)
		return fb_error_prefix(err, "lock 0x%" PRIx64, address);
	walk->list.locks[walk->list.count++] = lock;
	return NULL;
}

/* Goes on with the list of those that wait for the lock at address. */
static struct fb_error *descend(struct walk *walk, uint64_t address)
{
	uint64_t head = address + fb_kernel_layout(walk->kernel)->lock_blocked_requests.offset;
	struct fb_error *err;

	err = fb_grow_array(&walk->levels, &walk->level_room, walk->level_count,
			    sizeof(*walk->levels), FB_MAX_LOCKS, "file locks");
	if (err)
		return err;
	walk->levels[walk->level_count++] = (struct level){.head = head, .at = head};
	return NULL;
}

/* The next waiter of the innermost level; where that is at its end, the level is left. */
static struct fb_error *step(struct walk *walk, size_t held)
{
	const struct fb_layout *layout = fb_kernel_layout(walk->kernel);
	struct level *level = &walk->levels[walk->level_count - 1];
	uint64_t waiter;
	bool fresh = false;
	struct fb_error *err = fb_space_u64(fb_kernel_space(walk->kernel), level->at, &level->at);

	if (err)
		return err;
	if (level->at == level->head) {
		walk->level_count--;
		return NULL;
	}
	if (!fb_kernel_address_ok(level->at))
		return fb_error_create(FB_CORRUPT, "a list of waiters leads to 0x%" PRIx64,
				       level->at);
	waiter = level->at - layout->lock_blocked_member.offset;
	err = add_lock(walk, waiter, held, (uint32_t)walk->level_count, &fresh);
	if (!err && !fresh)
		err = fb_error_create(FB_CORRUPT, "lock 0x%" PRIx64 " is met twice among waiters",
				      waiter);
	return err ? err : descend(walk, waiter);
}

/* A lock that is held, and behind it those that wait for it, each before those that wait for it in
 * turn. __locks_insert_block() hangs a request below the last one that it conflicts with, so that a
 * hundred waiters of one exclusive lock are a hundred deep: only a lock that was met before ends it. */
static struct fb_error *add_tree(struct walk *walk, uint64_t address)
{
	const struct fb_layout *layout = fb_kernel_layout(walk->kernel);
	size_t held = walk->list.count;
	bool fresh = false;
	struct fb_error *err = add_lock(walk, address, held, 0, &fresh);

	if (!err && !fresh)
		err = fb_error_create(FB_CORRUPT, "lock 0x%" PRIx64 " is listed twice", address);
	if (err || !layout->lock_blocked_requests.found || !layout->lock_blocked_member.found)
		return err;
	walk->level_count = 0;
	err = descend(walk, address);
	while (!err && walk->level_count)
		err = step(walk, held);
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
		err = add_tree(walk, node - layout->lock_link.offset);
		if (!fb_error_is(err, FB_LIMIT))
			err = fb_part_warn(fb_kernel_warnings(walk->kernel), err, "file locks");
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
		err = fb_part_warn(fb_kernel_warnings(walk->kernel), err, "file locks of CPU %u",
				   cpu);
	}
	return err;
}

struct fb_error *fb_locks_load(struct fb_kernel *kernel, struct fb_locks *locks_ret)
{
	struct walk walk = {.kernel = kernel};
	struct fb_error *err = walk_cpus(&walk);

	fb_u64_map_deinit(&walk.seen);
	free(walk.levels);
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
