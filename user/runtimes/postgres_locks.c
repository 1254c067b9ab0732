// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads PostgreSQL's heavyweight locks, and finds who blocks whom: a backend waits for all that have the lock in a mode
 * that conflicts with the one it wants, and for all before it in the queue that want such a one. Called by
 * bundle/waits/databases.
 */
#include "user/runtimes/postgres_locks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/part.h"
#include "user/runtimes/postgres_lock_tag.h"
#include "user/runtimes/postgres_private.h"

#define MODES 8u /* numbered from 1 on */
/* Elements of lists of all locks together that are waited for: 10,000 backends may have, or want, each of some
 * hundred. */
#define MOST_STEPS (4u << 20)

/* The modes that a mode conflicts with, a bit for each (LockConflicts of PostgreSQL's lock.c, and chapter "Explicit
 * Locking" of its manual). */
static uint32_t conflicts_of(uint32_t mode)
{
	static const uint16_t table[MODES + 1] = {
		0,
		1u << 8,
		1u << 7 | 1u << 8,
		1u << 5 | 1u << 6 | 1u << 7 | 1u << 8,
		1u << 4 | 1u << 5 | 1u << 6 | 1u << 7 | 1u << 8,
		1u << 3 | 1u << 4 | 1u << 6 | 1u << 7 | 1u << 8,
		1u << 3 | 1u << 4 | 1u << 5 | 1u << 6 | 1u << 7 | 1u << 8,
		1u << 2 | 1u << 3 | 1u << 4 | 1u << 5 | 1u << 6 | 1u << 7 | 1u << 8,
		1u << 1 | 1u << 2 | 1u << 3 | 1u << 4 | 1u << 5 | 1u << 6 | 1u << 7 | 1u << 8,
	};

	return mode <= MODES ? table[mode] : 0;
}

/* The highest of some modes; 0: none. */
static uint32_t strongest(uint32_t modes)
{
	uint32_t mode = MODES;

	while (mode && !(modes & 1u << mode))
		mode--;
	return mode;
}

static struct fb_error *add_share(struct fb_postgres *postgres, struct fb_postgres_lock *lock,
				  uint64_t link)
{
	const uint64_t address = link - FB_POSTGRES_PROCLOCK_LINK;
	uint8_t bytes[FB_POSTGRES_PROCLOCK_SIZE];
	struct fb_postgres_share share = {.backend = 0};
	uint64_t of, proc;
	size_t index = 0;
	struct fb_error *err = fb_space_read(postgres->space, address, bytes, sizeof(bytes));

	if (err)
		return err;
	memcpy(&of, bytes + FB_POSTGRES_PROCLOCK_LOCK, sizeof(of));
	memcpy(&proc, bytes + FB_POSTGRES_PROCLOCK_PROC, sizeof(proc));
	memcpy(&share.held, bytes + FB_POSTGRES_PROCLOCK_HELD, sizeof(share.held));
	if (of != lock->address)
		return fb_error_create(FB_CORRUPT,
				       "the PROCLOCK at 0x%" PRIx64 " is not of its lock", address);
	err = fb_postgres_index(postgres, proc, &index);
	share.backend = (uint32_t)index;
	if (!err && share.held)
		err = fb_grow_array(&lock->shares, &lock->share_room, lock->share_count,
				    sizeof(*lock->shares), postgres->count, "holders of a lock");
	if (!err && share.held)
		lock->shares[lock->share_count++] = share;
	return err;
}

/* A PGPROC begins with its link. */
static struct fb_error *add_queued(struct fb_postgres *postgres, struct fb_postgres_lock *lock,
				   uint64_t link)
{
	size_t index = 0;
	struct fb_error *err = fb_postgres_index(postgres, link, &index);

	if (!err && postgres->backends[index].wait_lock != lock->address)
		err = fb_error_create(FB_CORRUPT,
				      "PID %d is in a lock's queue, and waits for another",
				      postgres->backends[index].pid);
	if (!err)
		err = fb_grow_array(&lock->queue, &lock->queue_room, lock->queue_count,
				    sizeof(*lock->queue), postgres->count, "waiters of a lock");
	if (!err)
		lock->queue[lock->queue_count++] = (uint32_t)index;
	return err;
}

typedef struct fb_error *add_link(struct fb_postgres *postgres, struct fb_postgres_lock *lock,
				  uint64_t link);

/* Walks a circular list. One whose first link is NULL is empty. No backend is twice in one: a longer list leads back
 * into itself. */
static struct fb_error *walk(struct fb_postgres *postgres, struct fb_postgres_lock *lock,
			     uint64_t head, add_link *add)
{
	uint64_t link = 0;
	struct fb_error *err = fb_space_u64(postgres->space, head + FB_POSTGRES_LIST_NEXT, &link);

	for (size_t steps = 0; !err && link != head && (link || steps); steps++) {
		if (postgres->steps++ >= MOST_STEPS)
			return fb_error_create(FB_CORRUPT,
					       "lists of locks have more than %u "
					       "elements",
					       MOST_STEPS);
		if (!link || steps >= postgres->count)
			return fb_error_create(FB_CORRUPT, "a list of the lock at 0x%" PRIx64 " %s",
					       lock->address, link ? "does not end" : "breaks off");
		err = add(postgres, lock, link);
		if (!err)
			err = fb_space_u64(postgres->space, link + FB_POSTGRES_LIST_NEXT, &link);
	}
	return err;
}

static struct fb_error *read_lock(struct fb_postgres *postgres, struct fb_postgres_lock *lock)
{
	struct fb_error *err = fb_space_read(postgres->space, lock->address + FB_POSTGRES_LOCK_TAG,
					     lock->tag, sizeof(lock->tag));

	if (!err)
		err = walk(postgres, lock, lock->address + FB_POSTGRES_LOCK_HOLDERS, add_share);
	if (!err)
		err = walk(postgres, lock, lock->address + FB_POSTGRES_LOCK_QUEUE, add_queued);
	return err;
}

/* Keeps why the lock cannot be read, for its other waiters. */
static struct fb_error *keep_reason(struct fb_postgres_lock *lock, struct fb_error *err)
{
	free(lock->shares);
	free(lock->queue);
	*lock = (struct fb_postgres_lock){.address = lock->address, .code = fb_error_code(err)};
	return fb_part_reason(err, lock->why, sizeof(lock->why));
}

/* A lock is read once for all of its waiters, which may be many. */
static struct fb_error *add_lock(struct fb_postgres *postgres, uint64_t address)
{
	struct fb_postgres_lock lock = {.address = address};
	struct fb_error *err = read_lock(postgres, &lock);

	if (err)
		err = keep_reason(&lock, err);
	if (!err)
		err = fb_grow_array(&postgres->locks, &postgres->lock_room, postgres->lock_count,
				    sizeof(*postgres->locks), FB_POSTGRES_BACKENDS,
				    "locks of PostgreSQL");
	if (!err)
		err = fb_u64_map_add(&postgres->by_lock, address, postgres->lock_count,
				     FB_POSTGRES_BACKENDS, "locks of PostgreSQL", NULL);
	if (err) {
		free(lock.shares);
		free(lock.queue);
		return err;
	}
	for (size_t i = 0; i < lock.queue_count; i++)
		postgres->positions[lock.queue[i]] = (uint32_t)i;
	postgres->locks[postgres->lock_count++] = lock;
	return NULL;
}

static struct fb_error *lock_at(struct fb_postgres *postgres, uint64_t address,
				struct fb_postgres_lock **lock_ret)
{
	const uint64_t *known = fb_u64_map_find(&postgres->by_lock, address);
	struct fb_postgres_lock *lock;
	struct fb_error *err = known ? NULL : add_lock(postgres, address);

	if (err)
		return err;
	lock = &postgres->locks[known ? *known : postgres->lock_count - 1];
	if (*lock->why)
		return fb_error_create(lock->code, "%s", lock->why);
	*lock_ret = lock;
	return NULL;
}

/* The blockers of one wait as they are collected. */
struct collected {
	struct fb_postgres *postgres;
	const struct fb_postgres_backend *waiter;
	size_t maximum, room;
	struct fb_u64_map seen; /* leaders */
	struct fb_postgres_wait *wait;
};

/* A lock group counts once, by its leader; a group does not block itself. */
static struct fb_error *add_blocker(struct collected *collected, size_t index, bool holds,
				    uint32_t mode)
{
	const struct fb_postgres_backend *backends = collected->postgres->backends;
	const size_t leader = backends[index].leader;
	struct fb_postgres_wait *wait = collected->wait;
	bool fresh = false;
	struct fb_error *err;

	if (leader == collected->waiter->leader || wait->more)
		return NULL;
	if (wait->count >= collected->maximum) {
		wait->more = !fb_u64_map_find(&collected->seen, leader);
		return NULL;
	}
	err = fb_u64_set_add(&collected->seen, leader, FB_POSTGRES_BACKENDS,
			     "backends of PostgreSQL", &fresh);
	if (err || !fresh)
		return err;
	err = fb_grow_array(&wait->blockers, &collected->room, wait->count, sizeof(*wait->blockers),
			    FB_POSTGRES_BACKENDS, "backends of PostgreSQL");
	if (!err)
		wait->blockers[wait->count++] =
			(struct fb_postgres_blocker){backends[leader].pid, leader, holds, mode};
	return err;
}

static struct fb_error *collect(struct collected *collected, const struct fb_postgres_lock *lock,
				size_t position)
{
	const uint32_t conflicts = conflicts_of(collected->waiter->wait_mode);
	const struct fb_postgres_backend *backends = collected->postgres->backends;
	struct fb_error *err = NULL;

	for (size_t i = 0; i < lock->share_count && !err && !collected->wait->more; i++) {
		const struct fb_postgres_share *share = &lock->shares[i];

		if (share->held & conflicts)
			err = add_blocker(collected, share->backend, true,
					  strongest(share->held & conflicts));
	}
	for (size_t i = 0; i < position && !err && !collected->wait->more; i++) {
		const uint32_t mode = backends[lock->queue[i]].wait_mode;

		if (mode <= MODES && conflicts & 1u << mode)
			err = add_blocker(collected, lock->queue[i], false, mode);
	}
	return err;
}

struct fb_error *fb_postgres_blockers(struct fb_postgres *postgres,
				      const struct fb_postgres_backend *backend, size_t maximum,
				      struct fb_postgres_wait *wait_ret)
{
	const size_t index = (size_t)(backend - postgres->backends);
	struct fb_postgres_wait wait = {.mode = fb_postgres_mode_name(backend->wait_mode)};
	struct collected collected = {
		.postgres = postgres, .waiter = backend, .maximum = maximum, .wait = &wait};
	struct fb_postgres_lock *lock = NULL;
	size_t position;
	struct fb_error *err;

	if (!backend->wait_lock)
		return fb_error_create(FB_NOT_FOUND, "it waits for no heavyweight lock");
	if (!backend->wait_mode || backend->wait_mode > MODES)
		return fb_error_create(FB_CORRUPT, "PID %d waits for a lock in no known mode",
				       backend->pid);
	err = lock_at(postgres, backend->wait_lock, &lock);
	if (err)
		return err;
	position = postgres->positions[index];
	if (position >= lock->queue_count || lock->queue[position] != index)
		return fb_error_create(FB_CORRUPT,
				       "PID %d is not in the queue of the lock that it waits for",
				       backend->pid);
	wait.queue_before = position;
	wait.type = fb_postgres_lock_tag(lock->tag, wait.lock, sizeof(wait.lock));
	err = collect(&collected, lock, position);
	fb_u64_map_deinit(&collected.seen);
	if (err)
		free(wait.blockers);
	else
		*wait_ret = wait;
	return err;
}

void fb_postgres_wait_deinit(struct fb_postgres_wait *wait)
{
	free(wait->blockers);
	memset(wait, 0, sizeof(*wait));
}
