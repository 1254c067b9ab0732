/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads PostgreSQL's shared memory out of the memory of one of its processes: every backend, the heavyweight lock or
 * lightweight lock that it waits for, who blocks it, its state and its query. Versions 13 to 18 on x86-64. Called by
 * bundle/processes/backends.c and bundle/waits/databases.
 *
 * The variables from which all is reached are exported by the server (postgres_variables.c). Layouts are those of each
 * version's headers; one is believed only where it proves right (postgres_layout.h). Other backends of the same server
 * have the same shared memory, so that the memory of one process tells of all.
 *
 * Sources of the formats: PostgreSQL's src/include/storage/{proc,lock,lwlock,latch,proclist_types}.h and
 * src/include/utils/backend_status.h (pgstat.h in 13).
 */
#ifndef FB_USER_POSTGRES_H
#define FB_USER_POSTGRES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/space.h"
#include "user/unwind/unwind.h"

/* PGPROCs of a server: its own limit of backends is half of it (MAX_BACKENDS), and there are other processes and
 * prepared transactions. */
#define FB_POSTGRES_BACKENDS (512u << 10)

struct fb_postgres;

/* Values of the server's variables in one of its processes. */
struct fb_postgres_variables {
	uint64_t proc;            /* MyProc: the address of its PGPROC */
	uint64_t proc_global;     /* ProcGlobal */
	uint64_t latch;           /* MyLatch */
	uint64_t wait_event_info; /* my_wait_event_info; 0: there is none (13) */
	uint64_t status;          /* MyBEEntry: the address of its PgBackendStatus; 0: none */
	uint64_t lwlocks;         /* MainLWLockArray; 0: not known */
	int32_t pid;              /* MyProcPid */
	/* MyProcNumber, the index of its PGPROC (from 17 on), else MyBackendId, counted from 1; negative: none. */
	int32_t number;
	bool has_proc_number;
	uint32_t database; /* MyDatabaseId; 0: none */
	/* max_prepared_xacts: how many PGPROCs for prepared transactions follow those that the server counts. */
	uint32_t prepared;
};

/* A PGPROC: a backend, another process of the server, or a prepared transaction. */
struct fb_postgres_backend {
	int32_t pid; /* in the server's PID namespace; 0: not in use, or a prepared transaction */
	int32_t status_index; /* of its PgBackendStatus; negative: none */
	uint64_t wait_lock,
		wait_proclock; /* addresses of the LOCK and PROCLOCK that it waits for; 0: none */
	uint32_t wait_mode;    /* lock mode, as fb_postgres_mode_name() names it */
	uint32_t wait_event;   /* wait_event_info */
	bool lw_waiting;       /* it waits for a lightweight lock */
	uint8_t lw_mode;       /* 0: exclusive, 1: shared, 2: until it is free */
	uint32_t lw_next;      /* index of the one behind it in that lock's queue */
	uint64_t semaphore;    /* the address of what it sleeps on for a lightweight lock */
	size_t leader;         /* of its lock group (parallel workers), or its own index */
};

/* Whether the file name is that of the server's program. */
bool fb_postgres_is_object(const char *file_name);

/* Reads the server that the process belongs to. process and its space are borrowed. FB_NOT_FOUND: it is no process of
 * PostgreSQL, or one that has no PGPROC, as the postmaster; FB_UNSUPPORTED: no known layout proves right; errors of
 * fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_postgres_open(const struct fb_user_process *process,
						struct fb_postgres **postgres_ret);
/* The same, where the variables are known. */
FB_MUST_CHECK struct fb_error *fb_postgres_open_at(struct fb_space *space,
						   const struct fb_postgres_variables *variables,
						   struct fb_postgres **postgres_ret);
void fb_postgres_destroy(struct fb_postgres *postgres);
/* Reads through process->space what all functions here and in postgres_locks.h read, and throws it away: for a space
 * that notes what it was asked for (bundle/dump/keep_runtimes.c). whole: of all backends of the server, once for all
 * its processes; else what shows that the process is one of them. *is_ret: whether it is, and all was visited. Only
 * fatal errors are returned. */
FB_MUST_CHECK struct fb_error *fb_postgres_visit(const struct fb_user_process *process, bool whole,
						 bool *is_ret);
FB_DESTROY_AT(struct fb_postgres, fb_postgres_destroy);

/* 13 to 18; where versions have the same layout and the variables tell no more, the oldest of these. */
uint32_t fb_postgres_version(const struct fb_postgres *postgres);

/* All PGPROCs; owned by postgres. */
const struct fb_postgres_backend *fb_postgres_backends(const struct fb_postgres *postgres,
						       size_t *count_ret);
/* The backend with this PID; NULL: there is none, or its PGPROC cannot be read. */
const struct fb_postgres_backend *fb_postgres_by_pid(const struct fb_postgres *postgres,
						     int32_t pid);
/* How many PGPROCs cannot be read, and why the first of them cannot; "" where all can. */
size_t fb_postgres_lost(const struct fb_postgres *postgres, const char **why_ret);

/* What pg_stat_activity says of a backend. Texts are raw bytes: escape before showing. */
#define FB_POSTGRES_QUERY_SIZE 1025u
#define FB_POSTGRES_NAME_SIZE 64u
struct fb_postgres_status {
	const char *state; /* "active", "idle in transaction"...; static; NULL: none */
	char query[FB_POSTGRES_QUERY_SIZE];
	bool query_lost; /* the query's text cannot be read */
	char application[FB_POSTGRES_NAME_SIZE];
	uint32_t database, user; /* OIDs; 0: none */
	/* Microseconds since 2000-01-01 UTC; 0: none. */
	int64_t transaction_start, query_start, state_change;
};

/* FB_NOT_FOUND: the backend has no status; errors of fb_space_read(). */
FB_MUST_CHECK struct fb_error *fb_postgres_status(struct fb_postgres *postgres,
						  const struct fb_postgres_backend *backend,
						  struct fb_postgres_status *status_ret);

/* "AccessShareLock"...; "?" where there is no such mode. Static. */
const char *fb_postgres_mode_name(uint32_t mode);
/* The type of a wait event as pg_stat_activity has it, "Lock", "LWLock", "Client"...; NULL: none. Static. */
const char *fb_postgres_event_type(uint32_t wait_event);

#endif
