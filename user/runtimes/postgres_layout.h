/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where PostgreSQL has what is read of it, for each version. Called by postgres.c. */
#ifndef FB_USER_POSTGRES_LAYOUT_H
#define FB_USER_POSTGRES_LAYOUT_H

#include <stdint.h>

#include "base/error.h"
#include "base/space.h"
#include "user/runtimes/postgres.h"

/* Offsets in bytes in the struct that the name begins with. */
struct fb_postgres_layout {
	uint32_t version; /* 13 */
	uint32_t proc_size;
	uint32_t global_count; /* PROC_HDR.allProcCount; allProcs is its first member */
	uint32_t proc_semaphore, proc_latch, proc_pid, proc_database;
	uint32_t proc_number;  /* pgprocno; 0: it has none (from 17 on) */
	uint32_t proc_backend; /* backendId, likewise */
	uint32_t proc_lw_waiting, proc_lw_mode, proc_lw_link;
	uint32_t proc_wait_lock, proc_wait_proclock, proc_wait_mode;
	uint32_t proc_wait_event;
	uint32_t proc_leader;
	uint32_t status_size;
	/* LW_VAL_EXCLUSIVE: what an exclusive holder adds to a lightweight lock's state */
	uint32_t exclusive;
	uint8_t first_state; /* BackendState: the value of "idle" */
};

/* Members that are where they are in all versions. */
enum {
	FB_POSTGRES_LOCK_TAG = 0,
	FB_POSTGRES_LOCK_HOLDERS = 24, /* procLocks */
	FB_POSTGRES_LOCK_QUEUE = 40,   /* waitProcs */
	FB_POSTGRES_LOCK_SIZE = 64,    /* of it is read */
	FB_POSTGRES_PROCLOCK_LOCK = 0,
	FB_POSTGRES_PROCLOCK_PROC = 8,
	FB_POSTGRES_PROCLOCK_HELD = 24,
	FB_POSTGRES_PROCLOCK_LINK = 32,
	FB_POSTGRES_PROCLOCK_SIZE = 64,
	FB_POSTGRES_LIST_NEXT = 8, /* SHM_QUEUE, dlist_node */
	FB_POSTGRES_STATUS_PID = 4,
	FB_POSTGRES_STATUS_TRANSACTION = 24,
	FB_POSTGRES_STATUS_QUERY_START = 32,
	FB_POSTGRES_STATUS_CHANGE = 40,
	FB_POSTGRES_STATUS_DATABASE = 48,
	FB_POSTGRES_STATUS_USER = 52,
	FB_POSTGRES_STATUS_STATE = 232,
	FB_POSTGRES_STATUS_APPLICATION = 240,
	FB_POSTGRES_STATUS_QUERY = 248,
	FB_POSTGRES_STATUS_READ = 256,
	FB_POSTGRES_LWLOCK_TRANCHE = 0,
	FB_POSTGRES_LWLOCK_STATE = 4,
	FB_POSTGRES_LWLOCK_HEAD = 8,
	FB_POSTGRES_LWLOCK_STRIDE = 128, /* LWLockPadded: a line of the cache */
};

/* The largest PGPROC of all versions. */
#define FB_POSTGRES_PROC_SIZE 1024u

/*
 * Finds the layout that the process's own PGPROC has: it is one of the array, with the index that it says itself or
 * that MyProcNumber says; its PID is MyProcPid, its latch is at MyLatch, its wait event at my_wait_event_info, its
 * database is MyDatabaseId; and the list of its lock group's members, and that of the PGPROC beside it, are lists. Each
 * of them has to hold. FB_UNSUPPORTED: none proves right; errors of fb_space_read().
 */
FB_MUST_CHECK struct fb_error *
fb_postgres_layout_find(struct fb_space *space, const struct fb_postgres_variables *variables,
			const struct fb_postgres_layout **layout_ret);

#endif
