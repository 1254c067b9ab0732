/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The shared memory of a made server of PostgreSQL, in the layout of any version from 13 to 18, and the variables of
 * one of its processes. For the tests and the corpus of the reader.
 */
#ifndef FB_TESTS_MADE_POSTGRES_H
#define FB_TESTS_MADE_POSTGRES_H

#include <stddef.h>
#include <stdint.h>

#include "base/space.h"
#include "user/runtimes/postgres.h"

#define MADE_POSTGRES_BASE 0x10000ull
#define MADE_POSTGRES_LOCKS 8u
/* PID of the backend with an index; the process whose variables are made is that with the index 1. */
#define MADE_POSTGRES_PID(index) (1000 + (int32_t)(index))
#define MADE_POSTGRES_SELF 1u

struct made_postgres_layout;

struct made_postgres {
	struct fb_space space; /* first */
	uint8_t *bytes;        /* owned; at MADE_POSTGRES_BASE */
	size_t size, used;
	const struct made_postgres_layout *layout;
	struct fb_postgres_variables variables;
	size_t backends;
	uint64_t procs, statuses, lwlocks;
	uint64_t locks[MADE_POSTGRES_LOCKS];
	uint64_t absent_start, absent_end; /* reads of it fail; end exclusive */
};

/* backends: at least 2. Each has a status, "idle", with the query "select INDEX". */
void made_postgres_begin(struct made_postgres *made, uint32_t version, size_t backends);
void made_postgres_end(struct made_postgres *made);
/* Makes the variables those of the process with this index. */
void made_postgres_become(struct made_postgres *made, size_t index);

/* Writes a number of `size` bytes. */
void made_postgres_put(struct made_postgres *made, uint64_t address, uint64_t value, size_t size);
uint64_t made_postgres_proc(const struct made_postgres *made, size_t index);
/* The addresses of members of a PGPROC: of its PID, its lock group's leader, its wait for a lightweight lock. */
uint64_t made_postgres_pid_at(const struct made_postgres *made, size_t index);
uint64_t made_postgres_leader_at(const struct made_postgres *made, size_t index);
/* The backend has the lock in modes, a bit for each; returns the address of its PROCLOCK. */
uint64_t made_postgres_hold(struct made_postgres *made, size_t lock, size_t index, uint32_t modes);
/* The backend waits for the lock behind those that wait already. Call after made_postgres_hold() of the same. */
void made_postgres_wait(struct made_postgres *made, size_t lock, size_t index, uint32_t mode);
/* The backends wait for the fixed lightweight lock with this number, whose tranche is the number too. */
void made_postgres_lw_wait(struct made_postgres *made, size_t lock, const size_t *indices,
			   size_t count, uint8_t mode, uint32_t state);
void made_postgres_state(struct made_postgres *made, size_t index, uint32_t state,
			 const char *query);

/* Begins with a queue: 1 has the first lock shared (AccessShareLock), 2 wants it alone (AccessExclusiveLock), 3 wants
 * it shared, and 4 alone. */
void made_postgres_queue(struct made_postgres *made, uint32_t version);

#endif
