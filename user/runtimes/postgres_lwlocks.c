// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the lightweight lock that a backend of PostgreSQL waits for. A PGPROC does not say which one it is, but it is
 * in the lock's queue: those of the fixed locks are gone through. Called by bundle/waits/databases.
 */
#include <string.h>

#include "base/attr.h"
#include "base/part.h"
#include "user/runtimes/postgres_locks.h"
#include "user/runtimes/postgres_private.h"

/* Fixed locks: some 200, and those that extensions ask for at the start. */
#define MOST_FIXED 1024u

/* Whether the kind of the lock is the one that the backend says it waits for. */
static bool is_kind(const struct fb_postgres_backend *backend, uint32_t tranche)
{
	const char *type = fb_postgres_event_type(backend->wait_event);

	return backend->lw_waiting && type && !strcmp(type, "LWLock") &&
	       (backend->wait_event & 0xffff) == tranche;
}

/* Notes of which backends the lock's queue is. None is in two queues: where one leads into another, or back into
 * itself, it ends. */
static struct fb_error *note_queue(struct fb_postgres *postgres, uint64_t address, uint32_t tranche,
				   uint32_t index)
{
	bool fresh = true;
	struct fb_error *err = NULL;

	while (!err && fresh && index < postgres->count &&
	       is_kind(&postgres->backends[index], tranche)) {
		err = fb_u64_map_add(&postgres->lw_locks, index, address, FB_POSTGRES_BACKENDS,
				     "waiters of lightweight locks", &fresh);
		index = postgres->backends[index].lw_next;
	}
	return err;
}

/* Goes through the fixed locks. The array's length is not known: behind it queues may seem to be, but those of the
 * locks come first. */
static struct fb_error *read_queues(struct fb_postgres *postgres)
{
	struct fb_error *err = NULL;

	postgres->lw_read = true;
	for (uint64_t i = 0; i < MOST_FIXED && postgres->variables.lwlocks && !err; i++) {
		const uint64_t address =
			postgres->variables.lwlocks + i * FB_POSTGRES_LWLOCK_STRIDE;
		uint32_t words[3];

		err = fb_space_read(postgres->space, address + FB_POSTGRES_LWLOCK_TRANCHE, words,
				    sizeof(words));
		if (err)
			return fb_part_skip(err);
		err = note_queue(postgres, address, words[0] & 0xffff,
				 words[FB_POSTGRES_LWLOCK_HEAD / 4]);
	}
	return err;
}

struct fb_error *fb_postgres_lwlock(struct fb_postgres *postgres,
				    const struct fb_postgres_backend *backend,
				    struct fb_postgres_lwlock *lock_ret)
{
	struct fb_postgres_lwlock lock = {.tranche = backend->wait_event & 0xffff};
	const uint64_t *address;
	uint32_t state = 0;
	struct fb_error *err = NULL;

	if (!backend->lw_waiting)
		return fb_error_create(FB_NOT_FOUND, "it waits for no lightweight lock");
	if (!postgres->lw_read)
		err = read_queues(postgres);
	if (err)
		return err;
	address = fb_u64_map_find(&postgres->lw_locks, (uint64_t)(backend - postgres->backends));
	if (address) {
		err = fb_space_u32(postgres->space, *address + FB_POSTGRES_LWLOCK_STATE, &state);
		lock.address = *address;
		lock.exclusive = state & postgres->layout->exclusive;
		lock.shared = state & (postgres->layout->exclusive - 1);
	}
	if (!err)
		*lock_ret = lock;
	return err;
}
