// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads servers of PostgreSQL through the memory of their processes. Called by bundle/waits/databases, and by ps. */
#include "bundle/process/postgres_servers.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/part.h"
#include "base/text.h"
#include "bundle/process/user_mappings.h"

/* Processes of one server whose memory is tried: each costs its mappings. */
#define MOST_TRIES 8u

bool fb_postgres_may_be(const struct fb_task *task)
{
	return task->mm && task->tid == task->pid && fb_postgres_is_object(task->comm);
}

static int32_t inner_pid(const struct fb_task *task)
{
	return task->level_count ? task->level_tids[task->level_count - 1] : task->tid;
}

/* Tries to read the server through the memory of this process of it. */
static struct fb_error *read_through(struct fb_postgres_servers *servers,
				     struct fb_postgres_server *server, const struct fb_task *task)
{
	FB_CLEANUP(fb_string_pool_deinit) struct fb_string_pool pool = {0};
	FB_CLEANUP(fb_free_at) struct fb_user_mapping *mappings = NULL;
	struct fb_joined *joined = NULL;
	struct fb_user_process process = {.fetch_fd = -1};
	struct fb_error *err = fb_joined_create(servers->input, task, &servers->options, &joined);

	server->tries++;
	if (!err)
		err = fb_user_mappings_load(servers->input, task, joined, &pool, &mappings);
	if (!err) {
		process.space = fb_joined_space(joined);
		process.mappings = mappings;
		process.mapping_count = fb_joined_vmas(joined)->count;
		err = fb_postgres_open(&process, &server->postgres);
	}
	if (!err) {
		server->joined = joined;
		server->space = process.space;
		server->reader = task;
		return NULL;
	}
	fb_joined_destroy(joined);
	return err;
}

/* The same; the reason why not is kept: of one with a core, which lacks the least, else the first. */
static struct fb_error *try_through(struct fb_postgres_servers *servers,
				    struct fb_postgres_server *server, const struct fb_task *task)
{
	char why[sizeof(server->why)] = "";
	struct fb_error *err = read_through(servers, server, task);

	/* It is no process of PostgreSQL, or has no part in what the others share. */
	if (fb_error_is(err, FB_NOT_FOUND)) {
		fb_error_destroy(err);
		return NULL;
	}
	err = fb_part_reason(err, why, sizeof(why));
	if (!err && *why && (!*server->why || fb_input_core_of(servers->input, task->pid)))
		fb_text_escape(why, strlen(why), server->why, sizeof(server->why));
	return err;
}

/* All processes of the postmaster. */
static struct fb_error *note_tasks(struct fb_postgres_servers *servers,
				   struct fb_postgres_server *server)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < fb_tasks_count(servers->tasks) && !err; i++) {
		const struct fb_task *task = fb_tasks_get(servers->tasks, i);

		if (task->ppid == server->postmaster && !task->idle && task->tid == task->pid)
			err = fb_u64_map_add(&server->tasks, (uint32_t)inner_pid(task), i,
					     FB_MAX_TASKS, "processes", NULL);
	}
	return err;
}

/* Other processes of the server have the same memory: first those with a core. */
static struct fb_error *try_siblings(struct fb_postgres_servers *servers,
				     struct fb_postgres_server *server, const struct fb_task *first,
				     bool with_core)
{
	struct fb_error *err = NULL;

	for (size_t i = 0; i < fb_tasks_count(servers->tasks); i++) {
		const struct fb_task *task = fb_tasks_get(servers->tasks, i);

		if (err || server->postgres || server->tries >= MOST_TRIES)
			break;
		if (task != first && task->ppid == server->postmaster && fb_postgres_may_be(task) &&
		    (fb_input_core_of(servers->input, task->pid) != NULL) == with_core)
			err = try_through(servers, server, task);
	}
	return err;
}

struct fb_error *fb_postgres_server_of(struct fb_postgres_servers *servers,
				       const struct fb_task *task,
				       struct fb_postgres_server **server_ret)
{
	const uint64_t key = (uint32_t)task->ppid;
	const uint64_t *known = fb_u64_map_find(&servers->by_postmaster, key);
	struct fb_postgres_server *server;
	struct fb_error *err = NULL;
	bool fresh = !known;

	if (fresh) {
		err = fb_grow_array(&servers->list, &servers->room, servers->count,
				    sizeof(*servers->list), FB_MAX_TASKS, "servers of PostgreSQL");
		if (!err)
			err = fb_u64_map_add(&servers->by_postmaster, key, servers->count,
					     FB_MAX_TASKS, "servers of PostgreSQL", NULL);
		if (err)
			return err;
		servers->list[servers->count++] =
			(struct fb_postgres_server){.postmaster = task->ppid};
	}
	server = &servers->list[known ? *known : servers->count - 1];
	if (fresh)
		err = note_tasks(servers, server);
	if (!err && !server->postgres && server->tries < MOST_TRIES)
		err = try_through(servers, server, task);
	for (int with_core = 1; fresh && !err && with_core >= 0; with_core--)
		err = try_siblings(servers, server, task, with_core);
	if (!err)
		*server_ret = server;
	return err;
}

const struct fb_postgres_backend *fb_postgres_backend_of(const struct fb_postgres_server *server,
							 const struct fb_task *task)
{
	return server->postgres ? fb_postgres_by_pid(server->postgres, inner_pid(task)) : NULL;
}

const struct fb_task *fb_postgres_task_of(const struct fb_postgres_servers *servers,
					  const struct fb_postgres_server *server, int32_t pid)
{
	const uint64_t *index = fb_u64_map_find(&server->tasks, (uint32_t)pid);

	return index ? fb_tasks_get(servers->tasks, *index) : NULL;
}

void fb_postgres_servers_deinit(struct fb_postgres_servers *servers)
{
	for (size_t i = 0; i < servers->count; i++) {
		fb_postgres_destroy(servers->list[i].postgres);
		fb_joined_destroy(servers->list[i].joined);
		fb_u64_map_deinit(&servers->list[i].tasks);
	}
	free(servers->list);
	fb_u64_map_deinit(&servers->by_postmaster);
	memset(servers, 0, sizeof(*servers));
}
