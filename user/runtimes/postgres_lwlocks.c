// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the lightweight lock that a backend of PostgreSQL waits for. A PGPROC does not say which one it is, but it is in the
 * lock's queue: the fixed locks are looked through for the queue that begins with the first of the backends before it.
 * Called by bundle/waits/databases.
 */
#include <string.h>

#include "base/attr.h"
#include "base/part.h"
#include "user/runtimes/postgres_locks.h"
#include "user/runtimes/postgres_private.h"

/* Fixed locks: some 200, and those that extensions ask for at the start. */
#define MOST_FIXED 1024u

/* Notes the queues of the fixed locks. The array's length is not known: it ends at what cannot be a lock. */
static struct fb_error *read_queues(struct fb_postgres *postgres)
{
	struct fb_error *err = NULL;

	postgres->lw_read = true;
	for (uint64_t i = 0; i < MOST_FIXED && postgres->variables.lwlocks && !err; i++) {
		uint64_t address = postgres->variables.lwlocks + i * FB_POSTGRES_LWLOCK_STRIDE;
		uint32_t head = 0;

		err = fb_space_u32(postgres->space, address + FB_POSTGRES_LWLOCK_HEAD, &head);
		if (err)
			return fb_part_skip(err);
		if (head < postgres->count)
			err = fb_u64_map_add(&postgres->lw_queues, head, address, MOST_FIXED,
					     "queues of locks", NULL);
	}
	return err;
}

/* The first of the queue that the backend is in; it is bounded by the number of backends. */
static size_t first_of_queue(const struct fb_postgres *postgres, size_t index)
{
	for (size_t steps = 0; steps < postgres->count; steps++) {
		const int32_t previous = postgres->backends[index].lw_previous;

		if (previous < 0 || (size_t)previous >= postgres->count)
			return index;
		index = (size_t)previous;
	}
	return postgres->count;
}

/* Whether the kind of the lock, which its bytes begin with, is the one that the backend says it waits for. */
static bool is_kind(const struct fb_postgres_backend *backend, uint32_t tranche)
{
	const char *type = fb_postgres_event_type(backend->wait_event);

	return type && !strcmp(type, "LWLock") && (backend->wait_event & 0xffff) == tranche;
}

struct fb_error *fb_postgres_lwlock(struct fb_postgres *postgres,
				    const struct fb_postgres_backend *backend,
				    struct fb_postgres_lwlock *lock_ret)
{
	const size_t first = first_of_queue(postgres, (size_t)(backend - postgres->backends));
	struct fb_postgres_lwlock lock = {.tranche = backend->wait_event & 0xffff};
	const uint64_t *address;
	uint32_t words[2];
	struct fb_error *err = NULL;

	if (!backend->lw_waiting)
		return fb_error_create(FB_NOT_FOUND, "it waits for no lightweight lock");
	if (!postgres->lw_read)
		err = read_queues(postgres);
	if (err)
		return err;
	address = first < postgres->count ? fb_u64_map_find(&postgres->lw_queues, first) : NULL;
	if (address) {
		err = fb_space_read(postgres->space, *address + FB_POSTGRES_LWLOCK_TRANCHE, words,
				    sizeof(words));
		if (err)
			return err;
		if (is_kind(backend, words[0] & 0xffff)) {
			lock.address = *address;
			lock.exclusive = words[1] & postgres->layout->exclusive;
			lock.shared = words[1] & (postgres->layout->exclusive - 1);
		}
	}
	*lock_ret = lock;
	return NULL;
}
