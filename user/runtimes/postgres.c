// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads PostgreSQL's backends. Called by bundle/processes/backends.c and bundle/waits/databases. */
#include "user/runtimes/postgres.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/part.h"
#include "user/runtimes/postgres_private.h"
#include "user/runtimes/postgres_variables.h"

struct fb_error *fb_postgres_index(const struct fb_postgres *postgres, uint64_t address,
				   size_t *index_ret)
{
	const uint64_t distance = address - postgres->procs;

	if (address < postgres->procs || distance % postgres->layout->proc_size ||
	    distance / postgres->layout->proc_size >= postgres->count)
		return fb_error_create(FB_CORRUPT, "there is no PGPROC at 0x%" PRIx64, address);
	*index_ret = distance / postgres->layout->proc_size;
	return NULL;
}

/* The index of the status of the backend with this BackendId, which is counted from 1; -1: it has none. */
static int32_t status_of(uint32_t backend)
{
	return backend && backend <= FB_POSTGRES_BACKENDS ? (int32_t)backend - 1 : -1;
}

/* bytes: of the PGPROC with this index. */
static void fill(const struct fb_postgres *postgres, size_t index, const uint8_t *bytes,
		 struct fb_postgres_backend *backend)
{
	const struct fb_postgres_layout *layout = postgres->layout;
	const uint64_t leader = fb_u64_at(bytes, layout->proc_leader);

	*backend = (struct fb_postgres_backend){
		.pid = (int32_t)fb_u32_at(bytes, layout->proc_pid),
		.status_index = layout->proc_number
					? status_of(fb_u32_at(bytes, layout->proc_backend))
					: (int32_t)index,
		.wait_lock = fb_u64_at(bytes, layout->proc_wait_lock),
		.wait_proclock = fb_u64_at(bytes, layout->proc_wait_proclock),
		.wait_mode = fb_u32_at(bytes, layout->proc_wait_mode),
		.wait_event = fb_u32_at(bytes, layout->proc_wait_event),
		/* LWLockWaitState: 2 is one that was woken and has not run yet. */
		.lw_waiting = bytes[layout->proc_lw_waiting] == 1,
		.lw_mode = bytes[layout->proc_lw_mode],
		.lw_next = fb_u32_at(bytes, layout->proc_lw_link),
		.semaphore = fb_u64_at(bytes, layout->proc_semaphore),
		.leader = index,
	};
	if (leader)
		fb_error_destroy(fb_postgres_index(postgres, leader, &backend->leader));
}

/* A PGPROC that cannot be read costs itself. */
static struct fb_error *lose(struct fb_postgres *postgres, struct fb_error *err)
{
	char why[sizeof(postgres->lost_why)] = "";

	err = fb_part_reason(err, why, sizeof(why));
	if (!err && !postgres->lost++)
		memcpy(postgres->lost_why, why, sizeof(why));
	return err;
}

static struct fb_error *load_backends(struct fb_postgres *postgres)
{
	uint8_t bytes[FB_POSTGRES_PROC_SIZE];
	struct fb_error *err = NULL;

	for (size_t i = 0; i < postgres->count && !err; i++) {
		struct fb_postgres_backend *backend = &postgres->backends[i];

		err = fb_space_read(postgres->space,
				    postgres->procs + i * postgres->layout->proc_size, bytes,
				    postgres->layout->proc_size);
		if (err) {
			err = lose(postgres, err);
			*backend = (struct fb_postgres_backend){.status_index = -1, .leader = i};
			continue;
		}
		fill(postgres, i, bytes, backend);
		if (backend->pid > 0)
			err = fb_u64_map_add(&postgres->by_pid, (uint32_t)backend->pid, i,
					     FB_POSTGRES_BACKENDS, "backends of PostgreSQL", NULL);
	}
	return err;
}

/* The array that MyBEEntry points into. */
static void find_statuses(struct fb_postgres *postgres)
{
	const struct fb_postgres_variables *variables = &postgres->variables;
	const int64_t index = (int64_t)variables->number - (variables->has_proc_number ? 0 : 1);
	const uint64_t before = (uint64_t)index * postgres->layout->status_size;

	if (variables->status && index >= 0 && variables->status > before)
		postgres->statuses = variables->status - before;
}

/* The array of PGPROCs, with those of prepared transactions, which the server does not count. */
static struct fb_error *find_procs(struct fb_postgres *postgres, uint64_t *count_ret)
{
	const uint64_t global = postgres->variables.proc_global;
	uint32_t count = 0;
	struct fb_error *err = fb_space_u64(postgres->space, global, &postgres->procs);

	if (!err)
		err = fb_space_u32(postgres->space, global + postgres->layout->global_count,
				   &count);
	*count_ret = (uint64_t)count + postgres->variables.prepared;
	return err;
}

struct fb_error *fb_postgres_open_at(struct fb_space *space,
				     const struct fb_postgres_variables *variables,
				     struct fb_postgres **postgres_ret)
{
	FB_CLEANUP(fb_postgres_destroy_at)
	struct fb_postgres *postgres = calloc(1, sizeof(*postgres));
	uint64_t count = 0;
	struct fb_error *err;

	if (!postgres)
		return fb_error_nomem();
	postgres->space = space;
	postgres->variables = *variables;
	err = fb_postgres_layout_find(space, variables, &postgres->layout);
	if (!err)
		err = find_procs(postgres, &count);
	if (!err)
		err = fb_alloc_array(count, sizeof(*postgres->backends), FB_POSTGRES_BACKENDS,
				     "backends of PostgreSQL", &postgres->backends);
	if (!err)
		err = fb_alloc_array(count, sizeof(*postgres->positions), FB_POSTGRES_BACKENDS,
				     "backends of PostgreSQL", &postgres->positions);
	if (err)
		return err;
	postgres->count = count;
	find_statuses(postgres);
	err = load_backends(postgres);
	if (err)
		return err;
	*postgres_ret = postgres;
	postgres = NULL;
	return NULL;
}

struct fb_error *fb_postgres_open(const struct fb_user_process *process,
				  struct fb_postgres **postgres_ret)
{
	struct fb_postgres_variables variables;
	struct fb_error *err = fb_postgres_variables_read(process, &variables);

	return err ? err : fb_postgres_open_at(process->space, &variables, postgres_ret);
}

void fb_postgres_destroy(struct fb_postgres *postgres)
{
	if (!postgres)
		return;
	for (size_t i = 0; i < postgres->lock_count; i++) {
		free(postgres->locks[i].shares);
		free(postgres->locks[i].queue);
	}
	free(postgres->locks);
	free(postgres->positions);
	free(postgres->backends);
	fb_u64_map_deinit(&postgres->by_pid);
	fb_u64_map_deinit(&postgres->by_lock);
	fb_u64_map_deinit(&postgres->lw_locks);
	free(postgres);
}

uint32_t fb_postgres_version(const struct fb_postgres *postgres)
{
	return postgres->layout->version;
}

const struct fb_postgres_backend *fb_postgres_backends(const struct fb_postgres *postgres,
						       size_t *count_ret)
{
	*count_ret = postgres->count;
	return postgres->backends;
}

const struct fb_postgres_backend *fb_postgres_by_pid(const struct fb_postgres *postgres,
						     int32_t pid)
{
	const uint64_t *index = pid > 0 ? fb_u64_map_find(&postgres->by_pid, (uint32_t)pid) : NULL;

	return index ? &postgres->backends[*index] : NULL;
}

size_t fb_postgres_lost(const struct fb_postgres *postgres, const char **why_ret)
{
	*why_ret = postgres->lost_why;
	return postgres->lost;
}
