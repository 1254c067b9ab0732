/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A server that was opened, as the files that read PostgreSQL share it. */
#ifndef FB_USER_POSTGRES_PRIVATE_H
#define FB_USER_POSTGRES_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/space.h"
#include "base/u64_map.h"
#include "user/runtimes/postgres.h"
#include "user/runtimes/postgres_layout.h"

/* A PROCLOCK: what a backend has of a lock. Of those that only wait none is kept. */
struct fb_postgres_share {
	uint32_t backend; /* index */
	uint32_t held;    /* a bit for each mode */
};

/* A heavyweight lock that was read. */
struct fb_postgres_lock {
	uint64_t address;
	uint8_t tag[16];
	struct fb_postgres_share *shares; /* owned */
	size_t share_count, share_room;
	uint32_t *queue; /* owned; indices of backends */
	size_t queue_count, queue_room;
	char why[128]; /* why it cannot be read; "": it is */
	enum fb_code code;
};

struct fb_postgres {
	struct fb_space *space; /* borrowed */
	const struct fb_postgres_layout *layout;
	struct fb_postgres_variables variables;
	uint64_t procs;                       /* the address of the array of PGPROCs */
	struct fb_postgres_backend *backends; /* owned */
	size_t count;
	size_t lost;
	char lost_why[192];
	struct fb_u64_map by_pid;  /* index of the backend */
	uint64_t statuses;         /* the address of the array of PgBackendStatus; 0: not known */
	struct fb_u64_map by_lock; /* index of the lock that was read */
	struct fb_postgres_lock *locks; /* owned */
	size_t lock_count, lock_room;
	size_t steps; /* in lists of locks, of all together */
	/* Addresses of the fixed lightweight locks that backends wait for, by their index; read once. */
	struct fb_u64_map lw_locks;
	bool lw_read;
	uint32_t *positions; /* owned; of each backend in the queue of the lock that it waits for */
};

/* The index of the PGPROC at the address. FB_CORRUPT: there is none. */
FB_MUST_CHECK struct fb_error *fb_postgres_index(const struct fb_postgres *postgres,
						 uint64_t address, size_t *index_ret);

#endif
