/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Locks of PostgreSQL and who blocks whom, as pg_blocking_pids() says. Called by bundle/waits/databases. */
#ifndef FB_USER_POSTGRES_LOCKS_H
#define FB_USER_POSTGRES_LOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "user/runtimes/postgres.h"

/* A backend that blocks another: it has the lock in a mode that conflicts, or is before it in the queue for such a
 * one. */
struct fb_postgres_blocker {
	int32_t pid;   /* of its lock group's leader; 0: a prepared transaction */
	size_t index;  /* of the leader among the backends */
	bool holds;    /* else it waits before the other */
	uint32_t mode; /* the strongest conflicting mode that it has, or that it waits for */
};

/* One wait for a heavyweight lock. */
struct fb_postgres_wait {
	char lock[96]; /* "relation 16384 of database 5": printable */
	const char
		*type; /* "relation", "transactionid"...: wait_event of pg_stat_activity; static */
	const char *mode;    /* that it waits for; static */
	size_t queue_before; /* backends before it in the lock's queue */
	struct fb_postgres_blocker
		*blockers; /* owned; each lock group once, those that hold it first */
	size_t count;
	bool more; /* there are more than the maximum */
};

/* Who blocks the backend, at most maximum of them. FB_NOT_FOUND: it waits for no heavyweight lock; FB_CORRUPT; errors
 * of fb_space_read(). What was read of a lock is kept for its other waiters. */
FB_MUST_CHECK struct fb_error *fb_postgres_blockers(struct fb_postgres *postgres,
						    const struct fb_postgres_backend *backend,
						    size_t maximum,
						    struct fb_postgres_wait *wait_ret);
void fb_postgres_wait_deinit(struct fb_postgres_wait *wait);

/* One wait for a lightweight lock. Who has one nobody records, but for builds with assertions. */
struct fb_postgres_lwlock {
	/* 0: not found: it is in none of the server's fixed locks (of a buffer's content, say) */
	uint64_t address;
	uint32_t tranche; /* the number of its kind */
	bool exclusive;   /* it is held exclusively */
	uint32_t shared;  /* by how many it is held shared */
};

/* FB_NOT_FOUND: it waits for no lightweight lock; errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_postgres_lwlock(struct fb_postgres *postgres,
						  const struct fb_postgres_backend *backend,
						  struct fb_postgres_lwlock *lock_ret);

/* The name of a kind of lightweight locks, "XidGen", "BufferContent"; NULL: unknown, of an extension. Static. */
const char *fb_postgres_tranche_name(const struct fb_postgres *postgres, uint32_t tranche);

#endif
